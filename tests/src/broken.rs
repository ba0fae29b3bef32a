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
    #[vm_op(stencil = "src/stencils/add.c", reviewed = "501cf65e909f0d73811c9dc59b8aa79d")]
    fn add(a: f64, b: f64) -> f64 {
        (a + b).quiet()
    }

    /// `dst = a - b`
    #[vm_op(stencil = "src/stencils/subtract.c", reviewed = "501cf65e0e629670811c9dc59b8aa79d")]
    fn subtract(a: f64, b: f64) -> f64 {
        (a - b).quiet()
    }

    /// `dst0 = b, dst1 = a`
    #[vm_op(stencil = "src/stencils/exchange.c", reviewed = "3b06793e07e11e72811c9dc59b8aa79d")]
    fn exchange(a: f64, b: f64) -> (f64, f64) {
        (b, a)
    }

    /// Notes `a`, and passes it to the runtime.
    #[vm_op(stencil = "src/stencils/note.c", reviewed = "5906eff5c0c2ce6c33ef1a83845eb3da")]
    fn note(vm: &mut Vm, a: f64) {
        vm.context.sum = a;
        tell(vm, a);
    }

    /// Counts.
    #[vm_op(stencil = "src/stencils/count.c", reviewed = "7d7cf06128235fbc811c9dc5845eb3da")]
    fn count(vm: &mut Vm) -> f64 {
        vm.context.count = vm.context.count.wrapping_add(1);
        vm.context.count as f64
    }

    /// Jumps to `to` if `a < b`.
    #[vm_op(stencil = "src/stencils/jump_if_less.c", reviewed = "d2af5f904b158aae811c9dc59b8aa79d")]
    fn jump_if_less(a: f64, b: f64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Throws an error.
    #[vm_op(stencil = "src/stencils/fail.c", reviewed = "147c23d83fa525715c2db4b99b8aa79d")]
    fn fail(vm: &mut Vm, #[imm] code: u8) -> Result<(), Thrown> {
        Err(refuse(vm, code))
    }

    /// `dst = a / 2`, or throws an error.
    #[vm_op(stencil = "src/stencils/half.c", reviewed = "c1c34116dbddeb8c631d8a819b8aa79d")]
    fn half(vm: &mut Vm, a: f64) -> Result<f64, Thrown> {
        Ok(half_of(vm, a)?.quiet())
    }

    /// Calls a function.
    #[vm_op(stencil = "src/stencils/call.c", reviewed = "90a3bb259c17d757811c9dc59b8aa79d")]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// `dst` is 0 in the first run, and 1 afterwards.
    #[vm_op(stencil = "src/stencils/cached.c", reviewed = "6a196c74743e774b811c9dc57b85f05e")]
    fn cached(#[cache] cell: &Runs) -> f64 {
        let before = cell.count.get();
        cell.count.set(1);
        before as f64
    }

    /// `dst` = the number of runs when the function has returned, plus its result.
    #[vm_op(stencil = "src/stencils/nested.c", reviewed = "370481df648216abf11950947b85f05e")]
    fn nested(vm: &mut Vm, callee: Callee, a: f64, #[cache] runs: &Runs) -> f64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        let inner = run_again(vm, callee, a);
        (runs.count.get() as f64 + inner).quiet()
    }

    /// `dst` = the number of runs when the hook has returned.
    #[vm_op(stencil = "src/stencils/hooked.c", reviewed = "6a196c7418b81029fa86841f7b85f05e")]
    fn hooked(vm: &mut Vm, #[cache] runs: &Runs) -> f64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        run_hook(vm);
        runs.count.get() as f64
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/stray.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn stray(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/clobber.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn clobber(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/exits.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn exits(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_stack.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn ends_stack(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_frames.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn ends_frames(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/faults.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn faults(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_return.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn unmarks_return(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_finish.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn unmarks_finish(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_caller.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn misleads_caller(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_host.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn misleads_host(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/moves_frame.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn moves_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/renames_frame.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn renames_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/strays_far.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn strays_far(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/loses_frame.c", reviewed = "e94b89454e5ca42a811c9dc59b8aa79d")]
    fn loses_frame(a: f64) -> f64 {
        a
    }
}
