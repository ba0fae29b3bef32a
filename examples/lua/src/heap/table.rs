//! A table and a key → the value, the next key or the length.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::hash::{Entry, normal};
use super::trace::traced;
use super::{BadKey, Gc, HashPart, Heap, Kind, Shape};
use crate::ops::ops::{FieldCache, NO_SHAPE, Object, PROTOTYPE, Table, Text, Value};

/// The largest key that can be in the array part.
pub(super) const MAX_ARRAY: u32 = 1 << 26;

/// Returns the index of a number, from 1, if it can be in the array part.
#[inline]
pub(super) fn array_index(number: f64) -> Option<u32> {
    let index = number as u32;
    (f64::from(index) == number && index.wrapping_sub(1) < MAX_ARRAY).then_some(index)
}

// Which keys and values a table keeps alive depends on its metatable.
traced!(Table { metatable, shape } not { object, shape_id, missing, slots, array, array_len, slots_len, hash });

impl Table {
    /// Returns the array part.
    #[inline]
    pub(super) fn array(&self) -> &[Value] {
        // SAFETY: (2): `array` is a block of `array_len` values or, for a length of 0, dangling.
        unsafe { std::slice::from_raw_parts(self.array, self.array_len as usize) }
    }

    #[inline]
    pub(super) fn array_mut(&mut self) -> &mut [Value] {
        // SAFETY: (2): as in `array`; (3) the exclusive reference to the table is the only one to its parts.
        unsafe { std::slice::from_raw_parts_mut(self.array, self.array_len as usize) }
    }

    /// Returns the values of named fields, and `nil` after them.
    #[inline]
    pub(super) fn slots(&self) -> &[Value] {
        // SAFETY: (2): `slots` is a block of `slots_len` values or, for a length of 0, dangling.
        unsafe { std::slice::from_raw_parts(self.slots, self.slots_len as usize) }
    }

    #[inline]
    pub(super) fn slots_mut(&mut self) -> &mut [Value] {
        // SAFETY: (2): as in `slots`; (3) as in `array_mut`.
        unsafe { std::slice::from_raw_parts_mut(self.slots, self.slots_len as usize) }
    }

    #[inline]
    pub(super) fn hash_part(&self) -> Option<&HashPart> {
        // SAFETY: (2): the hash part is the table's own, or null.
        unsafe { self.hash.as_ref() }
    }

    #[inline]
    pub(super) fn hash_part_mut(&mut self) -> Option<&mut HashPart> {
        // SAFETY: (2): as in `hash_part`; (3) as in `array_mut`.
        unsafe { self.hash.as_mut() }
    }

    /// Returns the array part, the values of named fields, and the hash part.
    pub(super) fn parts_mut(&mut self) -> (&mut [Value], &mut [Value], Option<&mut HashPart>) {
        // SAFETY: (2) and (3), as above: the parts are distinct blocks.
        unsafe {
            let array = std::slice::from_raw_parts_mut(self.array, self.array_len as usize);
            let slots = std::slice::from_raw_parts_mut(self.slots, self.slots_len as usize);
            (array, slots, self.hash.as_mut())
        }
    }

    /// Returns the shape, unless the names are in the hash part.
    #[inline]
    pub(super) fn names(&self) -> Option<Gc<Shape>> {
        // SAFETY: (2): a shape or null; (1) the table keeps its shape alive.
        unsafe { Gc::option(self.shape) }
    }

    /// Returns the number of names in its shape.
    fn names_len(&self) -> usize {
        self.names().map_or(0, |shape| shape.len())
    }

    /// Returns about how many bytes a new table takes.
    #[must_use]
    pub fn size_for(array: u32, names: u32) -> usize {
        // Many names are in the hash part, at most half of whose entries are used, and whose length is a power of two.
        size_of::<Table>() + array as usize * size_of::<Value>() + names as usize * 4 * size_of::<Entry>()
    }

