#include "double.h"

STENCIL op_double(Vm *vm, Slot *base, Frame *frame) {
  uint64_t a = READ_SLOT(HOLE_a);
  WRITE_SLOT(HOLE_dst, a + a);
  TAIL CONTINUE(vm, base, frame);
}
