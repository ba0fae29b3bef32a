//! Finds the first match of a pattern by backtracking, like standard Lua's `match`.
//!
//! Where only some bytes can come next, the bytes of the subject are compared with these before the rest of the pattern
//! is tried.

use std::ops::Range;

use smallvec::SmallVec;

use super::PatternError;
use super::class::ByteSet;
use crate::steps::Steps;

pub(super) const MAX_CAPTURES: usize = 32;

/// The bytes that are compared in one step.
const BYTES_PER_STEP: usize = 16;

/// The bytes that are compared before steps are counted.
const BYTES_AT_ONCE: usize = 1024;

/// The captures of a match. Few patterns have more.
pub(super) type Captures = SmallVec<[RawCapture; 4]>;

/// Maximal depth of the recursion, which is LuaJIT's.
const MAX_DEPTH: u32 = 200;

/// A capture during the match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RawCapture {
    pub start: usize,
    pub length: Length,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Known(usize),
    /// The capture is a `()`.
    Position,
    /// The capture is still open.
    Unfinished,
}

pub(super) struct Matcher<'a, 'c, 's> {
    subject: &'a [u8],
    pattern: &'a [u8],
    /// The captures, at most [`MAX_CAPTURES`].
    captures: &'c mut Captures,
    depth: u32,
    pub(super) steps: Steps<'s>,
}

/// The end of a match, if there is one.
type End = Result<Option<usize>, PatternError>;

