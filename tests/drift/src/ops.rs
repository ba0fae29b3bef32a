//! A few ops, one with a stencil written by hand, and one with names that are reserved elsewhere.

#[mimeo::instruction_set(value = i64, context = Context, host = u32)]
pub mod ops {
    #[repr(C)]
    pub struct Context {
        pub bias: i64,
        pub r#fn: i64,
        pub names: *const std::ffi::CString,
    }

    /// An inline-cache cell.
    #[repr(C)]
    pub struct Runs {
        pub count: Cell<i64>,
    }

    const STEP: i64 = 1;
    /// Cast from an `i32`, so that it is sign-extended.
    const SIGNED: u64 = (1 << SHIFT) as u64;
    const SHIFT: u32 = 31;

    #[runtime(crate)]
    unsafe extern "Rust" {
        fn note(vm: &mut Vm, value: i64) -> i64;
        fn run_again(vm: &mut Vm, callee: Callee, depth: i64) -> i64;
    }

    fn stepped(a: i64) -> i64 {
        a.wrapping_add(STEP)
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: i64) -> i64 {
        value
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    /// `dst = 2 * a`
    #[vm_op(stencil = "src/double.c", reviewed = "REVIEWED")]
    fn double(a: i64) -> i64 {
        a.wrapping_add(a)
    }

    /// `dst = a + STEP + bias`, which a runtime function passes through.
    #[vm_op]
    fn tell(vm: &mut Vm, a: i64) -> i64 {
        note(vm, stepped(a).wrapping_add(vm.context.bias))
    }

    fn r#match(a: i64, register: i64) -> i64 {
        a ^ register
    }

    /// Uses keywords, variables of generated code and registers as names.
    #[vm_op]
    fn r#loop(vm: &mut Vm, opcode: i64, base: i64, dst: i64, #[imm] r#type: u8) -> i64 {
        let sum = opcode.wrapping_add(base).wrapping_add(dst).wrapping_add(r#type as i64);
        r#match(sum, vm.context.r#fn) ^ (SIGNED as i64)
    }

    /// `dst` = 1000 times the number of runs after the callback, plus the callback's result.
    #[vm_op]
    fn nested(vm: &mut Vm, callee: Callee, depth: i64, #[cache] runs: &Runs) -> i64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        let inner = run_again(vm, callee, depth);
        runs.count.get().wrapping_mul(1000).wrapping_add(inner)
    }

    /// Returns.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }
}
