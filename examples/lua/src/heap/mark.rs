//! An object that lives → those that it leads to: [`Tracer`].
//!
//! An object is white when nothing has led to it yet in this cycle, grey when something has, and black when all that
//! it leads to is grey or black too. There are two whites, which change places in every cycle: what is made while the
//! sweep is under way has the new one. The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::gc::Managed;
use super::hash::Entry;
use super::trace::Trace;
use super::{Builtin, Chunk, Coroutine, Event, Gc, Kind, Roots, Shape, Userdata};
use crate::ops::ops::{BLACK, Closure, Object, PROTOTYPE, Table, Text, Upvalue, Value};

/// The two whites.
const WHITES: u8 = 3;
/// Of a userdata: its `__gc` was called, or is about to be.
pub(super) const FINALIZED: u8 = 8;

/// What is no colour.
const KEPT: u8 = FINALIZED | PROTOTYPE;

/// Marks objects.
#[derive(Debug)]
pub struct Tracer {
    /// The white of objects that are made now.
    pub(super) white: u8,
    /// What is grey.
    pub(super) grey: Vec<*mut Object>,
    /// What is grey and has to be looked at in the last phase: it has changed, or may change without a barrier.
    pub(super) again: Vec<*mut Object>,
    /// Weak tables that live.
    pub(super) weak: Vec<Gc<Table>>,
    pub(super) is_final: bool,
    /// The text `__mode`.
    pub(super) mode: Option<Gc<Text>>,
}

impl Default for Tracer {
    fn default() -> Tracer {
        Tracer { white: 1, grey: Vec::new(), again: Vec::new(), weak: Vec::new(), is_final: false, mode: None }
    }
}

/// What of a table is weak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weakness {
    pub(super) keys: bool,
    pub(super) values: bool,
}

impl Tracer {
    /// Is this the last phase of the marking? Everything behind the top frames of the stacks must be `nil` then.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// The value is wanted.
    #[inline]
    pub fn value(&mut self, value: Value) {
        if let Some(object) = value.to_object() {
            self.mark(object);
        }
    }

    /// The bits of values are, as they lie on a stack.
    pub fn bits(&mut self, bits: &[u64]) {
        for &bits in bits {
            self.value(Value(bits));
        }
    }

    /// The object is wanted.
    #[inline]
    pub fn object<T: Managed>(&mut self, object: Gc<T>) {
        self.mark(object.as_object());
    }

    /// All upvalues in a list of open ones are.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract.
    pub unsafe fn open_upvalues(&mut self, list: *mut Upvalue) {
        // SAFETY: the caller's promise: (6) the list has live upvalues (1), or is null.
        let mut next = unsafe { Gc::option(list) };
        while let Some(upvalue) = next {
            self.object(upvalue);
            // SAFETY: (6): as above.
            next = unsafe { Gc::option(upvalue.next_open) };
        }
    }

    #[inline]
    pub(super) fn is_white(&self, object: *mut Object) -> bool {
        // SAFETY: (1): the object is live.
        unsafe { (*object).mark & WHITES != 0 }
    }

    /// Will the sweep free it?
    #[inline]
    pub(super) fn is_dead(&self, object: *mut Object) -> bool {
        // SAFETY: (1): as above.
        unsafe { (*object).mark & WHITES & !self.white != 0 }
    }

    pub(super) fn flip(&mut self) {
        self.white ^= WHITES;
    }

    /// The white of new objects.
    #[inline]
    pub(super) fn whiten(&self, object: *mut Object) {
        // SAFETY: (1): as above. (3): no reference leads to an object's header.
        unsafe { (*object).mark = (*object).mark & KEPT | self.white };
    }

    /// The white that new objects have behind the next [`flip`](Self::flip).
    pub(super) fn whiten_next(&self, object: *mut Object) {
        // SAFETY: (1) and (3), as above.
        unsafe { (*object).mark = (*object).mark & KEPT | self.white ^ WHITES };
    }

    #[inline]
    fn blacken(&self, object: *mut Object) {
        // SAFETY: (1) and (3), as above.
        unsafe { (*object).mark |= BLACK };
    }

    #[inline]
    pub(super) fn mark(&mut self, object: *mut Object) {
        if self.is_white(object) {
            // SAFETY: (1) and (3), as above.
            unsafe { (*object).mark &= !WHITES };
            if Kind::of(object) == Kind::Text {
                self.blacken(object);
            } else {
                self.grey.push(object);
            }
        }
    }

