// Arguments, the environment, standard streams, clocks and the exit status.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void at_exit(void) { printf("at exit\n"); }

static double now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) return -1;
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  atexit(at_exit);
  for (int at = 1; at < argc; at++) printf("argument %d: %s\n", at, argv[at]);
  int variables = 0;
  while (environ[variables]) variables++;
  printf("%d variables, GREETING=%s, MISSING is %s\n", variables, getenv("GREETING"), getenv("MISSING") ? "set" : "unset");
  char line[100];
  int count = 0;
  while (fgets(line, sizeof line, stdin)) printf("line %d: %s", ++count, line);
  printf("end of input: %d\n", feof(stdin) != 0);
  fprintf(stderr, "to standard error\n");

  double start = now(CLOCK_MONOTONIC);
  struct timespec pause = {0, 20000000};
  nanosleep(&pause, NULL);
  double slept = now(CLOCK_MONOTONIC) - start;
  printf("slept: %d\n", slept >= 0.02 && slept < 60);
  printf("today: %d\n", now(CLOCK_REALTIME) > 1.7e9 && time(NULL) > 1700000000);
  time_t moment = 1000000000;
  struct tm *parts = gmtime(&moment);
  strftime(line, sizeof line, "%Y-%m-%d %H:%M:%S %j", parts);
  printf("%s %d\n", line, (int)(mktime(parts) - moment));

  unsigned char random[32] = {0}, zeros[32] = {0};
  printf("random: %d\n", getentropy(random, sizeof random) == 0 && memcmp(random, zeros, sizeof zeros) != 0);
  exit(argc + 40);
}
