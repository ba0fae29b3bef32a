#include "exchange.h"

/* An operand is read after a result was written, and they can be one slot. */
STENCIL op_exchange(Vm *vm, Slot *base, Frame *frame) {
  IN_ORDER;
  WRITE_SLOT(HOLE_dst0, READ_SLOT(HOLE_b));
  IN_ORDER;
  WRITE_SLOT(HOLE_dst1, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame);
}
