//! The machine's account → what the heap may allocate.
//!
//! Small objects are made without asking, and [`settle`](Heap::settle) finds out afterwards that there are too many.
//! Everything whose size depends on the program is [claimed](Heap::claim) first.

use mimeo::{Account, OutOfMemory};

use super::Heap;
use super::collect::Phase;

impl Heap {
    /// Charges all objects to a machine's account, and reserves memory for the case that the system has none.
    ///
    /// # Errors
    ///
    /// If the account does not allow it.
    pub fn attach(&mut self, account: &Account) -> Result<(), OutOfMemory> {
        self.pool.refill_reserve()?;
        self.accounts.attach(account)
    }

    /// Charges the account for what was allocated, and for what can be allocated until the next call. After a full cycle
    /// it must be worth a further one.
    ///
    /// # Errors
    ///
    /// If the account does not allow it, or the system has no more memory: the caller must run a full cycle, and throw
    /// an error if that did not help.
    pub fn settle(&mut self, is_after_cycle: bool) -> Result<(), OutOfMemory> {
        self.pool.refill_reserve()?;
        self.accounts.settle(is_after_cycle)
    }

    /// Gives back what was charged in advance, so that something else can have it until the next safepoint.
    pub fn give_back(&mut self) {
        self.accounts.give_back();
    }

    /// Gives free memory back to the system after a full cycle, if less than half of what there was is left.
    pub fn trim(&mut self) {
        if self.phase == Phase::Pause && self.accounts.has_shrunk() {
            (self.tracer.grey, self.tracer.again, self.tracer.partial) = (Vec::new(), Vec::new(), Vec::new());
            self.pool.trim();
        }
    }

    /// Makes sure that so many bytes can be allocated next.
    ///
    /// # Errors
    ///
    /// If the account does not allow it, or the system has not as much memory.
    #[inline]
    pub fn claim(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if self.accounts.has_left(bytes) { Ok(()) } else { self.claim_more(bytes) }
    }

    #[cold]
    fn claim_more(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        self.accounts.claim(bytes)?;
        self.pool.probe(bytes)
    }

    /// Accounts for the growth of the stacks of coroutines and of the code of chunks.
    pub fn count_outside(&mut self) {
        self.accounts.count_outside();
    }

    /// Returns `true` if a cycle before the allocation of so many bytes costs less than what they are allocated for, because
    /// there is little else.
    #[must_use]
    pub fn is_small_beside(&self, bytes: usize) -> bool {
        !self.accounts.is_stopped && self.accounts.size() / 2 < bytes
    }

    /// Postpones the next step by so many bytes, for which the collector has worked already.
    pub fn postpone(&mut self, bytes: usize) {
        self.accounts.set_due(self.accounts.due().saturating_add(bytes as i64));
    }
}
