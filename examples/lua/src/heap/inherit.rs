//! A table and a name that it has not → what it has from the tables that the `__index` of its metatable leads to.
//!
//! Whatever such a chain consists of is marked as a [`PROTOTYPE`]. As long as no prototype gets another metatable, or
//! another value for a name under which there was nil, a function or a table, the chain gives the same: the epoch says so.

use super::caches::Inherited;
use super::{Event, Gc, Heap};
use crate::ops::ops::{FieldCache, InheritedCache, PROTOTYPE, Table, Text, Value};

/// What was found last, for all ops.
#[derive(Debug)]
pub(super) struct Inheritance {
    /// Behind an address that ops know.
    epoch: Box<u32>,
    /// By shape, metatable and name.
    entries: Box<[Entry]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    name: usize,
    found: Inherited,
}

impl Default for Inheritance {
    fn default() -> Inheritance {
        // Nothing is found in a heap that stands in for another one.
        Inheritance { epoch: Box::new(0), entries: Box::default() }
    }
}

impl Inheritance {
    const ENTRIES: usize = 512;
    /// Tables of a chain.
    const MAX_CHAIN: usize = 100;

    fn entry(&mut self, shape_id: u32, metatable: Gc<Table>, name: Gc<Text>) -> &mut Entry {
        if self.entries.is_empty() {
            self.entries = vec![Entry::default(); Inheritance::ENTRIES].into();
        }
        let bits =
            (name.as_ptr().addr() >> 4) ^ (metatable.as_ptr().addr() >> 5) ^ (shape_id as usize).wrapping_mul(31);
        &mut self.entries[bits % Inheritance::ENTRIES]
    }
}

impl Heap {
    /// Where the [epoch](crate::ops::ops::Context::epoch) is, as long as the heap is.
    #[must_use]
    pub fn epoch(&self) -> *const u32 {
        &raw const *self.inheritance.epoch
    }

    /// What tables inherit may have changed.
    pub(super) fn end_epoch(&mut self) {
        *self.inheritance.epoch = self.inheritance.epoch.wrapping_add(1);
        if *self.inheritance.epoch == 0 {
            // What is left of the epoch with the same number must not be found again. Cells of ops come around once in
            // four billion changes, with a shape of then.
            self.inheritance.entries.fill(Entry::default());
        }
    }

    /// A name of a prototype has another value than before.
    pub(super) fn prototype_stored(&mut self, table: Gc<Table>, before: Value) {
        if table.object.mark & PROTOTYPE != 0 && (before.is_nil() || before.is_function() || before.is_table()) {
            self.end_epoch();
        }
    }

    /// The value of a name in a table or in what it inherits from; `None` if a function decides. The caches know then
    /// what tables of the same shape give.
    pub fn find_field(
        &mut self,
        table: Gc<Table>,
        name: Gc<Text>,
        own: &FieldCache,
        inherited: &InheritedCache,
    ) -> Option<Value> {
        let Some(shape) = table.names().filter(|_| name.is_interned()) else {
            let value = table.get_text(name);
            return if value.is_nil() { self.inherit(table, name) } else { Some(value) };
        };
        let slot = shape.find(name);
        if let Some(slot) = slot {
            own.fill(shape.id, slot);
            if inherited.has_name.get() {
                inherited.fill(Inherited::default());
            }
            let value = table.slots()[slot];
            if !value.is_nil() {
                return Some(value);
            }
        }
        let Some(metatable) = table.metatable() else { return Some(Value::NIL) };
        let epoch = *self.inheritance.epoch;
        let entry = self.inheritance.entry(shape.id, metatable, name);
        let found = entry.found;
        if entry.name == name.as_ptr().addr()
            && (found.shape_id, found.metatable, found.epoch) == (shape.id, metatable.as_ptr(), epoch)
        {
            inherited.fill(found);
            return Some(found.value);
        }
        let value = self.inherit(table, name)?;
        if value.is_nil() || value.is_function() || value.is_table() {
            let (epoch, metatable_ptr, has_name) = (*self.inheritance.epoch, metatable.as_ptr(), slot.is_some());
            let found = Inherited { shape_id: shape.id, epoch, metatable: metatable_ptr, has_name, value };
            inherited.fill(found);
            let entry = self.inheritance.entry(shape.id, metatable, name);
            *entry = Entry { name: name.as_ptr().addr(), found };
        }
        Some(value)
    }

    /// What the chain gives; `None` if a function decides, or it has no end.
    fn inherit(&mut self, table: Gc<Table>, name: Gc<Text>) -> Option<Value> {
        let mut at = table;
        for _ in 0..Inheritance::MAX_CHAIN {
            let Some(mut metatable) = at.metatable() else { return Some(Value::NIL) };
            metatable.set_prototype();
            let index = self.metamethod(metatable, Event::Index);
            if index.is_nil() {
                return Some(Value::NIL);
            }
            at = index.to_table()?;
            at.set_prototype();
            let value = at.get_text(name);
            if !value.is_nil() {
                return Some(value);
            }
        }
        None
    }
}
