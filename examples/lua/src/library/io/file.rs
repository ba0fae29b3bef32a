//! A userdata → the [`File`] in it; writing to that.

use std::cell::{Cell, RefCell};
use std::io;

use mimeo::Thrown;

use super::stream::Stream;
use crate::heap::{Gc, Userdata};
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::{Call, Host, PART, push_text};

/// The message for a closed file.
pub(super) const CLOSED: &str = "attempt to use a closed file";
/// The message for a closed default file.
pub(super) const STANDARD_CLOSED: &str = "standard file is closed";

/// The contents of a userdata that is a file.
pub(super) struct File {
    /// The stream, or `None` after closing. No Lua code runs while it is borrowed.
    pub(super) stream: RefCell<Option<Stream>>,
    /// Whether the program must not close it.
    pub(super) is_standard: bool,
    /// Whether it is closed when its end is reached.
    pub(super) closes_at_end: Cell<bool>,
}

impl File {
    pub(super) fn new(stream: Stream) -> File {
        File { stream: RefCell::new(Some(stream)), is_standard: false, closes_at_end: Cell::new(false) }
    }

    pub(super) fn standard(stream: Stream) -> File {
        File { is_standard: true, ..File::new(stream) }
    }

    /// Returns the file in a userdata, if it is one.
    pub(super) fn of(userdata: &Userdata) -> Option<&File> {
        userdata.payload()
    }
}

/// Creates a file as a value.
pub(super) fn new_file(vm: &mut Vm, metatable: Gc<Table>, file: File) -> Value {
    let userdata = vm.host.heap.new_userdata(Some(Box::new(file)));
    vm.host.heap.set_userdata_metatable(userdata, Some(metatable));
    userdata.into()
}

/// Returns an argument that is a file, open or closed.
pub(super) fn any_file_of(call: &mut Call<'_>, index: u32) -> Result<Gc<Userdata>, Thrown> {
    match call.get(index).to_userdata() {
        Some(userdata) if File::of(&userdata).is_some() => Ok(userdata),
        _ => Err(call.type_error(index, "FILE*")),
    }
}

/// Returns an argument that is an open file.
pub(super) fn file_of(call: &mut Call<'_>, index: u32) -> Result<Gc<Userdata>, Thrown> {
    let file = any_file_of(call, index)?;
    if is_open(file) { Ok(file) } else { Err(call.error(CLOSED)) }
}

pub(super) fn is_open(file: Gc<Userdata>) -> bool {
    File::of(&file).is_some_and(|file| file.stream.borrow().is_some())
}

/// Calls `work` with the stream of a file. Returns `None` if it is closed.
pub(super) fn with_stream<T>(
    call: &mut Call<'_>,
    file: Gc<Userdata>,
    work: impl FnOnce(&mut Stream, &mut Host) -> T,
) -> Option<T> {
    let mut stream = File::of(&file)?.stream.borrow_mut();
    Some(work(stream.as_mut()?, &mut call.vm.host))
}

/// Writes the arguments, starting with `first`.
pub(super) fn write(call: &mut Call<'_>, file: Gc<Userdata>, first: u32) -> Result<io::Result<()>, Thrown> {
    let mut written = Ok(());
    for index in first..call.len() {
        let value = call.get(index);
        if written.is_err() && (value.is_text() || value.is_number()) {
            continue;
        }
        let result = if let Some(text) = value.to_text() {
            let mut result = Some(Ok(()));
            for part in text.bytes().chunks(PART) {
                call.work(part.len())?;
                result = with_stream(call, file, |stream, host| stream.write(host, part));
                if !matches!(result, Some(Ok(()))) {
                    break;
                }
            }
            result
        } else if value.is_number() {
            let mut text = Vec::new();
            push_text(&mut text, value);
            with_stream(call, file, |stream, host| stream.write(host, &text))
        } else {
            return Err(call.type_error(index, "string"));
        };
        written = result.unwrap_or(Ok(()));
    }
    Ok(written)
}
