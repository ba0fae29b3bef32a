//! Finds the matches of a Lua pattern in a string of bytes, one at a time.
//!
//! The library's functions are loops over [`Matches`]: `find` and `match` take the first, `gmatch` and `gsub` all.
//!
//! ```
//! use lua_syntax::strings::{Captured, Pattern};
//!
//! let subject = b"key = value";
//! let found = Pattern::new(b"(%w+)%s*=()").matches(subject, 0).next().expect("a match").expect("a good pattern");
//! assert_eq!(found.range, 0..5);
//! assert_eq!(found.value(0), Ok(Captured::Range(0..3)));
//! assert_eq!(found.value(1), Ok(Captured::Position(6)));
//! ```

mod class;
mod matcher;
mod single;

use std::fmt;
use std::ops::Range;

use class::ByteSet;
use matcher::{Captures, Length, Matcher, RawCapture};
use single::Single;

use crate::steps::{Refused, Steps};

/// A pattern. An error in it is found only during matching, and only in the part that is used.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    /// The text up to the first zero byte, where a pattern ends.
    text: &'a [u8],
}

/// The error in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// A set is not closed.
    MissingBracket,
    /// Nothing follows a `%`.
    EndsWithPercent,
    /// `%b` is not followed by two characters.
    Unbalanced,
    /// `%f` is not followed by a set.
    MissingSet,
    /// `)` without `(`.
    InvalidCapture,
    /// `%1` without a capture 1.
    InvalidIndex,
    /// A capture is not closed.
    UnfinishedCapture,
    /// There are more than 32 captures.
    TooManyCaptures,
    /// The recursion of the matcher is too deep.
    TooComplex,
    /// The caller has ended the search: see [`Matches::next_match`].
    Stopped,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PatternError::MissingBracket => "malformed pattern (missing ']')",
            PatternError::EndsWithPercent => "malformed pattern (ends with '%')",
            PatternError::Unbalanced => "unbalanced pattern",
            PatternError::MissingSet => "missing '[' after '%f' in pattern",
            PatternError::InvalidCapture => "invalid pattern capture",
            PatternError::InvalidIndex => "invalid capture index",
            PatternError::UnfinishedCapture => "unfinished capture",
            PatternError::TooManyCaptures => "too many captures",
            PatternError::TooComplex => "pattern too complex",
            PatternError::Stopped => "the search was stopped",
        })
    }
}

impl std::error::Error for PatternError {}

impl From<Refused> for PatternError {
    fn from(_: Refused) -> PatternError {
        PatternError::Stopped
    }
}

impl<'a> Pattern<'a> {
    /// Maximal number of captures in a pattern.
    pub const MAX_CAPTURES: usize = matcher::MAX_CAPTURES;

    /// Creates a pattern from `text`.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Pattern<'a> {
        Pattern { text: &text[..text.iter().position(|&byte| byte == 0).unwrap_or(text.len())] }
    }

    /// Returns `true` if `text` has a character with a special meaning. If not, [`find_plain`] finds the same, and also
    /// matches zero bytes.
    #[must_use]
    pub fn has_specials(text: &[u8]) -> bool {
        text.iter().any(|byte| matches!(byte, b'^' | b'$' | b'*' | b'+' | b'?' | b'.' | b'(' | b'[' | b'%' | b'-'))
    }

    /// Returns all matches in `subject` from the byte `start` on. A `^` at the pattern's start anchors it there: for
    /// `find`, `match` and `gsub`.
    #[must_use]
    pub fn matches(self, subject: &'a [u8], start: usize) -> Matches<'a> {
        let anchored = self.text.strip_prefix(b"^");
        Matches { is_anchored: anchored.is_some(), ..Matches::new(anchored.unwrap_or(self.text), subject, start) }
    }

    /// Returns all matches in `subject` from the byte `start` on. A `^` at the pattern's start is an ordinary
    /// character: for `gmatch`.
    #[must_use]
    pub fn unanchored_matches(self, subject: &'a [u8], start: usize) -> Matches<'a> {
        Matches::new(self.text, subject, start)
    }
}

/// The matches of a pattern in a subject, from left to right, without overlaps. After an empty match the search resumes
/// at the next byte.
#[derive(Clone, Debug)]
pub struct Matches<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    /// The first position of the next match.
    at: Option<usize>,
    is_anchored: bool,
    /// The steps before the next report.
    steps_left: i64,
    found: Match,
    search: Search,
}

/// How to search for a pattern.
#[derive(Clone, Debug)]
enum Search {
    Single(Single),
    /// With the [`Matcher`]. `first` has the bytes one of which begins a match, if that is known, after the first search.
    Items {
        first: Option<Option<ByteSet>>,
    },
}

