//! A table, a name and a value → the table with the value in a slot that its shape has for the name.
//!
//! Contract of its unsafe blocks: (1), (2), (3) and (5) of the [heap](super).
#![expect(clippy::undocumented_unsafe_blocks, reason = "the heap's contract says why they are sound")]

use super::{Event, Gc, HashPart, Heap, Shape};
use crate::ops::ops::{AddCache, BLACK, FieldCache, MethodCache, NO_SHAPE, Table, Text, Value};

impl Default for AddCache {
    fn default() -> AddCache {
        AddCache { shape_id: 0, next_id: 0, next: std::ptr::null_mut(), shapes_freed: 0, slot: 0 }
    }
}

impl Heap {
    /// Stores the value of a name that the program has as it stands.
    #[inline]
    pub fn set_field(&mut self, table: Gc<Table>, name: Gc<Text>, value: Value) {
        self.set_name(table, name, value, Shape::MAX_NAMES);
    }

    /// As [`set_field`](Self::set_field), and the caches know then what to do with tables of the same shape: `field`
    /// if the table had the name, `add` if it has it in a slot only now. Names of metamethods are in no cache, because
    /// with them the table may have to forget what it is [missing](Table::missing).
    pub fn set_cached(
        &mut self,
        table: Gc<Table>,
        name: Gc<Text>,
        value: Value,
        field: &mut FieldCache,
        add: &mut AddCache,
    ) {
        let before = table.names().map(|shape| (shape.id, shape.find(name)));
        self.set_field(table, name, value);
        let (Some((before, slot)), Some(shape)) = (before, table.names()) else { return };
        if name.bytes().starts_with(b"__") {
            return;
        }
        match slot {
            Some(slot) => *field = FieldCache { shape_id: before, slot: slot as u32 },
            None if shape.id != before => {
                let slot = shape.len() as u32 - 1;
                let shapes_freed = self.shapes.freed;
                *add = AddCache { shape_id: before, next_id: shape.id, next: shape.as_ptr(), shapes_freed, slot };
            }
            // There was nothing to store.
            None => {}
        }
    }

    /// The value that a table without the name has from the table that is the `__index` of its metatable; `nil` if none
    /// does. The cache knows then where to look in tables of the same shapes.
    pub fn get_method(&mut self, table: Gc<Table>, name: Gc<Text>, cache: &mut MethodCache) -> Value {
        let index = self.event_name(Event::Index);
        let Some(metatable) = table.metatable() else { return Value::NIL };
        let Some(holder) = metatable.get_text(index).to_table() else { return Value::NIL };
        let value = holder.get_text(name);
        let slots = |table: Gc<Table>, name| Some((table.names()?.id, table.names()?.find(name)?));
        if let (Some(shape), Some((metatable_id, index_slot)), Some((holder_id, slot))) =
            (table.names(), slots(metatable, index), slots(holder, name))
            && shape.find(name).is_none()
        {
            let (index_slot, slot) = (index_slot as u32, slot as u32);
            *cache = MethodCache { shape_id: shape.id, metatable_id, index_slot, holder_id, slot };
        }
        value
    }

    /// Stores the value of a text. The table gets no more than `max_names` names before they go to its hash part.
    pub(super) fn set_name(&mut self, mut table: Gc<Table>, name: Gc<Text>, value: Value, max_names: usize) {
        table.set_missing(0);
        let Some(shape) = table.names().filter(|_| name.is_interned()) else {
            return self.set_other(table, name.into(), value);
        };
        if let Some(slot) = shape.find(name) {
            unsafe { table.as_mut() }.slots_mut()[slot] = value;
            return self.stored(table, value);
        }
        if value.is_nil() {
            return;
        }
        let Some(next) = self.shape_with(shape, name, max_names) else {
            let room = table.hash_part().map_or(0, |hash| hash.live().count()) + shape.len() + 1;
            self.forget_shape(&mut table, room);
            return self.set_other(table, name.into(), value);
        };
        let slot = shape.len();
        if slot >= table.slots_len as usize {
            self.resize_slots(&mut table, (slot as u32 * 2).max(4));
        }
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
        let fields = unsafe { table.as_mut() };
        (fields.shape, fields.shape_id) = (std::ptr::null_mut(), NO_SHAPE);
    }

    /// `setmetatable`, without its checks.
    pub fn set_metatable(&mut self, mut table: Gc<Table>, metatable: Option<Gc<Table>>) {
        unsafe { table.as_mut() }.metatable = metatable.map_or(std::ptr::null_mut(), Gc::as_ptr);
        if table.object.mark & BLACK != 0 {
            self.barrier_back(table);
        }
    }
}
