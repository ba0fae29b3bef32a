//! The fields of an object → the objects that they refer to: [`Trace`].
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::cell::Cell;
use std::fmt;
use std::mem::take;
use std::ptr::{NonNull, null_mut};

use mimeo_interp::Value;

use crate::object::{Gc, Header, Kind, Kinds, Managed};

/// Not reached yet.
pub(crate) const WHITE: u8 = 0;
/// Reached. The objects that it refers to are still to be marked.
const GREY: u8 = 1;
/// Reached, and traced.
const BLACK: u8 = 2;

/// Something that can refer to objects: a field of an object, or all its fields. [`kinds!`](crate::kinds) implements it
/// for objects and for values. A collection in a field implements it by hand:
///
/// ```
/// use std::collections::BTreeMap;
///
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_heap::{Trace, Tracer};
///
/// struct Fields(BTreeMap<String, Value>);
///
/// // SAFETY: (3): it traces all values.
/// unsafe impl Trace for Fields {
///     fn trace(&self, tracer: &mut Tracer) {
///         self.0.values().for_each(|value| value.trace(tracer));
///     }
/// }
/// ```
///
/// # Safety
///
/// (3) of the [contract](crate): `trace` traces everything that refers to objects.
pub unsafe trait Trace {
    /// Marks the objects that it refers to. See [`Trace`] for an example.
    fn trace(&self, tracer: &mut Tracer);

    /// Returns the number of bytes that it owns outside of itself. See [`Trace`] for an example.
    fn bytes(&self) -> usize {
        0
    }

    /// Frees the memory that it owns and that dropping it does not free. Only a struct made by
    /// [`vector!`](crate::vector) does that. See [`Trace`] for an example.
    fn release(&mut self) {}
}

/// Marks objects, or clears weak references to those that were not marked. See [`Trace`] for an example.
#[derive(Debug, Default)]
pub struct Tracer {
    /// Grey objects.
    grey: Vec<*mut Header>,
    /// Whether there was no memory for the list, so that not all grey objects are in it.
    is_incomplete: bool,
    /// Whether there was a weak reference.
    has_weak: bool,
    /// Whether everything reachable was marked, and weak references are cleared.
    clears: bool,
}

impl Tracer {
    /// Marks values given as bits, as they are on a stack.
    ///
    /// # Safety
    ///
    /// (1) of the [contract](crate): they are values of the heap's language.
    ///
    /// ```
    /// use mimeo::Value as _;
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, pair};
    ///
    /// let mut heap = Heap::default();
    /// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
    /// // SAFETY: (1): only this object is used afterwards, and these are the bits of its value.
    /// unsafe { heap.collect(|tracer| tracer.bits::<Value>(&[object.value().to_bits()])) };
    /// assert_eq!(heap[object].second, Value::int(2));
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub unsafe fn bits<V: Kinds + Value>(&mut self, bits: &[u64]) {
        for &bits in bits {
            // SAFETY: the caller's promise.
            unsafe { V::from_bits(bits) }.trace(self);
        }
    }

    /// Marks an object. For [`kinds!`](crate::kinds).
    #[doc(hidden)]
    #[inline]
    pub fn mark(&mut self, object: NonNull<Header>) {
        let object = object.as_ptr();
        // SAFETY: (1): it is live; (4): the collector has the only access.
        unsafe {
            if self.clears || (*object).mark != WHITE {
                return;
            }
            (*object).mark = GREY;
        }
        if self.grey.try_reserve(1).is_ok() {
            self.grey.push(object);
        } else {
            self.is_incomplete = true;
        }
    }

    /// Marks everything that grey objects refer to. If the list of grey objects is incomplete, it finds them in the
    /// list of all objects.
    pub(crate) fn finish(&mut self, objects: *mut Header, kinds: &[Kind]) {
        self.empty(kinds);
        while take(&mut self.is_incomplete) {
            let mut object = objects;
            while !object.is_null() {
                // SAFETY: (1): the objects in the heap's list are live.
                let Header { next, mark, .. } = unsafe { object.read() };
                if mark == GREY {
                    self.blacken(object, kinds);
                    self.empty(kinds);
                }
                object = next;
            }
        }
    }

    fn empty(&mut self, kinds: &[Kind]) {
        while let Some(object) = self.grey.pop() {
            self.blacken(object, kinds);
        }
    }

    fn blacken(&mut self, object: *mut Header, kinds: &[Kind]) {
        // SAFETY: (1): it is live, (2) and of this kind.
        unsafe {
            (*object).mark = BLACK;
            (kinds[usize::from((*object).kind) - 1].trace)(NonNull::new_unchecked(object), self);
        }
    }

    /// Starts to clear weak references instead of marking. Returns `true` if there are any.
    pub(crate) fn clear(&mut self) -> bool {
        self.clears = true;
        self.has_weak
    }
}

