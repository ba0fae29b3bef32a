//! The work of a search or a parser, in steps → whether it may continue.

use std::fmt;

/// Counts the steps of some work, and asks now and then whether it may continue.
///
/// A step takes a few nanoseconds. The count depends only on the input, so work is always refused at the same step if
/// the answers are the same.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::strings::{Pattern, PatternError};
///
/// let subject = [b'a'; 40];
/// let mut left = 10_000_u32;
/// let mut may_continue = |steps| {
///     left = left.saturating_sub(steps);
///     left > 0
/// };
/// // Tries about 40^5 / 5! combinations.
/// let mut matches = Pattern::new(b"a*a*a*a*a*b").matches(&subject, 0);
/// let found = matches.next_match(Steps::limited(&mut may_continue));
/// assert_eq!(found, Err(PatternError::Stopped));
/// ```
pub struct Steps<'a> {
    /// The steps before the next report. Positive, except while a report is made.
    pub(crate) left: i64,
    may_continue: Option<&'a mut dyn FnMut(u32) -> bool>,
}

/// The answer to [`Steps`] that the work may not continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl fmt::Debug for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<'a> Steps<'a> {
    /// The number of steps after which `may_continue` is called.
    pub const INTERVAL: u32 = 64;

    /// The steps before the next report, after one was made.
    pub(crate) const FULL: i64 = Self::INTERVAL as i64;

    /// Lets the work continue until it is done.
    #[must_use]
    pub fn unlimited() -> Steps<'a> {
        Steps { left: Self::FULL, may_continue: None }
    }

    /// Calls `may_continue` with the number of steps since its last call, which is at least [`INTERVAL`](Self::INTERVAL).
    /// The work ends when it returns `false`.
    #[must_use]
    pub fn limited(may_continue: &'a mut dyn FnMut(u32) -> bool) -> Steps<'a> {
        Steps { left: Self::FULL, may_continue: Some(may_continue) }
    }

    /// Lends the count to a part of the work.
    pub(crate) fn lend(&mut self) -> Steps<'_> {
        let may_continue =
            self.may_continue.as_mut().map(|may_continue| &mut **may_continue as &mut dyn FnMut(u32) -> bool);
        Steps { left: self.left, may_continue }
    }

    /// Counts steps.
    ///
    /// # Errors
    ///
    /// If the work may not continue.
    #[inline]
    pub fn take(&mut self, steps: usize) -> Result<(), Refused> {
        self.left -= steps.min(u32::MAX as usize) as i64;
        if self.left > 0 { Ok(()) } else { self.report() }
    }

    /// Counts steps, unless a report is due. Returns `true` if they were counted.
    #[inline]
    pub(crate) fn take_some(&mut self, steps: usize) -> bool {
        let is_early = (steps as u64) < self.left as u64;
        if is_early {
            self.left -= steps as i64;
        }
        is_early
    }

    #[cold]
    fn report(&mut self) -> Result<(), Refused> {
        let taken = Self::FULL - std::mem::replace(&mut self.left, Self::FULL);
        let taken = u32::try_from(taken).unwrap_or(u32::MAX);
        let may_continue = self.may_continue.as_mut().is_none_or(|may_continue| may_continue(taken));
        if may_continue { Ok(()) } else { Err(Refused) }
    }
}
