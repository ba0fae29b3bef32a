/*
 * Every function of mimeo_calc.h, and every error, in one program. `embed.rs` compiles it as C and C++, links it with
 * both libraries, and compares the output.
 *
 * usage: embed calls | errors | callbacks | settings | threads | control
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mimeo_calc.h"

/* Ends the program with the position of a condition that is false. */
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);         \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#define OK(call) CHECK((call) == MIMEO_CALC_STATUS_OK)

/* Makes more calls than any threshold, so that there is native code. */
static const char FIB[] = "fn fib(n) { if (n < 2) { return n; } return fib(n - 1) + fib(n - 2); }\n"
                          "print fib(15);\n";

/* The output of a program. */
typedef struct {
  char bytes[1024];
  size_t len;
} Written;

static int append(void *user, const char *bytes, size_t len) {
  Written *written = (Written *)user;
  if (len > sizeof written->bytes - written->len) return 28;
  memcpy(written->bytes + written->len, bytes, len);
  written->len += len;
  return 0;
}

static int is(const Written *written, const char *text) {
  return written->len == strlen(text) && memcmp(written->bytes, text, written->len) == 0;
}

static MimeoCalcStatus load(MimeoCalc *calc, const char *text) {
  return mimeo_calc_load(calc, text, strlen(text));
}

/* Checks that a text of the library is not null and ends with a zero byte. */
static const char *text_of(MimeoCalcText text) {
  CHECK(text.bytes != NULL && text.bytes[text.len] == 0);
  return text.bytes;
}

/* Prints the status and all errors of a call. */
static void show(const char *what, const MimeoCalc *calc, MimeoCalcStatus status) {
  MimeoCalcError error;
  size_t count, index;
  OK(mimeo_calc_error_count(calc, &count));
  printf("%s: %d, %zu\n", what, (int)status, count);
  for (index = 0; index < count; index++) {
    OK(mimeo_calc_error(calc, index, &error));
    CHECK(error.status == status);
    printf("  %u:%u: %s\n", (unsigned)error.line, (unsigned)error.column, text_of(error.message));
  }
  OK(mimeo_calc_last_error(calc, &error));
  CHECK(error.status == status && (count > 0 || error.message.len == 0));
  CHECK(mimeo_calc_error(calc, count, &error) == MIMEO_CALC_STATUS_BAD_VALUE);
}