    /// A black object has to be looked at again.
    pub(super) fn revisit(&mut self, object: *mut Object) {
        // SAFETY: (1) and (3), as above.
        unsafe { (*object).mark &= !BLACK };
        self.again.push(object);
    }

    /// Marks what a grey object leads to; returns its size.
    pub(super) fn trace(&mut self, object: *mut Object, roots: &mut dyn Roots) -> usize {
        self.blacken(object);
        // SAFETY: (1): the object is live and of this kind.
        unsafe {
            match Kind::of(object) {
                Kind::Text => 0,
                Kind::Table => {
                    let table = self.fields(object);
                    self.table(table)
                }
                Kind::Closure => {
                    let closure = self.fields(object);
                    self.closure(closure)
                }
                Kind::Builtin => self.fields::<Builtin>(object).size(),
                Kind::Userdata => {
                    self.fields::<Userdata>(object);
                    size_of::<Userdata>()
                }
                Kind::Coroutine => {
                    let coroutine = self.fields(object);
                    self.coroutine(coroutine, roots)
                }
                Kind::Upvalue => {
                    let upvalue = self.fields(object);
                    self.upvalue(upvalue)
                }
                Kind::Chunk => self.fields::<Chunk>(object).size(),
                Kind::Shape => self.fields::<Shape>(object).size(),
            }
        }
    }

    /// Marks what the fields of an object lead to.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract: the object is live and a `T`.
    #[inline]
    unsafe fn fields<T: Managed + Trace>(&mut self, object: *mut Object) -> Gc<T> {
        // SAFETY: the caller's promise (1).
        unsafe {
            let object: Gc<T> = Gc::from_ptr(object.cast());
            T::trace(&object, self);
            object
        }
    }

    /// Marks the keys and values of a table, as far as they are not weak.
    fn table(&mut self, table: Gc<Table>) -> usize {
        let weakness = self.weakness(table);
        if weakness != Weakness::default() {
            if !self.is_final {
                self.revisit(table.as_object());
                return size_of::<Table>();
            }
            self.weak.push(table);
        }
        if !weakness.values {
            for &value in table.array().iter().chain(table.slots()) {
                self.value(value);
            }
        }
        let entries: &[Entry] = table.hash_part().map_or(&[], |hash| &hash.entries);
        for entry in entries.iter().filter(|entry| !entry.value.is_nil()) {
            if !weakness.keys {
                self.value(entry.key);
            }
            if !weakness.values {
                self.value(entry.value);
            }
        }
        table.size()
    }

    /// What the `__mode` of its metatable says.
    pub(super) fn weakness(&self, table: Gc<Table>) -> Weakness {
        let (Some(mut metatable), Some(mode)) = (table.metatable(), self.mode) else { return Weakness::default() };
        if metatable.missing & Event::Mode.bit() != 0 {
            return Weakness::default();
        }
        match metatable.get_text(mode).to_text() {
            Some(mode) => Weakness { keys: mode.bytes().contains(&b'k'), values: mode.bytes().contains(&b'v') },
            None => {
                metatable.set_missing(metatable.missing | Event::Mode.bit());
                Weakness::default()
            }
        }
    }

    /// Marks the upvalues of a closure.
    fn closure(&mut self, closure: Gc<Closure>) -> usize {
        for upvalue in closure.upvalues() {
            self.object(upvalue);
        }
        size_of::<Closure>() + closure.upvalues_len as usize * size_of::<*mut Upvalue>()
    }

    /// Marks what is on the stack of a coroutine.
    fn coroutine(&mut self, coroutine: Gc<Coroutine>, roots: &mut dyn Roots) -> usize {
        let mut size = size_of::<Coroutine>();
        // SAFETY: (6): the list is that of the coroutine's stack.
        unsafe { self.open_upvalues(coroutine.open_upvalues) };
        if let Some(fiber) = coroutine.fiber() {
            size += roots.trace_fiber(fiber, self) * size_of::<Value>();
        }
        if !self.is_final {
            self.revisit(coroutine.as_object());
        }
        size
    }

    /// Marks the value of an upvalue that is in a frame.
    fn upvalue(&mut self, upvalue: Gc<Upvalue>) -> usize {
        if upvalue.is_open() {
            self.value(upvalue.value());
            if !self.is_final {
                self.revisit(upvalue.as_object());
            }
        }
        size_of::<Upvalue>()
    }
}
