//! A [`Control`] → the changes and requests made through it, for the tier.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use crate::tier::control::{Control, Request};

impl Control {
    /// Returns a number that differs after each change.
    #[inline]
    pub(super) fn changes(&self) -> u32 {
        self.shared.changes.load(Ordering::Acquire)
    }

    /// Takes the requests.
    pub(super) fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
