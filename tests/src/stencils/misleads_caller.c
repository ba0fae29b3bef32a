#include "misleads_caller.h"

/* Changes the caller's pc. */
STENCIL op_misleads_caller(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  frame[-1].pc += 1;
  TAIL CONTINUE(vm, base, frame);
}
