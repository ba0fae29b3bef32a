/*
 * A panic during a run, in native code and interpreted, is a status, and the handle remains usable. Linked with the
 * library of `examples/panicking.rs`.
 */
#include <stdio.h>
#include <string.h>

#include "mimeo_calc.h"

int panicking_write(void *user, const char *bytes, size_t len);

static int show_output(void *user, const char *bytes, size_t len) {
  (void)user;
  printf("%.*s", (int)len, bytes);
  return 0;
}

/* Prints more than the buffer holds, so that `print` calls the function during the loop. */
static const char COUNT[] = "let i = 0; while (i < 5000) { print i; i = i + 1; }";

static void report(const char *what, MimeoCalc *calc, MimeoCalcStatus status) {
  MimeoCalcError error;
  if (mimeo_calc_last_error(calc, &error) != MIMEO_CALC_STATUS_OK || error.status != status) return;
  printf("%s: %d, %u:%u, %s\n", what, (int)status, (unsigned)error.line, (unsigned)error.column, error.message.bytes);
}

int main(void) {
  const int modes[] = {MIMEO_CALC_MODE_ON, MIMEO_CALC_MODE_OFF};
  MimeoCalc *calc;
  size_t i;
  if (mimeo_calc_create(&calc) != MIMEO_CALC_STATUS_OK) return 1;
  for (i = 0; i < 2; i++) {
    mimeo_calc_set_mode(calc, modes[i]);
    mimeo_calc_set_output(calc, panicking_write, NULL);
    report("load", calc, mimeo_calc_load(calc, COUNT, strlen(COUNT)));
    report("run", calc, mimeo_calc_run(calc));
    report("run again", calc, mimeo_calc_run(calc));
    mimeo_calc_set_output(calc, show_output, NULL);
    report("load another", calc, mimeo_calc_load(calc, "print 3;", 8));
    report("run it", calc, mimeo_calc_run(calc));
  }
  printf("destroy: %d\n", (int)mimeo_calc_destroy(calc));
  return 0;
}
