//! A table and a name that it lacks → the value that it inherits through the `__index` of its metatable.
//!
//! Every table of such a chain is marked as a [`PROTOTYPE`]. The result stays valid until a prototype gets another
//! metatable, or a new value for a name whose value was nil, a function or a table. Such a change starts a new epoch.
//!
//! The result is that of all metatables with the same `__index`. Ops compare what a metatable says if it is not the one
//! that they know: a metatable which is not marked can change without a new epoch.

use super::caches::{IndexPlace, Inherited};
use super::{Event, Gc, Heap};
use crate::ops::ops::{FieldCache, InheritedCache, PROTOTYPE, TEXT_SHAPE, Table, Text, Value};

/// The most recent results, shared by all ops.
#[derive(Debug)]
pub(super) struct Inheritance {
    /// The current epoch. Ops hold its address.
    epoch: Box<u32>,
    /// Results by shape, metatable and name.
    entries: Box<[Entry]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    name: usize,
    found: Inherited,
}

impl Default for Inheritance {
    fn default() -> Inheritance {
        // A heap that stands in for the real one is never searched.
        Inheritance { epoch: Box::new(0), entries: Box::default() }
    }
}

impl Inheritance {
    const ENTRIES: usize = 512;
    /// The maximal number of tables in a chain.
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
    /// Returns the address of the [epoch](crate::ops::ops::Context::epoch), which is valid as long as the heap.
    #[must_use]
    pub fn epoch(&self) -> *const u32 {
        &raw const *self.inheritance.epoch
    }

    /// Invalidates all cached results.
    pub(super) fn end_epoch(&mut self) {
        *self.inheritance.epoch = self.inheritance.epoch.wrapping_add(1);
        if *self.inheritance.epoch == 0 {
            // Entries of an older epoch with the same number must not be found again. Cells of ops are not cleared:
            // they would have to hold a result that is four billion changes old.
            self.inheritance.entries.fill(Entry::default());
        }
    }

    /// Ends the epoch if the table is a prototype, and a cache can contain the old value.
    pub(super) fn prototype_stored(&mut self, table: Gc<Table>, before: Value) {
        if table.object.mark & PROTOTYPE != 0 && (before.is_nil() || before.is_function() || before.is_table()) {
            self.end_epoch();
        }
    }

    /// Returns the value of a name in a table or in what it inherits from, or `None` if a function decides. Fills the
    /// caches for tables of the same shape.
    pub fn find_field(
        &mut self,
        table: Gc<Table>,
        name: Gc<Text>,
        own: &FieldCache,
        inherited: &InheritedCache,
    ) -> Option<Value> {
        let Some(shape) = table.names().filter(|_| name.is_interned()) else {
            let value = table.get_text(name);
            return if value.is_nil() { self.inherit(table.metatable(), name) } else { Some(value) };
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
        let value = self.inherit(Some(metatable), name)?;
        if value.is_nil() || value.is_function() || value.is_table() {
            let (epoch, metatable_ptr, has_name) = (*self.inheritance.epoch, metatable.as_ptr(), slot.is_some());
            let index = self.index_place(metatable);
            let found = Inherited { shape_id: shape.id, epoch, metatable: metatable_ptr, has_name, value, index };
            inherited.fill(found);
            let entry = self.inheritance.entry(shape.id, metatable, name);
            *entry = Entry { name: name.as_ptr().addr(), found };
        }
        Some(value)
    }

    /// Returns the method of strings with a name, or `None` if a function decides. Fills the cache for all strings, which
    /// have this metatable: it must be told of [another one](Self::text_metatable_changed).
    pub fn find_method_of_text(
        &mut self,
        metatable: Gc<Table>,
        name: Gc<Text>,
        inherited: &InheritedCache,
    ) -> Option<Value> {
        let value = self.inherit(Some(metatable), name)?;
        if value.is_function() {
            let epoch = *self.inheritance.epoch;
            inherited.fill(Inherited { shape_id: TEXT_SHAPE, epoch, value, ..Inherited::default() });
        }
        Some(value)
    }

    /// Notes that strings have another metatable from now on.
    pub fn text_metatable_changed(&mut self) {
        self.end_epoch();
    }

    /// Returns where a metatable and others like it have their `__index`, if it is a table.
    fn index_place(&mut self, metatable: Gc<Table>) -> IndexPlace {
        let (value, name) = (self.metamethod(metatable, Event::Index), self.event_name(Event::Index));
        let slot = metatable.names().filter(|_| value.is_table()).and_then(|shape| shape.find(name));
        slot.map_or_else(IndexPlace::default, |slot| IndexPlace {
            value,
            shape_id: metatable.shape_id,
            slot: slot as u32,
        })
    }

    /// Returns the value that something with a metatable inherits, or `None` if a function decides or the chain is too
    /// long.
    fn inherit(&mut self, mut metatable: Option<Gc<Table>>, name: Gc<Text>) -> Option<Value> {
        for _ in 0..Inheritance::MAX_CHAIN {
            let Some(mut next) = metatable else { return Some(Value::NIL) };
            next.set_prototype();
            let index = self.metamethod(next, Event::Index);
            if index.is_nil() {
                return Some(Value::NIL);
            }
            let mut at = index.to_table()?;
            at.set_prototype();
            let value = at.get_text(name);
            if !value.is_nil() {
                return Some(value);
            }
            metatable = at.metatable();
        }
        None
    }
}
