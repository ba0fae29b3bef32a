//! Objects that were not marked → freed, a few at a time; the others become white.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::Heap;
use super::collect::Phase;
use crate::ops::ops::Object;

/// Objects or buckets in one piece of work.
const AT_ONCE: usize = 64;
/// The cost of visiting an object, in marked bytes.
const COST: usize = 16;
/// The cost of visiting a bucket. Many can be empty after a program has created many texts.
const BUCKET_COST: usize = 2;

impl Heap {
    /// Sweeps buckets of interned texts, starting with `from`. Returns the cost.
    pub(super) fn sweep_texts(&mut self, from: usize) -> usize {
        let to = (from + AT_ONCE).min(self.texts.buckets.len());
        let mut seen = 0;
        for bucket in from..to {
            let mut list = std::mem::replace(&mut self.texts.buckets[bucket], std::ptr::null_mut());
            while !list.is_null() {
                let object = list;
                // SAFETY: (1): an object in a list is live until the sweep frees it.
                list = unsafe { (*object).next };
                if self.sweep_object(object) {
                    self.texts.len -= 1;
                } else {
                    // SAFETY: (1): as above: it was not freed.
                    unsafe { (*object).next = self.texts.buckets[bucket] };
                    self.texts.buckets[bucket] = object;
                }
                seen += 1;
            }
        }
        self.phase = if to < self.texts.buckets.len() {
            Phase::SweepTexts(to)
        } else {
            if self.texts.len * 4 < self.texts.buckets.len() {
                let before = size_of_val(&*self.texts.buckets);
                self.texts.resize(self.texts.buckets.len() / 2);
                self.accounts.resize(before, size_of_val(&*self.texts.buckets));
            }
            Phase::SweepObjects(std::ptr::null_mut())
        };
        seen * COST + AT_ONCE * BUCKET_COST
    }

    /// Sweeps objects after `before`, or from the first if it is null. Returns the cost.
    pub(super) fn sweep_objects(&mut self, mut before: *mut Object) -> usize {
        for _ in 0..AT_ONCE {
            // SAFETY: (1): `before` has survived this sweep, and nothing else frees objects of the list.
            let object = if before.is_null() { self.objects } else { unsafe { (*before).next } };
            if object.is_null() {
                self.phase = Phase::Pause;
                self.accounts.end();
                return AT_ONCE * COST;
            }
            // SAFETY: (1): as in `sweep_texts`.
            let next = unsafe { (*object).next };
            if !self.sweep_object(object) {
                before = object;
            } else if before.is_null() {
                self.objects = next;
            } else {
                // SAFETY: (1): as above.
                unsafe { (*before).next = next };
            }
        }
        self.phase = Phase::SweepObjects(before);
        AT_ONCE * COST
    }

    fn sweep_object(&mut self, object: *mut Object) -> bool {
        let is_dead = self.tracer.is_dead(object);
        if is_dead {
            self.free(object);
        } else {
            self.tracer.whiten(object);
        }
        is_dead
    }
}
