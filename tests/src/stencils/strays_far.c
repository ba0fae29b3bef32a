#include "strays_far.h"

/* Writes far before its frame. */
STENCIL op_strays_far(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  base[-200] = 0;
  TAIL CONTINUE(vm, base, frame);
}
