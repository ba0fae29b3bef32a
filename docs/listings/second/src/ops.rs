//! The instruction set: a register machine whose values are tagged.

// ANCHOR: set
#[mimeo::instruction_set(value = nan_box(int, float, bool, nil), host = crate::runtime::Host)]
pub mod ops {
    impl Value {
        pub fn truth(self) -> bool {
            !self.is_nil() && self.0 != Value::FALSE.0
        }
    }
    // ANCHOR_END: set

    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown>;
        #[cold]
        fn ordered(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown>;
        fn print_value(vm: &mut Vm, value: Value) -> Result<(), Thrown>;
    }

    // ANCHOR: moves
    /// `dst = value`
    #[vm_op]
    fn load(#[constant] value: Value) -> Value {
        value
    }

    /// `dst = a`
    #[vm_op]
    fn copy(a: Value) -> Value {
        a
    }
    // ANCHOR_END: moves

    // ANCHOR: calculation
    /// `dst = a {operator} b`
    #[vm_op(each(operator, checked, symbol):
        add(+, checked_add, b'+'), subtract(-, checked_sub, b'-'), multiply(*, checked_mul, b'*'))]
    fn calculation(vm: &mut Vm, a: Value, #[place(slot, constant)] b: Value) -> Result<Value, Thrown> {
        if let Some(x) = a.as_int()
            && let Some(y) = b.as_int()
            && let Some(result) = x.checked(y)
        {
            return Ok(Value::int(result));
        }
        if let Some(x) = a.as_float()
            && let Some(y) = b.as_float()
        {
            return Ok(Value::float(operator(x, y)));
        }
        arithmetic(vm, a, b, symbol)
    }
    // ANCHOR_END: calculation

    // ANCHOR: less
    /// Whether `a < b`.
    #[vm_op(branches(value = less, unless = jump_unless_less))]
    fn comparison(vm: &mut Vm, a: Value, #[place(slot, constant)] b: Value) -> Result<bool, Thrown> {
        if let Some(x) = a.as_int()
            && let Some(y) = b.as_int()
        {
            return Ok(x < y);
        }
        if let Some(x) = a.as_float()
            && let Some(y) = b.as_float()
        {
            return Ok(x < y);
        }
        ordered(vm, a, b)
    }
    // ANCHOR_END: less

    /// Prints a value.
    #[vm_op]
    fn print(vm: &mut Vm, value: Value) -> Result<(), Thrown> {
        print_value(vm, value)
    }

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Jumps to `to` if the condition is nil or false.
    #[vm_op]
    fn jump_unless(condition: Value, to: Label) -> Flow {
        if condition.truth() { Flow::Next } else { to.jump() }
    }

    // ANCHOR: call
    /// Calls a function. The result replaces the first argument.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, arguments: Window) -> Flow {
        vm.call(callee, arguments)
    }
    // ANCHOR_END: call

    /// Returns a value.
    #[vm_op]
    fn ret(vm: &mut Vm, value: Value) -> Flow {
        vm.ret(value)
    }
}
