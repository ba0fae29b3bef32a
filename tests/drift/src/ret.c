#include "ret.h"

/* Goes on behind an op that never does. */
STENCIL op_ret(Vm *vm, Slot *base, Frame *frame) {
  vm->context.bias_ = READ_SLOT(HOLE_value);
  TAIL CONTINUE(vm, base, frame);
}
