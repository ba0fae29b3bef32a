#include "number.h"

/* A 32-bit field for an operand of 64 bits. */
STENCIL op_number(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, (uint64_t)(uintptr_t)&HOLE_value);
  TAIL CONTINUE(vm, base, frame);
}
