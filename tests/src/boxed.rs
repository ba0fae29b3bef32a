//! `boxed_ops`: a small language whose values `nan_box` makes, with every form of a kind.

use mimeo::Thrown;

use self::boxed_ops::{Text, Value, Vm};

/// A type that ops only have addresses of.
#[derive(Debug)]
pub struct Handle;

/// The texts that values point to, which never change.
static TEXTS: [Text; 3] = [Text { len: 0 }, Text { len: 7 }, Text { len: u32::MAX }];

/// Returns the addresses of all texts.
pub fn texts() -> [*mut Text; 3] {
    [0, 1, 2].map(|index| std::ptr::from_ref(&TEXTS[index]).cast_mut())
}

/// Returns the value of a text.
pub fn text(text: *mut Text) -> Value {
    Value::text(text)
}

/// Returns the value of a handle.
pub fn handle(handle: *const Handle) -> Value {
    Value::handle(handle)
}

/// Returns the value with these bits.
pub fn from_bits(bits: u64) -> Value {
    Value(bits)
}

fn refused(vm: &mut Vm) -> Thrown {
    vm.throw("an operand has the wrong kind")
}

// SAFETY: (1) programs hold only the values of texts, which are never freed, (2) programs keep to the module's contract,
// (3) texts do not move, (4) there are no cells, (5) the data has no callees, (6) no slot's address is taken, (7) there
// is no collector, (8) nothing is held across a call, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for boxed_ops::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: (1) a value of the kind `text` is the address of a text.
#[mimeo::instruction_set(
    value = nan_box(
        int, number: f64, bool, nil, missing: (), text: *mut Text, id: u32, handle: *const crate::boxed::Handle
    )
)]
pub mod boxed_ops {
    /// A text, of which ops only need the length.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Text {
        /// Number of bytes.
        pub len: u32,
    }

    impl Value {
        /// Returns `false` for `nil` and `false`.
        pub fn truth(self) -> bool {
            !self.is_nil() && self.0 != Value::FALSE.0
        }
    }

    unsafe extern "Rust" {
        #[cold]
        fn refused(vm: &mut Vm) -> Thrown;
    }

    /// `dst = value`
    #[vm_op]
    fn load(#[constant] value: Value) -> Value {
        value
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        if let Some(x) = a.as_int()
            && let Some(y) = b.as_int()
            && let Some(sum) = x.checked_add(y)
        {
            return Ok(Value::int(sum));
        }
        if let Some(x) = a.as_number()
            && let Some(y) = b.as_number()
        {
            return Ok(Value::number(x + y));
        }
        Err(refused(vm))
    }

    /// `dst` = the quotient of what the operands are as doubles: a NaN, if one of them has a tag.
    #[vm_op]
    fn quotient(a: Value, b: Value) -> Value {
        Value::number(f64::from_bits(a.0) / f64::from_bits(b.0))
    }

    /// `dst` = the number of bytes of a text.
    #[vm_op]
    fn length(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
        match a.as_text() {
            // SAFETY: (1).
            Some(text) => Ok(Value::id(unsafe { (*text).len })),
            None => Err(refused(vm)),
        }
    }

    /// `dst = value`
    #[vm_op]
    fn int(#[imm] value: i32) -> Value {
        Value::int(value)
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: f64) -> Value {
        Value::number(value)
    }

    /// `dst = value`
    #[vm_op]
    fn id(#[imm] value: u32) -> Value {
        Value::id(value)
    }

    /// `dst = value`
    #[vm_op]
    fn boolean(#[imm] value: bool) -> Value {
        Value::bool(value)
    }

    /// `dst` = the kind of `a`, by its place in the list.
    #[vm_op]
    fn kind(a: Value) -> Value {
        let mut kind = 0u32;
        kind |= a.is_int() as u32;
        kind |= (a.is_number() as u32).wrapping_shl(1);
        kind |= (a.is_bool() as u32).wrapping_shl(2);
        kind |= (a.is_nil() as u32).wrapping_shl(3);
        kind |= (a.is_missing() as u32).wrapping_shl(4);
        kind |= (a.is_text() as u32).wrapping_shl(5);
        kind |= (a.is_id() as u32).wrapping_shl(6);
        kind |= (a.is_handle() as u32).wrapping_shl(7);
        Value::id(kind)
    }

    /// `dst = a`, taken apart and put together again; without bits that its kind does not use.
    #[vm_op]
    fn again(a: Value) -> Value {
        if let Some(int) = a.as_int() {
            return Value::int(int);
        }
        if let Some(number) = a.as_number() {
            return Value::number(number);
        }
        if let Some(truth) = a.as_bool() {
            return Value::bool(truth);
        }
        if let Some(text) = a.as_text() {
            return Value::text(text);
        }
        if let Some(id) = a.as_id() {
            return Value::id(id);
        }
        if let Some(handle) = a.as_handle() {
            return Value::handle(handle);
        }
        if a.is_missing() { Value::MISSING } else { Value::NIL }
    }

    /// Whether `a` is nil or false.
    #[vm_op(branches)]
    fn falsy(a: Value) -> bool {
        !a.truth()
    }

    /// `dst = n - 1`, and jumps to `to` if that is not 0.
    #[vm_op]
    fn count_down(n: Value, to: Label) -> (Value, Flow) {
        let next = match n.as_int() {
            Some(n) => n.wrapping_sub(1),
            None => 0,
        };
        if next != 0 { (Value::int(next), to.jump()) } else { (Value::int(0), Flow::Next) }
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: Value) -> Flow {
        vm.ret(a)
    }
}
