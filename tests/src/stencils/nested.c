#include "nested.h"

/* Does not read the count again. */
STENCIL op_nested(Vm *vm, Slot *base, Frame *frame) {
  struct Runs *runs = (struct Runs *)HOLE_64(HOLE_runs);
  uint32_t count = ++runs->count_;
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome inner = rt_run_again(vm, HOLE_64(HOLE_callee), READ_SLOT(HOLE_a));
  RELOAD;
  if (inner.status) TAIL EXIT_throw(vm, base, frame);
  WRITE_SLOT(HOLE_dst, f64_to_bits(f64_quiet(count + f64_from_bits(inner.value))));
  TAIL CONTINUE(vm, base, frame);
}
