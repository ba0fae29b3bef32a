#include "moves_frame.h"

/* Moves the frame. */
STENCIL op_moves_frame(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  frame->base += 1;
  TAIL CONTINUE(vm, base, frame);
}
