//! The formats of `read` → values.

use std::io;

use mimeo::{Account, Charge, MemoryKind, OutOfMemory, Thrown};

use super::file::with_stream;
use super::number::read_number;
use super::stream::Stream;
use crate::heap::{Gc, Userdata};
use crate::ops::ops::Value;
use crate::runtime::{Call, Host, out_of_memory, too_long};

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
    Bytes(Bytes),
    Number(f64),
}

/// Bytes that were read, which are charged to the machine's account.
struct Bytes {
    bytes: Vec<u8>,
    charge: Charge,
}

impl Bytes {
    fn new(account: &Account) -> io::Result<Bytes> {
        Ok(Bytes { bytes: Vec::new(), charge: account.charge(MemoryKind::Heap, 0).map_err(refused)? })
    }

    fn push(&mut self, more: &[u8]) -> io::Result<()> {
        let needed = self.bytes.len() + more.len();
        if needed > self.bytes.capacity() {
            let capacity = needed.max(2 * self.bytes.capacity());
            self.charge.resize(capacity).map_err(refused)?;
            self.bytes.try_reserve_exact(capacity - self.bytes.len())?;
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }
}

fn refused(_: OutOfMemory) -> io::Error {
    io::ErrorKind::OutOfMemory.into()
}

/// Reads by the formats until one finds nothing. The first one is argument number `first` of the call.
pub(super) fn read(call: &mut Call<'_>, file: Gc<Userdata>, formats: &[Value], first: u32) -> Result<Read, Thrown> {
    let line = call.text("l");
    let formats = if formats.is_empty() { &[line] } else { formats };
    let mut values = Vec::with_capacity(formats.len());
    for (index, &format) in (first..).zip(formats) {
        let item = match read_one(call, file, format, index)? {
            Ok(item) => item,
            Err(error) if error.kind() == io::ErrorKind::OutOfMemory => return Err(out_of_memory(call.vm)),
            Err(error) => {
                call.vm.check_interrupt()?;
                return Ok(Read::Failed(error));
            }
        };
        match item {
            Some(Item::Bytes(Bytes { mut bytes, charge })) => {
                if bytes.len() > call.vm.host.bounds.text_len() {
                    return Err(too_long(call.vm));
                }
                call.work_at_once(bytes.len())?;
                // The string takes over many bytes.
                drop(charge);
                call.claim(bytes.len())?;
                let text = call.heap().text_of(&mut bytes).into();
                call.keep(text);
                values.push(text);
            }
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
    let account = call.vm.memory().clone();
    let mut with = |work: &dyn Fn(&mut Stream, &mut Host) -> io::Result<Option<Item>>| {
        with_stream(call, file, |stream, host| work(stream, host)).unwrap_or(Ok(None))
    };
    let bytes = |read: io::Result<Option<Bytes>>| read.map(|bytes| bytes.map(Item::Bytes));
    if let Some(len) = format.to_number() {
        let len = len as i64;
        if !(0..=MAX_LEN).contains(&len) {
            return Err(call.error_without_place("not enough memory"));
        }
        return Ok(with(&|stream, host| bytes(read_len(stream, host, &account, len as usize))));
    }
    let Some(text) = format.to_text() else { return Err(call.argument_error(index, "invalid option")) };
    let name = match text.bytes() {
        [b'*', name @ ..] => name.first(),
        name => name.first(),
    };
    Ok(match name {
        Some(b'n') => with(&|stream, host| read_number(stream, host).map(|number| number.map(Item::Number))),
        Some(b'l') => with(&|stream, host| bytes(read_line(stream, host, &account, true))),
        Some(b'L') => with(&|stream, host| bytes(read_line(stream, host, &account, false))),
        Some(b'a') => with(&|stream, host| bytes(read_rest(stream, host, &account).map(Some))),
        _ => return Err(call.argument_error(index, "invalid format")),
    })
}

/// Reads up to `len` bytes. Zero bytes can be read unless the file is at its end.
fn read_len(stream: &mut Stream, host: &mut Host, account: &Account, len: usize) -> io::Result<Option<Bytes>> {
    let mut read = Bytes::new(account)?;
    loop {
        let ready = stream.ready(host)?;
        let is_end = ready.is_empty();
        let taken = ready.len().min(len - read.bytes.len());
        read.push(&ready[..taken])?;
        stream.take(taken);
        if is_end || read.bytes.len() == len {
            return Ok((!is_end || !read.bytes.is_empty()).then_some(read));
        }
    }
}

/// Reads a line. Removes the line break if `chops`.
fn read_line(stream: &mut Stream, host: &mut Host, account: &Account, chops: bool) -> io::Result<Option<Bytes>> {
    let mut line = Bytes::new(account)?;
    loop {
        let ready = stream.ready(host)?;
        if ready.is_empty() {
            return Ok((!line.bytes.is_empty()).then_some(line));
        }
        let end = memchr::memchr(b'\n', ready);
        let taken = end.map_or(ready.len(), |end| end + 1);
        let wanted = if chops { end.unwrap_or(taken) } else { taken };
        line.push(&ready[..wanted])?;
        stream.take(taken);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

fn read_rest(stream: &mut Stream, host: &mut Host, account: &Account) -> io::Result<Bytes> {
    let mut rest = Bytes::new(account)?;
    loop {
        let ready = stream.ready(host)?;
        if ready.is_empty() {
            return Ok(rest);
        }
        rest.push(ready)?;
        let len = ready.len();
        stream.take(len);
    }
}
