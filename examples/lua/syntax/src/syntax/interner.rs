//! Turns names and string literals into numbers, the same text always into the same number.

use std::collections::HashMap;
use std::sync::Arc;

/// A name or string literal of a chunk, as an index into its [`Strings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StringId(u32);

impl StringId {
    /// Returns the index in [`Strings::iter`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// All names and string literals of a chunk, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    texts: Vec<Arc<[u8]>>,
    ids: HashMap<Arc<[u8]>, StringId>,
}

impl Strings {
    /// Returns the number of `text`, after adding it if necessary.
    pub(crate) fn intern(&mut self, text: &[u8]) -> StringId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        // Every text takes at least a byte of the source, and `parse` refuses sources of 4 GiB.
        let id = StringId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<[u8]> = text.into();
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// Forgets the texts from this number on.
    pub(crate) fn forget(&mut self, from: usize) {
        for text in self.texts.drain(from..) {
            self.ids.remove(&text);
        }
    }

    /// Returns the text with this number.
    ///
    /// # Panics
    ///
    /// If `id` belongs to another chunk, and this one has fewer (test `a_number_of_another_chunk_may_have_no_text`).
    #[must_use]
    pub fn text(&self, id: StringId) -> &[u8] {
        &self.texts[id.index()]
    }

    /// Returns the number of `text`, if the chunk has it.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<StringId> {
        self.ids.get(text).copied()
    }

    /// Returns all texts in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.texts.iter().map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::Strings;

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
        assert_eq!((strings.find(b"b\0"), strings.find(b"b")), (Some(b), None));
        assert_eq!(strings.iter().collect::<Vec<_>>(), [&b"a"[..], b"b\0"]);
    }
}
