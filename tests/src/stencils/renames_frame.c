#include "renames_frame.h"

/* The frame is another function's. */
STENCIL op_renames_frame(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  frame->function = 0;
  TAIL CONTINUE(vm, base, frame);
}
