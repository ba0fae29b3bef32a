#include "add.h"

/* The stencil without a mistake. */
STENCIL op_add(Vm *vm, Slot *base, Frame *frame) {
  double a = f64_from_bits(READ_SLOT(HOLE_a));
  double b = f64_from_bits(READ_SLOT(HOLE_b));
  WRITE_SLOT(HOLE_dst, f64_canonical_bits(a + b));
  TAIL CONTINUE(vm, base, frame);
}
