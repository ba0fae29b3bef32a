#include "call.h"

/* The caller resumes one unit too late. */
STENCIL op_call(Vm *vm, Slot *base, Frame *frame) {
  const Function *callee = (const Function *)HOLE_64(HOLE_callee);
  Slot *callee_base = (Slot *)((char *)base + HOLE_OFFSET(HOLE_args));
  uint64_t room_bytes = (uint64_t)((char *)vm->core.stack_limit - (char *)callee_base);
  if (room_bytes < callee->frame_bytes || frame >= vm->core.frame_limit) {
    frame->pc = HOLE_OFFSET(HOLE_pc);
    TAIL EXIT_deopt(vm, base, frame);
  }
  frame->pc = HOLE_OFFSET(HOLE_next_pc) + 1;
  frame->ret = (Continuation *)HOLE_CODE(CONTINUE);
  frame[1].function = callee;
  frame[1].base = callee_base;
  TAIL callee->entry(vm, callee_base, frame + 1);
}
