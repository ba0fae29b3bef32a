//! A live object → the objects that it refers to: [`Tracer`].
//!
//! An object is white until the marking of a cycle reaches it, grey when it was reached, and black when all objects
//! that it refers to are grey or black. There are two whites, which swap their meaning in every cycle: objects that are
//! created during the sweep get the new one. The numbers in `SAFETY` comments are those of the [heap](super)'s
//! contract.

use super::gc::Managed;
use super::hash::Entry;
use super::trace::Trace;
use super::{Builtin, Chunk, Coroutine, Event, Gc, Kind, Roots, Shape, Userdata};
use crate::ops::ops::{BLACK, Closure, Object, PROTOTYPE, Table, Text, Upvalue, Value};

/// The two whites.
const WHITES: u8 = 3;
/// The mark of a userdata whose `__gc` was called or is queued.
pub(super) const FINALIZED: u8 = 8;

/// The values and entries of a table that are traced at once. Longer tables are traced in parts.
pub(super) const PART: usize = 4096;

/// The bits of a mark that are not colours.
const KEPT: u8 = FINALIZED | PROTOTYPE;

/// Marks objects.
#[derive(Debug)]
pub struct Tracer {
    /// The white of new objects.
    pub(super) white: u8,
    /// Grey objects.
    pub(super) grey: Vec<*mut Object>,
    /// Long tables, of which the values of the array part, and then the entries of the hash part, are still to be traced
    /// from an index on.
    pub(super) partial: Vec<(Gc<Table>, usize)>,
    /// Grey objects to trace in the last phase: they have changed, or can change without a barrier.
    pub(super) again: Vec<*mut Object>,
    /// Live weak tables.
    pub(super) weak: Vec<Gc<Table>>,
    pub(super) is_final: bool,
    /// The text `__mode`.
    pub(super) mode: Option<Gc<Text>>,
}

impl Default for Tracer {
    fn default() -> Tracer {
        let (grey, partial, again, weak) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Tracer { white: 1, grey, partial, again, weak, is_final: false, mode: None }
    }
}

/// Which parts of a table are weak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weakness {
    pub(super) keys: bool,
    pub(super) values: bool,
}

impl Tracer {
    /// Returns `true` in the last phase of the marking. Everything above the top frames of the stacks must be `nil`
    /// then.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// Marks a value as reachable.
    #[inline]
    pub fn value(&mut self, value: Value) {
        if let Some(object) = value.to_object() {
            self.mark(object);
        }
    }

    /// Marks values given as bits, as they are on a stack.
    pub fn bits(&mut self, bits: &[u64]) {
        for &bits in bits {
            self.value(Value(bits));
        }
    }

    /// Marks an object as reachable.
    #[inline]
    pub fn object<T: Managed>(&mut self, object: Gc<T>) {
        self.mark(object.as_object());
    }

    /// Marks all upvalues in a list of open ones.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract.
    pub unsafe fn open_upvalues(&mut self, list: *mut Upvalue) {
        // SAFETY: the caller's promise: (6) the list contains live upvalues (1), or is null.
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

    /// Returns `true` if the sweep will free the object.
    #[inline]
    pub(super) fn is_dead(&self, object: *mut Object) -> bool {
        // SAFETY: (1): as above.
        unsafe { (*object).mark & WHITES & !self.white != 0 }
    }

    pub(super) fn flip(&mut self) {
        self.white ^= WHITES;
    }

    /// Makes an object white, like new objects.
    #[inline]
    pub(super) fn whiten(&self, object: *mut Object) {
        // SAFETY: (1): as above. (3): there is no reference to an object's header.
        unsafe { (*object).mark = (*object).mark & KEPT | self.white };
    }

    /// Gives an object the white that new objects have after the next [`flip`](Self::flip).
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

    /// Makes a black object grey, to be traced again in the last phase.
    pub(super) fn revisit(&mut self, object: *mut Object) {
        // SAFETY: (1) and (3), as above.
        unsafe { (*object).mark &= !BLACK };
        self.again.push(object);
    }

    /// Marks the objects that a grey object refers to. Returns its size.
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

    /// Marks the objects that the fields of an object refer to.
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

    /// Marks those keys and values of a table that are not weak.
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
            table.slots().iter().for_each(|&value| self.value(value));
        }
        if weakness == Weakness::default() && !self.is_final && parts_len(table) > PART {
            self.partial.push((table, 0));
            return table.size() - size_of_val(table.array()) - size_of_val(entries(&table));
        }
        self.elements(table, weakness, 0, usize::MAX);
        table.size()
    }

    /// Marks those keys and values that are not weak, of a range of the array part and the hash part. Returns the bytes
    /// visited.
    fn elements(&mut self, table: Gc<Table>, weakness: Weakness, from: usize, to: usize) -> usize {
        let (array, entries) = (table.array(), entries(&table));
        let within = |from: usize, to: usize, len: usize| from.min(len)..to.min(len);
        let values = &array[within(from, to, array.len())];
        let past = |index: usize| index.saturating_sub(array.len());
        let entries = &entries[within(past(from), past(to), entries.len())];
        if !weakness.values {
            values.iter().for_each(|&value| self.value(value));
        }
        for entry in entries.iter().filter(|entry| !entry.value.is_nil()) {
            if !weakness.keys {
                self.value(entry.key);
            }
            if !weakness.values {
                self.value(entry.value);
            }
        }
        size_of_val(values) + size_of_val(entries)
    }

    /// Traces the next part of a long table. Returns its size, or `None` if there is no such table.
    pub(super) fn trace_part(&mut self) -> Option<usize> {
        let (table, from) = self.partial.pop()?;
        let to = from + PART;
        if to < parts_len(table) {
            self.partial.push((table, to));
        }
        Some(self.elements(table, Weakness::default(), from, to))
    }

    /// Returns `true` if a table is black, but not all of it was traced.
    pub(super) fn is_partial(&self, table: Gc<Table>) -> bool {
        let is_long_and_black = parts_len(table) > PART && table.object.mark & BLACK != 0;
        is_long_and_black && self.partial.iter().any(|&(other, _)| other == table)
    }

    /// Returns what is weak according to the `__mode` of the table's metatable.
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

    /// Marks the values on the stack of a coroutine.
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

    /// Marks the value of an upvalue that is still open.
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

fn entries(table: &Table) -> &[Entry] {
    table.hash_part().map_or(&[], |hash| &hash.entries)
}

/// Returns the number of values in the array part and entries in the hash part.
fn parts_len(table: Gc<Table>) -> usize {
    table.array().len() + entries(&table).len()
}
