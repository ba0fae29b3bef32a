#include "half.h"

/* Ignores the error. */
STENCIL op_half(Vm *vm, Slot *base, Frame *frame) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome outcome = rt_half_of(vm, READ_SLOT(HOLE_a));
  RELOAD;
  WRITE_SLOT(HOLE_dst, f64_canonical_bits(f64_from_bits(outcome.value)));
  TAIL CONTINUE(vm, base, frame);
}
