//! Bytes → [`Text`]s: how they lie in memory, their hash, and when two are equal.
//!
//! Contract of its unsafe blocks: (1) and (3) of the [heap](super); the bytes of a text never change, and lie behind
//! it in the same allocation.
#![expect(clippy::undocumented_unsafe_blocks, reason = "the heap's contract says why they are sound")]

use std::alloc::Layout;

use super::pool::Pool;
use super::{Gc, Kind};
use crate::ops::ops::{MAX_INTERNED, Object, Text};

impl Text {
    /// The longest that there can be: LuaJIT's limit.
    pub const MAX_LEN: usize = 0x7fff_ff00;

    pub(super) fn layout(len: u32) -> Layout {
        let layout = Layout::new::<Text>().extend(Layout::for_value(&[0_u8][..]));
        // The bytes are aligned to nothing, so they begin right behind the header.
        let (head, _) = layout.expect("a header and a byte have a layout");
        Layout::from_size_align(size_of::<Text>() + len as usize, head.align()).expect("`MAX_LEN` is below the limit")
    }
}

/// A new text, in no list yet.
pub(super) fn allocate(pool: &mut Pool, bytes: &[u8], hash: u32, mark: u8, next: *mut Object) -> Gc<Text> {
    assert!(bytes.len() <= Text::MAX_LEN, "a text of {} bytes", bytes.len());
    let layout = Text::layout(bytes.len() as u32);
    unsafe {
        let text = pool.allocate(layout).cast::<Text>();
        let object = Object { next, kind: Kind::Text as u8, mark };
        text.write(Text { object, hash, len: bytes.len() as u32 });
        text.add(1).cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Gc::from_ptr(text)
    }
}

impl Gc<Text> {
    /// Its bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // Through the address and not through a reference, which would be to the header alone.
        let text = self.as_ptr();
        unsafe { std::slice::from_raw_parts(text.add(1).cast::<u8>(), (*text).len as usize) }
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
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    state = fold(state ^ u64::from_le_bytes(last), FACTOR);
    let hash = (state ^ state >> 32) as u32;
    hash.max(1)
}
