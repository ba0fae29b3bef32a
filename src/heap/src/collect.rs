//! The roots → a heap without unreachable objects.
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::mem::{forget, take};
use std::ptr::NonNull;

use mimeo_interp::{InstructionSet, OutOfMemory, Vm};

use crate::object::{Header, Kind, Kinds};
use crate::trace::WHITE;
use crate::{Heap, Tracer};

/// Aborts the process if it is dropped: (7) after a panic, objects would be in no defined state.
struct Abort;

impl Drop for Abort {
    fn drop(&mut self) {
        std::process::abort();
    }
}

impl<V: Kinds> Heap<V> {
    /// Frees the objects that cannot be reached from what `roots` traces, and clears weak references to them. `roots`
    /// can be called twice, and traces the same each time.
    ///
    /// With a machine, use [`collect`] instead. See [`is_due`](Self::is_due) for an example.
    ///
    /// # Safety
    ///
    /// (1) of the [contract](crate): objects that are unreachable are not used afterwards.
    pub unsafe fn collect(&mut self, mut roots: impl FnMut(&mut Tracer)) {
        let abort = Abort;
        let mut tracer = Tracer::default();
        roots(&mut tracer);
        tracer.finish(self.objects, V::KINDS);
        if tracer.clear() {
            roots(&mut tracer);
            self.trace_marked(&mut tracer);
        }
        self.interned.remove_white();
        let left = self.sweep();
        self.accounts.settle(left + self.interned.bytes());
        forget(abort);
    }

    /// Traces all objects that were marked.
    fn trace_marked(&self, tracer: &mut Tracer) {
        let mut next = self.objects;
        while let Some(object) = NonNull::new(next) {
            // SAFETY: (1): the objects in the list are live, (2) and of their kind.
            unsafe {
                let header = object.read();
                if header.mark != WHITE {
                    (kind_of::<V>(&header).trace)(object, tracer);
                }
                next = header.next;
            }
        }
    }

    /// Frees the objects that were not marked. Returns the size of the others.
    fn sweep(&mut self) -> usize {
        let mut left = 0;
        let mut place: *mut *mut Header = &raw mut self.objects;
        // SAFETY: (1): the objects in the list are live, (2) and of their kind. One that was not marked is unreachable.
        unsafe {
            while let Some(object) = NonNull::new(*place) {
                let header = object.read();
                let kind = kind_of::<V>(&header);
                if header.mark == WHITE {
                    *place = header.next;
                    (kind.free)(object);
                } else {
                    (*object.as_ptr()).mark = WHITE;
                    left += (kind.bytes)(object);
                    place = &raw mut (*object.as_ptr()).next;
                }
            }
        }
        left
    }
}

impl<V: Kinds> Drop for Heap<V> {
    fn drop(&mut self) {
        // None is marked.
        self.sweep();
    }
}

/// Returns the kind of an object.
fn kind_of<V: Kinds>(header: &Header) -> &'static Kind {
    &V::KINDS[usize::from(header.kind) - 1]
}

/// An instruction set whose host has a heap.
///
/// ```
/// use mimeo_doc_ops::objects::objects::{Machine, Value, Vm};
/// use mimeo_doc_ops::objects::{Host, Pair, pair};
/// use mimeo_heap::{Collected as _, collect};
///
/// let mut machine = Machine::builder((), Host::default()).build();
/// let vm: &mut Vm = machine.vm_mut();
/// let kept = vm.host.heap.add(pair(Value::int(1), Value::int(2)))?;
/// vm.host.heap.add(pair(Value::int(3), Value::int(4)))?;
/// // The instruction set of the examples traces the globals of its host.
/// vm.host.globals.push(kept.value());
/// // SAFETY: (1): only what a global has is used afterwards.
/// unsafe { collect(vm) };
/// assert_eq!(vm.host.heap.used(), size_of::<Pair>());
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
///
/// # Safety
///
/// (1) of the [contract](crate): `trace` traces everything in the host, the context, cells and a pending error that
/// refers to objects and is used later. `heap` always returns the same heap.
pub unsafe trait Collected: InstructionSet<Value: Kinds> {
    /// Returns the heap. See [`Collected`] for an example.
    fn heap(host: &mut Self::Host) -> &mut Heap<Self::Value>;

    /// Traces what refers to objects and is neither on a stack nor a constant. The host's heap is an empty one
    /// meanwhile. See [`Collected`] for an example.
    fn trace(vm: &Vm<Self>, tracer: &mut Tracer);
}

/// Frees the objects of a machine that cannot be reached from its stacks, those of all its fibers, the constants of
/// loaded functions, and what the language [traces](Collected::trace). Clears the slots after the frames. See
/// [`Collected`] for an example.
///
/// # Safety
///
/// (1) of the [contract](crate): objects that are unreachable are not used afterwards.
pub unsafe fn collect<I: Collected>(vm: &mut Vm<I>) {
    let abort = Abort;
    // Values that a call left there can be freed, and must not be found in a later frame that has not written the slot.
    vm.clear_after_stacks();
    vm.clear_after_idle_stacks();
    let mut heap = take(I::heap(&mut vm.host));
    // SAFETY: the caller's promise; (1): slots and constants are values of the language.
    unsafe {
        heap.collect(|tracer| {
            let values = vm.active_stacks().chain(vm.idle_stacks()).chain(vm.constants());
            values.for_each(|bits| tracer.bits::<I::Value>(bits));
            I::trace(vm, tracer);
        });
    }
    *I::heap(&mut vm.host) = heap;
    forget(abort);
}

/// Runs an action that creates objects, after a [collection](collect) if one is due. If the action runs out of memory,
/// collects and runs it again.
///
/// A collection that leaves less than a sixteenth of the heap's size available counts as one that did not help:
/// otherwise a program at its limit would soon do nothing else.
///
/// # Errors
///
/// If a collection did not help.
///
/// # Safety
///
/// The same as for [`collect`].
///
/// ```
/// use mimeo_doc_ops::objects::objects::{Machine, Value, Vm};
/// use mimeo_doc_ops::objects::{Host, pair};
/// use mimeo_heap::allocate;
///
/// let mut machine = Machine::builder((), Host::default()).build();
/// let vm: &mut Vm = machine.vm_mut();
/// vm.host.heap.attach(&vm.memory().clone())?;
/// vm.memory().set_limit(Some(vm.memory().used() + 1000));
/// for _ in 0..1000 {
///     // SAFETY: (1): no object is used after the next call.
///     unsafe { allocate(vm, |vm| vm.host.heap.add(pair(Value::int(1), Value::int(2)))) }?;
/// }
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
pub unsafe fn allocate<I: Collected, T>(
    vm: &mut Vm<I>,
    mut action: impl FnMut(&mut Vm<I>) -> Result<T, OutOfMemory>,
) -> Result<T, OutOfMemory> {
    let is_due = I::heap(&mut vm.host).is_due();
    if is_due {
        // SAFETY: the caller's promise.
        unsafe { collect(vm) };
    }
    if let Ok(made) = action(vm) {
        return Ok(made);
    }
    // SAFETY: the caller's promise.
    unsafe { collect(vm) };
    if I::heap(&mut vm.host).accounts.is_crowded() { Err(OutOfMemory) } else { action(vm) }
}