/* Calls that succeed. */
static void calls(void) {
  MimeoCalc *calc = NULL;
  MimeoCalcMode mode;
  MimeoCalcCapability capability;
  MimeoCalcStatsFormat wanted;
  MimeoCalcText text;
  MimeoCalcError error;
  uint32_t threshold = 0;
  char *cold;
  Written written = {{0}, 0};
  int format;

  CHECK(mimeo_calc_abi_version() == MIMEO_CALC_ABI_VERSION);
  OK(mimeo_calc_create(&calc));
  CHECK(calc != NULL);
  OK(mimeo_calc_last_error(calc, &error));
  CHECK(error.status == MIMEO_CALC_STATUS_OK && error.line == 0 && error.column == 0 && error.message.len == 0);
  OK(mimeo_calc_wanted_stats(calc, &wanted));
  CHECK(wanted == MIMEO_CALC_STATS_FORMAT_OFF);

  OK(mimeo_calc_get_mode(calc, &mode));
  CHECK(mode == MIMEO_CALC_MODE_AUTO);
  OK(mimeo_calc_set_mode(calc, MIMEO_CALC_MODE_OFF));
  OK(mimeo_calc_get_mode(calc, &mode));
  CHECK(mode == MIMEO_CALC_MODE_OFF);
  OK(mimeo_calc_get_threshold(calc, &threshold));
  CHECK(threshold == 10);
  OK(mimeo_calc_set_threshold(calc, UINT32_MAX));
  OK(mimeo_calc_get_threshold(calc, &threshold));
  CHECK(threshold == UINT32_MAX);
  OK(mimeo_calc_set_trace(calc, 1));

  /* Without a program, and with one. */
  OK(mimeo_calc_capability(calc, &capability));
  CHECK(capability.mode == MIMEO_CALC_MODE_OFF && capability.threshold == UINT32_MAX);
  CHECK(capability.available == (capability.reason.len == 0));
  CHECK(capability.available == (capability.reason_code.len == 0));
  CHECK(text_of(capability.reason)[0] == 0 || text_of(capability.reason_code)[0] != 0);
  CHECK(capability.ops_with_stencil + capability.ops_without_stencil > 20);
  CHECK(capability.stencil_abi > 0 && strstr(text_of(capability.text), text_of(capability.arch)) != NULL);
  printf("%s, %s: %s\n", text_of(capability.instruction_set), text_of(capability.os),
         capability.available ? "native code" : text_of(capability.reason));
  OK(load(calc, FIB));
  OK(mimeo_calc_set_threshold(calc, 3));
  OK(mimeo_calc_capability(calc, &capability));
  CHECK(capability.mode == MIMEO_CALC_MODE_OFF && capability.threshold == 3);

  /* To standard output, then to a function. Nothing is compiled yet. */
  fflush(stdout);
  OK(mimeo_calc_run(calc));
  OK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_SUMMARY, &text));
  CHECK(text.len > 0);
  cold = strdup(text_of(text));
  OK(mimeo_calc_set_output(calc, append, &written));
  OK(mimeo_calc_set_mode(calc, MIMEO_CALC_MODE_ON));
  OK(mimeo_calc_run(calc));
  OK(mimeo_calc_run(calc));
  CHECK(is(&written, "610\n610\n"));
  for (format = MIMEO_CALC_STATS_FORMAT_SUMMARY; format <= MIMEO_CALC_STATS_FORMAT_JSON; format++) {
    OK(mimeo_calc_stats(calc, format, &text));
    CHECK(text.len > 0);
  }
  if (capability.available) {
    /* The functions are compiled now. */
    OK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_SUMMARY, &text));
    CHECK(strcmp(cold, text_of(text)) != 0);
    OK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_TRACE, &text));
    CHECK(strstr(text_of(text), "`fib`") != NULL);
    OK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_JSON, &text));
    CHECK(text_of(text)[0] == '{');
    /* A program that was loaded without recording has no trace. */
    OK(mimeo_calc_set_trace(calc, 0));
    OK(load(calc, FIB));
    OK(mimeo_calc_run(calc));
    OK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_TRACE, &text));
    CHECK(strstr(text_of(text), "`fib`") == NULL);
  }
  free(cold);

  /* The next program uses the same settings and output. Bytes after the length are not read. */
  written.len = 0;
  OK(mimeo_calc_load(calc, "print 12;34 is no program", 9));
  OK(mimeo_calc_run(calc));
  CHECK(is(&written, "12\n"));
  OK(mimeo_calc_get_mode(calc, &mode));
  OK(mimeo_calc_get_threshold(calc, &threshold));
  CHECK(mode == MIMEO_CALC_MODE_ON && threshold == 3);

  /* An empty text is a program. */
  OK(mimeo_calc_load(calc, NULL, 0));
  OK(mimeo_calc_run(calc));
  CHECK(is(&written, "12\n"));

  /* Back to standard output. */
  OK(mimeo_calc_set_output(calc, NULL, NULL));
  OK(load(calc, "print 7;"));
  OK(mimeo_calc_run(calc));
  OK(mimeo_calc_destroy(calc));
  OK(mimeo_calc_destroy(NULL));
}

static int refuse(void *user, const char *bytes, size_t len) {
  (void)user, (void)bytes, (void)len;
  return 28;
}

