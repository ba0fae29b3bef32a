#include "clobber.h"

/* Writes to a slot that is not an operand. */
STENCIL op_clobber(Vm *vm, Slot *base, Frame *frame) {
  Slot a = READ_SLOT(HOLE_a);
  IN_ORDER;
  base[2] = 0;
  IN_ORDER;
  WRITE_SLOT(HOLE_dst, a);
  TAIL CONTINUE(vm, base, frame);
}
