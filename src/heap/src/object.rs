//! An object's address → [`Gc`], a pointer to an object of a known type.
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::alloc::{Layout, dealloc};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ptr::NonNull;

use crate::{Trace, Tracer};

/// What every object begins with. Ops only know types of their own module, so a language declares a struct of the same
/// fields there, and [`kinds!`](crate::kinds) checks that it has this layout.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Object;
/// use mimeo_heap::Header;
///
/// assert_eq!(size_of::<Object>(), size_of::<Header>());
/// ```
#[repr(C)]
#[derive(Debug)]
pub struct Header {
    /// The next object in the heap's list.
    pub(crate) next: *mut Header,
    /// The number of its kind.
    pub(crate) kind: u8,
    /// Whether the collector has reached it.
    pub(crate) mark: u8,
}

impl Header {
    /// Returns `true` if a struct has this layout. For [`kinds!`](crate::kinds).
    #[doc(hidden)]
    #[must_use]
    pub const fn has_layout(struct_: Layout, next: usize, kind: usize, mark: usize) -> bool {
        use std::mem::offset_of;
        struct_.size() == size_of::<Header>()
            && struct_.align() == align_of::<Header>()
            && next == offset_of!(Header, next)
            && kind == offset_of!(Header, kind)
            && mark == offset_of!(Header, mark)
    }
}

/// A language's values, some of which are objects. [`kinds!`](crate::kinds) implements it.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_doc_ops::objects::{Heap, Pair, pair};
/// use mimeo_heap::Tagged as _;
///
/// let mut heap = Heap::default();
/// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
/// assert_eq!(object.value().to_object(), Some(object.header()));
/// assert_eq!(Value::int(1).to_object(), None);
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
///
/// # Safety
///
/// [`to_object`](Self::to_object) returns an address only for a value that [`from_object`](Self::from_object) made of
/// it. The crate of the language keeps the promises of the [contract](crate).
pub unsafe trait Tagged: Copy + 'static {
    /// Returns the value of an object. See [`Tagged`] for an example.
    fn from_object(object: NonNull<Header>) -> Self;

    /// Returns the object, if the value is one. See [`Tagged`] for an example.
    fn to_object(self) -> Option<NonNull<Header>>;
}

/// The kinds of objects of a language. [`kinds!`](crate::kinds) implements it.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_heap::Kinds;
///
/// assert_eq!(Value::KINDS.len(), 3);
/// ```
///
/// # Safety
///
/// The kind with the number `n` is at the index `n - 1`, and exactly the types with that [`Managed::KIND`] have it.
pub unsafe trait Kinds: Tagged + Trace {
    /// The kinds, in the order of their numbers.
    const KINDS: &'static [Kind];
}

/// A type of objects. [`kinds!`](crate::kinds) implements it.
///
/// ```
/// use mimeo_doc_ops::objects::Text;
/// use mimeo_heap::Managed;
///
/// assert_eq!(Text::KIND, 2);
/// ```
///
/// # Safety
///
/// The type is `repr(C)` and begins with a [`Header`]. `KIND` is the number of its kind among the
/// [kinds](Kinds) of its values.
pub unsafe trait Managed: Trace + 'static {
    /// The values that can be such an object.
    type Value: Kinds;
    /// The number of the kind.
    const KIND: u8;
}

/// What the heap does with objects of a kind. See [`Kinds`] for an example.
#[derive(Debug)]
pub struct Kind {
    pub(crate) trace: unsafe fn(NonNull<Header>, &mut Tracer),
    /// Returns the size with everything that it owns.
    pub(crate) bytes: unsafe fn(NonNull<Header>) -> usize,
    pub(crate) free: unsafe fn(NonNull<Header>),
}

impl Kind {
    /// Returns what the heap does with objects of this type. For [`kinds!`](crate::kinds).
    #[doc(hidden)]
    #[must_use]
    pub const fn of<T: Managed>() -> Kind {
        Kind { trace: trace::<T>, bytes: bytes::<T>, free: free::<T> }
    }
}

/// # Safety
///
/// (1), (2): it is a live `T`.
unsafe fn trace<T: Managed>(object: NonNull<Header>, tracer: &mut Tracer) {
    // SAFETY: the caller's promise; (4): the collector has the only access.
    unsafe { object.cast::<T>().as_ref() }.trace(tracer);
}

/// # Safety
///
/// (1), (2): it is a live `T`.
unsafe fn bytes<T: Managed>(object: NonNull<Header>) -> usize {
    // SAFETY: as in `trace`.
    size_of::<T>() + unsafe { object.cast::<T>().as_ref() }.bytes()
}

/// # Safety
///
/// (1), (2): it is a live `T`, and is not used again.
unsafe fn free<T: Managed>(object: NonNull<Header>) {
    // SAFETY: the caller's promise; `Heap::add` has allocated it with this layout.
    unsafe {
        object.cast::<T>().as_mut().release();
        object.cast::<T>().drop_in_place();
        dealloc(object.as_ptr().cast(), Layout::new::<T>());
    }
}

/// A pointer to a live object. The heap that has made it [gives access](crate::Heap#impl-Index<Gc<T>>-for-Heap<V>) to
/// the object.
///
/// ```
/// use mimeo_doc_ops::objects::objects::Value;
/// use mimeo_doc_ops::objects::{Heap, pair};
///
/// let mut heap = Heap::default();
/// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
/// heap[object].second = object.value();
/// assert_eq!(heap[object].first, Value::int(1));
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
#[repr(transparent)]
pub struct Gc<T>(NonNull<T>);

impl<T> Clone for Gc<T> {
    fn clone(&self) -> Gc<T> {
        *self
    }
}

impl<T> Copy for Gc<T> {}

impl<T> PartialEq for Gc<T> {
    fn eq(&self, other: &Gc<T>) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Gc<T> {}

impl<T> Hash for Gc<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Prints only the address: the contents can be cyclic.
impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0)
    }
}

impl<T: Managed> Gc<T> {
    /// Creates a pointer from an address that an op or an object has.
    ///
    /// # Safety
    ///
    /// (1) of the [contract](crate): it is the address of a live `T`.
    ///
    /// ```
    /// use mimeo_doc_ops::objects::objects::Value;
    /// use mimeo_doc_ops::objects::{Heap, pair};
    /// use mimeo_heap::Gc;
    ///
    /// let mut heap = Heap::default();
    /// let object = heap.add(pair(Value::int(1), Value::int(2)))?;
    /// // SAFETY: (1): nothing was collected.
    /// assert_eq!(unsafe { Gc::from_ptr(object.as_ptr()) }, object);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    #[inline]
    #[must_use]
    pub unsafe fn from_ptr(pointer: *mut T) -> Gc<T> {
        // SAFETY: the caller's promise: the address of an object is not null.
        Gc(unsafe { NonNull::new_unchecked(pointer) })
    }

    /// Returns its address. See [`from_ptr`](Gc::from_ptr) for an example.
    #[inline]
    #[must_use]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// Returns the address of its header. See [`Tagged`] for an example.
    #[inline]
    #[must_use]
    pub fn header(self) -> NonNull<Header> {
        self.0.cast()
    }

    /// Returns the value that is this object. See [`Tagged`] for an example.
    #[inline]
    #[must_use]
    pub fn value(self) -> T::Value {
        T::Value::from_object(self.header())
    }
}
