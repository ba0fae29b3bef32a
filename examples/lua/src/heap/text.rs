//! Bytes → [`Text`]s: how they lie in memory, their hash, and when two are equal.
//!
//! ```text
//! up to 40 bytes:   Text │ bytes
//! more:             Text │ address of the bytes │ bytes
//! in a buffer:      Text │ address of the bytes │ address of the Buffer
//! ```
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::alloc::Layout;

use super::buffer::Buffer;
use super::pool::Pool;
use super::{Gc, Kind};
use crate::ops::ops::{MAX_INTERNED, Object, Text};

/// A text that is not interned. If its bytes are its own, they are behind it.
#[repr(C)]
struct LongText {
    text: Text,
    bytes: *const u8,
}

/// A text whose bytes are at the beginning of a buffer.
#[repr(C)]
struct SharedText {
    long: LongText,
    buffer: *mut Buffer,
}

impl Text {
    /// The longest that there can be: LuaJIT's limit.
    pub const MAX_LEN: usize = 0x7fff_ff00;

    /// Of a text with bytes of its own.
    fn layout(len: u32) -> Layout {
        let head = if len <= MAX_INTERNED { size_of::<Text>() } else { size_of::<LongText>() };
        Layout::from_size_align(head + len as usize, align_of::<LongText>()).expect("`MAX_LEN` is below the limit")
    }

    fn new(len: usize, hash: u32, mark: u8, next: *mut Object) -> Text {
        assert!(len <= Text::MAX_LEN, "a text of {len} bytes");
        Text { object: Object { next, kind: Kind::Text as u8, mark }, hash, len: len as u32 }
    }
}

/// A new text, in no list yet, with bytes of its own.
pub(super) fn allocate(pool: &mut Pool, bytes: &[u8], hash: u32, mark: u8, next: *mut Object) -> Gc<Text> {
    let head = Text::new(bytes.len(), hash, mark, next);
    // SAFETY: the block is new and has the layout of a text with these bytes, which fit after the header.
    unsafe {
        let text = pool.allocate(Text::layout(head.len)).cast::<Text>();
        let behind = if head.len <= MAX_INTERNED {
            text.add(1).cast::<u8>()
        } else {
            let behind = text.cast::<LongText>().add(1).cast::<u8>();
            (&raw mut (*text.cast::<LongText>()).bytes).write(behind);
            behind
        };
        text.write(head);
        behind.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Gc::from_ptr(text)
    }
}

/// A new text, in no list yet, whose bytes are in a buffer. There are more than an interned text has.
///
/// # Safety
///
/// (7) of the heap's contract.
pub(super) unsafe fn allocate_shared(
    pool: &mut Pool,
    buffer: *mut Buffer,
    bytes: *const u8,
    len: usize,
    mark: u8,
    next: *mut Object,
) -> Gc<Text> {
    assert!(len > MAX_INTERNED as usize, "a text of {len} bytes in a buffer");
    let text = Text::new(len, 0, mark, next);
    // SAFETY: the block is new and has this layout; (7) the bytes are in the buffer.
    unsafe {
        let shared = pool.allocate(Layout::new::<SharedText>()).cast::<SharedText>();
        shared.write(SharedText { long: LongText { text, bytes }, buffer });
        Gc::from_ptr(shared.cast())
    }
}

impl Gc<Text> {
    /// Its bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // Through the address and not through a reference, which would be to the header alone.
        let text = self.as_ptr();
        // SAFETY: (1): the text is live, and (7) has its bytes after the header or at an address, where they never
        // change.
        unsafe {
            let len = (*text).len;
            let bytes = if len <= MAX_INTERNED {
                text.add(1).cast::<u8>().cast_const()
            } else {
                (*text.cast::<LongText>()).bytes
            };
            std::slice::from_raw_parts(bytes, len as usize)
        }
    }

    /// The buffer in which its bytes are, if they are not its own.
    pub(super) fn buffer(self) -> Option<*mut Buffer> {
        if self.is_interned() {
            return None;
        }
        let text = self.as_ptr().cast::<LongText>();
        // SAFETY: (1): the text is live and longer than interned ones, so it has an address; (7) bytes elsewhere are in
        // a buffer.
        unsafe {
            let is_own = (*text).bytes == text.add(1).cast::<u8>();
            (!is_own).then(|| (*text.cast::<SharedText>()).buffer)
        }
    }

    /// Its layout without the buffer.
    pub(super) fn layout(self) -> Layout {
        if self.buffer().is_some() { Layout::new::<SharedText>() } else { Text::layout(self.len) }
    }

    /// Whether all texts with these bytes are this one.
    #[inline]
    #[must_use]
    pub fn is_interned(self) -> bool {
        self.len <= MAX_INTERNED
    }

    /// The hash of its bytes.
    #[inline]
    #[must_use]
    pub fn hash(mut self) -> u32 {
        if self.hash == 0 {
            let hash = hash(self.bytes());
            // SAFETY: (3): the reference to the bytes is gone, and none leads to the header.
            unsafe { self.as_mut() }.hash = hash;
        }
        self.hash
    }

    /// Have both the same bytes?
    #[inline]
    #[must_use]
    pub fn is_same(self, other: Gc<Text>) -> bool {
        self == other || (!self.is_interned() && self.len == other.len && self.bytes() == other.bytes())
    }
}

/// A hash that is never 0. Each eight bytes are folded into the product of what came before, as in wyhash.
pub(super) fn hash(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let mut state = FACTOR ^ bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), FACTOR);
    }
    // The bytes behind the last word, as one: reading them one by one is quicker than copying so few.
    let last = rest.iter().rev().fold(0, |last, &byte| last << 8 | u64::from(byte));
    state = fold(state ^ last, FACTOR);
    let hash = (state ^ state >> 32) as u32;
    hash.max(1)
}
