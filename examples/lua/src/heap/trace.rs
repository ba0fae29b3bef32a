//! The fields of an object → the objects that they refer to: [`Trace`], which [`traced`] derives.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::gc::Managed;
use super::{Gc, Prototype, Tracer};
use crate::ops::ops::Value;

/// Something that refers to objects: a field of an object, or all its fields.
pub(super) trait Trace {
    /// Marks the objects that it refers to.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract: it is a live object, or a field of one.
    unsafe fn trace(&self, tracer: &mut Tracer);
}

/// Implements [`Trace`] for a struct. The first list has the fields that refer to objects. The second has those that do
/// not, and those that [`Tracer`] traces by a special rule. A field that is in neither list does not compile.
macro_rules! traced {
    ($ty:ident { $($field:ident),+ } not { $($other:ident),* }) => {
        impl $crate::heap::trace::Trace for $ty {
            #[inline]
            unsafe fn trace(&self, tracer: &mut $crate::heap::Tracer) {
                let $ty { $($field,)+ $($other: _,)* } = self;
                // SAFETY: the caller's promise (1): they are fields of a live object.
                unsafe { $($crate::heap::trace::Trace::trace($field, tracer);)+ }
            }
        }
    };
}

pub(super) use traced;

impl Trace for Value {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        tracer.value(*self);
    }
}

impl<T: Managed> Trace for Gc<T> {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        tracer.object(*self);
    }
}

impl<T: Managed> Trace for *mut T {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        // SAFETY: the caller's promise: (2) the field is null or the address of an object, (1) which it keeps alive.
        if let Some(object) = unsafe { Gc::option(*self) } {
            tracer.object(object);
        }
    }
}

impl Trace for *const Prototype {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        // SAFETY: the caller's promise: (2) the prototype is part of a chunk, (1) which is live.
        tracer.object(unsafe { &**self }.chunk());
    }
}

impl<T: Trace> Trace for Option<T> {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        if let Some(field) = self {
            // SAFETY: the caller's promise.
            unsafe { field.trace(tracer) };
        }
    }
}

impl<T: Trace> Trace for Box<[T]> {
    #[inline]
    unsafe fn trace(&self, tracer: &mut Tracer) {
        for field in self {
            // SAFETY: the caller's promise.
            unsafe { field.trace(tracer) };
        }
    }
}
