//! The instruction set: a register machine whose values are tagged.
//!
//! Each op is written once, here. It becomes the interpreter's handler, machine code for the JIT, a method of
//! [`Assembler`](ops::Assembler), a rule of the verifier and a line of the disassembler. A parameter of the value type
//! is a slot, and the result is written to another one, `dst`.

#[mimeo::instruction_set(value = nan_box(int, float, bool, nil, object: u32), host = crate::glue::runtime::Host)]
pub mod ops {
    impl Value {
        pub fn truth(self) -> bool {
            !self.is_nil() && self.0 != Value::FALSE.0
        }
    }

    // Rust functions that ops call, for what the op language does not have.
    #[runtime(crate::glue::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown>;
        #[cold]
        fn order(vm: &mut Vm, a: Value, b: Value) -> Result<i32, Thrown>;
        fn equals(vm: &mut Vm, a: Value, b: Value) -> bool;
        fn global(vm: &mut Vm, index: u32) -> Value;
        fn store_global(vm: &mut Vm, index: u32, value: Value);
        fn make_array(vm: &mut Vm, items: Window) -> Value;
        fn item(vm: &mut Vm, array: Value, index: Value) -> Result<Value, Thrown>;
        fn store_item(vm: &mut Vm, array: Value, index: Value, item: Value) -> Result<(), Thrown>;
        fn make_function(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Value;
        fn captured_value(vm: &mut Vm, function: Value, index: u32) -> Value;
        fn target(vm: &mut Vm, function: Value, given: u64) -> Result<Callee, Thrown>;
        fn run_native(vm: &mut Vm, index: u32, arguments: Window) -> Result<Value, Thrown>;
    }

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

    /// `dst = a {operation} b`
    #[vm_op(each(operation, checked, symbol):
        add(+, checked_add, b'+'), subtract(-, checked_sub, b'-'), multiply(*, checked_mul, b'*'),
        divide(/, checked_div, b'/'))]
    fn calculation(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int())
            && let Some(result) = x.checked(y)
        {
            return Ok(Value::int(result));
        }
        if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
            return Ok(Value::float(operation(x, y)));
        }
        arithmetic(vm, a, b, symbol)
    }

    /// `dst = a {compare} b`
    #[vm_op(each(compare): less(<), less_equal(<=), greater(>), greater_equal(>=))]
    fn comparison(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
            return Ok(Value::bool(compare(x, y)));
        }
        if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
            return Ok(Value::bool(compare(x, y)));
        }
        Ok(Value::bool(compare(order(vm, a, b)?, 0)))
    }

    /// `dst = a {compare} b`
    #[vm_op(each(compare): equal(==), not_equal(!=))]
    fn equality(vm: &mut Vm, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
            return Value::bool(compare(x, y));
        }
        Value::bool(compare(equals(vm, a, b) as i32, 1))
    }

    /// Whether `a` is nil or false.
    #[vm_op(branches(value = not, if = jump_unless))]
    fn is_false(a: Value) -> bool {
        !a.truth()
    }

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// `dst = globals[index]`
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm] index: u32) -> Value {
        global(vm, index)
    }

    /// `globals[index] = a`
    #[vm_op]
    fn set_global(vm: &mut Vm, #[imm] index: u32, a: Value) {
        store_global(vm, index, a);
    }

    /// `dst = [items]`
    #[vm_op]
    fn array(vm: &mut Vm, items: Window) -> Value {
        make_array(vm, items)
    }

    /// `dst = array[index]`
    #[vm_op]
    fn get(vm: &mut Vm, array: Value, index: Value) -> Result<Value, Thrown> {
        item(vm, array, index)
    }

    /// `array[index] = item`
    #[vm_op]
    fn set(vm: &mut Vm, array: Value, index: Value, item: Value) -> Result<(), Thrown> {
        store_item(vm, array, index, item)
    }

    /// `dst =` a function with captured values
    #[vm_op]
    fn function(vm: &mut Vm, callee: Callee, #[imm] arity: u32, captures: Window) -> Value {
        make_function(vm, callee, arity, captures)
    }

    /// `dst =` what `function`, which runs and is in slot 0, has captured
    #[vm_op]
    fn captured(vm: &mut Vm, function: Value, #[imm] index: u32) -> Value {
        captured_value(vm, function, index)
    }

    /// Calls `function`, which is also the first argument. The result replaces it there.
    #[vm_op]
    fn call(vm: &mut Vm, function: Value, arguments: Window) -> Result<Flow, Thrown> {
        let callee = target(vm, function, arguments.len())?;
        Ok(vm.call(callee, arguments))
    }

    /// `dst =` the result of a function that is written in Rust
    #[vm_op]
    fn native(vm: &mut Vm, #[imm] index: u32, arguments: Window) -> Result<Value, Thrown> {
        run_native(vm, index, arguments)
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: Value) -> Flow {
        vm.ret(a)
    }
}
