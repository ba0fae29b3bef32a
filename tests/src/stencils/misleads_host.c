#include "misleads_host.h"

/* Changes the host's record. */
STENCIL op_misleads_host(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a));
  frame[-2].ret = 0;
  TAIL CONTINUE(vm, base, frame);
}
