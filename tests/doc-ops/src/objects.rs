//! A second instruction set, of values that can be objects of a heap.

use mimeo::{OutOfMemory, Thrown};
use mimeo_heap::{Collected, Gc, Interned, Tracer};

pub use self::objects::Pair;
use self::objects::{Items, List, Object, Ops, Value, Vm};

/// The ops, and the objects that they read.
#[mimeo::instruction_set(value = Value, host = crate::objects::Host)]
pub mod objects {
    /// A number with the last bit set, or an even address of an object; 0 is nil.
    #[repr(transparent)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Value(u64);

    impl Value {
        /// Creates a number.
        pub fn int(number: u32) -> Value {
            Value((number as u64).wrapping_shl(1) | 1)
        }

        /// Creates an object's value.
        pub fn object(object: *mut Object) -> Value {
            Value(object as u64)
        }

        /// Returns the address of the object, if the value is one.
        pub fn as_object(self) -> Option<*mut Object> {
            if self.0 & 1 == 0 && self.0 != 0 { Some(self.0 as *mut Object) } else { None }
        }
    }

    /// The header of objects.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Object {
        /// The next object in the heap's list.
        pub next: *mut Object,
        /// The number of its kind.
        pub kind: u8,
        /// The collector's mark.
        pub mark: u8,
    }

    /// Two values.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Pair {
        /// The header.
        pub object: Object,
        /// The first value.
        pub first: Value,
        /// The second value.
        pub second: Value,
    }

    /// Any number of values.
    #[repr(C)]
    #[derive(Debug)]
    pub struct List {
        /// The header.
        pub object: Object,
        /// The values.
        pub items: Items,
    }

    /// A vector of the heap.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Items {
        /// The first item.
        pub start: *mut Value,
        /// The number of items.
        pub len: usize,
        /// The number of items that there is room for.
        pub capacity: usize,
    }

    /// The number of [`Pair`]'s kind.
    pub const PAIR: u8 = 1;

    #[runtime(crate::objects)]
    unsafe extern "Rust" {
        fn make_pair(vm: &mut Vm, first: Value, second: Value) -> Result<Value, Thrown>;
        fn suspend_fiber(vm: &mut Vm) -> Thrown;
    }

    /// A new pair. A collection before that is due keeps what is in slots.
    #[vm_op]
    fn cons(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
        make_pair(vm, a, b)
    }

    /// Suspends the fiber.
    #[vm_op]
    fn suspend(vm: &mut Vm) -> Result<(), Thrown> {
        Err(suspend_fiber(vm))
    }

    /// Returns `value`.
    #[vm_op]
    fn constant(#[constant] value: Value) -> Value {
        value
    }

    /// The first value of a pair, or the value itself.
    #[vm_op]
    fn first(a: Value) -> Value {
        if let Some(object) = a.as_object() {
            // SAFETY: (1) and (2) of `mimeo_heap`: it is a live object, and one of this kind is a pair.
            unsafe {
                if (*object).kind == PAIR {
                    return (*object.cast::<Pair>()).first;
                }
            }
        }
        a
    }

    /// Returns `a`.
    #[vm_op]
    fn give(vm: &mut Vm, a: Value) -> Flow {
        vm.ret(a)
    }
}

/// A string.
#[repr(C)]
#[derive(Debug)]
pub struct Text {
    object: Object,
    text: Box<str>,
}

mimeo_heap::vector!(Items of Value);

// SAFETY: objects have even addresses. (1) to (6): there are only the examples, and ops read only fields.
mimeo_heap::kinds! {
    unsafe values Value { object, as_object };
    header Object;
    1 => Pair { first, second };
    2 => Text { text };
    3 => List { items };
}

/// The heap of the examples.
pub type Heap = mimeo_heap::Heap<Value>;

/// What only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The objects.
    pub heap: Heap,
    /// Values that the host keeps.
    pub globals: Vec<Value>,
}

pub(crate) fn make_pair(vm: &mut Vm, first: Value, second: Value) -> Result<Value, Thrown> {
    // SAFETY: (1): the operands of ops are in slots.
    let made = unsafe { mimeo_heap::allocate(vm, |vm| vm.host.heap.add(pair(first, second))) };
    made.map(Gc::value).map_err(|error| vm.throw(error.to_string()))
}

pub(crate) fn suspend_fiber(vm: &mut Vm) -> Thrown {
    vm.suspend().unwrap_or_else(|| vm.throw("no fiber is running"))
}

// SAFETY: (1): it traces everything in the host.
unsafe impl Collected for Ops {
    fn heap(host: &mut Host) -> &mut Heap {
        &mut host.heap
    }

    fn trace(vm: &Vm, tracer: &mut Tracer) {
        mimeo_heap::Trace::trace(&vm.host.globals, tracer);
    }
}

// SAFETY: (1) a value is a number or a live object of the heap of its machine, (2) the ops check what it is, (3) the
// context has no pointers, (4) there are no cells and (5) no callees in the data, (6) no slot's address is taken, (7)
// the collector traces all stacks and constants, (8) no function calls back, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for Ops {}

/// Returns a pair to be added to a heap.
#[must_use]
pub fn pair(first: Value, second: Value) -> Pair {
    Pair { object: Object::default(), first, second }
}

/// Returns a text to be added to a heap.
///
/// # Errors
///
/// None; a language that limits memory would copy the text with [`Heap::vector`](mimeo_heap::Heap::vector).
pub fn text(text: &str) -> Result<Text, OutOfMemory> {
    Ok(Text { object: Object::default(), text: text.into() })
}

impl Interned for Text {
    fn key(&self) -> &[u8] {
        self.text.as_bytes()
    }
}
