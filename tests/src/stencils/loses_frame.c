#include "loses_frame.h"

/* The caller's record is on top afterwards. */
STENCIL op_loses_frame(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame - 1);
}
