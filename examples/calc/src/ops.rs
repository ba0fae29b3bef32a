//! The instruction set of calc: a stack machine whose values are 64-bit integers.
//!
//! This file is the only definition of an op. Each function becomes the interpreter's handler, the stencil for native
//! code, a method of [`Assembler`](ops::Assembler), the verifier's entry and the disassembler's text.
//!
//! A parameter of the value type is popped before the body runs, and the result is pushed after it. The body itself
//! knows nothing about stack and frame.

/// The ops of calc, and the code generated from them.
#[mimeo::instruction_set(value = i64, context = Context, host = crate::runtime::Host, operands = stack)]
pub mod ops {
    /// The part of calc's runtime that stencils can access.
    #[repr(C)]
    pub struct Context {
        /// The variables of the top level.
        pub(crate) globals: *mut i64,
    }

    // Both tiers call them.
    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn overflow(vm: &mut Vm, operator: u8) -> Thrown;
        #[cold]
        fn division_by_zero(vm: &mut Vm) -> Thrown;
        fn print_value(vm: &mut Vm, value: i64) -> Result<(), Thrown>;
    }

    // Constants and variables.

    /// Pushes a number.
    #[vm_op]
    fn push(#[imm] value: i64) -> i64 {
        value
    }

    /// Drops the top of the stack.
    #[vm_op]
    fn pop(_value: i64) {}

    /// Pushes a local variable.
    #[vm_op]
    fn get_local(#[place(slot)] local: i64) -> i64 {
        local
    }

    /// Pops into a local variable.
    #[vm_op(result = slot)]
    fn set_local(value: i64) -> i64 {
        value
    }

    /// Pushes a global variable.
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm(in = globals)] index: u32) -> i64 {
        // SAFETY: the verifier has checked the index against the size of `globals`.
        unsafe { *vm.context.globals.add(index as usize) }
    }

    /// Pops into a global variable.
    #[vm_op]
    fn set_global(vm: &mut Vm, value: i64, #[imm(in = globals)] index: u32) {
        // SAFETY: as above.
        unsafe { *vm.context.globals.add(index as usize) = value }
    }

    // Arithmetic. Overflow is an error of the program.

    /// `a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        match a.checked_add(b) {
            Some(sum) => Ok(sum),
            None => Err(overflow(vm, b'+')),
        }
    }

    /// `a - b`
    #[vm_op]
    fn subtract(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        match a.checked_sub(b) {
            Some(difference) => Ok(difference),
            None => Err(overflow(vm, b'-')),
        }
    }

    /// `a * b`
    #[vm_op]
    fn multiply(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        match a.checked_mul(b) {
            Some(product) => Ok(product),
            None => Err(overflow(vm, b'*')),
        }
    }

    /// `a / b`, towards zero
    #[vm_op]
    fn divide(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        if b == 0 {
            return Err(division_by_zero(vm));
        }
        match a.checked_div(b) {
            Some(quotient) => Ok(quotient),
            None => Err(overflow(vm, b'/')),
        }
    }

    /// `a % b`, with the sign of `a`
    #[vm_op]
    fn remainder(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        if b == 0 {
            return Err(division_by_zero(vm));
        }
        match a.checked_rem(b) {
            Some(remainder) => Ok(remainder),
            None => Err(overflow(vm, b'%')),
        }
    }

    /// `-a`
    #[vm_op]
    fn negate(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        match a.checked_neg() {
            Some(negated) => Ok(negated),
            None => Err(overflow(vm, b'-')),
        }
    }

    // Comparisons give 1 or 0. A function with `branches` is three ops: the comparison, and the two jumps that it decides.

    /// Whether `a` is 0.
    #[vm_op(branches(value = not, if = jump_if_zero, unless = jump_if_not_zero))]
    fn is_zero(a: i64) -> bool {
        a == 0
    }

    // A function with `each` is one op for each row of it.

    /// `a {compare} b`
    #[vm_op(each(compare):
        less(<), less_equal(<=), greater(>), greater_equal(>=), equal(==), not_equal(!=))]
    fn comparison(a: i64, b: i64) -> i64 {
        compare(a, b) as i64
    }

    // Control.

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Calls `callee` with the values on top of the stack, and pushes its result.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Returns from the function.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }

    /// Prints a number and a newline.
    #[vm_op]
    fn print(vm: &mut Vm, value: i64) -> Result<(), Thrown> {
        print_value(vm, value)
    }
}
