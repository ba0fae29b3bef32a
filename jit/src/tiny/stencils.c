/* The stencils of the tests' instruction set; the tables hold what gcc 12 makes of them. */
#include "prelude.h"

struct Vm {
  Core core;
};
extern char HOLE_0[], HOLE_1[], HOLE_2[];
extern Continuation JUMP_to;
extern Outcome RUNTIME_0(Vm *vm, uint64_t value) COLD;
extern Outcome RUNTIME_1(Vm *vm) COLD;

STENCIL op_push(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, HOLE_64(HOLE_1));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_push_small(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, (uint64_t)(int64_t)(int32_t)HOLE_32(HOLE_1));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_push_constant(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, HOLE_64(HOLE_1));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_get(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, READ_SLOT(HOLE_1));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_set(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, READ_SLOT(HOLE_1));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_add(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, READ_SLOT(HOLE_1) + READ_SLOT(HOLE_2));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_scale(Vm *vm, Slot *base, Frame *frame) {
  WRITE_SLOT(HOLE_0, (uint64_t)(int64_t)((double)(int64_t)READ_SLOT(HOLE_1) * 2.5));
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_jump(Vm *vm, Slot *base, Frame *frame) {
  TAIL JUMP_to(vm, base, frame);
}
STENCIL op_jump_if(Vm *vm, Slot *base, Frame *frame) {
  if (READ_SLOT(HOLE_0)) {
    TAIL JUMP_to(vm, base, frame);
  }
  TAIL CONTINUE(vm, base, frame);
}
OUTLINED op_check__slow(Vm *vm, Slot *base, Frame *frame) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  Outcome outcome = RUNTIME_0(vm, READ_SLOT(HOLE_1));
  if (outcome.status) {
    TAIL EXIT_throw(vm, base, frame);
  }
  WRITE_SLOT(HOLE_0, outcome.value);
  TAIL CONTINUE(vm, base, frame);
}
STENCIL op_check(Vm *vm, Slot *base, Frame *frame) {
  uint64_t value = READ_SLOT(HOLE_1);
  if ((int64_t)value <= 0) {
    TAIL op_check__slow(vm, base, frame);
  }
  WRITE_SLOT(HOLE_0, value);
  TAIL CONTINUE(vm, base, frame);
}
OUTLINED op_call__overflow(Vm *vm, Slot *base, Frame *frame) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  vm->core.frame = frame;
  RUNTIME_1(vm);
  TAIL EXIT_throw(vm, base, frame);
}
STENCIL op_call(Vm *vm, Slot *base, Frame *frame) {
  const Function *callee = (const Function *)HOLE_64(HOLE_1);
  Slot *window = (Slot *)((char *)base + HOLE_OFFSET(HOLE_2));
  if ((uint64_t)((char *)vm->core.stack_limit - (char *)window) < callee->frame_bytes || frame == vm->core.frame_limit) {
    TAIL op_call__overflow(vm, base, frame);
  }
  frame->pc = HOLE_OFFSET(HOLE_next_pc);
  frame->ret = (Continuation *)HOLE_CODE(CONTINUE);
  frame++;
  frame->function = callee;
  frame->base = window;
  TAIL callee->entry(vm, window, frame);
}
STENCIL op_ret(Vm *vm, Slot *base, Frame *frame) {
  *base = READ_SLOT(HOLE_0);
  frame--;
  TAIL frame->ret(vm, frame->base, frame);
}
