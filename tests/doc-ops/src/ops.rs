//! The ops: a register machine of 64-bit integers.

/// The ops of the examples, and the items generated from them.
#[mimeo::instruction_set(value = i64, context = Context, host = crate::runtime::Host, operands = registers)]
pub mod ops {
    /// The part of the language's state that stencils may access.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// The slot that was passed to [`watch`](crate::watch). No op reads it.
        pub(crate) watched: *mut i64,
    }

    // Both tiers call them.
    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        fn global(vm: &mut Vm, index: u32) -> i64;
        fn print_value(vm: &mut Vm, value: i64);
        #[cold]
        fn division_error(vm: &mut Vm, a: i64, b: i64) -> Thrown;
        fn ask(vm: &mut Vm, args: Window) -> Result<i64, Thrown>;
        fn suspend_fiber(vm: &mut Vm, value: i64) -> Result<i64, Thrown>;
        fn take_caught(vm: &mut Vm) -> i64;
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: i64) -> i64 {
        value
    }

    /// `dst = globals[index]`
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm(in = globals)] index: u32) -> i64 {
        global(vm, index)
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    /// `dst = a / b`
    #[vm_op]
    fn divide(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
        match a.checked_div(b) {
            Some(quotient) => Ok(quotient),
            None => Err(division_error(vm, a, b)),
        }
    }

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Jumps to `to` if `a < b`.
    #[vm_op]
    fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Whether `a == b`.
    #[vm_op(branches(value, if))]
    fn equal(a: i64, b: i64) -> bool {
        a == b
    }

    /// Jumps to the label with this index, or to the last one.
    #[vm_op]
    fn jump_to_one(index: i64, to: Labels) -> Flow {
        to.jump(index as u64)
    }

    /// Jumps to `to` if the host's function returns anything but 0.
    #[vm_op]
    fn jump_if_asked(vm: &mut Vm, args: Window, to: Label) -> Result<Flow, Thrown> {
        if ask(vm, args)? != 0 { Ok(to.jump()) } else { Ok(Flow::Next) }
    }

    /// Calls a function; its result is in the first slot of the window.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Returns the values of the window.
    #[vm_op]
    fn ret_all(vm: &mut Vm, values: Window) -> Flow {
        vm.ret_window(values)
    }

    /// `dst` = the word of the function
    #[vm_op]
    fn word(vm: &mut Vm) -> i64 {
        vm.function_word() as i64
    }

    /// Tail-calls a function with the same arguments.
    #[vm_op]
    fn tail_call(vm: &mut Vm, callee: Callee) -> Flow {
        vm.tail_call(callee)
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: i64) -> Flow {
        vm.ret(a)
    }

    /// Leaves native code, so that the interpreter runs the next op.
    #[vm_op]
    fn leave(vm: &mut Vm) -> Flow {
        vm.deopt()
    }

    /// Prints a number.
    #[vm_op]
    fn print(vm: &mut Vm, value: i64) {
        print_value(vm, value)
    }

    /// `dst` = the result of the host's function for the values in the window
    #[vm_op]
    fn ask_host(vm: &mut Vm, args: Window) -> Result<i64, Thrown> {
        ask(vm, args)
    }

    /// Suspends the fiber; `dst` is the value that it is resumed with.
    #[vm_op]
    fn suspend(vm: &mut Vm, value: i64) -> Result<i64, Thrown> {
        suspend_fiber(vm, value)
    }

    /// Takes the error that this handler caught; `dst = -1`.
    #[vm_op]
    fn take_error(vm: &mut Vm) -> i64 {
        take_caught(vm)
    }
}
