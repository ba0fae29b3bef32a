//! The functions of `string` that use patterns.

use std::ops::Range;

use lua_syntax::Steps;
use lua_syntax::strings::{Captured, Match, Matches, Pattern, PatternError, find_plain};
use mimeo::Thrown;

use super::Output;
use crate::library::builtin;
use crate::ops::ops::Value;
use crate::runtime::{Call, PART, get, pay_at_once, push_text};

/// The work of a step of the matcher.
const WORK_PER_STEP: usize = 8;

/// The work of replacing a match.
const WORK_PER_MATCH: usize = 64;

/// If a replacement can be longer than this, its length is computed before it is created.
const LONG_REPLACEMENT: usize = 1 << 20;

/// Number of bytes that are searched for a plain text at once.
const SEARCHED: usize = 8 * PART;

/// Finds a plain text, and counts the work.
fn find_in_parts(
    call: &mut Call<'_>,
    subject: &[u8],
    needle: &[u8],
    mut start: usize,
) -> Result<Option<Range<usize>>, Thrown> {
    loop {
        let end = subject.len().min(start + SEARCHED + needle.len());
        let found = find_plain(&subject[..end], needle, start);
        call.work(found.as_ref().map_or(end - start, |range| range.end - start) / 8)?;
        if found.is_some() || end == subject.len() {
            return Ok(found);
        }
        // It may begin in this part and end in the next one.
        start = end + 1 - needle.len();
    }
}

/// `string.find(s, pattern [, start [, is_plain]])`
pub(super) fn find(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (text, pattern) = (call.string(0)?, call.string(1)?);
    let (subject, pattern) = (text.bytes(), pattern.bytes());
    let start = start(call, subject.len())?;
    if call.get(3).truth() || !Pattern::has_specials(pattern) {
        call.work(pattern.len() / 8)?;
        return match find_in_parts(call, subject, pattern, start)? {
            Some(range) => call.give_all(&[place(range.start + 1), place(range.end)]),
            None => call.give(Value::NIL),
        };
    }
    match next_match(call, &mut Pattern::new(pattern).matches(subject, start))? {
        None => call.give(Value::NIL),
        Some(found) => {
            let range = [place(found.range.start + 1), place(found.range.end)];
            give_values(call, subject, found, &range, found.captures())
        }
    }
}

/// `string.match(s, pattern [, start])`
pub(super) fn first_match(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (text, pattern) = (call.string(0)?, call.string(1)?);
    let subject = text.bytes();
    let start = start(call, subject.len())?;
    match next_match(call, &mut Pattern::new(pattern.bytes()).matches(subject, start))? {
        None => call.give(Value::NIL),
        Some(found) => give_values(call, subject, found, &[], found.values()),
    }
}

/// `string.gmatch(s, pattern)`
pub(super) fn gmatch(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (text, pattern) = (call.string(0)?, call.string(1)?);
    let captured = [text.into(), pattern.into(), Value::number(0.0)];
    let iterator = builtin(call.vm, "gmatch", iterate, &captured);
    call.give(iterator)
}

/// The iterator of `gmatch`. It has captured the subject, the pattern and the next position, which is nil at the end.
fn iterate(call: &mut Call<'_>) -> Result<(), Thrown> {
    let iterator = call.builtin();
    let &[text, pattern, position] = iterator.captured() else { unreachable!("`gmatch` captures three values") };
    let (Some(text), Some(pattern), Some(position)) = (text.to_text(), pattern.to_text(), position.to_number()) else {
        return call.give_all(&[]);
    };
    let subject = text.bytes();
    let mut matches = Pattern::new(pattern.bytes()).unanchored_matches(subject, position as usize);
    // As in C, an error leaves the position as it is.
    let found = next_match(call, &mut matches)?.cloned();
    let position = matches.position().map_or(Value::NIL, place);
    call.heap().set_captured(iterator, 2, position);
    match found {
        None => call.give_all(&[]),
        Some(found) => give_values(call, subject, &found, &[], found.values()),
    }
}

/// `string.gsub(s, pattern, replacement [, most])`
pub(super) fn gsub(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (text, pattern) = (call.string(0)?, call.string(1)?);
    let subject = text.bytes();
    // Converts in the same two steps as LuaJIT: to 64 bits, then to 32.
    let most = call.integer_or(3, subject.len() as i64 + 1)? as i32;
    let replacement = Replacement::of(call)?;
    let mut output = Output::new(call)?;
    let (mut copied, mut count) = (0, 0);
    let mut matches = Pattern::new(pattern.bytes()).matches(subject, 0);
    while count < most
        && let Some(found) = next_match(call, &mut matches)?
    {
        count += 1;
        call.work(WORK_PER_MATCH)?;
        output.push(call, &subject[copied..found.range.start])?;
        replacement.push(call, &mut output, subject, found)?;
        copied = found.range.end;
    }
    if count == 0 {
        return call.give_all(&[text.into(), Value::number(0.0)]);
    }
    output.push(call, &subject[copied..])?;
    output.give(call)?;
    let result = call.vm.slot(0);
    call.give_all(&[result, Value::number(f64::from(count))])
}

/// The replacement of a match in `gsub`.
enum Replacement {
    /// A string. `is_plain` means that it contains no `%`.
    Text { is_plain: bool },
    /// The table's value for the first capture.
    Table(Value),
    /// The function's result for all captures.
    Function(Value),
}

impl Replacement {
    const ARGUMENT: u32 = 2;

