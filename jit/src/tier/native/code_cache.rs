//! [`CodeCache`]: the code of a machine's functions, what is being used, and what waits until no frame returns into it.
//!
//! A function's code is *live* while the function is entered through it. When it is replaced, evicted, or its function
//! unloaded, it is *retired*: nothing enters it any more, but frames may return into it. It is *reclaimed*, which
//! frees the memory, once no frame does.

use std::collections::VecDeque;
use std::ops::Range;

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;
use mimeo_interp::tier::References;

use crate::memory::{CodePool, page_bytes, pages_for};
use crate::observe::ObservedCode;

/// The code of one machine.
#[derive(Debug, Default)]
pub(crate) struct CodeCache {
    pub(crate) pool: CodePool,
    /// The ids of functions with live code, the oldest first.
    ages: VecDeque<u32>,
    retired: Vec<Retired>,
    /// Memory of live and of retired code.
    live_bytes: usize,
    retired_bytes: usize,
    /// Exits to go until the next walk over the frames.
    patience: usize,
}

/// Code that nothing enters any more.
#[derive(Debug)]
pub(crate) struct Retired {
    pub(crate) function: u32,
    pub(crate) name: String,
    pub(crate) code: ObservedCode,
}

impl Retired {
    fn range(&self) -> Range<CodeAddr> {
        let start = self.code.address(CodeOffset(0));
        start..start + self.code.bytes().len()
    }
}

impl CodeCache {
    /// Memory that live and retired code takes, in bytes.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.live_bytes + self.retired_bytes
    }

    /// Memory of retired code, in bytes.
    pub(crate) fn retired_bytes(&self) -> usize {
        self.retired_bytes
    }

    /// Memory that so many bytes of code would take.
    pub(crate) fn footprint_of(len_bytes: usize) -> usize {
        pages_for(len_bytes) * page_bytes()
    }

    /// Takes note of a function's new code.
    pub(crate) fn add(&mut self, function: u32, code: &ObservedCode) {
        self.ages.push_back(function);
        self.live_bytes += code.footprint_bytes();
    }

    /// The function whose code is the oldest.
    pub(crate) fn oldest(&self) -> Option<u32> {
        self.ages.front().copied()
    }

    /// Gives memory back of which nothing is in use any more.
    pub(crate) fn trim(&mut self) {
        self.pool.trim();
    }

    /// Every function with live code, the oldest first.
    pub(crate) fn functions(&self) -> Vec<u32> {
        self.ages.iter().copied().collect()
    }

    /// Code that was [added](Self::add) is not entered any more.
    pub(crate) fn retire(&mut self, function: u32, name: &str, code: ObservedCode) {
        if let Some(place) = self.ages.iter().position(|&id| id == function) {
            self.ages.remove(place);
        }
        let bytes = code.footprint_bytes();
        self.live_bytes -= bytes;
        self.retired_bytes += bytes;
        self.retired.push(Retired { function, name: name.to_owned(), code });
        self.patience = 0;
    }

    /// There is code that waits until no frame refers to it.
    #[inline]
    pub(crate) fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Native code was left once more; says whether it is time to look at the frames again.
    #[inline]
    pub(crate) fn wants_safepoint(&mut self) -> bool {
        if self.retired.is_empty() {
            return false;
        }
        let now = self.patience == 0;
        self.patience = self.patience.saturating_sub(1);
        now
    }

    /// Takes out the retired code that no frame refers to; it is freed when what is returned is dropped.
    pub(crate) fn reclaim(&mut self, references: References<'_>) -> Vec<Retired> {
        if self.retired.is_empty() {
            return Vec::new();
        }
        let ranges: Vec<Range<CodeAddr>> = self.retired.iter().map(Retired::range).collect();
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.sort_unstable_by_key(|&index| ranges[index].start);
        let mut is_used = vec![false; ranges.len()];
        references.returns(|address| {
            let after = order.partition_point(|&index| ranges[index].start <= address);
            if let Some(&index) = after.checked_sub(1).and_then(|place| order.get(place)) {
                is_used[index] |= ranges[index].contains(&address);
            }
        });
        references.running(|running| {
            for (retired, is_used) in self.retired.iter().zip(&mut is_used) {
                *is_used |= retired.function == running;
            }
        });
        let mut used = is_used.into_iter();
        let (kept, freed) = std::mem::take(&mut self.retired).into_iter().partition(|_| used.next() == Some(true));
        self.retired = kept;
        let freed: Vec<Retired> = freed;
        for retired in &freed {
            self.retired_bytes -= retired.code.footprint_bytes();
        }
        // A walk costs as much as there are frames, so the next one waits for as many exits.
        self.patience = references.count();
        freed
    }
}
