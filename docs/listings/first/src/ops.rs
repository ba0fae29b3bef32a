//! The instruction set: a stack machine whose values are integers.

#[mimeo::instruction_set(value = i64, host = crate::runtime::Host, operands = stack)]
pub mod ops {
    // ANCHOR: runtime
    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn overflow(vm: &mut Vm, operator: u8) -> Thrown;
        fn print_number(vm: &mut Vm, number: i64) -> Result<(), Thrown>;
    }
    // ANCHOR_END: runtime

    // ANCHOR: push
    /// Pushes a number.
    #[vm_op]
    fn push(#[imm] number: i64) -> i64 {
        number
    }
    // ANCHOR_END: push

    // ANCHOR: add
    fn or_overflow(vm: &mut Vm, result: Option<i64>, operator: u8) -> Result<i64, Thrown> {
        match result {
            Some(value) => Ok(value),
            None => Err(overflow(vm, operator)),
        }
    }

    /// `a b +`
    #[vm_op]
    fn add(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_add(b), b'+')
    }
    // ANCHOR_END: add

    /// `a b -`
    #[vm_op]
    fn subtract(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_sub(b), b'-')
    }

    /// `a b *`
    #[vm_op]
    fn multiply(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        or_overflow(vm, a.checked_mul(b), b'*')
    }

    // ANCHOR: less
    /// `a b <`: 1 or 0
    #[vm_op]
    fn less(a: i64, b: i64) -> i64 {
        (a < b) as i64
    }
    // ANCHOR_END: less

    // ANCHOR: print
    /// `number .`
    #[vm_op]
    fn print(vm: &mut Vm, number: i64) -> Result<(), Thrown> {
        print_number(vm, number)
    }
    // ANCHOR_END: print

    // ANCHOR: variables
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
    // ANCHOR_END: variables

    // ANCHOR: jumps
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
    // ANCHOR_END: jumps

    // ANCHOR: calls
    /// Calls a function with the values on top of the stack, and pushes its result.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, arguments: Window) -> Flow {
        vm.call(callee, arguments)
    }

    /// Returns the top of the stack.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }
    // ANCHOR_END: calls
}