    fn of(call: &mut Call<'_>) -> Result<Replacement, Thrown> {
        let value = call.get(Replacement::ARGUMENT);
        if value.is_table() {
            Ok(Replacement::Table(value))
        } else if value.is_function() {
            Ok(Replacement::Function(value))
        } else if value.is_text() || value.is_number() {
            let text = call.string(Replacement::ARGUMENT)?;
            Ok(Replacement::Text { is_plain: !text.bytes().contains(&b'%') })
        } else {
            Err(call.argument_error(Replacement::ARGUMENT, "string/function/table expected"))
        }
    }

    fn push(&self, call: &mut Call<'_>, output: &mut Output, subject: &[u8], found: &Match) -> Result<(), Thrown> {
        let value = match *self {
            Replacement::Text { is_plain } => {
                let text = call.string(Replacement::ARGUMENT)?;
                let text = text.bytes();
                if is_plain {
                    return output.push(call, text);
                }
                // Every second byte may be a `%`, and every capture the whole subject.
                let mut len = (text.len() / 2).saturating_mul(subject.len().max(20)).saturating_add(text.len());
                if len > LONG_REPLACEMENT {
                    len = found.replacement_len(subject, text).map_err(|error| pattern_error(call, error))?;
                    output.room(call, len)?;
                }
                let out = output.room(call, 0)?;
                let before = out.len();
                let pushed = found.push_replacement(subject, text, out);
                let len = out.len() - before;
                pushed.map_err(|error| pattern_error(call, error))?;
                return call.work_at_once(len);
            }
            Replacement::Table(table) => {
                claim_values(call, found, 1)?;
                let key = value(call, subject, found, 0)?;
                get(call.vm, table, key)?
            }
            Replacement::Function(function) if found.values() == 1 => {
                claim_values(call, found, 1)?;
                let arg = value(call, subject, found, 0)?;
                call.run(function, &[arg])?
            }
            Replacement::Function(function) => {
                let mut args = [Value::NIL; Pattern::MAX_CAPTURES];
                let args = &mut args[..found.values()];
                claim_values(call, found, args.len())?;
                for (index, arg) in args.iter_mut().enumerate() {
                    *arg = value(call, subject, found, index)?;
                }
                call.run(function, args)?
            }
        };
        let kept = call.vm.host.kept.len();
        call.keep(value);
        let result = Replacement::push_value(call, output, value, &subject[found.range.clone()]);
        call.vm.host.kept.truncate(kept);
        result
    }

    /// Appends the replacement that a table or a function gave, or the match if it gave none.
    fn push_value(call: &mut Call<'_>, output: &mut Output, value: Value, found: &[u8]) -> Result<(), Thrown> {
        if !value.truth() {
            output.push(call, found)
        } else if let Some(text) = value.to_text() {
            output.push(call, text.bytes())
        } else if value.is_number() {
            push_text(output.room(call, 32)?, value);
            Ok(())
        } else {
            Err(call.error(format!("invalid replacement value (a {})", value.type_name())))
        }
    }
}

/// Returns the offset at which the search starts, from the third argument.
fn start(call: &mut Call<'_>, len: usize) -> Result<usize, Thrown> {
    let start = i64::from(call.int32_or(2, 1)?);
    let start = if start < 0 { start + len as i64 } else { start - 1 };
    Ok(usize::try_from(start).unwrap_or(0).min(len))
}

fn place(place: usize) -> Value {
    Value::number(place as f64)
}

/// Makes sure that the first `count` values of a match can be created.
fn claim_values(call: &mut Call<'_>, found: &Match, count: usize) -> Result<(), Thrown> {
    let len = |index| match found.value(index) {
        Ok(Captured::Range(range)) => range.len(),
        _ => 0,
    };
    call.claim((0..count).map(len).sum())
}

/// Returns the value of a capture, or of the whole match.
fn value(call: &mut Call<'_>, subject: &[u8], found: &Match, index: usize) -> Result<Value, Thrown> {
    match found.value(index) {
        Ok(Captured::Range(range)) => Ok(call.text(&subject[range])),
        Ok(Captured::Position(position)) => Ok(place(position)),
        Err(error) => Err(pattern_error(call, error)),
    }
}

/// Returns the values in `before`, and the first `count` of a match.
fn give_values(
    call: &mut Call<'_>,
    subject: &[u8],
    found: &Match,
    before: &[Value],
    count: usize,
) -> Result<(), Thrown> {
    if count == 0 {
        return call.give_all(before);
    }
    claim_values(call, found, count)?;
    let mut values = [Value::NIL; Pattern::MAX_CAPTURES + 2];
    values[..before.len()].copy_from_slice(before);
    for index in 0..count {
        values[before.len() + index] = value(call, subject, found, index)?;
    }
    call.give_all(&values[..before.len() + count])
}

/// Searches for the next match. The search costs fuel, and its steps are limited.
#[inline]
fn next_match<'m>(call: &mut Call<'_>, matches: &'m mut Matches<'_>) -> Result<Option<&'m Match>, Thrown> {
    let limit = call.vm.host.bounds.pattern_steps;
    let (mut taken, mut stop) = (0, None);
    let mut may_continue = |steps: u32| {
        taken += u64::from(steps);
        stop = pay_at_once(call.vm, steps as usize * WORK_PER_STEP).err();
        stop.is_none() && limit.is_none_or(|limit| taken <= limit)
    };
    let found = matches.next_match(Steps::limited(&mut may_continue));
    match (stop, found) {
        (Some(stop), _) => Err(stop),
        (None, Err(PatternError::Stopped)) => {
            Err(call.error(format!("pattern takes more than {} steps", limit.unwrap_or_default())))
        }
        (None, Err(error)) => Err(pattern_error(call, error)),
        (None, Ok(found)) => Ok(found),
    }
}

fn pattern_error(call: &mut Call<'_>, error: PatternError) -> Thrown {
    call.error(error.to_string())
}
