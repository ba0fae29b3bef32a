//! Keys that are neither in the array part nor in the shape → their values: [`HashPart`], with open addressing.
//!
//! Entries are never removed, only their values become `nil`, so that `next` can continue from a removed key. Such a
//! key can be the address of a freed object: only its bits are compared.

use crate::ops::ops::Value;

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The key, or `nil` in an entry that was never used.
    pub(super) key: Value,
    pub(super) value: Value,
}

const EMPTY: Entry = Entry { key: Value::NIL, value: Value::NIL };

/// The hash part of a table.
#[derive(Debug)]
pub struct HashPart {
    /// The entries; their number is a power of two.
    pub(super) entries: Box<[Entry]>,
    /// Number of entries with a key.
    used: usize,
}

impl HashPart {
    const MIN_LEN: usize = 4;

    /// Creates a hash part with room for at least `keys` keys.
    pub(super) fn with_room(keys: usize) -> HashPart {
        let len = (keys * 2).next_power_of_two().max(HashPart::MIN_LEN);
        HashPart { entries: vec![EMPTY; len].into_boxed_slice(), used: 0 }
    }

    pub(super) fn size(&self) -> usize {
        size_of::<HashPart>() + size_of_val::<[Entry]>(&self.entries)
    }

    /// Returns `true` if no further key may be added.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        (self.used + 1) * 4 > self.entries.len() * 3
    }

    /// Returns the index of a key, which must be [normal](normal).
    #[inline]
    pub(super) fn find(&self, key: Value) -> Option<usize> {
        if let Some(text) = key.to_text().filter(|text| !text.is_interned()) {
            // The text of a key without a value may have been freed, so only its bits are compared; another text with
            // the same bytes may have been added after it.
            let is_same = |entry: &Entry| entry.key.to_text().is_some_and(|other| other.is_same(text));
            let found = self.search(key, |entry| !entry.value.is_nil() && is_same(entry));
            return found.or_else(|| self.search(key, |entry| entry.key == key));
        }
        self.search(key, |entry| entry.key == key)
    }

    #[inline]
    fn search(&self, key: Value, is_it: impl Fn(&Entry) -> bool) -> Option<usize> {
        let mask = self.entries.len() - 1;
        let mut at = hash(key) as usize & mask;
        loop {
            let entry = &self.entries[at & mask];
            if entry.key.is_nil() {
                return None;
            }
            if is_it(entry) {
                return Some(at & mask);
            }
            at = at.wrapping_add(1);
        }
    }

    #[inline]
    pub(super) fn get(&self, key: Value) -> Value {
        self.find(key).map_or(Value::NIL, |at| self.entries[at].value)
    }

    /// Adds a key that is not present. At least one entry must stay empty, because an empty entry ends every search.
    pub(super) fn add(&mut self, key: Value, value: Value) {
        debug_assert!(!self.is_full() && self.find(key).is_none());
        let mask = self.entries.len() - 1;
        let mut at = hash(key) as usize & mask;
        while !self.entries[at].key.is_nil() {
            at = (at + 1) & mask;
        }
        self.entries[at] = Entry { key, value };
        self.used += 1;
    }

    /// Returns the entries that have a value.
    pub(super) fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.value.is_nil())
    }
}

/// Returns the key under which a value is stored: -0 becomes 0.
#[inline]
pub(super) fn normal(key: Value) -> Value {
    if key.0 == (-0.0_f64).to_bits() { Value::number(0.0) } else { key }
}

#[inline]
fn hash(key: Value) -> u32 {
    match key.to_text() {
        Some(text) => text.hash(),
        // The low bits of addresses and of common numbers are zero, so the high bits are mixed in.
        None => ((key.0 ^ key.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32,
    }
}
