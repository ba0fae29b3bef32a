//! Keys that are neither in the array part nor in the shape → their values: [`HashPart`], with open addressing.
//!
//! Entries are never taken out, only their values become `nil`, so that `next` finds its way from a key that was
//! removed. Such a key may be the address of an object that was freed: its bits are compared, but nothing more.

use crate::ops::ops::Value;

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// `nil` in an entry that was never used.
    pub(super) key: Value,
    pub(super) value: Value,
}

const EMPTY: Entry = Entry { key: Value::NIL, value: Value::NIL };

/// The hash part of a table.
#[derive(Debug)]
pub struct HashPart {
    /// A power of two.
    pub(super) entries: Box<[Entry]>,
    /// Entries with a key.
    used: usize,
}

impl HashPart {
    const MIN_LEN: usize = 4;

    /// Room for so many keys, and for some more.
    pub(super) fn with_room(keys: usize) -> HashPart {
        let len = (keys * 2).next_power_of_two().max(HashPart::MIN_LEN);
        HashPart { entries: vec![EMPTY; len].into_boxed_slice(), used: 0 }
    }

    pub(super) fn size(&self) -> usize {
        size_of::<HashPart>() + size_of_val::<[Entry]>(&self.entries)
    }

    /// Whether a further key must not be added.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        (self.used + 1) * 4 > self.entries.len() * 3
    }

    /// The place of a key, which is [normal](normal).
    #[inline]
    pub(super) fn find(&self, key: Value) -> Option<usize> {
        if let Some(text) = key.to_text().filter(|text| !text.is_interned()) {
            // Of a key without a value there may be no text any more, so only its bits are looked at; and another text
            // with the same bytes may have come after it.
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

    /// Adds a key that is not there yet. There must be room: at least one entry stays empty, which ends every search.
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

    /// What has a value.
    pub(super) fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.value.is_nil())
    }
}

/// The key by which a value is found: -0 and 0 are one.
#[inline]
pub(super) fn normal(key: Value) -> Value {
    if key.0 == (-0.0_f64).to_bits() { Value::number(0.0) } else { key }
}

#[inline]
fn hash(key: Value) -> u32 {
    match key.to_text() {
        Some(text) => text.hash(),
        // The low bits of addresses and of the numbers that programs use are zero, and what differs may be far above.
        None => ((key.0 ^ key.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32,
    }
}
