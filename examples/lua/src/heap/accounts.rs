//! Bytes that objects allocate and free → when the collector has to run, and how much it has to do.

/// Lua's defaults.
const PAUSE: u32 = 200;
const STEP_MULTIPLIER: u32 = 200;

/// Bytes that can be allocated between two steps of a cycle.
pub(super) const STEP: i64 = 8 * 1024;

/// Minimal number of bytes to allocate between two cycles.
const MIN_PAUSE: i64 = 64 * 1024;

/// The collector's accounting.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Bytes of all objects.
    pub(super) live: usize,
    /// Bytes that can still be allocated before the next step.
    pub(super) budget: i64,
    /// Size at which the next cycle starts, in per cent of the size after the last one.
    pub(super) pause: u32,
    /// Bytes that a step visits, in per cent of the bytes allocated.
    pub(super) step_multiplier: u32,
    /// Whether steps are disabled.
    pub(super) is_stopped: bool,
    /// For tests: unless 0, a step is needed at every safepoint, and every `eager`th one is a full cycle.
    pub(super) eager: u32,
    /// Steps until the next such cycle.
    pub(super) eager_left: u32,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts {
            live: 0,
            budget: MIN_PAUSE,
            pause: PAUSE,
            step_multiplier: STEP_MULTIPLIER,
            is_stopped: false,
            eager: 0,
            eager_left: 0,
        }
    }
}

impl Accounts {
    #[inline]
    pub(super) fn charge(&mut self, bytes: usize) {
        self.live += bytes;
        self.budget -= bytes as i64;
    }

    #[inline]
    pub(super) fn release(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.live, "more bytes were freed than allocated");
        self.live -= bytes;
    }

    /// Accounts for a part of an object that has changed its size.
    pub(super) fn resize(&mut self, before: usize, after: usize) {
        self.charge(after);
        self.release(before);
    }

    /// Returns the number of bytes that the next step must visit.
    pub(super) fn work(&self) -> i64 {
        let made = STEP - self.budget.min(0);
        // With a multiplier of 0 no cycle would ever end.
        made.saturating_mul(i64::from(self.step_multiplier.max(25))) / 100
    }

    /// Sets the budget until the next cycle, after one has ended.
    pub(super) fn rest(&mut self) {
        let more = i64::from(self.pause.max(100) - 100).saturating_mul(self.live as i64) / 100;
        self.budget = more.max(MIN_PAUSE);
    }
}
