//! Flows, `vm`, labels and windows, pointers, and the order of effects.
// covers: FlowBesideValues, FlowValue, HostAccess, NoContext, VmField, VmValue, OperandValue, LateThrow, DerefType, AssignTo

#[mimeo::instruction_set(value = i64)]
mod without_context {
    #[vm_op]
    fn context(vm: &mut Vm) -> i64 {
        vm.context.count
    }
}

#[mimeo::instruction_set(value = i64, context = Context, host = u8)]
mod ops {
    #[repr(C)]
    pub struct Context {
        pub count: i64,
        pub list: *mut i64,
        pub opaque: *mut Vec<i64>,
    }

    unsafe extern "Rust" {
        fn slow(vm: &mut Vm, a: i64) -> Result<i64, Thrown>;
    }

    fn count(vm: &mut Vm) {
        vm.context.count = vm.context.count.wrapping_add(1);
    }

    fn counts_and_throws(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        vm.context.count = a;
        slow(vm, a)
    }

    #[vm_op]
    fn flow_as_a_value(a: i64, to: Label) -> Flow {
        let flow = to.jump();
        Flow::Next;
        match Flow::Next {
            other => other,
        }
    }

    #[vm_op]
    fn flow_inside(a: i64) -> Result<Flow, Thrown> {
        let pair = (Flow::Next, a);
        Ok(Ok(Flow::Next)?)
    }

    #[vm_op]
    fn machine(vm: &mut Vm, a: i64) -> i64 {
        let host = vm.host.len;
        vm.host.push(a);
        let core = vm.core;
        vm.throw("message");
        let other = vm;
        let pair = (vm, a);
        a
    }

    #[vm_op]
    fn labels(vm: &mut Vm, callee: Callee, a: i64, to: Label, other: Label, args: Window) -> Flow {
        let copy = to;
        let run = args;
        if a == 1 {
            return vm.call(callee, a);
        }
        (if a == 0 { to } else { other }).jump()
    }

    #[vm_op]
    fn windows(vm: &mut Vm, a: i64, args: Window) -> Flow {
        vm.fill(a, 0);
        vm.fill(args);
        let first = vm.slot_of(args, a);
        vm.set_slot_of(args, 0, 1_u8);
        vm.ret_window(a)
    }

    #[vm_op]
    fn fills_and_throws(vm: &mut Vm, a: i64, args: Window) -> Result<i64, Thrown> {
        vm.fill(args, a);
        vm.set_slot_of(args, 0, a);
        slow(vm, a)
    }

    #[vm_op]
    fn lists(a: i64, to: Labels) -> Flow {
        let copy = to;
        if a == 0 { to.jump(a) } else { to.jump() }
    }

    #[vm_op]
    fn values_and_list(a: i64, to: Labels) -> (i64, Flow) {
        (a, to.jump(a as u64))
    }

    #[vm_op]
    fn values_and_return(vm: &mut Vm, a: i64) -> (i64, Flow) {
        (a, vm.ret(a))
    }

    #[vm_op]
    fn values_and_decision(a: i64, to: Label) -> (i64, i64, Flow) {
        (a, 1, if a == 0 { to.jump() } else { Flow::Next })
    }

    #[vm_op]
    fn kept_values_and_flow(a: i64) -> (i64, Flow) {
        let both = (a, Flow::Next);
        both
    }

    #[vm_op]
    fn effect_then_deopt(vm: &mut Vm, a: i64) -> Flow {
        vm.context.count = a;
        vm.deopt()
    }

    #[vm_op]
    fn effect_then_throw(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        unsafe { *vm.context.list = a };
        let sum = slow(vm, a)?;
        slow(vm, sum)
    }

    #[vm_op]
    fn effect_of_a_helper_then_deopt(vm: &mut Vm) -> Flow {
        count(vm);
        vm.deopt()
    }

    #[vm_op]
    fn pointers(vm: &mut Vm, a: i64) -> i64 {
        let text = unsafe { *vm.context.opaque };
        let next = unsafe { vm.context.opaque.add(1) };
        *a
    }

    #[vm_op]
    fn places(vm: &mut Vm, a: i64) -> i64 {
        5 = a;
        a.wrapping_add(1) = a;
        vm.context = a;
        unsafe { *{ count(vm); vm.context.list } ^= a };
        a
    }

    #[vm_op]
    fn steps_of_nothing(a: i64) -> i64 {
        let next = unsafe { (a as *mut ()).add(1) };
        next as i64
    }
}

fn slow(_: &mut ops::Vm, a: i64) -> Result<i64, mimeo::Thrown> {
    Ok(a)
}

fn main() {}
