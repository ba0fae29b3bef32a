#include "overflows.h"

/* The next error will be a stack overflow. */
STENCIL op_overflows(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.overflow = 1;
  TAIL CONTINUE(vm, base, frame);
}
