//! The instruction set: a stack machine whose values are 64-bit integers.
//!
//! Each op is written once, here. It becomes the interpreter's handler, machine code for the JIT, a method of
//! [`Assembler`](ops::Assembler), a rule of the verifier and a line of the disassembler. A parameter of the value
//! type is popped before the body runs, and the result is pushed after it.

#[mimeo::instruction_set(value = i64, host = crate::glue::runtime::Host, operands = stack)]
pub mod ops {
    // Rust functions that ops call, for what the op language does not have.
    #[runtime(crate::glue::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn overflow(vm: &mut Vm, operator: u8) -> Thrown;
        #[cold]
        fn division_by_zero(vm: &mut Vm) -> Thrown;
        fn print_number(vm: &mut Vm, value: i64) -> Result<(), Thrown>;
        fn keep_variable(vm: &mut Vm, value: i64);
    }

    fn or_overflow(vm: &mut Vm, result: Option<i64>, operator: u8) -> Result<i64, Thrown> {
        match result {
            Some(value) => Ok(value),
            None => Err(overflow(vm, operator)),
        }
    }

    /// Pushes a number.
    #[vm_op]
    fn push(#[imm] value: i64) -> i64 {
        value
    }

    /// Drops the top of the stack.
    #[vm_op]
    fn pop(_value: i64) {}

    /// Pushes a variable.
    #[vm_op]
    fn get(#[place(slot)] variable: i64) -> i64 {
        variable
    }

    /// Pops into a variable.
    #[vm_op(result = slot)]
    fn set(value: i64) -> i64 {
        value
    }

    /// `a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_add(b), b'+')
    }

    /// `a - b`
    #[vm_op]
    fn subtract(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_sub(b), b'-')
    }

    /// `a * b`
    #[vm_op]
    fn multiply(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_mul(b), b'*')
    }

    /// `a / b`, towards zero
    #[vm_op]
    fn divide(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        if b == 0 {
            return Err(division_by_zero(vm));
        }
        or_overflow(vm, a.checked_div(b), b'/')
    }

    /// `a {compare} b`: 1 or 0
    #[vm_op(each(compare):
        less(<), less_equal(<=), greater(>), greater_equal(>=), equal(==), not_equal(!=))]
    fn comparison(a: i64, b: i64) -> i64 {
        compare(a, b) as i64
    }

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Jumps to `to` if the condition is 0.
    #[vm_op]
    fn jump_if_zero(condition: i64, to: Label) -> Flow {
        if condition == 0 { to.jump() } else { Flow::Next }
    }

    /// Calls `callee` with the values on top of the stack, and pushes its result.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, arguments: Window) -> Flow {
        vm.call(callee, arguments)
    }

    /// Returns from the function.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }

    /// Prints a number.
    #[vm_op]
    fn print(vm: &mut Vm, value: i64) -> Result<(), Thrown> {
        print_number(vm, value)
    }

    /// Keeps the next variable of the top level for the chunk after this one.
    #[vm_op]
    fn keep(vm: &mut Vm, value: i64) {
        keep_variable(vm, value);
    }
}
