//! Matches a pattern at one position of a subject by backtracking, like standard Lua's `match`.

use super::PatternError;
use super::class::{is_in_class, is_in_set};
use crate::steps::Steps;

pub(super) const MAX_CAPTURES: usize = 32;

/// The bytes that are compared in one step.
const BYTES_PER_STEP: usize = 16;

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

pub(super) struct Matcher<'a, 's> {
    subject: &'a [u8],
    pattern: &'a [u8],
    /// The captures, at most [`MAX_CAPTURES`].
    captures: Vec<RawCapture>,
    depth: u32,
    pub(super) steps: Steps<'s>,
}

/// The end of a match, if there is one.
type End = Result<Option<usize>, PatternError>;

impl<'a, 's> Matcher<'a, 's> {
    pub(super) fn new(subject: &'a [u8], pattern: &'a [u8], steps: Steps<'s>) -> Matcher<'a, 's> {
        Matcher { subject, pattern, captures: Vec::new(), depth: 0, steps }
    }

    pub(super) fn match_at(&mut self, start: usize) -> End {
        self.captures.clear();
        self.depth = 0;
        self.match_rest(start, 0)
    }

    /// Returns the captures of the last match.
    pub(super) fn captures(self) -> Vec<RawCapture> {
        self.captures
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
                    let end = self.item_end(p)?;
                    let item = &self.pattern[p..end];
                    match self.pattern.get(end) {
                        Some(b'*') => return self.match_most(s, p, end),
                        Some(b'-') => return self.match_least(s, p, end),
                        Some(b'+') if self.is_single_match(s, item)? => return self.match_most(s + 1, p, end),
                        Some(b'+') => return Ok(None),
                        Some(b'?') => {
                            if self.is_single_match(s, item)?
                                && let Some(end) = self.match_rest(s + 1, end + 1)?
                            {
                                return Ok(Some(end));
                            }
                            p = end + 1;
                        }
                        _ if self.is_single_match(s, item)? => (s, p) = (s + 1, end),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    /// Returns the end of the single character, class or set that starts at `p`.
    fn item_end(&mut self, p: usize) -> Result<usize, PatternError> {
        match self.pattern[p] {
            b'%' if p + 1 == self.pattern.len() => Err(PatternError::EndsWithPercent),
            b'%' => Ok(p + 2),
            b'[' => {
                let mut end = p + 1;
                if self.pattern.get(end) == Some(&b'^') {
                    end += 1;
                }
                // A `]` as the first character does not close the set.
                loop {
                    match self.pattern.get(end) {
                        None => return Err(PatternError::MissingBracket),
                        Some(b'%') => end += 2,
                        Some(_) => end += 1,
                    }
                    if self.pattern.get(end) == Some(&b']') {
                        self.steps.take((end - p) / BYTES_PER_STEP)?;
                        return Ok(end + 1);
                    }
                }
            }
            _ => Ok(p + 1),
        }
    }

    /// Returns `true` if the byte at `s` matches `item`.
    // Most bytes take little more than a call would.
    #[inline(always)]
    fn is_single_match(&mut self, s: usize, item: &[u8]) -> Result<bool, PatternError> {
        self.steps.take(steps_of(item))?;
        Ok(self.subject.get(s).is_some_and(|&byte| is_in_item(byte, item)))
    }

    /// Matches `item*`: first as many as possible, then fewer until the rest matches.
    fn match_most(&mut self, s: usize, p: usize, item_end: usize) -> End {
        let item = &self.pattern[p..item_end];
        let steps = steps_of(item);
        let subject = self.subject.get(s..).unwrap_or_default();
        let mut count = 0;
        loop {
            self.steps.take(steps)?;
            match subject.get(count) {
                Some(&byte) if is_in_item(byte, item) => count += 1,
                _ => break,
            }
        }
        if item_end + 1 == self.pattern.len() {
            return Ok(Some(s + count));
        }
        loop {
            if let Some(end) = self.match_rest(s + count, item_end + 1)? {
                return Ok(Some(end));
            }
            if count == 0 {
                return Ok(None);
            }
            count -= 1;
        }
    }

    /// Matches `item-`: first none, then more until the rest matches.
    fn match_least(&mut self, mut s: usize, p: usize, item_end: usize) -> End {
        loop {
            if let Some(end) = self.match_rest(s, item_end + 1)? {
                return Ok(Some(end));
            }
            if !self.is_single_match(s, &self.pattern[p..item_end])? {
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
        let end = self.item_end(p)?;
        let set = &self.pattern[p + 1..end - 1];
        self.steps.take(set.len() / BYTES_PER_STEP)?;
        let before = s.checked_sub(1).map_or(0, |before| self.subject[before]);
        let after = self.subject.get(s).copied().unwrap_or(0);
        Ok((!is_in_set(before, set) && is_in_set(after, set)).then_some(end))
    }
}

/// Returns the steps of comparing a byte with an item.
#[inline]
fn steps_of(item: &[u8]) -> usize {
    1 + item.len() / BYTES_PER_STEP
}

/// Returns `true` if `byte` matches `item`: a character, class or set.
#[inline(always)]
fn is_in_item(byte: u8, item: &[u8]) -> bool {
    match item {
        [b'.'] => true,
        [b'%', class] => is_in_class(byte, *class),
        [b'[', set @ .., b']'] => is_in_set(byte, set),
        [single, ..] => *single == byte,
        [] => false,
    }
}
