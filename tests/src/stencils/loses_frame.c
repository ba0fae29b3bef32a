#include "loses_frame.h"

/* Leaves the caller's record on top. */
STENCIL op_loses_frame(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame - 1);
}
