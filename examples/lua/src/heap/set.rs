//! A table, a key and a value → the table with the value stored, and its parts sized by Lua's rules.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::alloc::Layout;
use std::fmt;

use super::hash::normal;
use super::pool::Pool;
use super::table::{MAX_ARRAY, array_index};
use super::{Gc, HashPart, Heap, Shape};
use crate::ops::ops::{BLACK, PROTOTYPE, Table, Value};

/// The reason why a value is not a valid key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// `nil`
    Nil,
    /// NaN
    NaN,
    /// A key that the table has never had.
    Unknown,
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BadKey::Nil => "table index is nil",
            BadKey::NaN => "table index is NaN",
            BadKey::Unknown => "invalid key to 'next'",
        })
    }
}

impl std::error::Error for BadKey {}

impl Heap {
    /// Stores a value without metamethods: `rawset(table, key, value)`.
    ///
    /// # Errors
    ///
    /// If the key is `nil` or NaN.
    #[inline]
    pub fn set(&mut self, table: Gc<Table>, key: Value, value: Value) -> Result<(), BadKey> {
        if let Some(number) = key.to_number() {
            if let Some(index) = array_index(number) {
                self.set_index(table, index, value);
            } else if number.is_nan() {
                return Err(BadKey::NaN);
            } else {
                self.set_other(table, normal(key), value);
            }
        } else if let Some(text) = key.to_text() {
            self.set_name(table, text, value, Shape::MAX_COMPUTED_NAMES);
        } else if key.is_nil() {
            return Err(BadKey::Nil);
        } else {
            self.set_other(table, key, value);
        }
        Ok(())
    }

    /// Removes all values, and keeps the memory of the parts: `table.clear`.
    pub fn clear(&mut self, mut table: Gc<Table>) {
        // SAFETY: (3): there is no other reference into the table.
        let (array, slots, hash) = unsafe { table.as_mut() }.parts_mut();
        array.fill(Value::NIL);
        slots.fill(Value::NIL);
        if let Some(hash) = hash {
            hash.entries.iter_mut().for_each(|entry| entry.value = Value::NIL);
        }
        if table.object.mark & PROTOTYPE != 0 {
            self.end_epoch();
        }
    }

    /// Stores the value of an index, which starts at 1.
    #[inline]
    pub fn set_index(&mut self, mut table: Gc<Table>, index: u32, value: Value) {
        let at = index.wrapping_sub(1) as usize;
        // SAFETY: (3): there is no other reference into the table.
        if let Some(place) = unsafe { table.as_mut() }.array_mut().get_mut(at) {
            *place = value;
            self.stored(table, value);
        } else {
            self.set_other(table, Value::number(f64::from(index)), value);
        }
    }

    /// Stores the value of a key that is in the hash part, or is new.
    pub(super) fn set_other(&mut self, mut table: Gc<Table>, key: Value, value: Value) {
        // SAFETY: (3): as above; finding a key reads only texts.
        let hash = unsafe { table.as_mut() }.hash_part_mut();
        if let Some(hash) = hash
            && let Some(at) = hash.find(key)
        {
            hash.entries[at].value = value;
            self.stored(table, value);
            // The collector does not mark a key that has no value.
            self.stored(table, key);
            return;
        }
        if !value.is_nil() {
            self.add(&mut table, key, value);
            self.stored(table, value);
            self.stored(table, key);
        }
    }

    /// Runs the barrier for a value that was stored into the table.
    #[inline]
    pub(super) fn stored(&mut self, table: Gc<Table>, value: Value) {
        if table.object.mark & BLACK != 0 && value.is_object() {
            self.barrier_back(table);
        }
    }