/* Calls that fail. */
static void errors(void) {
  const MimeoCalcStatus null = MIMEO_CALC_STATUS_NULL_POINTER;
  MimeoCalc *calc;
  MimeoCalcMode mode;
  MimeoCalcCapability capability;
  MimeoCalcStatsFormat wanted;
  MimeoCalcText text;
  MimeoCalcError error;
  uint32_t threshold;
  size_t count;
  Written written = {{0}, 0};

  /* No handle. */
  CHECK(mimeo_calc_create(NULL) == null);
  CHECK(mimeo_calc_set_output(NULL, append, &written) == null);
  CHECK(mimeo_calc_load(NULL, "", 0) == null);
  CHECK(mimeo_calc_run(NULL) == null);
  CHECK(mimeo_calc_get_mode(NULL, &mode) == null);
  CHECK(mimeo_calc_set_mode(NULL, MIMEO_CALC_MODE_ON) == null);
  CHECK(mimeo_calc_get_threshold(NULL, &threshold) == null);
  CHECK(mimeo_calc_set_threshold(NULL, 1) == null);
  CHECK(mimeo_calc_capability(NULL, &capability) == null);
  CHECK(mimeo_calc_set_trace(NULL, 1) == null);
  CHECK(mimeo_calc_wanted_stats(NULL, &wanted) == null);
  CHECK(mimeo_calc_stats(NULL, MIMEO_CALC_STATS_FORMAT_JSON, &text) == null);
  CHECK(mimeo_calc_last_error(NULL, &error) == null);
  CHECK(mimeo_calc_error_count(NULL, &count) == null);
  CHECK(mimeo_calc_error(NULL, 0, &error) == null);

  OK(mimeo_calc_create(&calc));
  show("run without a program", calc, mimeo_calc_run(calc));
  show("statistics without a program", calc, mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_JSON, &text));
  OK(load(calc, "print 1;"));

  /* Null pointers for results. */
  show("text", calc, mimeo_calc_load(calc, NULL, 1));
  show("mode", calc, mimeo_calc_get_mode(calc, NULL));
  CHECK(mimeo_calc_get_threshold(calc, NULL) == null);
  CHECK(mimeo_calc_capability(calc, NULL) == null);
  CHECK(mimeo_calc_wanted_stats(calc, NULL) == null);
  CHECK(mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_JSON, NULL) == null);
  CHECK(mimeo_calc_last_error(calc, NULL) == null);
  CHECK(mimeo_calc_error_count(calc, NULL) == null);
  CHECK(mimeo_calc_error(calc, 0, NULL) == null);

  /* Invalid numbers. The settings do not change. */
  show("mode 3", calc, mimeo_calc_set_mode(calc, 3));
  show("mode -1", calc, mimeo_calc_set_mode(calc, -1));
  OK(mimeo_calc_get_mode(calc, &mode));
  CHECK(mode == MIMEO_CALC_MODE_AUTO);
  show("form 0", calc, mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_OFF, &text));
  show("form 4", calc, mimeo_calc_stats(calc, 4, &text));
  CHECK(mimeo_calc_load(calc, "", SIZE_MAX) == MIMEO_CALC_STATUS_BAD_VALUE);

  /* Invalid programs. The current program stays, and works. */
  OK(mimeo_calc_set_output(calc, append, &written));
  show("syntax", calc, load(calc, "print 1;\n  print (2;\n"));
  show("names", calc, load(calc, "print 1;\nprint x;\nprint f(2);"));
  show("UTF-8", calc, load(calc, "print 1;\n// \xc3\xa9\xff"));
  OK(mimeo_calc_run(calc));
  CHECK(is(&written, "1\n"));
  show("success", calc, MIMEO_CALC_STATUS_OK);

  /* Programs that fail, twice, in native code and interpreted. Earlier output is kept. */
  OK(load(calc, "fn f(n) {\n  return 6 / n;\n}\nprint f(3);\nprint f(0);"));
  written.len = 0;
  OK(mimeo_calc_set_mode(calc, MIMEO_CALC_MODE_ON));
  show("natively", calc, mimeo_calc_run(calc));
  OK(mimeo_calc_set_mode(calc, MIMEO_CALC_MODE_OFF));
  show("interpreted", calc, mimeo_calc_run(calc));
  CHECK(is(&written, "2\n2\n"));

  /* Output that cannot be written is discarded, and does not appear later. */
  OK(load(calc, "print 5;"));
  OK(mimeo_calc_set_output(calc, refuse, NULL));
  show("output", calc, mimeo_calc_run(calc));
  written.len = 0;
  OK(mimeo_calc_set_output(calc, append, &written));
  OK(mimeo_calc_run(calc));
  CHECK(is(&written, "5\n"));
  OK(mimeo_calc_destroy(calc));
}

