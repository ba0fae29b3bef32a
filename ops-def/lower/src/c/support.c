/* mimeo: the stencils that do not belong to an op. They know the machine's core, not the language. */
struct Vm {
  Core core;
};

/* Rust calls this one; it returns when a stencil returns. */
PLATFORM uint64_t mimeo_enter(Vm *vm, Slot *base, Frame *frame, Continuation *code) {
  code(vm, base, frame);
  return vm->core.exit;
}

#define EXIT_STENCIL(name, code, before) \
  STENCIL mimeo_exit_##name(Vm *vm, Slot *base, Frame *frame) { \
    (void)base; \
    before; \
    vm->core.frame = frame; \
    vm->core.exit_before = vm->core.exit; \
    vm->core.exit = (code); \
  }

EXIT_STENCIL(deopt, 1, (void)0)
EXIT_STENCIL(leave, 2, (void)0)
EXIT_STENCIL(call, 3, frame->pc = 0)
EXIT_STENCIL(return, 4, (void)0)
EXIT_STENCIL(finish, 5, (void)0)
EXIT_STENCIL(throw, 6, (void)0)
EXIT_STENCIL(poll, 7, (void)0)

STENCIL mimeo_deopt_op(Vm *vm, Slot *base, Frame *frame) {
  frame->pc = HOLE_OFFSET(HOLE_pc);
  TAIL EXIT_deopt(vm, base, frame);
}

/* Stands before a loop head and before the first op: backward jumps and callers arrive here. */
STENCIL mimeo_poll(Vm *vm, Slot *base, Frame *frame) {
  if (--vm->core.budget < 0) {
    frame->pc = HOLE_OFFSET(HOLE_pc);
    TAIL EXIT_poll(vm, base, frame);
  }
  TAIL CONTINUE(vm, base, frame);
}

/* Stands between the poll of a loop head and the op, in place of the loop: runs the loop's optimized code, and continues
 * where that says, which is an offset into the table of its exits. Optimized code can move the stack. */
extern PLATFORM uint64_t REGION(Vm *vm, Slot *base, Frame *frame);
extern char HOLE_region_exits[];
STENCIL mimeo_graft(Vm *vm, Slot *base, Frame *frame) {
  vm->core.frame = frame;
  uint64_t exit = REGION(vm, base, frame);
  RELOAD;
  Continuation *code = *(Continuation *const *)(HOLE_64(HOLE_region_exits) + exit);
  TAIL code(vm, base, frame);
}
