//! The instruction set: a register machine whose values are tagged.
//!
//! Each op is written once, here. It becomes the interpreter's handler, machine code for the JIT, a method of
//! [`Assembler`](ops::Assembler), a rule of the verifier and a line of the disassembler. A parameter of the value type
//! is a slot, and the result is written to another one, `dst`.

#[mimeo::instruction_set(value = Value, boolean = Value::boolean, host = crate::glue::runtime::Host)]
pub mod ops {
    /// A double, or a tag that no double has and 48 bits (NaN-boxing).
    #[repr(transparent)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Value(pub u64);

    const INT: u64 = 0xfffa;
    const OBJECT: u64 = 0xfffb;
    const SPECIAL: u64 = 0xfffc;

    impl Value {
        pub const NIL: Value = Value(SPECIAL << 48);
        pub const FALSE: Value = Value(SPECIAL << 48 | 2);
        pub const TRUE: Value = Value(SPECIAL << 48 | 3);
        const NAN: u64 = 0x7ff8_0000_0000_0000;

        pub fn int(i: i32) -> Value {
            Value(INT.wrapping_shl(48) | i as u32 as u64)
        }

        /// There is only one NaN, so that none has a tag.
        pub fn float(f: f64) -> Value {
            if f.is_nan() { Value(Self::NAN) } else { Value(f.to_bits()) }
        }

        pub fn boolean(b: bool) -> Value {
            if b { Value::TRUE } else { Value::FALSE }
        }

        /// The object with this number in the heap.
        pub fn object(number: u32) -> Value {
            Value(OBJECT.wrapping_shl(48) | number as u64)
        }

        pub fn as_object(self) -> Option<u32> {
            if self.tag() == OBJECT { Some(self.0 as u32) } else { None }
        }

        pub fn tag(self) -> u64 {
            self.0.wrapping_shr(48)
        }

        pub fn is_int(self) -> bool {
            self.tag() == INT
        }

        pub fn is_float(self) -> bool {
            self.tag() < INT
        }

        pub fn as_int(self) -> i32 {
            self.0 as i32
        }

        pub fn as_float(self) -> f64 {
            f64::from_bits(self.0)
        }

        pub fn truth(self) -> bool {
            self.0 != Self::NIL.0 && self.0 != Self::FALSE.0
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
        if a.is_int()
            && b.is_int()
            && let Some(result) = a.as_int().checked(b.as_int())
        {
            return Ok(Value::int(result));
        }
        if a.is_float() && b.is_float() {
            return Ok(Value::float(operation(a.as_float(), b.as_float())));
        }
        arithmetic(vm, a, b, symbol)
    }

    /// Whether `a {compare} b`.
    #[vm_op(branches(value, unless), each(compare): less(<), less_equal(<=), greater(>), greater_equal(>=))]
    fn comparison(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
        if a.is_int() && b.is_int() {
            return Ok(compare(a.as_int(), b.as_int()));
        }
        if a.is_float() && b.is_float() {
            return Ok(compare(a.as_float(), b.as_float()));
        }
        Ok(compare(order(vm, a, b)?, 0))
    }

    /// Whether `a {compare} b`.
    #[vm_op(branches(value, unless), each(compare): equal(==), not_equal(!=))]
    fn equality(vm: &mut Vm, a: Value, b: Value) -> bool {
        if a.is_int() && b.is_int() {
            return compare(a.as_int(), b.as_int());
        }
        compare(equals(vm, a, b) as i32, 1)
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