impl<'a> Matches<'a> {
    fn new(pattern: &'a [u8], subject: &'a [u8], start: usize) -> Matches<'a> {
        let search = Single::of(pattern).map_or(Search::Items { first: None }, Search::Single);
        let found = Match { range: 0..0, captures: Captures::new() };
        Matches { subject, pattern, at: Some(start), is_anchored: false, steps_left: Steps::FULL, found, search }
    }

    /// Returns where the next match can start, for resuming later with [`Pattern::unanchored_matches`], or `None` at
    /// the end.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.at
    }

    /// Searches for the next match. Unlike [`next`](Iterator::next), lends it, counts the steps of the search, and ends it
    /// if it may not continue. The time is exponential in the worst case.
    ///
    /// # Errors
    ///
    /// If there is an error in the part of the pattern that is used, or [`PatternError::Stopped`].
    pub fn next_match(&mut self, mut steps: Steps<'_>) -> Result<Option<&Match>, PatternError> {
        let Some(start) = self.at.take().filter(|&start| start <= self.subject.len()) else { return Ok(None) };
        steps.left = self.steps_left;
        let captures = &mut self.found.captures;
        let found = match &mut self.search {
            Search::Single(single) => {
                let found = single.find(self.subject, start, self.is_anchored, captures, &mut steps);
                self.steps_left = steps.left;
                found
            }
            Search::Items { first } => {
                let mut matcher = Matcher::new(self.subject, self.pattern, captures, steps);
                let found = if self.is_anchored {
                    matcher.match_at(start).map(|end| end.map(|end| start..end))
                } else {
                    matcher.find(start, first)
                };
                self.steps_left = matcher.steps.left;
                found
            }
        };
        let Some(range) = found? else { return Ok(None) };
        if !self.is_anchored {
            self.at = Some(range.end + usize::from(range.is_empty()));
        }
        self.found.range = range;
        Ok(Some(&self.found))
    }
}

impl Iterator for Matches<'_> {
    type Item = Result<Match, PatternError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_match(Steps::unlimited()).map(Option::<&Match>::cloned).transpose()
    }
}

/// A match of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The matched bytes of the subject.
    pub range: Range<usize>,
    captures: Captures,
}

/// The value of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    /// A part of the subject.
    Range(Range<usize>),
    /// A position in the subject, counted from 1: the value of `()`.
    Position(usize),
}

impl Match {
    /// Returns the number of captures in the pattern.
    #[must_use]
    #[inline]
    pub fn captures(&self) -> usize {
        self.captures.len()
    }

    /// Returns the number of values of a match: its captures, or one for the whole match if there are none.
    #[must_use]
    #[inline]
    pub fn values(&self) -> usize {
        self.captures.len().max(1)
    }

    /// Returns the value at `index`, from 0. Without captures, the first value is the whole match.
    ///
    /// # Errors
    ///
    /// If there is no such capture, or it is not closed.
    #[inline]
    pub fn value(&self, index: usize) -> Result<Captured, PatternError> {
        match self.captures.get(index) {
            Some(&RawCapture { start, length: Length::Known(length) }) => Ok(Captured::Range(start..start + length)),
            Some(&RawCapture { start, length: Length::Position }) => Ok(Captured::Position(start + 1)),
            Some(RawCapture { length: Length::Unfinished, .. }) => Err(PatternError::UnfinishedCapture),
            None if index == 0 => Ok(Captured::Range(self.range.clone())),
            None => Err(PatternError::InvalidIndex),
        }
    }

    /// Appends `replacement` to `out`, with `%0` for the whole match and `%1` to `%9` for its values: for `gsub`.
    ///
    /// # Errors
    ///
    /// The same as for [`Match::value`].
    pub fn push_replacement(&self, subject: &[u8], replacement: &[u8], out: &mut Vec<u8>) -> Result<(), PatternError> {
        self.for_each_piece(subject, replacement, |piece| out.extend_from_slice(piece))
    }

    /// Returns how many bytes [`push_replacement`](Match::push_replacement) appends.
    ///
    /// # Errors
    ///
    /// The same as for [`Match::value`].
    pub fn replacement_len(&self, subject: &[u8], replacement: &[u8]) -> Result<usize, PatternError> {
        let mut len_bytes = 0_usize;
        self.for_each_piece(subject, replacement, |piece| len_bytes = len_bytes.saturating_add(piece.len()))?;
        Ok(len_bytes)
    }

    /// Calls `piece` with each part of the replacement.
    fn for_each_piece(
        &self,
        subject: &[u8],
        replacement: &[u8],
        mut piece: impl FnMut(&[u8]),
    ) -> Result<(), PatternError> {
        let mut rest = replacement;
        while let Some(percent) = memchr::memchr(b'%', rest) {
            piece(&rest[..percent]);
            match rest.get(percent + 1) {
                Some(b'0') => piece(&subject[self.range.clone()]),
                Some(digit @ b'1'..=b'9') => match self.value(usize::from(digit - b'1'))? {
                    Captured::Range(range) => piece(&subject[range]),
                    Captured::Position(position) => piece(position.to_string().as_bytes()),
                },
                // In C, Lua reads the zero byte after the end of the string.
                other => piece(&[*other.unwrap_or(&0)]),
            }
            rest = rest.get(percent + 2..).unwrap_or_default();
        }
        piece(rest);
        Ok(())
    }
}

/// Returns the first occurrence of `needle` in `subject` from the byte `start` on: `find` with its last argument true.
#[must_use]
pub fn find_plain(subject: &[u8], needle: &[u8], start: usize) -> Option<Range<usize>> {
    let found = start + memchr::memmem::find(subject.get(start..)?, needle)?;
    Some(found..found + needle.len())
}

#[cfg(test)]
mod tests;
