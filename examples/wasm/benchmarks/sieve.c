// Bytes: the sieve of Eratosthenes.
static unsigned char composite[1 << 20];
long long run(int n) {
  long long primes = 0;
  for (int round = 0; round < n; round++) {
    __builtin_memset(composite, 0, sizeof composite);
    primes = 0;
    for (int i = 2; i < 1 << 20; i++) {
      if (composite[i]) continue;
      primes++;
      for (long long j = (long long)i * i; j < 1 << 20; j += i) composite[j] = 1;
    }
  }
  return primes;
}
