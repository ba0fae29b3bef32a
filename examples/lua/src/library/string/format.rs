//! `string.format`: a format and values → a string.

use lua_syntax::strings::{FormatError, Spec, push_escaped, to_signed, to_unsigned};
use mimeo::Thrown;

use super::Output;
use crate::library::base::{push_plain, to_text};
use crate::runtime::{Call, PART};

/// No number takes more bytes, whatever its width and precision: the largest has 309 digits before the point.
const MAX_NUMBER: usize = 512;

/// The work of a quoted byte.
const WORK_PER_QUOTED: usize = 4;

/// The work of a digit: with many digits, it takes long arithmetic.
const WORK_PER_DIGIT: usize = 16;

pub(super) fn format(call: &mut Call<'_>) -> Result<(), Thrown> {
    let format = call.string(0)?;
    let mut output = Output::new(call)?;
    let mut rest = format.bytes();
    let mut index = 0;
    while let Some(percent) = memchr::memchr(b'%', rest) {
        output.push(call, &rest[..percent])?;
        rest = &rest[percent + 1..];
        if let [b'%', tail @ ..] = rest {
            output.push(call, b"%")?;
            rest = tail;
            continue;
        }
        index += 1;
        let (spec, len_bytes) = match Spec::parse(rest) {
            Ok(parsed) => parsed,
            Err(FormatError { len_bytes }) => {
                let option = &rest[..len_bytes];
                return Err(call.error([b"invalid option '%", option, b"' to 'format'"].concat()));
            }
        };
        rest = &rest[len_bytes..];
        convert(call, &mut output, &spec, index)?;
    }
    output.push(call, rest)?;
    output.give(call)
}

/// Appends an argument.
fn convert(call: &mut Call<'_>, output: &mut Output, spec: &Spec, index: u32) -> Result<(), Thrown> {
    if index >= call.len() {
        return Err(call.argument_error(index, "value expected"));
    }
    match spec.conversion {
        b's' | b'q' => text(call, output, spec, index),
        b'p' => {
            let value = call.get(index);
            let text = if value.is_object() { format!("{:#x}", value.address()) } else { "NULL".to_owned() };
            output.push(call, text.as_bytes())
        }
        b'c' => {
            let byte = call.int32(index)? as u8;
            spec.push_byte(output.room(call, MAX_NUMBER)?, byte);
            Ok(())
        }
        conversion => {
            let number = call.number(index)?;
            let out = output.room(call, MAX_NUMBER)?;
            let before = out.len();
            match conversion {
                b'd' | b'i' => spec.push_signed(out, to_signed(number)),
                b'u' | b'o' | b'x' | b'X' => spec.push_unsigned(out, to_unsigned(number)),
                _ => spec.push_float(out, number),
            }
            let len = out.len() - before;
            call.work(len * WORK_PER_DIGIT)
        }
    }
}

/// Converts a value for `%s` and `%q`.
fn text(call: &mut Call<'_>, output: &mut Output, spec: &Spec, index: u32) -> Result<(), Thrown> {
    let mut value = call.get(index);
    if !value.is_text() && !value.is_number() {
        value = to_text(call.vm, value)?;
        call.keep(value);
    }
    let mut plain = Vec::new();
    let text = value.to_text();
    let bytes = match &text {
        Some(text) => text.bytes(),
        None => {
            // A number, or an invalid result of `__tostring`, which is not converted again.
            push_plain(&mut plain, value);
            &plain
        }
    };
    if spec.conversion == b'q' {
        quoted(call, output, bytes)
    } else if spec.keeps(bytes.len()) {
        output.push(call, bytes)
    } else {
        // At most 99 bytes.
        spec.push_string(output.room(call, MAX_NUMBER)?, bytes);
        Ok(())
    }
}

/// Appends a text for `%q`.
fn quoted(call: &mut Call<'_>, output: &mut Output, bytes: &[u8]) -> Result<(), Thrown> {
    output.push(call, b"\"")?;
    for from in (0..bytes.len()).step_by(PART) {
        let part = from..bytes.len().min(from + PART);
        let room = bytes[part.clone()].iter().map(|byte| if byte.is_ascii_control() { 4 } else { 2 }).sum::<usize>();
        call.work(part.len() * WORK_PER_QUOTED)?;
        push_escaped(output.room(call, room)?, bytes, part);
    }
    output.push(call, b"\"")
}
