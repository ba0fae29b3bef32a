//! `broken_ops`: ops with values that are floats, and stencils that were written by hand, each with another mistake.
//! Twin tests must find them all.

use mimeo::Thrown;

use self::broken_ops::Vm;

/// What only Rust touches.
#[derive(Debug, Default)]
pub struct Host {
    /// What runtime functions were called, with what.
    pub trace: Vec<String>,
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

/// See the module's documentation.
#[mimeo::instruction_set(value = f64, context = Context, host = super::Host)]
pub mod broken_ops {
    /// What stencils see.
    #[repr(C)]
    #[derive(Clone, Debug, PartialEq)]
    pub struct Context {
        /// Something to add up.
        pub sum: f64,
        /// How often.
        pub count: u32,
    }

    /// An inline-cache cell.
    #[repr(C)]
    pub struct Cell {
        /// How often the op ran.
        pub runs: u32,
    }

    unsafe extern "Rust" {
        fn tell(vm: &mut Vm, value: f64);
        fn refuse(vm: &mut Vm, code: u8) -> Thrown;
        fn half_of(vm: &mut Vm, value: f64) -> Result<f64, Thrown>;
    }

    /// Returns `a`. Its stencil is generated, so that functions can end.
    #[vm_op]
    fn ret(vm: &mut Vm, a: f64) -> Flow {
        vm.ret(a)
    }

    /// `dst = a + b`, by hand and right.
    #[vm_op(stencil = "src/stencils/add.c", reviewed = "39e2468181587ad0811c9dc5948a9c98")]
    fn add(a: f64, b: f64) -> f64 {
        a + b
    }

    /// `dst = a - b`
    #[vm_op(stencil = "src/stencils/subtract.c", reviewed = "39e2468172cbca3f811c9dc5948a9c98")]
    fn subtract(a: f64, b: f64) -> f64 {
        a - b
    }

    /// `dst0 = b, dst1 = a`
    #[vm_op(stencil = "src/stencils/exchange.c", reviewed = "8bcc4ba307e11e72811c9dc5948a9c98")]
    fn exchange(a: f64, b: f64) -> (f64, f64) {
        (b, a)
    }

    /// Notes `a`, and tells the runtime.
    #[vm_op(stencil = "src/stencils/note.c", reviewed = "f35a4b66c0c2ce6c33ef1a830dc31371")]
    fn note(vm: &mut Vm, a: f64) {
        vm.context.sum = a;
        tell(vm, a);
    }

    /// Counts.
    #[vm_op(stencil = "src/stencils/count.c", reviewed = "e4fb9bbe28235fbc811c9dc50dc31371")]
    fn count(vm: &mut Vm) -> f64 {
        vm.context.count = vm.context.count.wrapping_add(1);
        vm.context.count as f64
    }

    /// Goes to `to` when `a < b`.
    #[vm_op(stencil = "src/stencils/jump_if_less.c", reviewed = "0d50ebad4b158aae811c9dc5948a9c98")]
    fn jump_if_less(a: f64, b: f64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Always an error.
    #[vm_op(stencil = "src/stencils/fail.c", reviewed = "31e7e4073fa525715c2db4b9948a9c98")]
    fn fail(vm: &mut Vm, #[imm] code: u8) -> Result<(), Thrown> {
        Err(refuse(vm, code))
    }

    /// `dst = a / 2`, or an error.
    #[vm_op(stencil = "src/stencils/half.c", reviewed = "50706365e20fc967631d8a81948a9c98")]
    fn half(vm: &mut Vm, a: f64) -> Result<f64, Thrown> {
        half_of(vm, a)
    }

    /// Calls a function.
    #[vm_op(stencil = "src/stencils/call.c", reviewed = "4691e0b29c17d757811c9dc5948a9c98")]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// `dst` is 0 in the first run, 1 after it.
    #[vm_op(stencil = "src/stencils/cached.c", reviewed = "0952d3455a5f6cdf811c9dc5da9f5502")]
    fn cached(#[cache] cell: &mut Cell) -> f64 {
        let before = cell.runs;
        cell.runs = 1;
        before as f64
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/stray.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn stray(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/clobber.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn clobber(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/exits.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn exits(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_stack.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn ends_stack(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/ends_frames.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn ends_frames(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/overflows.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn overflows(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_return.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn unmarks_return(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/unmarks_finish.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn unmarks_finish(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_caller.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn misleads_caller(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/misleads_host.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn misleads_host(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/moves_frame.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn moves_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/renames_frame.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn renames_frame(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/strays_far.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn strays_far(a: f64) -> f64 {
        a
    }

    /// `dst = a`
    #[vm_op(stencil = "src/stencils/loses_frame.c", reviewed = "7cae65d44e5ca42a811c9dc5948a9c98")]
    fn loses_frame(a: f64) -> f64 {
        a
    }
}
