//! Slots of active frames → [`Upvalue`]s, which keep the value when the frame is gone.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use mimeo::StackMove;

use super::trace::traced;
use super::{Gc, Heap, Kind};
use crate::ops::ops::{BLACK, Object, Upvalue, Value};

// The value of an open upvalue is in a frame.
traced!(Upvalue { closed } not { object, at, next_open });

impl Heap {
    /// Returns the upvalue of a slot: the open one in the list, or a new one that is added to the list.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract; `list` is that of the slot's stack.
    pub unsafe fn find_upvalue(&mut self, list: &mut *mut Upvalue, slot: *mut Value) -> Gc<Upvalue> {
        let mut place: *mut *mut Upvalue = list;
        // SAFETY: the caller's promise: (6) the list contains live upvalues (1) of this stack, highest slots first.
        unsafe {
            // Higher slots come first: usually the upvalue is near the beginning of the list.
            while !(*place).is_null() && (**place).at > slot {
                place = &raw mut (**place).next_open;
            }
            if let Some(open) = Gc::option(*place).filter(|open| open.at == slot) {
                return open;
            }
            let upvalue = self.new_upvalue(slot, *place);
            *place = upvalue.as_ptr();
            upvalue
        }
    }

    fn new_upvalue(&mut self, at: *mut Value, next_open: *mut Upvalue) -> Gc<Upvalue> {
        let object = Object { next: self.objects, kind: Kind::Upvalue as u8, mark: self.tracer.white };
        let upvalue = self.place(Upvalue { object, at, closed: Value::NIL, next_open });
        self.objects = upvalue.as_object();
        self.accounts.charge(size_of::<Upvalue>());
        upvalue
    }

    /// Creates a closed upvalue.
    pub fn closed_upvalue(&mut self, value: Value) -> Gc<Upvalue> {
        let mut upvalue = self.new_upvalue(std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: (3): the upvalue is new, and nothing else refers to it.
        unsafe { upvalue.as_mut() }.close(value);
        upvalue
    }

    /// Closes the upvalues of a slot and of all higher ones: removes them from the list, and copies the values of their
    /// slots.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract; `list` is that of the slot's stack.
    pub unsafe fn close_upvalues(&mut self, list: &mut *mut Upvalue, from: usize) {
        // SAFETY: the caller's promise: (6) the list contains live upvalues (1) whose slots still exist. (3): there is
        // no other reference into them.
        unsafe {
            while let Some(mut upvalue) = Gc::option(*list).filter(|upvalue| upvalue.at.addr() >= from) {
                *list = upvalue.next_open;
                // An open upvalue is grey until the stacks are scanned for the last time, so this needs no barrier.
                let value = *upvalue.at;
                upvalue.as_mut().close(value);
            }
        }
    }

    /// Updates the open upvalues of a list after their stack was moved.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract; `list` is that of the stack that was moved.
    pub unsafe fn move_open_upvalues(&mut self, mut list: *mut Upvalue, moved: &StackMove) {
        // SAFETY: the caller's promise: (6) the list contains live upvalues (1). (3): there is no other reference into
        // them.
        unsafe {
            while let Some(mut upvalue) = Gc::option(list) {
                upvalue.as_mut().at = moved.rebased(upvalue.at);
                list = upvalue.next_open;
            }
        }
    }

    /// Sets the variable's value.
    #[inline]
    pub fn set_upvalue(&mut self, upvalue: Gc<Upvalue>, value: Value) {
        // SAFETY: (6): the slot of an open upvalue exists; (2) otherwise the value is the upvalue's own.
        unsafe { *upvalue.at = value };
        if upvalue.object.mark & BLACK != 0 {
            self.barrier_forward(upvalue, value);
        }
    }
}

impl Upvalue {
    /// Closes the upvalue with a value.
    pub(super) fn close(&mut self, value: Value) {
        self.closed = value;
        self.at = &raw mut self.closed;
        self.next_open = std::ptr::null_mut();
    }

    /// Returns `true` if its value is in a frame.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !std::ptr::eq(self.at, &raw const self.closed)
    }
}

impl Gc<Upvalue> {
    /// Returns the variable's value.
    #[inline]
    #[must_use]
    pub fn value(self) -> Value {
        // SAFETY: (6) and (2), as in `set_upvalue`.
        unsafe { *self.at }
    }
}
