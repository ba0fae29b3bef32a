//! Questions about a blocked function → how often the interpreter ran it: [`Watch`].

use mimeo_interp::Function;

/// Counts calls of a blocked function and rounds of its loops, without asking at each of them.
///
/// The function's countdown is set so that the interpreter asks after as many further events as there were already,
/// at most [`Watch::LONGEST`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// Index of the op that is to blame.
    pub(super) op: Option<u16>,
    events: u64,
    /// What the countdown was set to; 0 before the first time.
    countdown: i32,
}

impl Watch {
    const LONGEST: u64 = 4096;

    pub(super) fn new(op: Option<u16>) -> Self {
        Watch { op, ..Watch::default() }
    }

    /// The tier was asked about the function. Says how many calls and rounds are to be counted.
    pub(super) fn asked(&mut self, function: &Function) -> u64 {
        let left = function.countdown().max(0);
        let events = match (self.countdown, left) {
            (0, _) => 1,
            // The interpreter asks at the end of the countdown; the question is its last event.
            (set, 0) => set as u64,
            // Host and native code call past the countdown.
            (set, left) => (set - left) as u64 + 1,
        };
        self.events += events;
        self.countdown = self.events.min(Self::LONGEST) as i32;
        function.set_countdown(self.countdown);
        events
    }
}
