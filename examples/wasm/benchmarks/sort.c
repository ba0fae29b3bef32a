// Recursion and memory: quicksort of numbers.
static int numbers[1 << 16];
static void sort(int *from, int *to) {
  while (to - from > 1) {
    int pivot = from[(to - from) / 2], *i = from, *j = to - 1;
    while (i <= j) {
      while (*i < pivot) i++;
      while (*j > pivot) j--;
      if (i <= j) {
        int t = *i;
        *i++ = *j, *j-- = t;
      }
    }
    if (j + 1 - from < to - i) sort(from, j + 1), from = i;
    else sort(i, to), to = j + 1;
  }
}
long long run(int n) {
  long long sum = 0;
  unsigned random = 1;
  for (int round = 0; round < n; round++) {
    for (int i = 0; i < 1 << 16; i++) random = random * 1664525u + 1013904223u, numbers[i] = random >> 1;
    sort(numbers, numbers + (1 << 16));
    sum += numbers[1000] ^ numbers[60000];
  }
  return sum;
}
