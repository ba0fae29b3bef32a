#include "renames_frame.h"

/* Changes the function of the frame. */
STENCIL op_renames_frame(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  frame->function = 0;
  TAIL CONTINUE(vm, base, frame);
}
