//! The steps of one compilation → [`Cost`]: where its time went.

use std::time::Duration;

/// Where the time of one compilation went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) plan: Duration,
    pub(crate) emit: Duration,
    /// Mapping memory, and making it executable.
    pub(crate) memory: Duration,
}

impl Cost {
    pub(crate) fn total_ns(&self) -> u64 {
        nanoseconds(self.plan + self.emit + self.memory)
    }
}

/// Returns a duration in nanoseconds, the longest that 64 bits hold for longer ones.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
