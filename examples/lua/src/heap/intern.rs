//! The bytes of a short text → the only text with these bytes.
//!
//! The texts of a bucket form a list through [`Object::next`]: a text that the sweep removes from the list is gone from
//! the table. The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::collect::Phase;
use super::text::{self, hash};
use super::{Gc, Heap};
use crate::ops::ops::{MAX_INTERNED, Object, Text};

/// All interned texts.
#[derive(Debug)]
pub(super) struct Texts {
    /// The buckets. Their number is a power of two, or 0.
    pub(super) buckets: Vec<*mut Object>,
    pub(super) len: usize,
    /// The texts of one byte that were used since the last time that marking ended, by that byte, or null.
    single: [*mut Object; 256],
}

impl Default for Texts {
    fn default() -> Texts {
        Texts { buckets: Vec::new(), len: 0, single: [std::ptr::null_mut(); 256] }
    }
}

impl Texts {
    const MIN_BUCKETS: usize = 256;

    fn bucket(&self, hash: u32) -> usize {
        hash as usize & (self.buckets.len() - 1)
    }

    /// Forgets the texts of one byte, some of which the sweep may free.
    pub(super) fn forget_single(&mut self) {
        self.single.fill(std::ptr::null_mut());
    }

    fn find(&self, bytes: &[u8], hash: u32) -> Option<Gc<Text>> {
        let mut object = self.buckets[self.bucket(hash)];
        while !object.is_null() {
            // SAFETY: (1): the lists of the buckets contain only live texts.
            let text: Gc<Text> = unsafe { Gc::from_ptr(object.cast()) };
            if text.hash == hash && text.bytes() == bytes {
                return Some(text);
            }
            object = text.object.next;
        }
        None
    }

    /// Changes the number of buckets to `len`.
    pub(super) fn resize(&mut self, len: usize) {
        let len = len.max(Texts::MIN_BUCKETS);
        let old = std::mem::replace(&mut self.buckets, vec![std::ptr::null_mut(); len]);
        for mut object in old {
            while !object.is_null() {
                // SAFETY: (1): as in `find`.
                let mut text: Gc<Text> = unsafe { Gc::from_ptr(object.cast()) };
                let bucket = self.bucket(text.hash);
                // SAFETY: (3): there is no other reference to the text's header.
                let next = std::mem::replace(&mut unsafe { text.as_mut() }.object.next, self.buckets[bucket]);
                self.buckets[bucket] = object;
                object = next;
            }
        }
    }
}

impl Heap {
    /// Returns the text with these bytes.
    ///
    /// # Panics
    ///
    /// If there are more than [`Text::MAX_LEN`] bytes (test `texts_that_are_too_long_panic`).
    #[inline]
    pub fn text(&mut self, bytes: &[u8]) -> Gc<Text> {
        let &[byte] = bytes else { return self.text_of_any_length(bytes) };
        let single = self.texts.single[usize::from(byte)];
        if !single.is_null() {
            // SAFETY: (1): it was found or created after all texts that the sweep may still free were forgotten.
            return unsafe { Gc::from_ptr(single.cast()) };
        }
        let text = self.text_of_any_length(bytes);
        self.texts.single[usize::from(byte)] = text.as_object();
        text
    }

    fn text_of_any_length(&mut self, bytes: &[u8]) -> Gc<Text> {
        if bytes.len() > MAX_INTERNED as usize {
            let text = text::allocate(&mut self.pool, bytes, 0, self.tracer.white, self.objects);
            return self.add_long_text(text);
        }
        if self.texts.buckets.is_empty() {
            self.texts.resize(0);
            self.accounts.charge(size_of_val(&*self.texts.buckets));
        }
        let hash = hash(bytes);
        if let Some(mut text) = self.texts.find(bytes, hash) {
            // The text was unreachable and would have been swept: it is used again.
            if self.tracer.is_dead(text.as_object()) {
                // SAFETY: (3): as in `resize`.
                unsafe { text.as_mut() }.object.mark = self.tracer.white;
            }
            return text;
        }
        // The sweep walks the buckets in order, so they are not resized meanwhile.
        if self.texts.len >= self.texts.buckets.len() && !matches!(self.phase, Phase::SweepTexts(_)) {
            let more = self.texts.buckets.len() * size_of::<*mut Object>();
            // Without memory the buckets become longer.
            if self.claim(2 * more).is_ok() {
                self.texts.resize(self.texts.buckets.len() * 2);
                self.accounts.charge(more);
            }
        }
        let bucket = self.texts.bucket(hash);
        let text = text::allocate(&mut self.pool, bytes, hash, self.tracer.white, self.texts.buckets[bucket]);
        self.texts.buckets[bucket] = text.as_object();
        self.texts.len += 1;
        self.accounts.charge(text.layout().size());
        text
    }

    /// Makes a new text, whose `next` is the first object, the head of the list of objects.
    pub(super) fn add_long_text(&mut self, text: Gc<Text>) -> Gc<Text> {
        self.objects = text.as_object();
        self.accounts.charge(text.layout().size());
        text
    }
}