    /// Returns about how many bytes are allocated when this key gets a value. Few bytes for names do not count.
    #[must_use]
    pub fn growth(&self, key: Value) -> usize {
        let is_name = key.to_text().is_some_and(Gc::<Text>::is_interned) && self.names().is_some();
        let index = key.to_number().and_then(array_index);
        if is_name || index.is_some_and(|index| index <= self.array_len) {
            return 0;
        }
        let hash = self.hash_part();
        let (hash_len, is_full) = hash.map_or((0, true), |hash| (hash.entries.len(), hash.is_full()));
        let grows_hash = is_full && index != Some(self.array_len + 1);
        let hash_bytes = if grows_hash { (2 * hash_len).max(4) * size_of::<Entry>() } else { 0 };
        let grows_array = index.is_some_and(|index| is_full || index == self.array_len + 1);
        let array_len = (self.array_len as usize + hash_len + 1).next_power_of_two();
        hash_bytes + if grows_array { array_len * size_of::<Value>() } else { 0 }
    }

    /// Returns its size in bytes.
    pub(super) fn size(&self) -> usize {
        let values = self.array_len as usize + self.slots_len as usize;
        size_of::<Table>() + values * size_of::<Value>() + self.hash_part().map_or(0, HashPart::size)
    }
}

impl Heap {
    /// Creates a table with room for the keys from 1 to `array`, `names` named fields, and `others` other keys.
    pub fn new_table(&mut self, array: u32, names: u32, others: u32) -> Gc<Table> {
        let shape = self.root_shape();
        let mut table = self.place(Table {
            object: Object { next: self.objects, kind: Kind::Table as u8, mark: self.tracer.white },
            metatable: std::ptr::null_mut(),
            shape_id: shape.id,
            missing: 0,
            shape: shape.as_ptr(),
            slots: std::ptr::dangling_mut(),
            array: std::ptr::dangling_mut(),
            array_len: 0,
            slots_len: 0,
            hash: std::ptr::null_mut(),
        });
        self.objects = table.as_object();
        self.accounts.charge(size_of::<Table>());
        if array > 0 {
            self.resize_array(&mut table, array.min(MAX_ARRAY));
        }
        if names as usize > Shape::MAX_NAMES {
            self.forget_shape(&mut table, names.saturating_add(others) as usize);
        } else {
            if names > 0 {
                self.resize_slots(&mut table, names);
            }
            if others > 0 {
                self.set_hash_part(&mut table, Some(HashPart::with_room(others as usize)));
            }
        }
        table
    }
}

impl Gc<Table> {
    /// Returns the value of a key: `rawget(self, key)`.
    #[inline]
    #[must_use]
    pub fn get(self, key: Value) -> Value {
        if let Some(number) = key.to_number() {
            return match array_index(number) {
                Some(index) => self.get_index(index),
                None => self.get_other(normal(key)),
            };
        }
        match key.to_text() {
            Some(text) => self.get_text(text),
            None => self.get_other(key),
        }
    }

    /// Returns the value of an index, which starts at 1.
    #[inline]
    #[must_use]
    pub fn get_index(self, index: u32) -> Value {
        match self.array().get(index.wrapping_sub(1) as usize) {
            Some(&value) => value,
            None => self.get_other(Value::number(f64::from(index))),
        }
    }

    /// Returns the value of a text.
    #[inline]
    #[must_use]
    pub fn get_text(self, text: Gc<Text>) -> Value {
        match self.names().filter(|_| text.is_interned()) {
            Some(shape) => shape.find(text).map_or(Value::NIL, |slot| self.slots()[slot]),
            None => self.get_other(text.into()),
        }
    }

    #[inline]
    fn get_other(self, key: Value) -> Value {
        self.hash_part().map_or(Value::NIL, |hash| hash.get(key))
    }

    /// Returns the value of a name. If it is in a slot, the cache records the slot for all tables of this shape.
    #[inline]
    pub fn get_cached(self, name: Gc<Text>, cache: &FieldCache) -> Value {
        let slot = self.names().and_then(|shape| shape.find(name));
        match slot {
            Some(slot) => {
                cache.fill(self.shape_id, slot);
                self.slots()[slot]
            }
            None => self.get_text(name),
        }
    }

    /// Returns the metatable.
    #[inline]
    #[must_use]
    pub fn metatable(self) -> Option<Gc<Table>> {
        // SAFETY: (2): a table or null; (1) the table keeps its metatable alive.
        unsafe { Gc::option(self.metatable) }
    }

