//! The kinds of objects, and how the collector finds them.

use mimeo::OutOfMemory;
use mimeo_heap::{Collected, Gc, Managed, Trace as _, Tracer};

use crate::ops::ops::{Closure, Object, Ops, Record, Value, Values, Vm};
use crate::runtime::{Coroutine, Host};

// ANCHOR: kinds
mimeo_heap::vector!(Values of Value);

// SAFETY: (1) only the heap makes objects, and `add` keeps those in use; (2) ops read headers; (3) the kinds are here; (4)
// no reference is kept; (5) nothing is shared; (6) vectors are read.
mimeo_heap::kinds! {
    unsafe values Value { object, as_object };
    header Object;
    1 => Closure { captured } not { callee, arity };
    2 => Record { fields } not { shape };
    3 => Coroutine { function } not { fiber, slot, state };
}
// ANCHOR_END: kinds

pub(crate) type Heap = mimeo_heap::Heap<Value>;

// ANCHOR: roots
// SAFETY: (1): besides what is on stacks and in constants, only the host has these.
unsafe impl Collected for Ops {
    fn heap(host: &mut Host) -> &mut Heap {
        &mut host.heap
    }

    fn trace(vm: &Vm, tracer: &mut Tracer) {
        vm.host.passed.trace(tracer);
        for (coroutine, _) in &vm.host.coroutines {
            coroutine.trace(tracer);
        }
    }
}

pub(crate) fn collect(vm: &mut Vm) {
    // SAFETY: (1): as in `add`.
    unsafe { mimeo_heap::collect(vm) };
}

/// Creates an object, after a collection if one is due. What it consists of must be in slots until then.
pub(crate) fn add<T: Managed<Value = Value>>(
    vm: &mut Vm,
    make: impl Fn(&Vm) -> Result<T, OutOfMemory>,
) -> Result<Gc<T>, mimeo::Thrown> {
    // SAFETY: (1): no runtime function holds an object in a Rust variable here.
    let made = unsafe {
        mimeo_heap::allocate(vm, |vm| {
            let object = make(vm)?;
            vm.host.heap.add(object)
        })
    };
    made.map_err(|OutOfMemory| vm.throw("not enough memory"))
}
// ANCHOR_END: roots

// SAFETY: (1) values are made by the heap and by `nan_box`, in this crate only, and the collector clears stale slots, (2)
// the ops check kinds and indices, and the modules are private, (3) there is no context, (4) a cell of zeros fits no
// record, (5) callees are in closures of one machine, whose programs stay loaded, (6) no slot's address is taken, (7) see
// `Collected`, (8) no reference to an object is held across a call, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for Ops {}
