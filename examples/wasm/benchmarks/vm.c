// Indirect calls and branch tables: an interpreter of a small machine.
typedef struct { long long a, b; int pc; } Machine;
static int add(Machine *m) { m->a += m->b; return m->pc + 1; }
static int swap(Machine *m) { long long t = m->a; m->a = m->b; m->b = t; return m->pc + 1; }
static int mask(Machine *m) { m->a &= 0xffffffff; return m->pc + 1; }
static int (*const calls[])(Machine *) = {add, swap, mask};
static const unsigned char code[] = {0, 1, 3, 2, 4, 0, 5, 1, 6, 7};
long long run(int n) {
  Machine m = {1, 2, 0};
  for (long long steps = 0; steps < (long long)n * 1000; steps++) {
    unsigned char op = code[m.pc];
    switch (op) {
      case 0: case 1: case 2: m.pc = calls[op](&m); break;
      case 3: m.a ^= m.a << 3; m.pc++; break;
      case 4: m.b = m.b * 3 + 1; m.pc++; break;
      case 5: m.a = (unsigned)m.a >> 1; m.pc++; break;
      case 6: m.b &= 0xffff; m.pc++; break;
      default: m.pc = 0;
    }
  }
  return m.a ^ m.b;
}
