//! A text and what is appended to it → a longer text that shares its bytes, so that building one in a loop takes time
//! in proportion to its length.
//!
//! All texts in a [`Buffer`] begin where it begins. The longest can grow: what is appended to it is written behind it,
//! where nobody looks yet, and is part of the new text only. The first time that a text is appended to, its copy has no
//! room behind it; a copy of that copy has room for as much again. So a text that is never appended to twice wastes
//! nothing, and none keeps more than twice its own length alive.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::{Gc, Heap, text};
use crate::ops::ops::Text;

/// Bytes in which texts lie.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Up to the end of the longest text that was made in it.
    bytes: Vec<u8>,
    /// How many texts lie in it.
    texts: usize,
}

impl Buffer {
    fn size(&self) -> usize {
        size_of::<Buffer>() + self.bytes.capacity()
    }

    /// Could bytes be appended to a text of this length where it is?
    fn has_room(&self, len: usize, more: usize) -> bool {
        self.bytes.len() == len && self.bytes.capacity() - len >= more
    }

    /// Writes behind the bytes of all texts, in room that is there.
    fn push(&mut self, more: &[u8]) {
        let len = self.bytes.len();
        assert!(self.has_room(len, more.len()), "{} bytes more in a buffer without room", more.len());
        // Not through a slice of the vector, of which there are others.
        // SAFETY: (7): the bytes after `len` belong to no text, and the assertion says that the allocation has room for
        // them.
        unsafe {
            self.bytes.as_mut_ptr().add(len).copy_from_nonoverlapping(more.as_ptr(), more.len());
            self.bytes.set_len(len + more.len());
        }
    }
}

/// A copy of the bytes, with what is behind them and room for so many bytes in all; `None` without the memory for it.
fn copy(bytes: &[u8], more: &[u8], capacity: usize) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(capacity).ok()?;
    copy.extend_from_slice(bytes);
    copy.extend_from_slice(more);
    Some(copy)
}

impl Text {
    /// A shorter text is copied when something is appended to it.
    pub const MIN_SHARED: u32 = 256;
}

impl Heap {
    /// So many bytes are not copied if they are there already.
    const MIN_ADOPTED: usize = 64 * 1024;

    /// The text with these bytes. If they are many, they are taken over, and an empty vector is left.
    ///
    /// # Panics
    ///
    /// If they are more than [`Text::MAX_LEN`] (test `texts_that_are_too_long_panic`).
    pub fn text_of(&mut self, bytes: &mut Vec<u8>) -> Gc<Text> {
        if bytes.len() < Heap::MIN_ADOPTED {
            return self.text(bytes);
        }
        let mut bytes = std::mem::take(bytes);
        bytes.shrink_to_fit();
        self.text_in_new_buffer(bytes)
    }

    /// A text, and some bytes more. `None` when there is no memory for it.
    ///
    /// # Panics
    ///
    /// If they are more than [`Text::MAX_LEN`] together (test `texts_that_are_too_long_panic`).
    pub fn append(&mut self, text: Gc<Text>, more: &[u8]) -> Option<Gc<Text>> {
        let (old, len) = (text.len as usize, text.len as usize + more.len());
        assert!(len <= Text::MAX_LEN, "a text of {len} bytes");
        if more.is_empty() {
            return Some(text);
        }
        if text.len < Text::MIN_SHARED {
            return copy(text.bytes(), more, len).map(|mut bytes| self.text_of(&mut bytes));
        }
        let mut capacity = len;
        if let Some(buffer) = text.buffer() {
            // SAFETY: (7): the buffer exists as long as `text`.
            let (has_room, is_longest) = unsafe { ((*buffer).has_room(old, more.len()), (*buffer).bytes.len() == old) };
            if has_room {
                // SAFETY: (7): as above, and only bytes after all texts are written.
                unsafe { (*buffer).push(more) };
                return Some(self.text_in(buffer));
            }
            if is_longest {
                capacity = (2 * len).min(Text::MAX_LEN);
            }
        }
        let bytes = copy(text.bytes(), more, capacity).or_else(|| copy(text.bytes(), more, len))?;
        Some(self.text_in_new_buffer(bytes))
    }

    fn text_in_new_buffer(&mut self, bytes: Vec<u8>) -> Gc<Text> {
        let buffer = Box::new(Buffer { bytes, texts: 0 });
        self.accounts.charge(buffer.size());
        self.text_in(Box::into_raw(buffer))
    }

    /// A new text, which is all of a buffer.
    fn text_in(&mut self, buffer: *mut Buffer) -> Gc<Text> {
        // SAFETY: (7): the buffer exists: it is new, or another text is in it. It counts this text, whose bytes are its
        // first.
        let text = unsafe {
            (*buffer).texts += 1;
            let (bytes, len) = ((*buffer).bytes.as_mut_ptr(), (*buffer).bytes.len());
            text::allocate_shared(&mut self.pool, buffer, bytes, len, self.tracer.white, self.objects)
        };
        self.add_long_text(text)
    }

    /// A text in the buffer was freed.
    pub(super) fn leave(&mut self, buffer: *mut Buffer) {
        // SAFETY: (7): the text that was freed kept the buffer until now; the last one frees it, as the box that it
        // was.
        unsafe {
            (*buffer).texts -= 1;
            if (*buffer).texts == 0 {
                self.accounts.release((*buffer).size());
                drop(Box::from_raw(buffer));
            }
        }
    }
}