/// A reference that does not keep its object alive: a collection that frees the object clears it.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_doc_ops::objects::{Heap, pair};
/// use mimeo_heap::{Trace as _, Weak};
///
/// let mut heap = Heap::default();
/// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
/// let weak = Weak::new(object);
/// // SAFETY: (1): the object is used only if the weak reference still has it.
/// unsafe {
///     heap.collect(|tracer| {
///         object.trace(tracer);
///         weak.trace(tracer);
///     });
/// }
/// assert_eq!(weak.get(), Some(object));
/// unsafe { heap.collect(|tracer| weak.trace(tracer)) };
/// assert_eq!(weak.get(), None);
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
#[repr(transparent)]
pub struct Weak<T>(Cell<*mut T>);

impl<T: Managed> Weak<T> {
    /// Creates a reference. See [`Weak`] for an example.
    #[must_use]
    pub fn new(object: Gc<T>) -> Weak<T> {
        Weak(Cell::new(object.as_ptr()))
    }

    /// Returns the object, if it was not freed. See [`Weak`] for an example.
    #[must_use]
    pub fn get(&self) -> Option<Gc<T>> {
        let pointer = self.0.get();
        // SAFETY: (1): it is live, because the collection that frees it clears the reference.
        (!pointer.is_null()).then(|| unsafe { Gc::from_ptr(pointer) })
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Weak<T> {
        Weak(Cell::new(null_mut()))
    }
}

impl<T> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0.get())
    }
}

// SAFETY: (3): when everything reachable is marked, it forgets an object that is not.
unsafe impl<T: Managed> Trace for Weak<T> {
    fn trace(&self, tracer: &mut Tracer) {
        tracer.has_weak = true;
        let object = self.0.get().cast::<Header>();
        // SAFETY: (1): it is live until weak references are cleared.
        if tracer.clears && !object.is_null() && unsafe { (*object).mark } == WHITE {
            self.0.set(null_mut());
        }
    }
}

// SAFETY: (3): it marks the object.
unsafe impl<T: Managed> Trace for Gc<T> {
    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        tracer.mark(self.header());
    }
}

// SAFETY: (3): it marks the object, if a field that ops read is not null.
unsafe impl<T: Managed> Trace for *mut T {
    #[inline]
    fn trace(&self, tracer: &mut Tracer) {
        if let Some(object) = NonNull::new(self.cast()) {
            tracer.mark(object);
        }
    }
}

// SAFETY: (3): it traces every element.
unsafe impl<T: Trace> Trace for [T] {
    fn trace(&self, tracer: &mut Tracer) {
        self.iter().for_each(|element| element.trace(tracer));
    }

    fn bytes(&self) -> usize {
        self.iter().map(T::bytes).sum()
    }

    fn release(&mut self) {
        self.iter_mut().for_each(T::release);
    }
}

// SAFETY: (3): it traces every element.
unsafe impl<T: Trace> Trace for Vec<T> {
    fn trace(&self, tracer: &mut Tracer) {
        self[..].trace(tracer);
    }

    fn bytes(&self) -> usize {
        self.capacity() * size_of::<T>() + self[..].bytes()
    }

    fn release(&mut self) {
        self[..].release();
    }
}

// SAFETY: (3): it traces every element.
unsafe impl<T: Trace> Trace for Box<[T]> {
    fn trace(&self, tracer: &mut Tracer) {
        self[..].trace(tracer);
    }

    fn bytes(&self) -> usize {
        size_of_val(&self[..]) + self[..].bytes()
    }

    fn release(&mut self) {
        self[..].release();
    }
}

// SAFETY: (3): it traces what is there.
unsafe impl<T: Trace> Trace for Option<T> {
    fn trace(&self, tracer: &mut Tracer) {
        self.as_slice().trace(tracer);
    }

    fn bytes(&self) -> usize {
        self.as_slice().bytes()
    }

    fn release(&mut self) {
        self.as_mut_slice().release();
    }
}

/// Implements [`Trace`] for types that refer to no objects, with the bytes that they own.
macro_rules! plain {
    ($($ty:ty: $bytes:expr),*) => {
        $(
            // SAFETY: (3): it refers to no objects.
            unsafe impl Trace for $ty {
                fn trace(&self, _: &mut Tracer) {}

                fn bytes(&self) -> usize {
                    let bytes: fn(&$ty) -> usize = $bytes;
                    bytes(self)
                }
            }
        )*
    };
}

plain! {
    u8: |_| 0, u16: |_| 0, u32: |_| 0, u64: |_| 0, usize: |_| 0, i32: |_| 0, i64: |_| 0, f64: |_| 0, bool: |_| 0,
    Box<str>: |text| text.len(), String: String::capacity
}
