//! Where a name is in tables of a shape → the inline-cache cells of the op that looked it up.

use std::cell::Cell;

use crate::ops::ops::{AddCache, FieldCache, InheritedCache, Table, Value};

impl FieldCache {
    /// Records that tables of this shape have the name in this slot.
    pub(super) fn fill(&self, shape_id: u32, slot: usize) {
        self.shape_id.set(shape_id);
        self.slot.set(slot as u32);
    }
}

impl Default for AddCache {
    fn default() -> AddCache {
        let [shape_id, next_id, shapes_freed, slot] = [(); 4].map(|()| Cell::new(0));
        AddCache { shape_id, next_id, next: Cell::new(std::ptr::null_mut()), shapes_freed, slot }
    }
}

/// The contents of an [`InheritedCache`], field by field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inherited {
    pub(super) shape_id: u32,
    pub(super) epoch: u32,
    pub(super) metatable: *mut Table,
    pub(super) has_name: bool,
    pub(super) value: Value,
    /// Where the metatable has its `__index`, if it is a table.
    pub(super) index: IndexPlace,
}

/// The `__index` of a metatable, which is a table, and where metatables of the same shape have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndexPlace {
    pub(super) value: Value,
    pub(super) shape_id: u32,
    pub(super) slot: u32,
}

impl Default for IndexPlace {
    fn default() -> IndexPlace {
        // No table has this shape.
        IndexPlace { value: Value::NIL, shape_id: 0, slot: 0 }
    }
}

impl Default for Inherited {
    fn default() -> Inherited {
        let (metatable, value) = (std::ptr::null_mut(), Value::NIL);
        Inherited { shape_id: 0, epoch: 0, metatable, has_name: false, value, index: IndexPlace::default() }
    }
}

impl InheritedCache {
    pub(super) fn fill(&self, found: Inherited) {
        self.shape_id.set(found.shape_id);
        self.epoch.set(found.epoch);
        self.metatable.set(found.metatable);
        self.has_name.set(found.has_name);
        self.value.set(found.value);
        self.index.set(found.index.value);
        self.metatable_shape_id.set(found.index.shape_id);
        self.index_slot.set(found.index.slot);
    }
}
