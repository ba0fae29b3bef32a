//! Integers of 32 bits are in the value, larger ones are objects.

// ANCHOR: longs
#[mimeo::instruction_set(value = nan_box(int, float, object: *mut Object), host = crate::longs::Host)]
pub mod longs {
    /// What every object begins with.
    #[repr(C)]
    pub struct Object {
        pub next: *mut Object,
        pub kind: u8,
        pub mark: u8,
    }

    #[runtime(super)]
    unsafe extern "Rust" {
        #[cold]
        fn add_numbers(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown>;
        #[cold]
        fn less_number(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown>;
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int())
            && let Some(sum) = x.checked_add(y)
        {
            return Ok(Value::int(sum));
        }
        if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
            return Ok(Value::float(x + y));
        }
        add_numbers(vm, a, b)
    }
    // ANCHOR_END: longs

    /// Whether `a < b`.
    #[vm_op(branches(if = jump_if_less))]
    fn less(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
            return Ok(x < y);
        }
        if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
            return Ok(x < y);
        }
        less_number(vm, a, b)
    }

    /// `dst = value`
    #[vm_op]
    fn load(#[constant] value: Value) -> Value {
        value
    }

    /// Returns `value`.
    #[vm_op]
    fn ret(vm: &mut Vm, value: Value) -> Flow {
        vm.ret(value)
    }
}

use mimeo::asm::AssembleError;
use mimeo::def::Slot;
use mimeo::{OutOfMemory, Thrown};
use mimeo_heap::{Collected, Tracer};

pub(crate) use longs::Ops;
use longs::{Assembler, Object, Program, ProgramBuilder, Value, Vm};

pub type Heap = mimeo_heap::Heap<Value>;

// ANCHOR: long
/// An integer that does not fit 32 bits.
#[repr(C)]
pub struct Long {
    object: Object,
    value: i64,
}

// SAFETY: (1) only the heap makes objects, and none is kept but in slots; (2) no op reads objects; (3) the kind is
// here; (4) no reference is kept; (5) nothing is shared; (6) there are no vectors.
mimeo_heap::kinds! {
    unsafe values Value { object, as_object };
    header Object;
    1 => Long {} not { value };
}

/// Returns an integer as a value: one that is too large for 32 bits is a new object, which must be in a slot before the
/// next collection.
pub(crate) fn integer(heap: &mut Heap, value: i64) -> Result<Value, OutOfMemory> {
    match i32::try_from(value) {
        Ok(small) => Ok(Value::int(small)),
        Err(_) => Ok(heap.add(Long { object: Object::default(), value })?.value()),
    }
}

/// Returns the integer that a value is.
pub(crate) fn as_integer(vm: &Vm, value: Value) -> Option<i64> {
    value.as_int().map(i64::from).or_else(|| vm.host.heap.get::<Long>(value).map(|long| long.value))
}

pub(crate) fn add_numbers(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
    match (as_integer(vm, a), as_integer(vm, b)) {
        (Some(x), Some(y)) => match x.checked_add(y) {
            // SAFETY: (1): the operands were read.
            Some(sum) => unsafe { mimeo_heap::allocate(vm, |vm| integer(&mut vm.host.heap, sum)) }
                .map_err(|OutOfMemory| vm.throw("not enough memory")),
            None => Err(vm.throw("the sum is too large")),
        },
        _ => Ok(Value::float(number(vm, a) + number(vm, b))),
    }
}
// ANCHOR_END: long

pub(crate) fn less_number(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    match (as_integer(vm, a), as_integer(vm, b)) {
        (Some(x), Some(y)) => Ok(x < y),
        _ => Ok(number(vm, a) < number(vm, b)),
    }
}

fn number(vm: &Vm, value: Value) -> f64 {
    as_integer(vm, value).map(|integer| integer as f64).or(value.as_float()).unwrap_or(f64::NAN)
}

/// What only Rust accesses.
#[derive(Default)]
pub struct Host {
    pub heap: Heap,
}

// SAFETY: (1): no object is anywhere but in slots and constants.
unsafe impl Collected for Ops {
    fn heap(host: &mut Host) -> &mut Heap {
        &mut host.heap
    }

    fn trace(_: &Vm, _: &mut Tracer) {}
}

// SAFETY: (1) values are made by the heap and by `nan_box`; (2) no op follows a pointer; (3) there is no context, (4)
// and no cell; (5) nothing is called; (6) no slot's address is taken; (7) the collector has no other roots; (8) no
// reference is held across a call; (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for Ops {}

/// Returns a program whose function takes an index, a sum, a step and an end, adds the index to the sum and the step to
/// the index until that is the end, and returns the sum.
pub(crate) fn sum() -> Result<Program, AssembleError> {
    let [index, sum, step, end] = [0, 1, 2, 3].map(Slot);
    let mut asm = Assembler::new("sum", 4, 4);
    let head = asm.label();
    asm.bind(head);
    asm.add(sum, sum, index);
    asm.add(index, index, step);
    asm.jump_if_less(index, end, head);
    asm.ret(sum);
    let mut program = ProgramBuilder::new();
    let function = program.declare("sum");
    program.define(function, asm.finish()?);
    Ok(program.finish()?.verify().expect("it breaks no rule"))
}
