//! Finds what a Lua pattern matches in a string of bytes, one match at a time.
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

use std::fmt;
use std::ops::Range;

use matcher::{Length, Matcher, Raw};

/// A pattern. Whether it is well formed shows only when it is matched, and only as far as a match gets.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    /// Up to the first zero, where a pattern ends.
    text: &'a [u8],
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// A set has no end.
    MissingBracket,
    /// A `%` has nothing behind it.
    EndsWithPercent,
    /// `%b` without two characters.
    Unbalanced,
    /// `%f` without a set.
    MissingSet,
    /// `)` without `(`.
    InvalidCapture,
    /// `%1` without such a capture.
    InvalidIndex,
    /// A capture has no end.
    UnfinishedCapture,
    /// There are more than 32.
    TooManyCaptures,
    /// The matcher went too deep.
    TooComplex,
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
        })
    }
}

impl std::error::Error for PatternError {}

impl<'a> Pattern<'a> {
    /// No pattern has more captures.
    pub const MAX_CAPTURES: usize = matcher::MAX_CAPTURES;

    /// The pattern that `text` is.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Pattern<'a> {
        Pattern { text: text.split(|&byte| byte == 0).next().unwrap_or_default() }
    }

    /// Whether `text` has any character that means something else than itself. If not, [`find_plain`] finds the same,
    /// and zeros in it as well.
    #[must_use]
    pub fn has_specials(text: &[u8]) -> bool {
        text.iter().any(|byte| b"^$*+?.([%-".contains(byte))
    }

    /// All matches in `subject` from the byte `start` on. A `^` at the pattern's start allows only one there: for
    /// `find`, `match` and `gsub`.
    #[must_use]
    pub fn matches(self, subject: &'a [u8], start: usize) -> Matches<'a> {
        match self.text.strip_prefix(b"^") {
            Some(text) => Matches { subject, pattern: text, at: Some(start), is_anchored: true },
            None => self.unanchored_matches(subject, start),
        }
    }

    /// All matches in `subject` from the byte `start` on. A `^` at the pattern's start is an ordinary character: for
    /// `gmatch`.
    #[must_use]
    pub fn unanchored_matches(self, subject: &'a [u8], start: usize) -> Matches<'a> {
        Matches { subject, pattern: self.text, at: Some(start), is_anchored: false }
    }
}

/// The matches of a pattern in a subject, from left to right, not overlapping. Behind one that is empty the search goes
/// on one byte further.
#[derive(Clone, Debug)]
pub struct Matches<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    /// Where the next match may start.
    at: Option<usize>,
    is_anchored: bool,
}

impl Matches<'_> {
    /// Where the next match may start, to go on later with [`Pattern::unanchored_matches`]; `None` when all have been
    /// found.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.at
    }
}

impl Iterator for Matches<'_> {
    type Item = Result<Match, PatternError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut start = self.at.take().filter(|&start| start <= self.subject.len())?;
        let mut matcher = Matcher::new(self.subject, self.pattern);
        loop {
            match matcher.match_at(start) {
                Err(error) => return Some(Err(error)),
                Ok(Some(end)) => {
                    if !self.is_anchored {
                        self.at = Some(end.max(start + usize::from(end == start)));
                    }
                    return Some(Ok(Match { range: start..end, captures: matcher.captures() }));
                }
                Ok(None) if self.is_anchored || start == self.subject.len() => return None,
                Ok(None) => start += 1,
            }
        }
    }
}

/// A place where a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// What is matched, in bytes of the subject.
    pub range: Range<usize>,
    captures: Vec<Raw>,
}

/// The value of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    /// A part of the subject.
    Range(Range<usize>),
    /// What `()` gives: a place in the subject, counted from 1.
    Position(usize),
}

impl Match {
    /// How many captures the pattern has.
    #[must_use]
    pub fn captures(&self) -> usize {
        self.captures.len()
    }

    /// How many values a match has for a program: its captures, or all of it if the pattern has none.
    #[must_use]
    pub fn values(&self) -> usize {
        self.captures.len().max(1)
    }

    /// The value at `index`, from 0. Where there are no captures the first value is all of the match.
    ///
    /// # Errors
    ///
    /// When there is no such capture, or it has no end.
    pub fn value(&self, index: usize) -> Result<Captured, PatternError> {
        match self.captures.get(index) {
            Some(&Raw { start, length: Length::Known(length) }) => Ok(Captured::Range(start..start + length)),
            Some(&Raw { start, length: Length::Position }) => Ok(Captured::Position(start + 1)),
            Some(Raw { length: Length::Unfinished, .. }) => Err(PatternError::UnfinishedCapture),
            None if index == 0 => Ok(Captured::Range(self.range.clone())),
            None => Err(PatternError::InvalidIndex),
        }
    }

    /// Appends `replacement` to `out`, with `%0` as all of the match and `%1` to `%9` as its values: for `gsub`.
    ///
    /// # Errors
    ///
    /// As [`Match::value`].
    pub fn push_replacement(&self, subject: &[u8], replacement: &[u8], out: &mut Vec<u8>) -> Result<(), PatternError> {
        self.for_each_piece(subject, replacement, |piece| out.extend_from_slice(piece))
    }

    /// How many bytes [`push_replacement`](Match::push_replacement) appends.
    ///
    /// # Errors
    ///
    /// As [`Match::value`].
    pub fn replacement_len(&self, subject: &[u8], replacement: &[u8]) -> Result<usize, PatternError> {
        let mut len_bytes = 0_usize;
        self.for_each_piece(subject, replacement, |piece| len_bytes = len_bytes.saturating_add(piece.len()))?;
        Ok(len_bytes)
    }

    /// Hands on what the replacement is put together from.
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
                // Lua takes the zero behind the end of its string.
                other => piece(&[*other.unwrap_or(&0)]),
            }
            rest = rest.get(percent + 2..).unwrap_or_default();
        }
        piece(rest);
        Ok(())
    }
}

/// Where `needle` first is in `subject`, from the byte `start` on: `find` with its last argument true.
#[must_use]
pub fn find_plain(subject: &[u8], needle: &[u8], start: usize) -> Option<Range<usize>> {
    let found = start + memchr::memmem::find(subject.get(start..)?, needle)?;
    Some(found..found + needle.len())
}

#[cfg(test)]
mod tests;
