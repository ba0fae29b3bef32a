//! Code of a machine's functions → [`CodeCache`], which frees code once no frame returns into it.
//!
//! A function's code is *live* while the function is entered through it. When it is replaced or evicted, or its function
//! is unloaded, it is *retired*: it is not entered any more, but frames may return into it. Once no frame does, it is
//! *reclaimed*, which frees the memory.

use std::collections::{TryReserveError, VecDeque};
use std::ops::Range;

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;
use mimeo_interp::tier::References;
use mimeo_interp::{Account, Charge, MemoryKind, OutOfMemory};

use crate::memory::{CodePool, page_bytes, pages_for};
use crate::observe::ObservedCode;

/// The code of one machine.
#[derive(Debug)]
pub(crate) struct CodeCache {
    pub(crate) pool: CodePool,
    /// The ids of functions with live code, the oldest first.
    ages: VecDeque<u32>,
    retired: Vec<Retired>,
    /// Memory of live and of retired code.
    live_bytes: usize,
    retired_bytes: usize,
    /// Exits until the next walk over the frames.
    patience: usize,
    /// The memory of all code, of code that is being made, and of the support code.
    charge: Charge,
    support_bytes: usize,
}

/// Returns a charge of 0 bytes.
fn nothing(account: &Account) -> Charge {
    account.charge(MemoryKind::Code, 0).expect("no limit is lower")
}

/// Code that is not entered any more.
#[derive(Debug)]
pub(crate) struct Retired {
    pub(crate) function: u32,
    pub(crate) name: String,
    pub(crate) code: ObservedCode,
    /// Whether a frame refers to it, while [`CodeCache::reclaim`] finds out.
    is_used: bool,
}

impl Retired {
    fn range(&self) -> Range<CodeAddr> {
        let start = self.code.address(CodeOffset(0));
        start..start + self.code.bytes().len()
    }
}

impl CodeCache {
    /// Creates an empty cache. `has_landing_pads` says whether all code has a landing pad wherever it can be entered.
    pub(crate) fn new(has_landing_pads: bool) -> CodeCache {
        CodeCache {
            pool: CodePool::new(has_landing_pads),
            ages: VecDeque::new(),
            retired: Vec::new(),
            live_bytes: 0,
            retired_bytes: 0,
            patience: 0,
            charge: nothing(&Account::new(None)),
            support_bytes: 0,
        }
    }

    /// Returns the bytes of memory that live and retired code takes.
    pub(crate) fn footprint_bytes(&self) -> usize {
        self.live_bytes + self.retired_bytes
    }

    /// Returns the bytes of memory that retired code takes.
    pub(crate) fn retired_bytes(&self) -> usize {
        self.retired_bytes
    }

    /// Returns the bytes of memory that `len_bytes` bytes of code take.
    pub(crate) fn footprint_of(len_bytes: usize) -> usize {
        pages_for(len_bytes) * page_bytes()
    }

    /// Charges all code to this account, including the support code, which takes this many bytes.
    pub(crate) fn attach(&mut self, account: &Account, support_bytes: usize) {
        self.charge = nothing(account);
        self.support_bytes = support_bytes;
        self.settle();
    }

    /// Charges the memory for this many bytes of code that is about to be made. [`settle`](Self::settle) ends this.
    pub(crate) fn charge(&mut self, len_bytes: usize) -> Result<(), OutOfMemory> {
        self.charge.resize(self.support_bytes + self.footprint_bytes() + CodeCache::footprint_of(len_bytes))
    }

    /// Charges exactly the memory of the code that exists.
    pub(crate) fn settle(&mut self) {
        let settled = self.charge.resize(self.support_bytes + self.footprint_bytes());
        debug_assert!(settled.is_ok(), "code was charged before it was made");
    }

    /// Allocates the places of code that is about to be made, among live and among retired code.
    pub(crate) fn reserve(&mut self) -> Result<(), TryReserveError> {
        self.ages.try_reserve(1)?;
        self.retired.try_reserve(self.ages.len() + 1)
    }

    /// Adds a function's new code, for which there is [room](Self::reserve).
    pub(crate) fn add(&mut self, function: u32, code: &ObservedCode) {
        self.ages.push_back(function);
        self.live_bytes += code.footprint_bytes();
    }

    /// Returns the id of the function with the oldest code.
    pub(crate) fn oldest(&self) -> Option<u32> {
        self.ages.front().copied()
    }

    /// Frees memory that is not in use any more.
    pub(crate) fn trim(&mut self) {
        self.pool.trim();
    }

    /// Returns the ids of functions with live code, the oldest first.
    pub(crate) fn functions(&self) -> Vec<u32> {
        self.ages.iter().copied().collect()
    }

    /// Retires code that was [added](Self::add): it is not entered any more.
    pub(crate) fn retire(&mut self, function: u32, name: &str, code: ObservedCode) {
        if let Some(place) = self.ages.iter().position(|&id| id == function) {
            self.ages.remove(place);
        }
        let bytes = code.footprint_bytes();
        self.live_bytes -= bytes;
        self.retired_bytes += bytes;
        self.retired.push(Retired { function, name: name.to_owned(), code, is_used: false });
        self.patience = 0;
    }

    /// Returns `true` if there is retired code.
    #[inline]
    pub(crate) fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Notes that native code was left. Returns `true` if it is time to walk over the frames again.
    #[inline]
    pub(crate) fn wants_safepoint(&mut self) -> bool {
        if self.retired.is_empty() {
            return false;
        }
        let now = self.patience == 0;
        self.patience = self.patience.saturating_sub(1);
        now
    }

    /// Frees the retired code that no frame refers to, after passing it to `freed`. Allocates nothing.
    pub(crate) fn reclaim(&mut self, references: References<'_>, mut freed: impl FnMut(&Retired)) {
        if self.retired.is_empty() {
            return;
        }
        let retired = &mut self.retired;
        retired.sort_unstable_by_key(|retired| retired.range().start);
        references.returns(|address| {
            let after = retired.partition_point(|retired| retired.range().start <= address);
            if let Some(last) = after.checked_sub(1).and_then(|place| retired.get_mut(place)) {
                last.is_used |= last.range().contains(&address);
            }
        });
        references.running(|running| {
            for retired in retired.iter_mut() {
                retired.is_used |= retired.function == running;
            }
        });
        let retired_bytes = &mut self.retired_bytes;
        retired.retain_mut(|retired| {
            if std::mem::take(&mut retired.is_used) {
                return true;
            }
            *retired_bytes -= retired.code.footprint_bytes();
            freed(retired);
            false
        });
        self.settle();
        // The cost of a walk is proportional to the number of frames, so the next one waits for as many exits.
        self.patience = references.count();
    }
}
