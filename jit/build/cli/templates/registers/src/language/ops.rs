//! The instruction set: a register machine whose values are tagged.
//!
//! Each op is written once, here. It becomes the interpreter's handler, machine code for the JIT, a method of
//! [`Assembler`](ops::Assembler), a rule of the verifier and a line of the disassembler. A parameter of the value type
//! is a slot, and the result is written to another one, `dst`.

#[expect(unsafe_code, reason = "ops read arrays")]
#[mimeo::instruction_set(
    value = nan_box(int, float, bool, nil, object: *mut Object),
    host = crate::glue::runtime::Host
)]
pub mod ops {
    impl Value {
        pub fn is_number(self) -> bool {
            self.is_int() || self.is_float()
        }

        /// Returns the number, or a NaN.
        pub fn number(self) -> f64 {
            match self.as_int() {
                Some(int) => int as f64,
                None => f64::from_bits(self.0),
            }
        }

        pub fn truth(self) -> bool {
            !self.is_nil() && self.0 != Value::FALSE.0
        }
    }

    /// What every object begins with. Only the heap writes it.
    #[repr(C)]
    pub struct Object {
        pub next: *mut Object,
        pub kind: u8,
        pub mark: u8,
    }

    pub const ARRAY: u8 = 1;

    /// A vector of the heap.
    #[repr(C)]
    pub struct Items {
        pub start: *mut Value,
        pub len: usize,
        pub capacity: usize,
    }

    #[repr(C)]
    pub struct Array {
        pub object: Object,
        pub items: Items,
    }

    /// Returns where an item of an array is.
    fn place(vm: &mut Vm, array: Value, index: Value) -> Result<*mut Value, Thrown> {
        if let Some(object) = array.as_object()
            && let Some(index) = index.as_int()
        {
            // A negative index becomes a large one.
            let (items, index) = (object.cast::<Array>(), index as usize);
            // SAFETY: (1) of `mimeo_heap`: a value's object is live, (2) and has the fields of its kind.
            unsafe {
                if (*object).kind == ARRAY && index < (*items).items.len {
                    return Ok((*items).items.start.add(index));
                }
            }
        }
        Err(no_item(vm, array, index))
    }

    // Rust functions that ops call, for what the op language does not have.
    #[runtime(crate::glue::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown>;
        #[cold]
        fn order(vm: &mut Vm, a: Value, b: Value) -> Result<i32, Thrown>;
        fn make_array(vm: &mut Vm, items: Window) -> Result<Value, Thrown>;
        #[cold]
        fn no_item(vm: &mut Vm, array: Value, index: Value) -> Thrown;
        fn make_function(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Result<Value, Thrown>;
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
        // With an integer, only a division by the integer 0 has failed.
        let is_undefined = a.is_int() && b.0 == Value::int(0).0;
        if a.is_number() && b.is_number() && !is_undefined {
            return Ok(Value::float(operation(a.number(), b.number())));
        }
        arithmetic(vm, a, b, symbol)
    }

    /// Whether `a {compare} b`.
    #[vm_op(branches(value, unless), each(compare): less(<), less_equal(<=), greater(>), greater_equal(>=))]
    fn comparison(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
            return Ok(compare(x, y));
        }
        if a.is_number() && b.is_number() {
            return Ok(compare(a.number(), b.number()));
        }
        Ok(compare(order(vm, a, b)?, 0))
    }

    /// Whether `a {compare} b`.
    #[vm_op(branches(value, unless), each(compare): equal(==), not_equal(!=))]
    fn equality(a: Value, b: Value) -> bool {
        if a.is_float() || b.is_float() {
            // What is not a number is a NaN, which equals nothing.
            return compare(a.number(), b.number());
        }
        compare(a.0, b.0)
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

    /// `dst = [items]`
    #[vm_op]
    fn array(vm: &mut Vm, items: Window) -> Result<Value, Thrown> {
        make_array(vm, items)
    }

    /// `dst = array[index]`
    #[vm_op]
    fn get(
        vm: &mut Vm,
        #[place(slot, constant)] array: Value,
        #[place(slot, constant)] index: Value,
    ) -> Result<Value, Thrown> {
        let place = place(vm, array, index)?;
        // SAFETY: it is the place of an item.
        Ok(unsafe { *place })
    }

    /// `array[index] = item`
    #[vm_op]
    fn set(
        vm: &mut Vm,
        #[place(slot, constant)] array: Value,
        #[place(slot, constant)] index: Value,
        item: Value,
    ) -> Result<(), Thrown> {
        let place = place(vm, array, index)?;
        // SAFETY: it is the place of an item.
        unsafe { *place = item };
        Ok(())
    }

    /// `dst =` a function with captured values
    #[vm_op]
    fn function(vm: &mut Vm, callee: Callee, #[imm] arity: u32, captures: Window) -> Result<Value, Thrown> {
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
