//! An object's address → [`Gc`], a pointer to an object of a known kind.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::alloc::Layout;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr::NonNull;

use super::{Builtin, Chunk, Coroutine, Heap, Shape, Userdata};
use crate::ops::ops::{Closure, Object, Table, Text, Upvalue};

/// The kinds of objects, with the numbers that stand for them in memory.
macro_rules! kinds {
    ($($ty:ident = $number:literal,)*) => {
        /// The kind of an object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = concat!("A [`", stringify!($ty), "`].")]
            $ty = $number,)*
        }

        impl Kind {
            const ALL: &[Kind] = &[$(Kind::$ty),*];
        }

        $(
            const _: () = assert!(std::mem::offset_of!($ty, object) == 0);

            // SAFETY: the heap makes these objects, and no others, with this kind. They begin with an `Object`.
            unsafe impl Managed for $ty {
                const KIND: Kind = Kind::$ty;
            }
        )*
    };
}

kinds! {
    Text = 1,
    Table = 2,
    Closure = 3,
    Builtin = 4,
    Userdata = 5,
    Coroutine = 6,
    Upvalue = 7,
    Chunk = 8,
    Shape = 9,
}

impl Kind {
    /// Returns the kind of an object.
    ///
    /// # Panics
    ///
    /// If it is not an object, because the caller kept a freed one (test `a_dangling_value_is_found`).
    #[inline]
    pub(super) fn of(object: *mut Object) -> Kind {
        // SAFETY: (1): the object is live. In a freed one, debug builds find the poison.
        let number = unsafe { (*object).kind };
        match Kind::ALL.get(usize::from(number).wrapping_sub(1)) {
            Some(&kind) => kind,
            None => panic!("no live object at {object:p}: its kind is {number:#x}"),
        }
    }
}

/// A type of objects.
///
/// # Safety
///
/// The type is `repr(C)` and begins with an [`Object`], whose `kind` is `KIND` in these objects and in no others.
pub unsafe trait Managed {
    /// The kind of these objects.
    const KIND: Kind;
}

/// A pointer to a live object of the heap.
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
    /// Creates a pointer from an address.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract.
    #[inline]
    pub unsafe fn from_ptr(pointer: *mut T) -> Gc<T> {
        // SAFETY: the caller's promise (1): the address of a live object is not null.
        unsafe { Gc::option(pointer).unwrap_unchecked() }
    }

    /// Creates a pointer from an address, or returns `None` if it is null.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract.
    #[inline]
    pub unsafe fn option(pointer: *mut T) -> Option<Gc<T>> {
        let pointer = NonNull::new(pointer)?;
        // Freed memory is poisoned: see `free.rs`.
        debug_assert_eq!(Kind::of(pointer.as_ptr().cast()), T::KIND);
        Some(Gc(pointer))
    }

    /// Returns a mutable reference to the object.
    ///
    /// # Safety
    ///
    /// (3) of the heap's contract: there is no other reference to it.
    #[inline]
    pub(super) unsafe fn as_mut(&mut self) -> &mut T {
        debug_assert_eq!(Kind::of(self.as_object()), T::KIND);
        // SAFETY: the caller's promise (3), and (1): the object is live.
        unsafe { self.0.as_mut() }
    }
}

impl<T> Gc<T> {
    /// Returns its address.
    #[inline]
    #[must_use]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// Returns its address as an object's.
    #[inline]
    pub(super) fn as_object(self) -> *mut Object {
        self.0.as_ptr().cast()
    }
}

impl<T: Managed> Deref for Gc<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        debug_assert_eq!(Kind::of(self.as_object()), T::KIND);
        // SAFETY: (1): the object is live and a `T`; (3) it does not change meanwhile.
        unsafe { self.0.as_ref() }
    }
}

impl Heap {
    /// Moves an object to its final place. The caller still has to account for its size.
    #[inline]
    pub(super) fn place<T: Managed>(&mut self, object: T) -> Gc<T> {
        let place = self.pool.allocate(Layout::new::<T>()).cast::<T>();
        // SAFETY: the block is new and has the layout of `T`; from here on it is a live object (1).
        unsafe {
            place.write(object);
            Gc::from_ptr(place)
        }
    }
}
