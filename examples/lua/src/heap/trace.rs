//! The fields of an object → the objects that they lead to: [`Trace`], which [`traced`] derives.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::gc::Managed;
use super::{Gc, Prototype, Tracer};
use crate::ops::ops::Value;

/// What leads to objects: a field of one, or all fields together.
pub(super) trait Trace {
    /// Marks the objects that it leads to.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract: it is an object that lives, or a field of one.
    unsafe fn trace(&self, tracer: &mut Tracer);
}

/// Implements [`Trace`] for a struct by its fields: those that lead to objects, and those that do not, or whose objects
/// [`Tracer`] marks by a rule of its own. A field that is in neither list does not compile.
macro_rules! traced {
    ($ty:ident { $($field:ident),+ } not { $($other:ident),+ }) => {
        impl $crate::heap::trace::Trace for $ty {
            #[inline]
            unsafe fn trace(&self, tracer: &mut $crate::heap::Tracer) {
                let $ty { $($field,)+ $($other: _,)+ } = self;
                // SAFETY: the caller's promise (1): they are fields of an object that lives.
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
        // SAFETY: the caller's promise: (2) the prototype is part of a chunk, (1) which lives.
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
