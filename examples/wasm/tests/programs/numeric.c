// Loops over integers and floats that native code runs: a hash, sieves, matrices, planets and a set.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t crc(const unsigned char *bytes, size_t count) {
  uint32_t sum = ~0u;
  for (size_t at = 0; at < count; at++) {
    sum ^= bytes[at];
    for (int bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ (0xedb88320u & -(sum & 1));
  }
  return ~sum;
}

static uint64_t rotate(uint64_t value, int by) { return value << by | value >> (64 - by); }

static uint64_t mix(uint64_t seed) {
  uint64_t state[2] = {seed, ~seed}, sum = 0;
  for (int round = 0; round < 20000; round++) {
    uint64_t first = state[0], second = state[1];
    sum += rotate(first + second, 17) + first;
    second ^= first;
    state[0] = rotate(first, 49) ^ second ^ second << 21;
    state[1] = rotate(second, 28);
    sum ^= (uint64_t)__builtin_clzll(first | 1) << 8 | (uint64_t)__builtin_ctzll(second | 1ull << 63);
    sum += (uint64_t)__builtin_popcountll(first) * (int64_t)(int8_t)second;
    sum += (uint64_t)((int64_t)first / ((int64_t)second | 1)) + first % (second | 1);
  }
  return sum;
}

static int primes(int limit) {
  static unsigned char composite[20001];
  int count = 0;
  memset(composite, 0, sizeof composite);
  for (int number = 2; number <= limit; number++) {
    if (composite[number]) continue;
    count++;
    for (int multiple = number * 2; multiple <= limit; multiple += number) composite[multiple] = 1;
  }
  return count;
}

static double matrices(int size) {
  static double a[40][40], b[40][40], c[40][40];
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++) {
      a[row][column] = row + 1.0 / (column + 1);
      b[row][column] = column - row * 0.5;
    }
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++) {
      double sum = 0;
      for (int at = 0; at < size; at++) sum += a[row][at] * b[at][column];
      c[row][column] = sum;
    }
  double trace = 0;
  for (int at = 0; at < size; at++) trace += c[at][at];
  return trace;
}

typedef struct {
  double place[3], speed[3], mass;
} Body;

static double planets(int steps) {
  Body bodies[] = {
      {{0, 0, 0}, {0, 0, 0}, 39.47},
      {{4.84, -1.16, -0.10}, {0.60, 2.81, -0.02}, 0.037},
      {{8.34, 4.12, -0.40}, {-1.01, 1.82, 0.008}, 0.011},
  };
  for (int step = 0; step < steps; step++) {
    for (int one = 0; one < 3; one++)
      for (int other = one + 1; other < 3; other++) {
        double apart[3], square = 0;
        for (int axis = 0; axis < 3; axis++) {
          apart[axis] = bodies[one].place[axis] - bodies[other].place[axis];
          square += apart[axis] * apart[axis];
        }
        double pull = 0.01 / (square * sqrt(square));
        for (int axis = 0; axis < 3; axis++) {
          bodies[one].speed[axis] -= apart[axis] * bodies[other].mass * pull;
          bodies[other].speed[axis] += apart[axis] * bodies[one].mass * pull;
        }
      }
    for (int one = 0; one < 3; one++)
      for (int axis = 0; axis < 3; axis++) bodies[one].place[axis] += 0.01 * bodies[one].speed[axis];
  }
  return bodies[1].place[0] + bodies[2].place[1];
}

static int inside(int size) {
  int count = 0;
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++) {
      double x = 3.0 * column / size - 2, y = 2.0 * row / size - 1, a = 0, b = 0;
      int rounds = 0;
      while (a * a + b * b <= 4 && rounds < 100) {
        double next = a * a - b * b + x;
        b = 2 * a * b + y;
        a = next;
        rounds++;
      }
      count += rounds == 100;
    }
  return count;
}

static int collatz(uint32_t number) {
  int steps = 0;
  for (; number != 1; steps++) number = number % 2 ? number * 3 + 1 : number / 2;
  return steps;
}

int main(void) {
  unsigned char bytes[3000];
  for (size_t at = 0; at < sizeof bytes; at++) bytes[at] = (unsigned char)(at * at >> 3);
  printf("%08x %08x\n", crc(bytes, sizeof bytes), crc((const unsigned char *)"123456789", 9));
  printf("%016llx\n", (unsigned long long)mix(0x9e3779b97f4a7c15));
  printf("%d %.12g %.12g %d\n", primes(20000), matrices(40), planets(2000), inside(60));
  int longest = 0;
  for (uint32_t number = 1; number < 3000; number++) {
    int steps = collatz(number);
    longest = steps > longest ? steps : longest;
  }
  printf("%d\n", longest);
  for (double number = -1e19; number < 2e19; number += 0.7e19) {
    int64_t whole = number > -9.2e18 && number < 9.2e18 ? (int64_t)number : 0;
    uint64_t positive = number >= 0 && number < 1.8e19 ? (uint64_t)number : 0;
    printf("%lld %llu %.17g\n", (long long)whole, (unsigned long long)positive, (double)positive + (double)whole);
  }
  return 0;
}
