#include "exits.h"

/* Leaves the exit that a panic of a runtime function would leave. */
STENCIL op_exits(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  vm->core.exit = 7;
  TAIL CONTINUE(vm, base, frame);
}
