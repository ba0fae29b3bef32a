//! A table, a name and a value → the table with the value in a slot that its shape has for the name.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::{Gc, HashPart, Heap, Shape};
use crate::ops::ops::{AddCache, BLACK, FieldCache, NO_SHAPE, PROTOTYPE, Table, Text, Value};

impl Heap {
    /// Stores the value of a name that the program has as it stands.
    #[inline]
    pub fn set_field(&mut self, table: Gc<Table>, name: Gc<Text>, value: Value) {
        self.set_name(table, name, value, Shape::MAX_NAMES);
    }

    /// As [`set_field`](Self::set_field), and the caches know then what to do with tables of the same shape: `field`
    /// if the table had the name, `add` if it has it in a slot only now. Names of metamethods are in no cache, because
    /// with them the table may have to forget what it is [missing](Table::missing).
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
            // There was nothing to store.
            None => {}
        }
    }

    /// Stores the value of a text. The table gets no more than `max_names` names before they go to its hash part.
    pub(super) fn set_name(&mut self, mut table: Gc<Table>, name: Gc<Text>, value: Value, max_names: usize) {
        table.set_missing(0);
        let Some(shape) = table.names().filter(|_| name.is_interned()) else {
            self.prototype_stored(table, Value::NIL);
            return self.set_other(table, name.into(), value);
        };
        if let Some(slot) = shape.find(name) {
            // SAFETY: (3): no other reference leads into the table.
            let before = std::mem::replace(&mut unsafe { table.as_mut() }.slots_mut()[slot], value);
            self.prototype_stored(table, before);
            return self.stored(table, value);
        }
        // A name that the program has as it stands gets a slot even for nil: so the tables that one place of the program
        // makes are of one shape.
        if value.is_nil() && max_names < Shape::MAX_NAMES {
            return;
        }
        self.prototype_stored(table, Value::NIL);
        // A table that got many names as the program has them, such as that of the globals, stays as it is for one more.
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
        // Whatever the value is: the table keeps the shape alive.
        if table.object.mark & BLACK != 0 {
            self.barrier_back(table);
        }
    }

    /// Moves the names to the hash part, which gets room for so many keys.
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

    /// `setmetatable`, without its checks.
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