/* Calls that an output function may and may not make with the running handle. */
static int meddle(void *user, const char *bytes, size_t len) {
  MimeoCalc *calc = (MimeoCalc *)user;
  MimeoCalcMode mode;
  MimeoCalcCapability capability;
  MimeoCalcText text;
  printf("%.*s", (int)len, bytes);
  show("load", calc, load(calc, "print 2;"));
  show("run", calc, mimeo_calc_run(calc));
  show("capability", calc, mimeo_calc_capability(calc, &capability));
  show("statistics", calc, mimeo_calc_stats(calc, MIMEO_CALC_STATS_FORMAT_SUMMARY, &text));
  show("destroy", calc, mimeo_calc_destroy(calc));
  OK(mimeo_calc_set_mode(calc, MIMEO_CALC_MODE_OFF));
  OK(mimeo_calc_get_mode(calc, &mode));
  CHECK(mode == MIMEO_CALC_MODE_OFF);
  OK(mimeo_calc_set_threshold(calc, 77));
  OK(mimeo_calc_set_output(calc, NULL, NULL));
  return 0;
}

static void callbacks(void) {
  MimeoCalc *calc;
  uint32_t threshold;
  OK(mimeo_calc_create(&calc));
  OK(load(calc, "print 1;"));
  OK(mimeo_calc_set_output(calc, meddle, calc));
  show("the run", calc, mimeo_calc_run(calc));
  OK(mimeo_calc_get_threshold(calc, &threshold));
  CHECK(threshold == 77);
  fflush(stdout);
  show("once more", calc, mimeo_calc_run(calc));
  OK(mimeo_calc_destroy(calc));
}

/* A handle with the settings of the environment. */
static void settings(void) {
  MimeoCalc *calc;
  MimeoCalcMode mode;
  MimeoCalcStatsFormat wanted;
  uint32_t threshold;
  MimeoCalcStatus status = mimeo_calc_create(&calc);
  CHECK(calc != NULL);
  show("create", calc, status);
  OK(mimeo_calc_get_mode(calc, &mode));
  OK(mimeo_calc_get_threshold(calc, &threshold));
  OK(mimeo_calc_wanted_stats(calc, &wanted));
  printf("mode %d, threshold %u, statistics %d\n", (int)mode, (unsigned)threshold, (int)wanted);
  OK(load(calc, "print 4;"));
  fflush(stdout);
  OK(mimeo_calc_run(calc));
  OK(mimeo_calc_destroy(calc));
}

/* A thread with a handle from another thread, and one that it creates itself. */
typedef struct {
  MimeoCalc *calc;
  Written written;
  int mode;
} Worker;

static void *work(void *argument) {
  Worker *worker = (Worker *)argument;
  MimeoCalc *own;
  MimeoCalcError error;
  int round;
  for (round = 0; round < 50; round++) {
    OK(mimeo_calc_create(&own));
    OK(mimeo_calc_set_output(own, append, &worker->written));
    OK(mimeo_calc_set_output(worker->calc, append, &worker->written));
    OK(mimeo_calc_set_mode(own, worker->mode));
    OK(load(own, FIB));
    OK(load(worker->calc, "print 1 / 0;"));
    worker->written.len = 0;
    OK(mimeo_calc_run(own));
    CHECK(is(&worker->written, "610\n"));
    CHECK(mimeo_calc_run(worker->calc) == MIMEO_CALC_STATUS_RUNTIME_ERROR);
    OK(mimeo_calc_last_error(worker->calc, &error));
    CHECK(error.line == 1 && error.column == 9 && strcmp(text_of(error.message), "division by zero") == 0);
    OK(mimeo_calc_destroy(own));
  }
  return NULL;
}

static void threads(void) {
  Worker workers[2];
  pthread_t thread[2];
  int i;
  for (i = 0; i < 2; i++) {
    memset(&workers[i], 0, sizeof workers[i]);
    workers[i].mode = i == 0 ? MIMEO_CALC_MODE_ON : MIMEO_CALC_MODE_AUTO;
    OK(mimeo_calc_create(&workers[i].calc));
    CHECK(pthread_create(&thread[i], NULL, work, &workers[i]) == 0);
  }
  for (i = 0; i < 2; i++) {
    CHECK(pthread_join(thread[i], NULL) == 0);
    OK(mimeo_calc_destroy(workers[i].calc));
  }
  printf("both done\n");
}

