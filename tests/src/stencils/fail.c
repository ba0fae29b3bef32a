#include "fail.h"

/* The code is off by one. */
STENCIL op_fail(Vm *vm, Slot *base, Frame *frame) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  rt_refuse(vm, HOLE_32(HOLE_code) + 1);
  TAIL EXIT_throw(vm, base, frame);
}
