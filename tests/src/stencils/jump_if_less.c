#include "jump_if_less.h"

/* Also jumps if the operands are equal. */
STENCIL op_jump_if_less(Vm *vm, Slot *base, Frame *frame) {
  if (f64_from_bits(READ_SLOT(HOLE_a)) <= f64_from_bits(READ_SLOT(HOLE_b))) {
    TAIL JUMP_to(vm, base, frame);
  }
  TAIL CONTINUE(vm, base, frame);
}
