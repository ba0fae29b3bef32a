#include "ends_frames.h"

/* Changes the limit of frames. */
STENCIL op_ends_frames(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.frame_limit = frame;
  TAIL CONTINUE(vm, base, frame);
}
