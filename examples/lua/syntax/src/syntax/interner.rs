//! Turns names and string literals into numbers, the same text always into the same number.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A name or string literal of a chunk, as an index into its [`Strings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringId(pub u32);

impl StringId {
    /// Returns the index in [`Strings::iter`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All names and string literals of a chunk, without duplicates.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    /// The texts, one after the other.
    bytes: Vec<u8>,
    /// Where each text ends.
    ends: Vec<u32>,
    /// The numbers, with the hashes of the texts.
    numbers: HashTable<(u64, StringId)>,
}

impl Strings {
    /// Returns the number of `text`, after adding it if necessary.
    pub(crate) fn intern(&mut self, text: &[u8]) -> StringId {
        let hash = hash(text);
        let is_it = |&(other, id): &(u64, StringId)| other == hash && self.text(id) == text;
        if let Some(&(_, id)) = self.numbers.find(hash, is_it) {
            return id;
        }
        // Every text takes at least a byte of the source, and `parse` refuses sources of 4 GiB.
        let id = StringId(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(text);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.numbers.insert_unique(hash, (hash, id), |&(hash, _)| hash);
        id
    }

    /// Forgets all texts, but keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.numbers.clear();
    }

    /// Forgets the texts from this number on.
    pub(crate) fn forget(&mut self, from: usize) {
        if from < self.ends.len() {
            self.numbers.retain(|(_, id)| id.index() < from);
            self.ends.truncate(from);
            self.bytes.truncate(self.ends.last().map_or(0, |&end| end as usize));
        }
    }

    /// Returns the text with this number.
    ///
    /// # Panics
    ///
    /// If `id` belongs to another chunk, and this one has fewer (test `a_number_of_another_chunk_may_have_no_text`).
    #[must_use]
    pub fn text(&self, id: StringId) -> &[u8] {
        let start = id.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[id.index()] as usize]
    }

    /// Returns all texts in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| self.text(StringId(index as u32)))
    }
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{StringId, Strings};

    #[test]
    #[should_panic(expected = "out of bounds")]
    fn a_number_of_another_chunk_may_have_no_text() {
        let mut strings = Strings::default();
        let id = strings.intern(b"a");
        let _nothing = Strings::default().text(id);
    }

    #[test]
    fn the_same_text_has_the_same_number() {
        let mut strings = Strings::default();
        let (a, b) = (strings.intern(b"a"), strings.intern(b"b\0"));
        assert_eq!((strings.intern(b"a"), strings.intern(b"b\0")), (a, b));
        assert_eq!((strings.text(a), strings.text(b)), (&b"a"[..], &b"b\0"[..]));
        assert_eq!((strings.intern(b""), strings.intern(b"b")), (StringId(2), StringId(3)));
        strings.forget(2);
        assert_eq!(strings.iter().collect::<Vec<_>>(), [&b"a"[..], b"b\0"]);
        assert_eq!((strings.intern(b"b"), strings.intern(b"")), (StringId(2), StringId(3)));
    }
}
