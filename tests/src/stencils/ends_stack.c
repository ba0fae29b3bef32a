#include "ends_stack.h"

/* Changes the limit of the value stack. */
STENCIL op_ends_stack(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.stack_limit = base;
  TAIL CONTINUE(vm, base, frame);
}
