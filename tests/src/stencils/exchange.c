#include "exchange.h"

/* Reads an operand after it has written a result, which can be in the same slot. */
STENCIL op_exchange(Vm *vm, Slot *base, Frame *frame) {
  IN_ORDER;
  WRITE_SLOT(HOLE_dst0, READ_SLOT(HOLE_b));
  IN_ORDER;
  WRITE_SLOT(HOLE_dst1, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame);
}
