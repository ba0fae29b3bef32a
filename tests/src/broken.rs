//! `broken_ops`: ops with float values and hand-written stencils, each of which has another mistake.
//! Twin tests must find all of them.

use mimeo::Thrown;

use self::broken_ops::{Callee, FunctionRef, Vm};

/// The state that only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The calls of runtime functions, with their arguments.
    pub trace: Vec<String>,
    /// The function that the op `hooked` runs, if any.
    pub hook: Option<FunctionRef>,
}

fn tell(vm: &mut Vm, value: f64) {
    vm.host.trace.push(format!("tell {value}"));
}

fn refuse(vm: &mut Vm, code: u8) -> Thrown {
    vm.throw(format!("refused with code {code}"))
}

fn half_of(vm: &mut Vm, value: f64) -> Result<f64, Thrown> {
    if value < 0.0 { Err(vm.throw("below 0")) } else { Ok(value / 2.0) }
}

/// Returns the result of a function, or -1 if it throws.
fn run_again(vm: &mut Vm, callee: Callee, value: f64) -> f64 {
    vm.run(callee, &[value]).unwrap_or_else(|thrown| {
        vm.catch(thrown);
        -1.0
    })
}

fn run_hook(vm: &mut Vm) {
    if let Some(hook) = vm.host.hook
        && let Err(thrown) = vm.run(hook, &[])
    {
        vm.catch(thrown);
    }
}

/// See the module's documentation.
#[mimeo::instruction_set(value = f64, context = Context, host = super::Host)]
pub mod broken_ops {
    /// The state that stencils access.
    #[repr(C)]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Context {
        /// The sum of noted values.
        pub sum: f64,
        /// The number of runs of `count`.
        pub count: u32,
    }

    /// An inline-cache cell.
    #[repr(C)]
    pub struct Runs {
        /// The number of runs of the op.
        pub count: Cell<u32>,
    }

    unsafe extern "Rust" {
        fn tell(vm: &mut Vm, value: f64);
        fn refuse(vm: &mut Vm, code: u8) -> Thrown;
        fn half_of(vm: &mut Vm, value: f64) -> Result<f64, Thrown>;
        fn run_again(vm: &mut Vm, callee: Callee, value: f64) -> f64;
        fn run_hook(vm: &mut Vm);
    }

    /// Returns `a`. Its stencil is generated, so that functions can end.
    #[vm_op]
    fn ret(vm: &mut Vm, a: f64) -> Flow {
        vm.ret(a)
    }

    /// `dst = a + b`, with a correct hand-written stencil.
    #[vm_op(stencil = "src/stencils/add.c", reviewed = "6908568c8674c65f811c9dc5265bf4e1")]
    fn add(a: f64, b: f64) -> f64 {
        (a + b).quiet()
    }

    /// `dst = a - b`
    #[vm_op(stencil = "src/stencils/subtract.c", reviewed = "6908568ce36191cc811c9dc5265bf4e1")]
    fn subtract(a: f64, b: f64) -> f64 {
        (a - b).quiet()
    }

    /// `dst0 = b, dst1 = a`
    #[vm_op(stencil = "src/stencils/exchange.c", reviewed = "d42ba7bbf073a4f3811c9dc5265bf4e1")]
    fn exchange(a: f64, b: f64) -> (f64, f64) {
        (b, a)
    }

    /// Notes `a`, and passes it to the runtime.
    #[vm_op(stencil = "src/stencils/note.c", reviewed = "a0eeae1d3dfb0f6d65a0350a6151379e")]
    fn note(vm: &mut Vm, a: f64) {
        vm.context.sum = a;
        tell(vm, a);
    }

    /// Counts.
    #[vm_op(stencil = "src/stencils/count.c", reviewed = "ead6fc3ba6358930811c9dc56151379e")]
    fn count(vm: &mut Vm) -> f64 {
        vm.context.count = vm.context.count.wrapping_add(1);
        vm.context.count as f64
    }

    /// Jumps to `to` if `a < b`.
    #[vm_op(stencil = "src/stencils/jump_if_less.c", reviewed = "7098cb6c1bdb1156811c9dc5265bf4e1")]
    fn jump_if_less(a: f64, b: f64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Throws an error.
    #[vm_op(stencil = "src/stencils/fail.c", reviewed = "bf0c85f9b75b247e99623c56265bf4e1")]
    fn fail(vm: &mut Vm, #[imm] code: u8) -> Result<(), Thrown> {
        Err(refuse(vm, code))
    }

    /// `dst = a / 2`, or throws an error.
    #[vm_op(stencil = "src/stencils/half.c", reviewed = "517d96b78be8b83dc5d6a4b3265bf4e1")]
    fn half(vm: &mut Vm, a: f64) -> Result<f64, Thrown> {
        Ok(half_of(vm, a)?.quiet())
    }

    /// Calls a function.
    #[vm_op(stencil = "src/stencils/call.c", reviewed = "c689cbcc46b0d9a7811c9dc5265bf4e1")]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// `dst` is 0 in the first run, and 1 afterwards.
    #[vm_op(stencil = "src/stencils/cached.c", reviewed = "a532c4ad37528cb9811c9dc55cb0ce71")]
    fn cached(#[cache] cell: &Runs) -> f64 {
        let before = cell.count.get();
        cell.count.set(1);
        before as f64
    }

    /// `dst` = the number of runs when the function has returned, plus its result.
    #[vm_op(stencil = "src/stencils/nested.c", reviewed = "55e63b75b1db4d66f2769b8a5cb0ce71")]
    fn nested(vm: &mut Vm, callee: Callee, a: f64, #[cache] runs: &Runs) -> f64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        let inner = run_again(vm, callee, a);
        (runs.count.get() as f64 + inner).quiet()
    }

    /// `dst` = the number of runs when the hook has returned.
    #[vm_op(stencil = "src/stencils/hooked.c", reviewed = "a532c4adaa8f41c7a7ee6b285cb0ce71")]
    fn hooked(vm: &mut Vm, #[cache] runs: &Runs) -> f64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        run_hook(vm);
        runs.count.get() as f64
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/stray.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn stray(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/clobber.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn clobber(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/exits.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn exits(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_stack.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn ends_stack(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_frames.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn ends_frames(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/faults.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn faults(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_return.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn unmarks_return(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_finish.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn unmarks_finish(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_caller.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn misleads_caller(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_host.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn misleads_host(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/moves_frame.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn moves_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/renames_frame.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn renames_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/strays_far.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn strays_far(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/loses_frame.c", reviewed = "cd834d0ab339e960811c9dc5265bf4e1")]
    fn loses_frame(a: f64) -> f64 {
        a
    }
}
