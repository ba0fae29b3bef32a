#include "faults.h"

/* The next error looks like a refused call. */
STENCIL op_faults(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.fault = ARITY;
  TAIL CONTINUE(vm, base, frame);
}
