//! Signatures of ops, and their attribute.
// covers: OpArgument, OpParameter, OpResult, OpGeneric, OpAsync, TwoVms, VmReference, Lifetime, Reviewed
// covers: TwoWindows, WindowLast, ResultSlot, StackCall, CallPops, StackReturns, Pattern

#[mimeo::instruction_set(value = i64)]
mod registers {
    #[vm_op(stencils = none)]
    fn argument_name() {}

    #[vm_op(stencil = fast)]
    fn argument_value() {}

    #[vm_op(stencil)]
    fn argument_without_value() {}

    #[vm_op = "required"]
    fn argument_form() {}

    #[vm_op(result = place)]
    fn result_place() {}

    #[vm_op(stencil = "stencils/add.c")]
    fn not_reviewed(a: i64) -> i64 {
        a
    }

    #[vm_op(reviewed = "00000001000000020000000300000004")]
    fn reviewed_without_a_file(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn number(a: i32) {}

    #[vm_op]
    fn reference(a: &i64) {}

    #[vm_op]
    fn machine_by_value(vm: Vm) {}

    #[vm_op]
    fn machine_by_shared_reference(vm: &Vm) {}

    #[vm_op]
    fn lifetime<'a>(vm: &'a mut Vm) {}

    #[vm_op]
    fn forever(vm: &'static mut Vm) {}

    #[vm_op]
    fn receiver(self) {}

    #[vm_op]
    fn destructured((a, b): (i64, i64)) {}

    #[vm_op]
    fn result_bool(a: i64) -> bool {
        a == 0
    }

    #[vm_op]
    fn result_pair(a: i64) -> (i64, bool) {
        (a, true)
    }

    #[vm_op]
    fn result_never() -> ! {
        loop {}
    }

    #[vm_op]
    fn generic<T>(a: i64) {}

    #[vm_op]
    async fn asynchronous() {}

    #[vm_op]
    unsafe fn not_safe() {}

    #[vm_op]
    fn two_machines(vm: &mut Vm, other: &mut Vm) {}

    #[vm_op]
    fn two_windows(one: Window, other: Window) {}

    #[vm_op(result = slot)]
    fn result_slot(a: i64) -> i64 {
        a
    }
}

#[mimeo::instruction_set(value = i64, operands = stack)]
mod stack {
    #[vm_op]
    fn window_last(args: Window, a: i64) {}

    #[vm_op(result = slot)]
    fn result_slot(a: i64) {}

    #[vm_op]
    fn calls_and_pops(vm: &mut Vm, a: i64, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    #[vm_op]
    fn calls_or_goes_on(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        if args.len() == 0 { Flow::Next } else { vm.call(callee, args) }
    }

    #[vm_op]
    fn returns_several(vm: &mut Vm, values: Window) -> Flow {
        vm.ret_window(values)
    }
}

fn main() {}
