//! The formats of `read` → values.

use std::io;

use mimeo::Thrown;

use super::file::with_stream;
use super::number::read_number;
use super::stream::Stream;
use crate::heap::{Gc, Userdata};
use crate::ops::ops::Value;
use crate::runtime::{Call, Host, too_long};

/// Maximal number of bytes to read at once.
const MAX_LEN: i64 = 0x7fff_ff00;

/// The result of reading.
pub(super) enum Read {
    /// The values. At the end of the file, the last one is nil.
    Values(Vec<Value>),
    /// An error.
    Failed(io::Error),
}

/// The result of one format. There is none at the end of the file.
enum Item {
    Bytes(Vec<u8>),
    Number(f64),
}

/// Reads by the formats until one finds nothing. The first one is argument number `first` of the call.
pub(super) fn read(call: &mut Call<'_>, file: Gc<Userdata>, formats: &[Value], first: u32) -> Result<Read, Thrown> {
    let line = call.text("l");
    let formats = if formats.is_empty() { &[line] } else { formats };
    let mut values = Vec::with_capacity(formats.len());
    for (index, &format) in (first..).zip(formats) {
        let item = match read_one(call, file, format, index)? {
            Ok(item) => item,
            Err(error) => {
                call.vm.check_interrupt()?;
                return Ok(Read::Failed(error));
            }
        };
        match item {
            Some(Item::Bytes(bytes)) if bytes.len() > call.vm.host.bounds.text_len() => return Err(too_long(call.vm)),
            Some(Item::Bytes(bytes)) => values.push(call.text(bytes)),
            Some(Item::Number(number)) => values.push(Value::number(number)),
            None => {
                values.push(Value::NIL);
                break;
            }
        }
    }
    Ok(Read::Values(values))
}

fn read_one(
    call: &mut Call<'_>,
    file: Gc<Userdata>,
    format: Value,
    index: u32,
) -> Result<io::Result<Option<Item>>, Thrown> {
    let mut with = |work: &dyn Fn(&mut Stream, &mut Host) -> io::Result<Option<Item>>| {
        with_stream(call, file, |stream, host| work(stream, host)).unwrap_or(Ok(None))
    };
    let bytes = |read: io::Result<Option<Vec<u8>>>| read.map(|bytes| bytes.map(Item::Bytes));
    if let Some(len) = format.to_number() {
        let len = len as i64;
        if !(0..=MAX_LEN).contains(&len) {
            return Err(call.error_without_place("not enough memory"));
        }
        return Ok(with(&|stream, host| bytes(read_len(stream, host, len as usize))));
    }
    let Some(text) = format.to_text() else { return Err(call.argument_error(index, "invalid option")) };
    let name = match text.bytes() {
        [b'*', name @ ..] => name.first(),
        name => name.first(),
    };
    Ok(match name {
        Some(b'n') => with(&|stream, host| read_number(stream, host).map(|number| number.map(Item::Number))),
        Some(b'l') => with(&|stream, host| bytes(read_line(stream, host, true))),
        Some(b'L') => with(&|stream, host| bytes(read_line(stream, host, false))),
        Some(b'a') => with(&|stream, host| bytes(read_rest(stream, host).map(Some))),
        _ => return Err(call.argument_error(index, "invalid format")),
    })
}

/// Reads up to `len` bytes. Zero bytes can be read unless the file is at its end.
fn read_len(stream: &mut Stream, host: &mut Host, len: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        let ready = stream.ready(host)?;
        let is_end = ready.is_empty();
        let taken = ready.len().min(len - bytes.len());
        bytes.extend_from_slice(&ready[..taken]);
        stream.take(taken);
        if is_end || bytes.len() == len {
            return Ok((!is_end || !bytes.is_empty()).then_some(bytes));
        }
    }
}

/// Reads a line. Removes the line break if `chops`.
fn read_line(stream: &mut Stream, host: &mut Host, chops: bool) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let ready = stream.ready(host)?;
        if ready.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = memchr::memchr(b'\n', ready);
        let taken = end.map_or(ready.len(), |end| end + 1);
        let wanted = if chops { end.unwrap_or(taken) } else { taken };
        line.extend_from_slice(&ready[..wanted]);
        stream.take(taken);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

fn read_rest(stream: &mut Stream, host: &mut Host) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let ready = stream.ready(host)?;
        if ready.is_empty() {
            return Ok(bytes);
        }
        bytes.extend_from_slice(ready);
        let len = ready.len();
        stream.take(len);
    }
}
