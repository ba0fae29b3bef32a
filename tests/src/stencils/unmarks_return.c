#include "unmarks_return.h"

/* Calls of the interpreter look like native ones. */
STENCIL op_unmarks_return(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.return_marker = 0;
  TAIL CONTINUE(vm, base, frame);
}