impl<'a, 'c, 's> Matcher<'a, 'c, 's> {
    /// Creates a matcher that sets the captures of the match that it finds.
    pub(super) fn new(
        subject: &'a [u8],
        pattern: &'a [u8],
        captures: &'c mut Captures,
        steps: Steps<'s>,
    ) -> Matcher<'a, 'c, 's> {
        captures.clear();
        Matcher { subject, pattern, captures, depth: 0, steps }
    }

    /// Returns the first match that starts at `start` or after it. `first` keeps the bytes one of which begins a match, if
    /// that is known, for the next search.
    pub(super) fn find(
        &mut self,
        mut start: usize,
        first: &mut Option<Option<ByteSet>>,
    ) -> Result<Option<Range<usize>>, PatternError> {
        let first = match first {
            Some(first) => first,
            None => first.insert(self.next_bytes(0)?),
        };
        loop {
            if let Some(first) = first {
                start += count(self.subject, start, &mut self.steps, |byte| !first.has(byte))?;
                if start == self.subject.len() {
                    return Ok(None);
                }
            }
            if let Some(end) = self.match_at(start)? {
                return Ok(Some(start..end));
            }
            if start == self.subject.len() {
                return Ok(None);
            }
            start += 1;
        }
    }

    /// Returns the end of the match at `start`.
    pub(super) fn match_at(&mut self, start: usize) -> End {
        self.captures.clear();
        self.depth = 0;
        self.match_rest(start, 0)
    }

    /// Returns the bytes one of which must come next if the pattern from `p` on matches. Returns `None` if that is not
    /// known, or if the pattern may have an error before that.
    fn next_bytes(&mut self, p: usize) -> Result<Option<ByteSet>, PatternError> {
        let p = if self.pattern.get(p) == Some(&b'(') && self.captures.len() < MAX_CAPTURES { p + 1 } else { p };
        if !begins_with_item(&self.pattern[p..]) {
            return Ok(None);
        }
        let Ok(end) = item_end(self.pattern, p) else { return Ok(None) };
        let is_required = !matches!(self.pattern.get(end), Some(b'*' | b'-' | b'?'));
        if is_required { self.item(p, end).map(Some) } else { Ok(None) }
    }

    /// Returns the bytes that match the item at this place.
    fn item(&mut self, p: usize, end: usize) -> Result<ByteSet, PatternError> {
        self.steps.take((end - p) / BYTES_PER_STEP)?;
        Ok(ByteSet::of_item(&self.pattern[p..end]))
    }

    /// Matches the pattern from `p` on at position `s` of the subject.
    fn match_rest(&mut self, s: usize, p: usize) -> End {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PatternError::TooComplex);
        }
        let end = self.match_items(s, p);
        self.depth -= 1;
        end
    }

    fn match_items(&mut self, mut s: usize, mut p: usize) -> End {
        loop {
            self.steps.take(1)?;
            match self.pattern[p..] {
                [] => return Ok(Some(s)),
                [b'(', b')', ..] => return self.start_capture(s, p + 2, Length::Position),
                [b'(', ..] => return self.start_capture(s, p + 1, Length::Unfinished),
                [b')', ..] => return self.end_capture(s, p + 1),
                [b'$'] => return Ok((s == self.subject.len()).then_some(s)),
                [b'%', b'b', ..] => match self.match_balance(s, p + 2)? {
                    None => return Ok(None),
                    Some(end) => (s, p) = (end, p + 4),
                },
                [b'%', b'f', ..] => match self.match_frontier(s, p + 2)? {
                    None => return Ok(None),
                    Some(end) => p = end,
                },
                [b'%', digit @ b'0'..=b'9', ..] => match self.match_capture(s, digit)? {
                    None => return Ok(None),
                    Some(end) => (s, p) = (end, p + 2),
                },
                _ => {
                    let end = item_end(self.pattern, p)?;
                    match self.pattern.get(end) {
                        Some(b'*') => return self.match_most(s, p, end, 0),
                        Some(b'+') => return self.match_most(s, p, end, 1),
                        Some(b'-') => return self.match_least(s, p, end),
                        Some(b'?') => {
                            if self.is_single_match(s, p, end)?
                                && let Some(end) = self.match_rest(s + 1, end + 1)?
                            {
                                return Ok(Some(end));
                            }
                            p = end + 1;
                        }
                        _ if self.is_single_match(s, p, end)? => (s, p) = (s + 1, end),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    /// Returns `true` if the byte at `s` matches the item at this place.
    fn is_single_match(&mut self, s: usize, p: usize, end: usize) -> Result<bool, PatternError> {
        let Some(&byte) = self.subject.get(s) else { return Ok(false) };
        match self.pattern[p] {
            b'.' => Ok(true),
            b'%' | b'[' => Ok(self.item(p, end)?.has(byte)),
            single => Ok(single == byte),
        }
    }

    /// Returns the bytes one of which must come next, or else the rest of the pattern from `p` on need not be tried.
    /// The rest is always tried where the recursion may be too deep, which is an error.
    fn rest_begins_with(&mut self, p: usize) -> Result<Option<ByteSet>, PatternError> {
        // The rest and a capture at its start.
        if self.depth + 2 > MAX_DEPTH { Ok(None) } else { self.next_bytes(p) }
    }

    /// Returns whether a byte can be the one at `s`.
    fn can_be_at(&self, s: usize, bytes: Option<&ByteSet>) -> bool {
        bytes.is_none_or(|bytes| self.subject.get(s).is_some_and(|&byte| bytes.has(byte)))
    }

    /// Matches `item*` or `item+`: first as many as possible, then fewer, but at least `least`, until the rest matches.
    fn match_most(&mut self, s: usize, p: usize, item_end: usize, least: usize) -> End {
        let item = self.item(p, item_end)?;
        let mut count = count(self.subject, s, &mut self.steps, |byte| item.has(byte))?;
        let rest = item_end + 1;
        if count < least {
            return Ok(None);
        }
        if rest == self.pattern.len() {
            return Ok(Some(s + count));
        }
        if count == least {
            return self.match_rest(s + count, rest);
        }
        let next = self.rest_begins_with(rest)?;
        loop {
            self.steps.take(1)?;
            if self.can_be_at(s + count, next.as_ref())
                && let Some(end) = self.match_rest(s + count, rest)?
            {
                return Ok(Some(end));
            }
            if count == least {
                return Ok(None);
            }
            count -= 1;
        }
    }

    /// Matches `item-`: first none, then more until the rest matches.
    fn match_least(&mut self, mut s: usize, p: usize, item_end: usize) -> End {
        let item = self.item(p, item_end)?;
        let rest = item_end + 1;
        let next = self.rest_begins_with(rest)?;
        loop {
            self.steps.take(1)?;
            if self.can_be_at(s, next.as_ref())
                && let Some(end) = self.match_rest(s, rest)?
            {
                return Ok(Some(end));
            }
            if !self.can_be_at(s, Some(&item)) {
                return Ok(None);
            }
            s += 1;
        }
    }

    fn start_capture(&mut self, s: usize, p: usize, length: Length) -> End {
        if self.captures.len() >= MAX_CAPTURES {
            return Err(PatternError::TooManyCaptures);
        }
        self.captures.push(RawCapture { start: s, length });
        let end = self.match_rest(s, p)?;
        if end.is_none() {
            self.captures.pop();
        }
        Ok(end)
    }

    fn end_capture(&mut self, s: usize, p: usize) -> End {
        let open = self.captures.iter().rposition(|capture| capture.length == Length::Unfinished);
        let open = open.ok_or(PatternError::InvalidCapture)?;
        self.captures[open].length = Length::Known(s - self.captures[open].start);
        let end = self.match_rest(s, p)?;
        if end.is_none() {
            self.captures[open].length = Length::Unfinished;
        }
        Ok(end)
    }

    /// Matches `%1`: the same text as a capture.
    fn match_capture(&mut self, s: usize, digit: u8) -> End {
        let index = usize::from(digit).checked_sub(usize::from(b'1')).ok_or(PatternError::InvalidIndex)?;
        match self.captures.get(index) {
            None | Some(RawCapture { length: Length::Unfinished, .. }) => Err(PatternError::InvalidIndex),
            Some(RawCapture { length: Length::Position, .. }) => Ok(None),
            Some(&RawCapture { start, length: Length::Known(length) }) => {
                self.steps.take(length / BYTES_PER_STEP)?;
                let text = &self.subject[start..start + length];
                Ok(self.subject[s..].starts_with(text).then_some(s + length))
            }
        }
    }

    /// Matches `%bxy`: from an `x` to its matching `y`.
    fn match_balance(&mut self, s: usize, p: usize) -> End {
        let &[open, close, ..] = &self.pattern[p..] else {
            return Err(PatternError::Unbalanced);
        };
        if self.subject.get(s) != Some(&open) {
            return Ok(None);
        }
        let mut depth = 1;
        for (offset, &byte) in self.subject[s + 1..].iter().enumerate() {
            self.steps.take(1)?;
            if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(s + offset + 2));
                }
            } else if byte == open {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// Matches `%f[set]`: the position between a character that is not in the set and one that is. The subject is
    /// surrounded by zeros. Returns the end of the set.
    fn match_frontier(&mut self, s: usize, p: usize) -> End {
        if self.pattern.get(p) != Some(&b'[') {
            return Err(PatternError::MissingSet);
        }
        let end = item_end(self.pattern, p)?;
        let before = s.checked_sub(1).map_or(0, |before| self.subject[before]);
        let after = self.subject.get(s).copied().unwrap_or(0);
        let set = self.item(p, end)?;
        Ok((!set.has(before) && set.has(after)).then_some(end))
    }
}

/// Returns how many bytes from `s` on have the property, before one that has not.
#[inline]
pub(super) fn count(
    subject: &[u8],
    s: usize,
    steps: &mut Steps<'_>,
    has_property: impl Fn(u8) -> bool,
) -> Result<usize, PatternError> {
    let mut counted = 0;
    for part in subject.get(s..).unwrap_or_default().chunks(BYTES_AT_ONCE) {
        let end = part.iter().position(|&byte| !has_property(byte));
        let len = end.unwrap_or(part.len());
        steps.take(1 + len / BYTES_PER_STEP)?;
        counted += len;
        if end.is_some() {
            break;
        }
    }
    Ok(counted)
}

/// Returns whether a single character, class or set comes first. It may have an error.
#[inline]
pub(super) fn begins_with_item(pattern: &[u8]) -> bool {
    !matches!(pattern, [] | [b'(' | b')', ..] | [b'$'] | [b'%', b'b' | b'f' | b'0'..=b'9', ..])
}

/// Returns the end of the single character, class or set that starts at `p`.
pub(super) fn item_end(pattern: &[u8], p: usize) -> Result<usize, PatternError> {
    match pattern[p] {
        b'%' if p + 1 == pattern.len() => Err(PatternError::EndsWithPercent),
        b'%' => Ok(p + 2),
        b'[' => {
            let mut end = p + 1;
            if pattern.get(end) == Some(&b'^') {
                end += 1;
            }
            // A `]` as the first character does not close the set.
            loop {
                match pattern.get(end) {
                    None => return Err(PatternError::MissingBracket),
                    Some(b'%') => end += 2,
                    Some(_) => end += 1,
                }
                if pattern.get(end) == Some(&b']') {
                    return Ok(end + 1);
                }
            }
        }
        _ => Ok(p + 1),
    }
}
