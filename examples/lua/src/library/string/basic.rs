//! The functions of `string` without patterns and formats.

use lua_syntax::strings::part;
use mimeo::Thrown;

use super::Output;
use super::strip::stripped;
use crate::dump;
use crate::ops::ops::Value;
use crate::runtime::{Call, PART, too_long};

/// Maximal number of values to return, which is LuaJIT's.
const MAX_SLICE: usize = 8000;

/// `string.byte(s [, first [, last]])`
pub(super) fn byte(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    let first = call.int32_or(1, 1)?;
    let last = call.int32_or(2, first)?;
    let bytes = part(text.bytes(), first, last);
    match bytes {
        [byte] => call.give(Value::number(f64::from(*byte))),
        _ if bytes.len() > MAX_SLICE => Err(call.error("string slice too long")),
        _ => {
            let values: Vec<Value> = bytes.iter().map(|&byte| Value::number(f64::from(byte))).collect();
            call.give_all(&values)
        }
    }
}

/// `string.sub(s, first [, last])`
pub(super) fn sub(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    let first = call.int32(1)?;
    let last = call.int32_or(2, -1)?;
    let bytes = part(text.bytes(), first, last);
    let result = if bytes.len() == text.len as usize { text.into() } else { call.long_text(bytes)? };
    call.give(result)
}

/// `string.char(…)`
pub(super) fn char(call: &mut Call<'_>) -> Result<(), Thrown> {
    let mut few = [0; 16];
    if let Some(bytes) = few.get_mut(..call.len() as usize) {
        for (index, byte) in (0..).zip(bytes.iter_mut()) {
            *byte = byte_of(call, index)?;
        }
        let text = call.text(bytes);
        return call.give(text);
    }
    let mut output = Output::new(call)?;
    for index in 0..call.len() {
        let byte = byte_of(call, index)?;
        output.push(call, &[byte])?;
    }
    output.give(call)
}

/// Returns an argument of `string.char`.
fn byte_of(call: &mut Call<'_>, index: u32) -> Result<u8, Thrown> {
    match u8::try_from(call.int32(index)?) {
        Ok(byte) => Ok(byte),
        Err(_) => Err(call.argument_error(index, "invalid value")),
    }
}

/// `string.dump(function [, strip])`
pub(super) fn dump_function(call: &mut Call<'_>) -> Result<(), Thrown> {
    match call.function(0)?.to_closure() {
        Some(closure) => {
            // The bytes exist up to three times for a moment.
            call.claim(3 * closure.prototype().chunk().parts().text.len())?;
            let bytes = if call.get(1).truth() { stripped(call.vm, closure)? } else { dump::dump(closure) };
            let mut output = Output::new(call)?;
            output.push(call, &bytes)?;
            output.give(call)
        }
        None => Err(call.error("unable to dump given function")),
    }
}

/// `string.len(s)`
pub(super) fn len(call: &mut Call<'_>) -> Result<(), Thrown> {
    let len = call.string(0)?.len;
    call.give(Value::number(f64::from(len)))
}

/// `string.lower(s)`
pub(super) fn lower(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    changed(call, text.len, text.bytes().chunks(PART), <[u8]>::make_ascii_lowercase)
}

/// `string.upper(s)`
pub(super) fn upper(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    changed(call, text.len, text.bytes().chunks(PART), <[u8]>::make_ascii_uppercase)
}

/// `string.reverse(s)`
pub(super) fn reverse(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    changed(call, text.len, text.bytes().rchunks(PART), <[u8]>::reverse)
}

/// Returns the parts, each changed, which have `len` bytes together.
fn changed<'a>(
    call: &mut Call<'_>,
    len: u32,
    parts: impl Iterator<Item = &'a [u8]>,
    change: fn(&mut [u8]),
) -> Result<(), Thrown> {
    let mut output = Output::new(call)?;
    output.room(call, len as usize)?;
    for part in parts {
        output.push(call, part)?;
        let bytes = output.room(call, 0)?;
        let from = bytes.len() - part.len();
        change(&mut bytes[from..]);
    }
    output.give(call)
}

/// `string.rep(s, n [, separator])`
pub(super) fn rep(call: &mut Call<'_>) -> Result<(), Thrown> {
    let text = call.string(0)?;
    let count = usize::try_from(call.int32(1)?).unwrap_or(0);
    let separator = call.string_if_any(2)?;
    let separator = separator.as_ref().map_or(&[][..], |separator| separator.bytes());
    // Both are below `MAX_LEN`, and the count is below 2^31, so nothing overflows 64 bits.
    let period = text.len as u64 + separator.len() as u64;
    let len = if count == 0 { 0 } else { period * count as u64 - separator.len() as u64 };
    let Some(len) = usize::try_from(len).ok().filter(|&len| len <= call.vm.host.bounds.text_len()) else {
        return Err(too_long(call.vm));
    };
    let mut output = Output::new(call)?;
    output.room(call, len)?;
    if count > 0 {
        output.push(call, text.bytes())?;
        if count > 1 {
            output.push(call, separator)?;
        }
        output.repeat(call, len)?;
    }
    output.give(call)
}
