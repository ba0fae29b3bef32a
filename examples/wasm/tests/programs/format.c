// Formatted output and input, above all of floats.
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  static const double numbers[] = {
      0.0, -0.0, 1.0, -1.5, 0.1, 1.0 / 3.0, 2.5, 3.5, 1e10, 1e15, 1e16, 1e17, 1.5e300, -2e-300, DBL_MIN, DBL_MAX,
      DBL_EPSILON, 5e-324, 123456.789, 99999.95, 0.00001234, 9007199254740993.0, INFINITY, -INFINITY,
  };
  for (size_t at = 0; at < sizeof numbers / sizeof *numbers; at++) {
    double number = numbers[at];
    printf("%f %e %g %.17g %.0f %+.3e %10.2g|%-12.4g|%012.3f %#g\n", number, number, number, number, number, number,
           number, number, number, number);
  }
  printf("%d %i %u %x %X %o %c %s %p %%\n", -7, 42, 4000000000u, 48879, 48879, 8, 'c', "string", (void *)0x10);
  printf("%5d|%-5d|%05d|%+d|% d|%.3d|%5.1s|%-8s|%*d\n", 42, 42, 42, 42, 42, 7, "abc", "left", 6, 42);
  printf("%lld %llu %llx %hhd %hd %zu %jd\n", -9000000000LL, 18446744073709551615ULL, 0xdeadbeefcafeULL, (signed char)-1,
         (short)-2, (size_t)3, (intmax_t)-4);
  char text[64];
  int count = snprintf(text, 8, "%s", "too long for it");
  printf("%d %s\n", count, text);
  int whole;
  double real;
  unsigned hex;
  char word[16];
  count = sscanf("42 3.25e2 word ff", "%d %lf %15s %x", &whole, &real, word, &hex);
  printf("%d: %d %g %s %u\n", count, whole, real, word, hex);
  static const char *const texts[] = {"1.5", "1e400", "-1e-400", "0x1.8p3", "inf", "nan", "12abc", "abc", "4.9e-324"};
  for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
    char *end;
    double parsed = strtod(texts[at], &end);
    if (isnan(parsed)) printf("%s: nan, rest `%s`\n", texts[at], end);
    else printf("%s: %.17g, rest `%s`\n", texts[at], parsed, end);
  }
  printf("%ld %ld %lu %lld\n", strtol("-123", 0, 10), strtol("077", 0, 0), strtoul("ffff", 0, 16),
         strtoll("9223372036854775807", 0, 10));
  for (double x = -3; x <= 3; x += 0.75) {
    printf("%.12g %.12g %.12g %.12g %.12g\n", floor(x), ceil(x), trunc(x), rint(x), round(x));
    printf("%.10g %.10g %.10g %.10g %.10g\n", sqrt(x * x), exp(x), sin(x), atan2(x, 2), pow(2, x));
  }
  printf("%.10g %.10g %.10g\n", fmod(10, 3.3), log(10), hypot(3, 4));
  return 0;
}