    /// Adds a new key.
    fn add(&mut self, table: &mut Gc<Table>, key: Value, value: Value) {
        let index = key.to_number().and_then(array_index);
        // A table that is used as an array grows by the key right after its array part.
        let is_next = index == Some(table.array_len + 1);
        let is_full = table.hash_part().is_none_or(HashPart::is_full);
        if is_next || is_full {
            self.rehash(table, index);
            if let Some(index) = index.filter(|&index| index <= table.array_len) {
                // SAFETY: (3): as above.
                unsafe { table.as_mut() }.array_mut()[index as usize - 1] = value;
                return;
            }
        }
        if table.hash_part().is_none_or(HashPart::is_full) {
            let room = table.hash_part().map_or(0, |hash| hash.live().count()) + 1;
            self.rebuild_hash(table, room);
        }
        // SAFETY: (3): as above.
        if let Some(hash) = unsafe { table.as_mut() }.hash_part_mut() {
            hash.add(key, value);
        }
    }

    /// Resizes both parts for a new key; `index` is its index if it has one.
    fn rehash(&mut self, table: &mut Gc<Table>, index: Option<u32>) {
        let in_hash = |table: &Table| {
            table.hash_part().into_iter().flat_map(HashPart::live).filter_map(|entry| entry.key.to_number()).any(
                // Only index keys can move between the parts.
                |number| array_index(number).is_some(),
            )
        };
        if index.is_none() && !in_hash(table) {
            return;
        }
        let mut counts = Counts::default();
        counts.array(table.array());
        counts.add(index);
        for entry in table.hash_part().into_iter().flat_map(HashPart::live) {
            counts.add(entry.key.to_number().and_then(array_index));
        }
        let array_len = counts.array_len();
        if array_len == table.array_len {
            return;
        }
        // Keys that no longer fit go from the array part to the hash part, and the others in the opposite direction.
        let mut moved = Vec::new();
        for (at, &value) in table.array().iter().enumerate().skip(array_len as usize) {
            if !value.is_nil() {
                moved.push((at as u32 + 1, value));
            }
        }
        self.resize_array(table, array_len);
        // SAFETY: (3): as above.
        let (array, _, hash) = unsafe { table.as_mut() }.parts_mut();
        if let Some(hash) = hash {
            for entry in hash.entries.iter_mut().filter(|entry| !entry.value.is_nil()) {
                let index = entry.key.to_number().and_then(array_index);
                if let Some(place) = index.and_then(|index| array.get_mut(index as usize - 1)) {
                    *place = std::mem::replace(&mut entry.value, Value::NIL);
                }
            }
        }
        if !moved.is_empty() {
            let live = table.hash_part().map_or(0, |hash| hash.live().count());
            self.rebuild_hash(table, live + moved.len() + 1);
            // SAFETY: (3): as above.
            if let Some(hash) = unsafe { table.as_mut() }.hash_part_mut() {
                for (index, value) in moved {
                    hash.add(Value::number(f64::from(index)), value);
                }
            }
        }
    }

    /// Gives the hash part room for `keys` keys, and drops entries without a value.
    pub(super) fn rebuild_hash(&mut self, table: &mut Gc<Table>, keys: usize) {
        let mut new = HashPart::with_room(keys);
        for entry in table.hash_part().into_iter().flat_map(HashPart::live) {
            new.add(entry.key, entry.value);
        }
        self.set_hash_part(table, Some(new));
    }

    pub(super) fn set_hash_part(&mut self, table: &mut Gc<Table>, hash: Option<HashPart>) {
        self.move_barrier(*table);
        let before = table.hash_part().map_or(0, HashPart::size);
        let after = hash.as_ref().map_or(0, HashPart::size);
        let new = hash.map_or(std::ptr::null_mut(), |hash| Box::into_raw(Box::new(hash)));
        // SAFETY: (3): as above.
        let old = std::mem::replace(&mut unsafe { table.as_mut() }.hash, new);
        if !old.is_null() {
            // SAFETY: (2): a hash part that is not null is the table's own, and was created as a box.
            drop(unsafe { Box::from_raw(old) });
        }
        self.accounts.resize(before, after);
    }

