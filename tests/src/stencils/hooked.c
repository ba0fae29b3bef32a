#include "hooked.h"

/* Does not read the count again. */
STENCIL op_hooked(Vm *vm, Slot *base, Frame *frame) {
  struct Runs *runs = (struct Runs *)HOLE_64(HOLE_runs);
  uint32_t count = ++runs->count_;
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome outcome = rt_run_hook(vm);
  RELOAD;
  if (outcome.status) TAIL EXIT_throw(vm, base, frame);
  WRITE_SLOT(HOLE_dst, f64_to_bits(count));
  TAIL CONTINUE(vm, base, frame);
}
