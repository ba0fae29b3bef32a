//! An object's address → [`Gc`], by which Rust names an object of a known kind.
//!
//! Contract of its unsafe blocks: (1) and (3) of the [heap](super).
#![expect(clippy::undocumented_unsafe_blocks, reason = "the heap's contract says why they are sound")]

use std::alloc::Layout;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr::NonNull;

use super::{Builtin, Chunk, Coroutine, Heap, Shape, Userdata};
use crate::ops::ops::{Closure, Object, Table, Text, Upvalue};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A [`Text`].
    Text = 1,
    /// A [`Table`].
    Table,
    /// A [`Closure`].
    Closure,
    /// A [`Builtin`].
    Builtin,
    /// A [`Userdata`].
    Userdata,
    /// A [`Coroutine`].
    Coroutine,
    /// An [`Upvalue`].
    Upvalue,
    /// A [`Chunk`].
    Chunk,
    /// A [`Shape`].
    Shape,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::Text,
        Kind::Table,
        Kind::Closure,
        Kind::Builtin,
        Kind::Userdata,
        Kind::Coroutine,
        Kind::Upvalue,
        Kind::Chunk,
        Kind::Shape,
    ];

    /// The kind of an object.
    ///
    /// # Panics
    ///
    /// If it is none: somebody kept an object that was freed (test `a_dangling_value_is_found`).
    #[inline]
    pub(super) fn of(object: *mut Object) -> Kind {
        let number = unsafe { (*object).kind };
        match Kind::ALL.get(usize::from(number).wrapping_sub(1)) {
            Some(&kind) => kind,
            None => panic!("there is no object any more at {object:p}: its kind is {number:#x}"),
        }
    }
}

/// A type of objects.
///
/// # Safety
///
/// The type is `repr(C)` and begins with an [`Object`], whose `kind` is `KIND` in these objects and in no others.
pub unsafe trait Managed {
    /// Which it is.
    const KIND: Kind;
}

unsafe impl Managed for Text {
    const KIND: Kind = Kind::Text;
}
unsafe impl Managed for Table {
    const KIND: Kind = Kind::Table;
}
unsafe impl Managed for Closure {
    const KIND: Kind = Kind::Closure;
}
unsafe impl Managed for Upvalue {
    const KIND: Kind = Kind::Upvalue;
}
unsafe impl Managed for Builtin {
    const KIND: Kind = Kind::Builtin;
}
unsafe impl Managed for Userdata {
    const KIND: Kind = Kind::Userdata;
}
unsafe impl Managed for Coroutine {
    const KIND: Kind = Kind::Coroutine;
}
unsafe impl Managed for Chunk {
    const KIND: Kind = Kind::Chunk;
}
unsafe impl Managed for Shape {
    const KIND: Kind = Kind::Shape;
}

/// A live object of the heap.
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

/// Only the address: what is inside may lead back here.
impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0)
    }
}

impl<T: Managed> Gc<T> {
    /// The object at an address.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract.
    #[inline]
    pub unsafe fn from_ptr(pointer: *mut T) -> Gc<T> {
        unsafe { Gc::option(pointer).unwrap_unchecked() }
    }

    /// The object at an address, unless that is null.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract.
    #[inline]
    pub unsafe fn option(pointer: *mut T) -> Option<Gc<T>> {
        let pointer = NonNull::new(pointer)?;
        // What was freed is poisoned: see `free.rs`.
        debug_assert_eq!(Kind::of(pointer.as_ptr().cast()), T::KIND);
        Some(Gc(pointer))
    }

    /// The object as something that can be changed.
    ///
    /// # Safety
    ///
    /// (3) of the heap's contract: nothing else refers to it.
    #[inline]
    pub(super) unsafe fn as_mut(&mut self) -> &mut T {
        debug_assert_eq!(Kind::of(self.as_object()), T::KIND);
        unsafe { self.0.as_mut() }
    }
}

impl<T> Gc<T> {
    /// Its address.
    #[inline]
    #[must_use]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// Its address as an object's.
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
        unsafe { self.0.as_ref() }
    }
}

impl Heap {
    /// Moves an object to where it stays. Its size is still to be charged.
    #[inline]
    pub(super) fn place<T: Managed>(&mut self, object: T) -> Gc<T> {
        let place = self.pool.allocate(Layout::new::<T>()).cast::<T>();
        unsafe {
            place.write(object);
            Gc::from_ptr(place)
        }
    }
}
