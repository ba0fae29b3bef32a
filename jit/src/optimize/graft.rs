//! A [`OptimizedCode`] and its loop head → [`Graft`], which a compiled function runs in place of the loop.

use std::rc::Rc;

use mimeo_def::Pc;
use mimeo_interp::Function;

use crate::optimize::OptimizedCode;

/// Optimized code to be installed before the op at a loop head.
#[derive(Clone, Debug)]
pub(crate) struct Graft {
    pub(crate) head: Pc,
    pub(crate) region: Rc<OptimizedCode>,
    /// The number of samples at the head when it was made.
    samples_before: u32,
    /// Whether it replaces code that missed too often.
    is_again: bool,
}

/// The alignment of the table of a region's exits, and of its code.
pub(crate) const REGION_ALIGN: u32 = 16;

/// The samples after which a region is judged.
const SAMPLES_TO_JUDGE: u32 = 8;
/// The most entries between two samples, which are about a thousand calls and backward jumps apart.
const MOST_ENTRIES: u64 = 512;

/// The exits where a path is missing after which a region is made again: they cost about as much as that.
const MOST_MISSES: u64 = 4096;

impl Graft {
    pub(crate) fn new(function: &Function, head: Pc, region: OptimizedCode, is_again: bool) -> Graft {
        for count in [function.optimized_entries(head), function.optimized_misses(head)].into_iter().flatten() {
            count.set(0);
        }
        let samples = function.samples().find(|&(pc, _)| pc == head).map_or(0, |(_, samples)| samples);
        Graft { head, region: Rc::new(region), samples_before: samples, is_again }
    }

    /// Returns whether the region lacks paths that are taken, so that it should be made again.
    pub(crate) fn misses_often(&self, function: &Function) -> bool {
        !self.is_again && self.misses(function) > MOST_MISSES
    }

    /// Returns whether most entries end where a path is missing, so that it could be made again when the loop has gone on for
    /// long.
    pub(crate) fn misses_mostly(&self, function: &Function) -> bool {
        !self.is_again && self.misses(function) > self.entries(function) / 2
    }

    fn entries(&self, function: &Function) -> u64 {
        function.optimized_entries(self.head).map_or(0, |entries| entries.get())
    }

    fn misses(&self, function: &Function) -> u64 {
        function.optimized_misses(self.head).map_or(0, |misses| misses.get())
    }

    /// Returns whether the region is left after so few iterations that entering it costs more than it saves.
    pub(crate) fn is_left_too_soon(&self, function: &Function, samples: u32) -> bool {
        let samples = samples.saturating_sub(self.samples_before);
        samples >= SAMPLES_TO_JUDGE && self.entries(function) > MOST_ENTRIES * u64::from(samples)
    }

    /// Returns the bytes of the table of the exits' addresses, after which the code begins.
    pub(crate) fn exits_bytes(&self) -> usize {
        (self.region.exits.len() * size_of::<u64>()).next_multiple_of(REGION_ALIGN as usize)
    }

    /// Returns the most bytes that table and code take.
    pub(crate) fn room_bytes(&self) -> usize {
        self.exits_bytes() + self.region.code.len().next_multiple_of(REGION_ALIGN as usize)
    }

    /// Returns the bytes of memory that it takes besides the installed code.
    pub(crate) fn table_bytes(&self) -> usize {
        size_of::<Graft>() + self.region.code.len() + size_of_val(&*self.region.exits)
    }
}
