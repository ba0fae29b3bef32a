//! Bytes → [`Text`]s: their layout in memory, their hash, and their equality.
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

/// A text that is not interned. Its own bytes, if it has any, follow it.
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
    /// The maximal length, which is LuaJIT's.
    pub const MAX_LEN: usize = 0x7fff_ff00;

    /// Returns the layout of a text with its own bytes.
    fn layout(len: u32) -> Layout {
        let head = if len <= MAX_INTERNED { size_of::<Text>() } else { size_of::<LongText>() };
        Layout::from_size_align(head + len as usize, align_of::<LongText>()).expect("`MAX_LEN` is below the limit")
    }

    fn new(len: usize, hash: u32, mark: u8, next: *mut Object) -> Text {
        assert!(len <= Text::MAX_LEN, "a text of {len} bytes");
        Text { object: Object { next, kind: Kind::Text as u8, mark }, hash, len: len as u32 }
    }
}

/// Creates a text with its own bytes, in no list yet.
pub(super) fn allocate(pool: &mut Pool, bytes: &[u8], hash: u32, mark: u8, next: *mut Object) -> Gc<Text> {
    let head = Text::new(bytes.len(), hash, mark, next);
    // SAFETY: the block is new and has the layout of a text with these bytes, which fit after the header.
    unsafe {
        let text = pool.allocate(Text::layout(head.len)).cast::<Text>();
        let after = if head.len <= MAX_INTERNED {
            text.add(1).cast::<u8>()
        } else {
            let after = text.cast::<LongText>().add(1).cast::<u8>();
            (&raw mut (*text.cast::<LongText>()).bytes).write(after);
            after
        };
        text.write(head);
        after.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Gc::from_ptr(text)
    }
}

/// Creates a text, in no list yet, whose bytes are in a buffer. It must be too long to be interned.
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
    /// Returns its bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // Uses the address instead of a reference, which would cover only the header.
        let text = self.as_ptr();
        // SAFETY: (1): the text is live, and (7) its bytes follow the header or are at an address, where they never
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

    /// Returns the buffer that contains its bytes, if they are not its own.
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

    /// Returns its layout without the buffer.
    pub(super) fn layout(self) -> Layout {
        if self.buffer().is_some() { Layout::new::<SharedText>() } else { Text::layout(self.len) }
    }

    /// Returns `true` if this is the only text with its bytes.
    #[inline]
    #[must_use]
    pub fn is_interned(self) -> bool {
        self.len <= MAX_INTERNED
    }

    /// Returns the hash of its bytes.
    #[inline]
    #[must_use]
    pub fn hash(mut self) -> u32 {
        if self.hash == 0 {
            let hash = hash(self.bytes());
            // SAFETY: (3): the reference to the bytes is gone, and there is none to the header.
            unsafe { self.as_mut() }.hash = hash;
        }
        self.hash
    }

    /// Returns `true` if both have the same bytes.
    #[inline]
    #[must_use]
    pub fn is_same(self, other: Gc<Text>) -> bool {
        self == other || (!self.is_interned() && self.len == other.len && self.bytes() == other.bytes())
    }
}

/// Returns a hash that is never 0. As in wyhash, each eight bytes are folded into the product so far.
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
    // The bytes after the last word, as one word: for so few, reading them one by one is faster than copying.
    let last = rest.iter().rev().fold(0, |last, &byte| last << 8 | u64::from(byte));
    state = fold(state ^ last, FACTOR);
    let hash = (state ^ state >> 32) as u32;
    hash.max(1)
}
