// Small arrays and branches: flips of permutations.
long long run(int n) {
  int p[16], q[16], count[16];
  int flips = 0, checksum = 0, r = n, sign = 1;
  for (int i = 0; i < n; i++) p[i] = i;
  for (;;) {
    for (; r != 1; r--) count[r - 1] = r;
    if (p[0] != 0) {
      for (int i = 0; i < n; i++) q[i] = p[i];
      int f = 0;
      for (int k = q[0]; k != 0; k = q[0], f++)
        for (int i = 0, j = k; i < j; i++, j--) {
          int t = q[i];
          q[i] = q[j], q[j] = t;
        }
      if (f > flips) flips = f;
      checksum += sign * f;
    }
    sign = -sign;
    for (;;) {
      if (r == n) return (long long)checksum * 100 + flips;
      int first = p[0];
      for (int i = 0; i < r; i++) p[i] = p[i + 1];
      p[r] = first;
      if (--count[r] > 0) break;
      r++;
    }
    if (r >= n) return (long long)checksum * 100 + flips;
  }
}
