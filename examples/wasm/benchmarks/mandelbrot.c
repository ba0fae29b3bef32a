// Floats in locals: the Mandelbrot set.
long long run(int n) {
  long long sum = 0;
  for (int py = 0; py < n; py++)
    for (int px = 0; px < n; px++) {
      double cx = 3.0 * px / n - 2, cy = 2.0 * py / n - 1, x = 0, y = 0;
      int i = 0;
      while (i < 100 && x * x + y * y < 4) {
        double t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
        i++;
      }
      sum += i;
    }
  return sum;
}
