#include "unmarks_finish.h"

/* The end of a run looks like a return. */
STENCIL op_unmarks_finish(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.finish_marker = 0;
  TAIL CONTINUE(vm, base, frame);
}