/* The host's control: fuel, memory, a hook, and interruption from a signal handler and from other threads. */
static const char ENDLESS[] = "let i = 1;\nwhile (i > 0) { i = i + 1; }\n";
static const char DEEP[] = "fn f(n) { return f(n + 1) + 1; }\nprint f(0);\n";
static MimeoCalc *signalled;

static void on_alarm(int number) {
  (void)number;
  mimeo_calc_interrupt(signalled);
}

static int count_down(void *user) {
  int *left = (int *)user;
  return --*left == 0;
}

static void *interrupt_it(void *calc) {
  OK(mimeo_calc_interrupt((MimeoCalc *)calc));
  return NULL;
}

static void control(void) {
  static const int MODES[] = {MIMEO_CALC_MODE_ON, MIMEO_CALC_MODE_OFF};
  MimeoCalc *calc;
  pthread_t threads[8];
  uint64_t fuel;
  int left, i, mode;
  OK(mimeo_calc_create(&calc));
  CHECK(mimeo_calc_interrupt(NULL) == MIMEO_CALC_STATUS_NULL_POINTER);
  for (mode = 0; mode < 2; mode++) {
    OK(mimeo_calc_set_mode(calc, MODES[mode]));
    /* Fuel: for the next program, what is left of it, and more for the loaded one. */
    OK(mimeo_calc_set_fuel(calc, 1000));
    OK(mimeo_calc_get_fuel(calc, &fuel));
    CHECK(fuel == (mode == 0 ? 1000 : fuel));
    OK(load(calc, FIB));
    show("fuel", calc, mimeo_calc_run(calc));
    OK(mimeo_calc_set_fuel(calc, 5000));
    OK(mimeo_calc_run(calc));
    OK(mimeo_calc_get_fuel(calc, &fuel));
    printf("%u left\n", (unsigned)fuel);
    OK(mimeo_calc_set_fuel(calc, UINT64_MAX));
    OK(mimeo_calc_get_fuel(calc, &fuel));
    CHECK(fuel == UINT64_MAX);
    /* Interruption before a run, by a hook, by a signal, and by eight threads. */
    OK(load(calc, ENDLESS));
    OK(mimeo_calc_interrupt(calc));
    CHECK(mimeo_calc_run(calc) == MIMEO_CALC_STATUS_INTERRUPTED);
    left = 5;
    OK(mimeo_calc_set_hook(calc, 100, count_down, &left));
    show("hook", calc, mimeo_calc_run(calc));
    CHECK(left == 0);
    OK(mimeo_calc_set_hook(calc, 0, NULL, NULL));
    signalled = calc;
    CHECK(signal(SIGALRM, on_alarm) != SIG_ERR);
    alarm(1);
    CHECK(mimeo_calc_run(calc) == MIMEO_CALC_STATUS_INTERRUPTED);
    for (i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], NULL, interrupt_it, calc) == 0);
    CHECK(mimeo_calc_run(calc) == MIMEO_CALC_STATUS_INTERRUPTED);
    for (i = 0; i < 8; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    /* Memory: the stack of a deep recursion. An interruption that came too late is for the next run. */
    OK(mimeo_calc_set_memory_limit(calc, 1000000));
    OK(load(calc, DEEP));
    if (mimeo_calc_run(calc) == MIMEO_CALC_STATUS_INTERRUPTED) (void)mimeo_calc_run(calc);
    show("memory", calc, mimeo_calc_run(calc));
    OK(mimeo_calc_set_memory_limit(calc, SIZE_MAX));
    show("depth", calc, mimeo_calc_run(calc));
  }
  OK(mimeo_calc_destroy(calc));
}

int main(int argc, char **argv) {
  const char *part = argc == 2 ? argv[1] : "";
  if (strcmp(part, "calls") == 0) calls();
  else if (strcmp(part, "errors") == 0) errors();
  else if (strcmp(part, "callbacks") == 0) callbacks();
  else if (strcmp(part, "settings") == 0) settings();
  else if (strcmp(part, "threads") == 0) threads();
  else if (strcmp(part, "control") == 0) control();
  else return 2;
  return 0;
}
