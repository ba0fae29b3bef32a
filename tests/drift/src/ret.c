#include "ret.h"

/* Continues after an op that never falls through. */
STENCIL op_ret(Vm *vm, Slot *base, Frame *frame) {
  vm->context.bias_ = READ_SLOT(HOLE_value);
  TAIL CONTINUE(vm, base, frame);
}
