//! The countdown of a blocked function → [`Watch`], which counts how often the interpreter ran the function.

use mimeo_interp::Function;

/// Counts calls of a blocked function and iterations of its loops, without a notification for each.
///
/// The countdown is set so that the interpreter consults the tier after as many further events as were counted so far,
/// at most [`Watch::LONGEST`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// Index of the op that is the cause.
    pub(super) op: Option<u16>,
    events: u64,
    /// The last value that the countdown was set to; 0 at first.
    countdown: i32,
}

impl Watch {
    const LONGEST: u64 = 4096;

    pub(super) fn new(op: Option<u16>) -> Self {
        Watch { op, ..Watch::default() }
    }

    /// Notes that the tier was consulted about the function. Returns the number of events since the last time.
    pub(super) fn consulted(&mut self, function: &Function) -> u64 {
        let left = function.countdown().max(0);
        let events = match (self.countdown, left) {
            (0, _) => 1,
            // The interpreter consults the tier at the last event of the countdown.
            (set, 0) => set as u64,
            // Calls by the host and by native code do not count down.
            (set, left) => (set - left) as u64 + 1,
        };
        self.events += events;
        self.countdown = self.events.min(Self::LONGEST) as i32;
        function.set_countdown(self.countdown);
        events
    }
}
