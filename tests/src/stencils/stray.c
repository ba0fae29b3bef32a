#include "stray.h"

/* Writes before its frame. */
STENCIL op_stray(Vm *vm, Slot *base, Frame *frame) {
  base[-1] = 0;
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  TAIL CONTINUE(vm, base, frame);
}
