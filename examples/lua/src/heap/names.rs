//! A table, a name and a value → the table with the value in the slot of the name.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::{Gc, HashPart, Heap, Shape};
use crate::ops::ops::{AddCache, BLACK, FieldCache, NO_SHAPE, PROTOTYPE, Table, Text, Value};

impl Heap {
    /// Stores the value of a name that is a literal in the program.
    #[inline]
    pub fn set_field(&mut self, table: Gc<Table>, name: Gc<Text>, value: Value) {
        self.set_name(table, name, value, Shape::MAX_NAMES);
    }

    /// Stores like [`set_field`](Self::set_field), and fills the caches for tables of the same shape: `field` if the
    /// table had the name, `add` if it got a new slot for it. Names of metamethods are not cached, because storing one
    /// changes which events the table is [missing](Table::missing).
    pub fn set_cached(&mut self, table: Gc<Table>, name: Gc<Text>, value: Value, field: &FieldCache, add: &AddCache) {
        let before = table.names().map(|shape| (shape.id, shape.find(name)));
        self.set_field(table, name, value);
        let (Some((before, slot)), Some(shape)) = (before, table.names()) else { return };
        if name.bytes().starts_with(b"__") {
            return;
        }
        match slot {
            Some(slot) => field.fill(before, slot),
            None if shape.id != before => {
                add.shape_id.set(before);
                add.next_id.set(shape.id);
                add.next.set(shape.as_ptr());
                add.shapes_freed.set(self.shapes.freed);
                add.slot.set(shape.len() as u32 - 1);
            }
            // Nothing was stored.
            None => {}
        }
    }

    /// Stores the value of a text. If the table has `max_names` names already, they all go to its hash part.
    pub(super) fn set_name(&mut self, mut table: Gc<Table>, name: Gc<Text>, value: Value, max_names: usize) {
        table.set_missing(0);
        let Some(shape) = table.names().filter(|_| name.is_interned()) else {
            self.prototype_stored(table, Value::NIL);
            return self.set_other(table, name.into(), value);
        };
        if let Some(slot) = shape.find(name) {
            // SAFETY: (3): there is no other reference into the table.
            let before = std::mem::replace(&mut unsafe { table.as_mut() }.slots_mut()[slot], value);
            self.prototype_stored(table, before);
            return self.stored(table, value);
        }
        // A name that is a literal in the program gets a slot even for nil, so that all tables that are created in one
        // place of the program have the same shape.
        if value.is_nil() && max_names < Shape::MAX_NAMES {
            return;
        }
        self.prototype_stored(table, Value::NIL);
        // A table with many literal names, such as that of the globals, does not become a dictionary for one computed
        // name.
        let max_names = if shape.len() > max_names { Shape::MAX_NAMES } else { max_names };
        let Some(next) = self.shape_with(shape, name, max_names) else {
            let room = table.hash_part().map_or(0, |hash| hash.live().count()) + shape.len() + 1;
            self.forget_shape(&mut table, room);
            return self.set_other(table, name.into(), value);
        };
        let slot = shape.len();
        if slot >= table.slots_len as usize {
            self.resize_slots(&mut table, (slot as u32 * 2).max(4));
        }
        // SAFETY: (3): as above.
        let fields = unsafe { table.as_mut() };
        fields.slots_mut()[slot] = value;
        (fields.shape, fields.shape_id) = (next.as_ptr(), next.id);
        // Even if the value is not an object: the table keeps the shape alive.
        if table.object.mark & BLACK != 0 {
            self.barrier_back(table);
        }
    }

    /// Moves the names to the hash part, which gets room for `keys` keys.
    pub(super) fn forget_shape(&mut self, table: &mut Gc<Table>, keys: usize) {
        let mut hash = HashPart::with_room(keys);
        for entry in table.hash_part().into_iter().flat_map(HashPart::live) {
            hash.add(entry.key, entry.value);
        }
        if let Some(shape) = table.names() {
            for (&name, &value) in shape.names.iter().zip(table.slots()) {
                if !value.is_nil() {
                    hash.add(name.into(), value);
                }
            }
        }
        self.set_hash_part(table, Some(hash));
        self.resize_slots(table, 0);
        // SAFETY: (3): as above.
        let fields = unsafe { table.as_mut() };
        (fields.shape, fields.shape_id) = (std::ptr::null_mut(), NO_SHAPE);
    }

    /// Sets the metatable without the checks of `setmetatable`.
    pub fn set_metatable(&mut self, mut table: Gc<Table>, metatable: Option<Gc<Table>>) {
        // SAFETY: (3): as above.
        unsafe { table.as_mut() }.metatable = metatable.map_or(std::ptr::null_mut(), Gc::as_ptr);
        if table.object.mark & PROTOTYPE != 0 {
            self.end_epoch();
        }
        if table.object.mark & BLACK != 0 {
            self.barrier_back(table);
        }
    }
}
