//! Rust values → [`Userdata`]; unreachable userdata → calls of their `__gc`.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::any::Any;

use super::mark::FINALIZED;
use super::trace::traced;
use super::{Event, Gc, Heap, Kind};
use crate::ops::ops::{BLACK, Object, Table, Value};

/// A Rust value as an object.
#[derive(Debug)]
#[repr(C)]
pub struct Userdata {
    pub(super) object: Object,
    metatable: *mut Table,
    payload: Option<Box<dyn Any>>,
}

traced!(Userdata { metatable } not { object, payload });

impl Userdata {
    /// Returns the contained value, if it is a `T`.
    #[must_use]
    pub fn payload<T: Any>(&self) -> Option<&T> {
        self.payload.as_ref()?.downcast_ref()
    }

    /// Returns its metatable.
    #[must_use]
    pub fn metatable(&self) -> Option<Gc<Table>> {
        // SAFETY: (1): the userdata keeps its metatable alive, unless that is null.
        unsafe { Gc::option(self.metatable) }
    }

    pub(super) fn size(&self) -> usize {
        // With its place in the heap's list.
        size_of::<Userdata>()
            + size_of::<Gc<Userdata>>()
            + self.payload.as_ref().map_or(0, |payload| size_of_val::<dyn Any>(&**payload))
    }

    pub(super) fn is_finalized(&self) -> bool {
        self.object.mark & FINALIZED != 0
    }
}

impl Heap {
    /// Creates a userdata. Its contents are dropped when it is freed.
    pub fn new_userdata(&mut self, payload: Option<Box<dyn Any>>) -> Gc<Userdata> {
        let object = Object { next: self.objects, kind: Kind::Userdata as u8, mark: self.tracer.white };
        let userdata = self.place(Userdata { object, metatable: std::ptr::null_mut(), payload });
        self.objects = userdata.as_object();
        self.accounts.charge(userdata.size());
        self.userdata.push(userdata);
        userdata
    }

    /// Sets the metatable of a userdata.
    pub fn set_userdata_metatable(&mut self, mut userdata: Gc<Userdata>, metatable: Option<Gc<Table>>) {
        // SAFETY: (3): there is no other reference into the userdata.
        unsafe { userdata.as_mut() }.metatable = metatable.map_or(std::ptr::null_mut(), Gc::as_ptr);
        if let Some(metatable) = metatable.filter(|_| userdata.object.mark & BLACK != 0) {
            self.barrier_forward(userdata, metatable.into());
        }
    }

    /// Removes unmarked userdata from the list. Those with a `__gc` are marked and queued for it, newest first.
    pub(super) fn queue_finalizers(&mut self) {
        let (kept, dead): (Vec<_>, Vec<_>) =
            self.userdata.drain(..).partition(|userdata| !self.tracer.is_white(userdata.as_object()));
        self.userdata = kept;
        for userdata in dead.into_iter().rev() {
            if self.queue_finalizer(userdata) {
                self.tracer.object(userdata);
            }
        }
    }

    /// Queues all userdata that have a `__gc`, newest first, when the machine ends.
    pub fn queue_all_finalizers(&mut self) {
        for userdata in std::mem::take(&mut self.userdata).into_iter().rev() {
            self.queue_finalizer(userdata);
        }
        self.finalizers_due = usize::MAX;
    }

    fn queue_finalizer(&mut self, mut userdata: Gc<Userdata>) -> bool {
        let Some(metatable) = userdata.metatable() else { return false };
        if self.metamethod(metatable, Event::Gc).is_nil() {
            return false;
        }
        // SAFETY: (3): as above.
        unsafe { userdata.as_mut() }.object.mark |= FINALIZED;
        self.finalizers.push_back(userdata);
        true
    }

    /// Returns the next userdata whose `__gc` must be called, and that metamethod. To be called after each step, until
    /// there is none: a step lets only some be called.
    pub fn next_finalizer(&mut self) -> Option<(Gc<Userdata>, Value)> {
        while self.finalizers_due > 0
            && let Some(userdata) = self.finalizers.pop_front()
        {
            self.finalizers_due -= 1;
            // Another finalizer may have removed it.
            let Some(metatable) = userdata.metatable() else { continue };
            let method = self.metamethod(metatable, Event::Gc);
            if !method.is_nil() {
                return Some((userdata, method));
            }
        }
        None
    }

    /// Begins the pause before the next cycle if all finalizers of the last one were called. To be called after them.
    pub fn end_finalizers(&mut self) {
        if self.is_resting() {
            self.accounts.rest();
        }
    }
}
