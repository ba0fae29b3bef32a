//! A text and bytes to append → a longer text that shares the first one's bytes, so that building a text in a loop
//! takes linear time.
//!
//! All texts in a [`Buffer`] start at its beginning. Only the longest can grow: the appended bytes are written after
//! it, where no other text reads, and belong to the new text only. The first append copies a text without spare room;
//! an append to that copy makes a buffer of twice its size. So a text that is appended to only once wastes nothing, and
//! no text keeps more than twice its own length alive.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::{Gc, Heap, text};
use crate::ops::ops::Text;

/// Bytes that several texts share.
#[derive(Debug)]
pub(super) struct Buffer {
    /// The bytes of the longest text in the buffer.
    bytes: Vec<u8>,
    /// Number of texts in the buffer.
    texts: usize,
}

impl Buffer {
    fn size(&self) -> usize {
        size_of::<Buffer>() + self.bytes.capacity()
    }

    /// Returns `true` if `more` bytes can be appended in place to a text of length `len`.
    fn has_room(&self, len: usize, more: usize) -> bool {
        self.bytes.len() == len && self.bytes.capacity() - len >= more
    }

    /// Appends bytes within the capacity.
    fn push(&mut self, more: &[u8]) {
        let len = self.bytes.len();
        assert!(self.has_room(len, more.len()), "a buffer without room for {} more bytes", more.len());
        // Not through a slice of the vector, because there are other slices of it.
        // SAFETY: (7): the bytes after `len` belong to no text, and the assertion checks that the allocation has room
        // for them.
        unsafe {
            self.bytes.as_mut_ptr().add(len).copy_from_nonoverlapping(more.as_ptr(), more.len());
            self.bytes.set_len(len + more.len());
        }
    }
}

/// Number of bytes that are copied at once.
const PART: usize = 64 << 10;

/// Returns a copy of `bytes` followed by `more`, with the given capacity, or `None` if out of memory or if it may not
/// continue.
fn copy(bytes: &[u8], more: &[u8], capacity: usize, may_continue: &dyn Fn() -> bool) -> Option<Vec<u8>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(capacity).ok()?;
    for part in bytes.chunks(PART).chain(more.chunks(PART)) {
        copy.extend_from_slice(part);
        if part.len() == PART && !may_continue() {
            return None;
        }
    }
    Some(copy)
}

impl Text {
    /// Appending to a text shorter than this copies it.
    pub const MIN_SHARED: u32 = 256;
}

impl Heap {
    /// Minimal number of bytes that are moved instead of copied.
    const MIN_ADOPTED: usize = 64 * 1024;

    /// Returns the text with these bytes. Many bytes are moved out of the vector, which is then empty.
    ///
    /// # Panics
    ///
    /// If there are more than [`Text::MAX_LEN`] bytes (test `texts_that_are_too_long_panic`).
    pub fn text_of(&mut self, bytes: &mut Vec<u8>) -> Gc<Text> {
        if bytes.len() < Heap::MIN_ADOPTED {
            return self.text(bytes);
        }
        let mut bytes = std::mem::take(bytes);
        bytes.shrink_to_fit();
        self.text_in_new_buffer(bytes)
    }

    /// Returns `text` with `more` appended, or `None` if there is not enough memory, or if it is asked while the text is
    /// copied and may not continue.
    ///
    /// # Panics
    ///
    /// If they are more than [`Text::MAX_LEN`] together (test `texts_that_are_too_long_panic`).
    pub fn append(&mut self, text: Gc<Text>, more: &[u8], may_continue: &dyn Fn() -> bool) -> Option<Gc<Text>> {
        let (old, len) = (text.len as usize, text.len as usize + more.len());
        assert!(len <= Text::MAX_LEN, "a text of {len} bytes");
        if more.is_empty() {
            return Some(text);
        }
        if text.len < Text::MIN_SHARED {
            self.claim(len).ok()?;
            return copy(text.bytes(), more, len, may_continue).map(|mut bytes| self.text_of(&mut bytes));
        }
        let mut capacity = len;
        if let Some(buffer) = text.buffer() {
            // SAFETY: (7): the buffer exists as long as `text`.
            let (has_room, is_longest) = unsafe { ((*buffer).has_room(old, more.len()), (*buffer).bytes.len() == old) };
            if has_room {
                // SAFETY: (7): as above; only bytes after all texts are written.
                unsafe { (*buffer).push(more) };
                return Some(self.text_in(buffer));
            }
            if is_longest {
                capacity = (2 * len).min(Text::MAX_LEN);
            }
        }
        if self.claim(capacity).is_err() {
            self.claim(len).ok()?;
            capacity = len;
        }
        let copy = |capacity| copy(text.bytes(), more, capacity, may_continue);
        let bytes = copy(capacity).or_else(|| copy(len))?;
        Some(self.text_in_new_buffer(bytes))
    }

    fn text_in_new_buffer(&mut self, bytes: Vec<u8>) -> Gc<Text> {
        let buffer = Box::new(Buffer { bytes, texts: 0 });
        self.accounts.charge(buffer.size());
        self.text_in(Box::into_raw(buffer))
    }

    /// Creates a text that consists of a whole buffer.
    fn text_in(&mut self, buffer: *mut Buffer) -> Gc<Text> {
        // SAFETY: (7): the buffer exists, because it is new or has another text. It counts this text, which starts at
        // its beginning.
        let text = unsafe {
            (*buffer).texts += 1;
            let (bytes, len) = ((*buffer).bytes.as_mut_ptr(), (*buffer).bytes.len());
            text::allocate_shared(&mut self.pool, buffer, bytes, len, self.tracer.white, self.objects)
        };
        self.add_long_text(text)
    }

    /// Removes a freed text from its buffer, and frees the buffer with its last text.
    pub(super) fn leave(&mut self, buffer: *mut Buffer) {
        // SAFETY: (7): the freed text kept the buffer alive until now; the last one frees it, as the box it was created
        // as.
        unsafe {
            (*buffer).texts -= 1;
            if (*buffer).texts == 0 {
                self.accounts.release((*buffer).size());
                drop(Box::from_raw(buffer));
            }
        }
    }
}
