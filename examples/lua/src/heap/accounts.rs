//! Bytes that objects take and give back → when the collector has to work, and how much.

/// Lua's defaults.
const PAUSE: u32 = 200;
const STEP_MULTIPLIER: u32 = 200;

/// How much may be made between two steps of a cycle, in bytes.
pub(super) const STEP: i64 = 8 * 1024;

/// A cycle does not start before so much was made, in bytes.
const MIN_PAUSE: i64 = 64 * 1024;

/// The collector's books.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Bytes of all objects.
    pub(super) live: usize,
    /// Bytes that may still be made before the next step.
    pub(super) budget: i64,
    /// How much there may be when the next cycle starts, in per cent of what the last one left.
    pub(super) pause: u32,
    /// How many bytes a step looks at, in per cent of what was made.
    pub(super) step_multiplier: u32,
    /// No steps.
    pub(super) is_stopped: bool,
    /// Unless 0, a full cycle in the place of every so manieth step, and steps are asked for everywhere: for tests.
    pub(super) eager: u32,
    /// Steps until that cycle.
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
        debug_assert!(bytes <= self.live, "more was freed than made");
        self.live -= bytes;
    }

    /// A part of an object has another size now.
    pub(super) fn resize(&mut self, before: usize, after: usize) {
        self.charge(after);
        self.release(before);
    }

    /// What the next step must look at, in bytes.
    pub(super) fn work(&self) -> i64 {
        let made = STEP - self.budget.min(0);
        // A multiplier of 0 would mean that no cycle ever ends.
        made.saturating_mul(i64::from(self.step_multiplier.max(25))) / 100
    }

    /// A cycle is over.
    pub(super) fn rest(&mut self) {
        let more = i64::from(self.pause.max(100) - 100).saturating_mul(self.live as i64) / 100;
        self.budget = more.max(MIN_PAUSE);
    }
}
