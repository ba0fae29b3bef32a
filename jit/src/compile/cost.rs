//! The steps of one compilation → [`Cost`], the time of each.

use std::time::Duration;

/// The time of each step of one compilation.
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

/// Returns a duration in nanoseconds, saturating at `u64::MAX`.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