    /// Returns the length `#self`: a number `n` so that `self[n]` is not `nil`, or `n` is 0, and `self[n + 1]` is
    /// `nil`. If there are several, it is the one that standard Lua's binary search finds.
    #[must_use]
    pub fn length(self) -> u64 {
        let array = self.array();
        if array.last().is_some_and(|value| value.is_nil()) {
            // Binary search between an index with a value, or 0, and one without.
            let (mut low, mut high) = (0, array.len());
            while high - low > 1 {
                let middle = low.midpoint(high);
                if array[middle - 1].is_nil() {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return low as u64;
        }
        if self.hash.is_null() { array.len() as u64 } else { self.length_in_hash(array.len() as u64) }
    }

    /// Returns the length if the whole array part is used, and the hash part may have more.
    fn length_in_hash(self, array_len: u64) -> u64 {
        let is_nil = |index: u64| self.get(Value::number(index as f64)).is_nil();
        let (mut low, mut high) = (array_len, array_len + 1);
        while !is_nil(high) {
            low = high;
            if high >= 1 << 52 {
                // Only a table made for this purpose gets here. Standard Lua searches linearly too.
                return (1..).find(|&index| is_nil(index)).unwrap_or(1) - 1;
            }
            high *= 2;
        }
        while high - low > 1 {
            let middle = low.midpoint(high);
            if is_nil(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }

    /// Returns the key and value of the field after a key, or of the first field for `nil`. The order stays the same
    /// while only existing fields are assigned, even to `nil`.
    ///
    /// # Errors
    ///
    /// If the table has no such key.
    pub fn next(self, key: Value) -> Result<Option<(Value, Value)>, BadKey> {
        let place = if key.is_nil() { 0 } else { self.place(key).ok_or(BadKey::Unknown)? + 1 };
        Ok(self.field_from(place).map(|(_, key, value)| (key, value)))
    }

    /// Returns the first field at or after a place, counted from 0: its place, its key and its value. Places change
    /// whenever the order of [`next`](Self::next) does.
    #[must_use]
    pub fn field_from(self, place: usize) -> Option<(usize, Value, Value)> {
        let array = self.array();
        let (names_len, slots) = (self.names_len(), self.slots());
        if let Some(rest) = array.get(place..)
            && let Some(at) = rest.iter().position(|value| !value.is_nil())
        {
            return Some((place + at, Value::number((place + at + 1) as f64), rest[at]));
        }
        let start = array.len();
        if let Some(shape) = self.names() {
            let from = place.saturating_sub(start).min(names_len);
            if let Some(at) = slots[from..names_len].iter().position(|value| !value.is_nil()) {
                return Some((start + from + at, shape.names[from + at].into(), slots[from + at]));
            }
        }
        let start = start + names_len;
        let entries: &[Entry] = self.hash_part().map_or(&[], |hash| &hash.entries);
        let rest = entries.get(place.saturating_sub(start)..)?;
        let at = rest.iter().position(|entry| !entry.value.is_nil())?;
        Some((place.max(start) + at, rest[at].key, rest[at].value))
    }

    /// Returns the place of a key that is or was in the table.
    fn place(self, key: Value) -> Option<usize> {
        let index = key.to_number().and_then(array_index);
        if let Some(index) = index.filter(|&index| index <= self.array_len) {
            return Some(index as usize - 1);
        }
        let start = self.array().len();
        let name = key.to_text().filter(|text| text.is_interned());
        if let (Some(shape), Some(name)) = (self.names(), name) {
            return shape.find(name).map(|slot| start + slot);
        }
        self.hash_part()?.find(normal(key)).map(|at| start + self.names_len() + at)
    }

    pub(super) fn set_missing(&mut self, missing: u32) {
        // SAFETY: (3): there is no other reference into the table.
        unsafe { self.as_mut() }.missing = missing;
    }

    /// Records that other tables inherit from this one.
    pub(super) fn set_prototype(&mut self) {
        // SAFETY: (3): as above.
        unsafe { self.as_mut() }.object.mark |= PROTOTYPE;
    }

    /// Returns `true` if the names are in the hash part.
    #[must_use]
    pub fn is_dictionary(self) -> bool {
        self.shape_id == NO_SHAPE
    }
}
