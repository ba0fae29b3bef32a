//! A pattern that is a single item, as most patterns in loops are (`%w+`, `[^,]*`, `(%d+)`), and its matches. The
//! [`Matcher`](super::matcher::Matcher) finds the same, but takes longer.

use std::ops::Range;

use super::PatternError;
use super::class::ByteSet;
use super::matcher::{Captures, Length, RawCapture, begins_with_item, count, item_end};
use crate::steps::Steps;

/// The longest text of an item, so that reading it takes no longer than a step.
const MAX_ITEM: usize = 32;

/// A character, class or set, which may be repeated, and may be in a capture.
#[derive(Clone, Debug)]
pub(super) struct Single {
    set: ByteSet,
    /// Without it, an empty text matches.
    is_required: bool,
    is_repeated: bool,
    is_captured: bool,
}

impl Single {
    /// Returns `None` if the pattern, after its anchor, is something else.
    #[inline]
    pub(super) fn of(pattern: &[u8]) -> Option<Single> {
        let (text, is_captured) = match pattern {
            [b'(', text @ .., b')'] => (text, true),
            text => (text, false),
        };
        if !begins_with_item(text) || text.len() > MAX_ITEM {
            return None;
        }
        let (item, suffix) = text.split_at_checked(item_end(text, 0).ok()?)?;
        let (is_required, is_repeated) = match suffix {
            [] => (true, false),
            [b'+'] => (true, true),
            [b'*'] => (false, true),
            [b'?'] => (false, false),
            _ => return None,
        };
        Some(Single { set: ByteSet::of_item(item), is_required, is_repeated, is_captured })
    }

    /// Returns the first match that starts at `start`, or also after it if the pattern is not anchored. Sets its captures.
    #[inline]
    pub(super) fn find(
        &self,
        subject: &[u8],
        mut start: usize,
        is_anchored: bool,
        captures: &mut Captures,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Range<usize>>, PatternError> {
        if self.is_required && !is_anchored {
            start += count(subject, start, steps, |byte| !self.set.has(byte))?;
        }
        let len = if self.is_repeated {
            count(subject, start, steps, |byte| self.set.has(byte))?
        } else {
            steps.take(1)?;
            usize::from(subject.get(start).is_some_and(|&byte| self.set.has(byte)))
        };
        captures.clear();
        if self.is_captured {
            captures.push(RawCapture { start, length: Length::Known(len) });
        }
        Ok((len > 0 || !self.is_required).then(|| start..start + len))
    }
}