    /// Grows the array part to at least `len`, for elements that are about to be stored.
    pub fn reserve_array(&mut self, mut table: Gc<Table>, len: u32) {
        if len > table.array_len && len <= MAX_ARRAY && table.hash.is_null() {
            self.resize_array(&mut table, len);
        }
    }

    pub(super) fn resize_array(&mut self, table: &mut Gc<Table>, len: u32) {
        self.move_barrier(*table);
        // SAFETY: (3): there is no other reference into the table.
        let table = unsafe { table.as_mut() };
        self.accounts.resize(table.array_len as usize * size_of::<Value>(), len as usize * size_of::<Value>());
        // SAFETY: (2): `array` is a block of `array_len` values or, if that is 0, dangling.
        table.array = unsafe { resize(&mut self.pool, table.array, table.array_len, len) };
        table.array_len = len;
    }

    pub(super) fn resize_slots(&mut self, table: &mut Gc<Table>, len: u32) {
        // SAFETY: (3): there is no other reference into the table.
        let table = unsafe { table.as_mut() };
        self.accounts.resize(table.slots_len as usize * size_of::<Value>(), len as usize * size_of::<Value>());
        // SAFETY: (2): `slots` is a block of `slots_len` values or, if that is 0, dangling.
        table.slots = unsafe { resize(&mut self.pool, table.slots, table.slots_len, len) };
        table.slots_len = len;
    }
}

/// Resizes a block of `len` values to `new_len`, filling it up with `nil`.
///
/// # Safety
///
/// `values` is a block of `len` values or, if that is 0, dangling, and nothing else refers to it.
unsafe fn resize(pool: &mut Pool, values: *mut Value, len: u32, new_len: u32) -> *mut Value {
    let layout = |len: u32| Layout::array::<Value>(len as usize).expect("the limits of tables are far below");
    let block = match (len, new_len) {
        (0, 0) => return values,
        (0, _) => pool.allocate(layout(new_len)),
        (_, 0) => {
            // SAFETY: the caller's promise (2): it is a block of this layout.
            unsafe { pool.free(values.cast(), layout(len)) };
            return std::ptr::dangling_mut();
        }
        // SAFETY: as above.
        _ => unsafe { pool.resize(values.cast(), layout(len), layout(new_len).size()) },
    };
    let values = block.cast::<Value>();
    for index in len..new_len {
        // SAFETY: the block has room for `new_len` values.
        unsafe { values.add(index as usize).write(Value::NIL) };
    }
    values
}

/// The number of a table's integer keys between powers of two.
#[derive(Debug)]
struct Counts {
    /// Keys above `2^(n - 1)` and up to `2^n`.
    by_power: [u32; MAX_ARRAY.ilog2() as usize + 1],
    all: u32,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts { by_power: [0; MAX_ARRAY.ilog2() as usize + 1], all: 0 }
    }
}

impl Counts {
    fn array(&mut self, array: &[Value]) {
        let (mut from, mut power) = (0, 0);
        while from < array.len() {
            let to = (1 << power).min(array.len());
            let used = array[from..to].iter().filter(|value| !value.is_nil()).count() as u32;
            self.by_power[power] += used;
            self.all += used;
            (from, power) = (to, power + 1);
        }
    }

    fn add(&mut self, index: Option<u32>) {
        if let Some(index) = index {
            self.by_power[index.next_power_of_two().ilog2() as usize] += 1;
            self.all += 1;
        }
    }

    /// Returns the largest power of two so that more than half of the indices up to it are used.
    fn array_len(&self) -> u32 {
        let (mut used, mut len) = (0, 0);
        for (power, count) in self.by_power.iter().enumerate() {
            let half = (1 << power) / 2;
            if half >= self.all {
                break;
            }
            used += count;
            if *count > 0 && used > half {
                len = 1 << power;
            }
        }
        len
    }
}
