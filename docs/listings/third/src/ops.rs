//! The instruction set: a register machine whose values can be objects.
//!
//! Contract of its unsafe blocks: (1) the value of an object is the address of a live one, (2) an object with the number
//! of a kind is of that type.

// ANCHOR: set
#[mimeo::instruction_set(value = nan_box(int, float, nil, object: *mut Object), host = crate::runtime::Host)]
pub mod ops {
    use std::cell::Cell;

    /// What every object begins with.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Object {
        pub next: *mut Object,
        pub kind: u8,
        pub mark: u8,
    }

    /// Values that belong to an object.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Values {
        pub start: *mut Value,
        pub len: usize,
        pub capacity: usize,
    }
    // ANCHOR_END: set

    // ANCHOR: closure
    pub const CLOSURE: u8 = 1;

    /// A function with the values that it has captured.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Closure {
        pub object: Object,
        pub callee: Callee,
        pub arity: u32,
        pub captured: Values,
    }
    // ANCHOR_END: closure

    // ANCHOR: record
    pub const RECORD: u8 = 2;

    /// An object with fields. Records that got the same names in the same order have the same shape.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Record {
        pub object: Object,
        pub shape: u32,
        pub fields: Values,
    }

    /// The shape of the last record at a place in the program, and where its field was. No record has the shape 0.
    #[repr(C)]
    #[derive(Debug)]
    pub struct FieldCache {
        pub shape: Cell<u32>,
        pub index: Cell<u32>,
    }
    // ANCHOR_END: record

    #[runtime(crate::runtime)]
    unsafe extern "Rust" {
        #[cold]
        fn add_other(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown>;
        fn make_closure(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Result<Value, Thrown>;
        #[cold]
        fn not_callable(vm: &mut Vm, function: Value) -> Thrown;
        fn make_record(vm: &mut Vm) -> Result<Value, Thrown>;
        #[cold]
        fn find_field(vm: &mut Vm, record: Value, name: u32, cache: &FieldCache) -> Result<Value, Thrown>;
        fn store_field(vm: &mut Vm, record: Value, name: u32, value: Value) -> Result<(), Thrown>;
        fn make_coroutine(vm: &mut Vm, function: Value) -> Result<Value, Thrown>;
        fn resume_coroutine(vm: &mut Vm, coroutine: Value, value: Value) -> Result<Value, Thrown>;
        fn give_out(vm: &mut Vm, value: Window) -> Result<(), Thrown>;
        fn take_message(vm: &mut Vm) -> Value;
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

    // ANCHOR: add
    /// `dst = a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: Value, #[place(slot, constant)] b: Value) -> Result<Value, Thrown> {
        if let Some(x) = a.as_int()
            && let Some(y) = b.as_int()
            && let Some(sum) = x.checked_add(y)
        {
            return Ok(Value::int(sum));
        }
        add_other(vm, a, b)
    }
    // ANCHOR_END: add

    /// Jumps to `to` if both are integers and `a < b`.
    #[vm_op]
    fn jump_if_less(a: Value, b: Value, to: Label) -> Flow {
        match (a.as_int(), b.as_int()) {
            (Some(x), Some(y)) if x < y => to.jump(),
            _ => Flow::Next,
        }
    }

    /// Jumps to `to` if `a` is an object.
    #[vm_op]
    fn jump_if_object(a: Value, to: Label) -> Flow {
        if a.is_object() { to.jump() } else { Flow::Next }
    }

    // ANCHOR: make
    /// `dst =` a function with the values in the window
    #[vm_op]
    fn closure(vm: &mut Vm, callee: Callee, #[imm] arity: u32, captures: Window) -> Result<Value, Thrown> {
        make_closure(vm, callee, arity, captures)
    }
    // ANCHOR_END: make

    // ANCHOR: call
    /// Calls a function, which is also the first argument. The result replaces it there.
    #[vm_op]
    fn call(vm: &mut Vm, function: Value, arguments: Window) -> Result<Flow, Thrown> {
        if let Some(object) = function.as_object() {
            // SAFETY: (1), (2).
            unsafe {
                if (*object).kind == CLOSURE {
                    let closure = object.cast::<Closure>();
                    if ((*closure).arity as u64).wrapping_add(1) == arguments.len() {
                        return Ok(vm.call((*closure).callee, arguments));
                    }
                }
            }
        }
        Err(not_callable(vm, function))
    }
    // ANCHOR_END: call

    // ANCHOR: captured
    /// `dst =` a value that a function has captured. The running function is in slot 0.
    #[vm_op]
    fn captured(vm: &mut Vm, function: Value, #[imm] index: u32) -> Result<Value, Thrown> {
        if let Some(object) = function.as_object() {
            // SAFETY: (1), (2), and the index is that of an item.
            unsafe {
                if (*object).kind == CLOSURE {
                    let closure = object.cast::<Closure>();
                    if (index as usize) < (*closure).captured.len {
                        return Ok(*(*closure).captured.start.add(index as usize));
                    }
                }
            }
        }
        Err(not_callable(vm, function))
    }
    // ANCHOR_END: captured

    /// Returns a value.
    #[vm_op]
    fn ret(vm: &mut Vm, a: Value) -> Flow {
        vm.ret(a)
    }

    /// `dst =` a record without fields
    #[vm_op]
    fn record(vm: &mut Vm) -> Result<Value, Thrown> {
        make_record(vm)
    }

    // ANCHOR: get_field
    /// `dst = record.name`
    #[vm_op]
    fn get_field(vm: &mut Vm, record: Value, #[imm] name: u32, #[cache] cache: &FieldCache) -> Result<Value, Thrown> {
        if let Some(object) = record.as_object() {
            // SAFETY: (1), (2), and a record of the cached shape has a field at the cached index.
            unsafe {
                if (*object).kind == RECORD {
                    let record = object.cast::<Record>();
                    if (*record).shape == cache.shape.get() {
                        return Ok(*(*record).fields.start.add(cache.index.get() as usize));
                    }
                }
            }
        }
        find_field(vm, record, name, cache)
    }
    // ANCHOR_END: get_field

    /// `record.name = value`
    #[vm_op]
    fn set_field(vm: &mut Vm, record: Value, #[imm] name: u32, value: Value) -> Result<(), Thrown> {
        store_field(vm, record, name, value)
    }

    // ANCHOR: coroutines
    /// `dst =` a coroutine that will run a function
    #[vm_op]
    fn coroutine(vm: &mut Vm, function: Value) -> Result<Value, Thrown> {
        make_coroutine(vm, function)
    }

    /// `dst =` what a coroutine gives out, or returns, after it was given a value
    #[vm_op]
    fn resume(vm: &mut Vm, coroutine: Value, value: Value) -> Result<Value, Thrown> {
        resume_coroutine(vm, coroutine, value)
    }

    /// Gives out the value in the slot, and receives another one in it.
    #[vm_op]
    fn suspend(vm: &mut Vm, value: Window) -> Result<(), Thrown> {
        give_out(vm, value)
    }
    // ANCHOR_END: coroutines

    // ANCHOR: message
    /// Takes the error that a handler has caught; `dst = nil`.
    #[vm_op]
    fn message(vm: &mut Vm) -> Value {
        take_message(vm)
    }
    // ANCHOR_END: message
}
