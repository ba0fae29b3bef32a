// Floats in memory: multiplication of matrices.
enum { SIZE = 100 };
static double a[SIZE][SIZE], b[SIZE][SIZE], c[SIZE][SIZE];
long long run(int n) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) a[i][j] = i + j, b[i][j] = i - j;
  for (int round = 0; round < n; round++)
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        double sum = 0;
        for (int k = 0; k < SIZE; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
  return (long long)c[SIZE / 2][SIZE / 3];
}
