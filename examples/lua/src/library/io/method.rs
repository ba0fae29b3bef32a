//! The methods of files.

use std::io::SeekFrom;

use mimeo::Thrown;

use super::file::{File, any_file_of, file_of, is_open, with_stream, write as write_arguments};
use super::give_lines;
use super::read::{Read, read as read_formats};
use super::stream::{Buffering, Stream};
use crate::heap::{Gc, Userdata};
use crate::library::system::give_outcome;
use crate::library::{Functions, define_with, set};
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::Call;

const METHODS: Functions = &[
    ("__gc", collect),
    ("__tostring", tostring),
    ("close", super::close),
    ("flush", flush),
    ("lines", lines),
    ("read", read),
    ("seek", seek),
    ("setvbuf", setvbuf),
    ("write", write),
];

/// Returns the metatable of all files.
pub(super) fn metatable(vm: &mut Vm, state: Gc<Table>) -> Gc<Table> {
    let metatable = vm.host.heap.new_table(0, METHODS.len() as u32 + 1, 0);
    for &(name, function) in METHODS {
        define_with(vm, metatable, name, function, &[state.into()]);
    }
    set(&mut vm.host.heap, metatable, "__index", metatable.into());
    metatable
}

/// Errors of closing an unreachable file are ignored.
fn collect(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = any_file_of(call, 0)?;
    if let Some(file) = File::of(&file).filter(|file| !file.is_standard) {
        file.stream.take();
    }
    call.give_all(&[])
}

fn tostring(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = any_file_of(call, 0)?;
    let text = match is_open(file) {
        true => format!("file ({:#x})", Value::from(file).address()),
        false => "file (closed)".to_owned(),
    };
    let text = call.text(text);
    call.give(text)
}

pub(super) fn close(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    close_file(call, file)
}

pub(super) fn close_file(call: &mut Call<'_>, file: Gc<Userdata>) -> Result<(), Thrown> {
    let stream = File::of(&file).filter(|file| !file.is_standard).and_then(|file| file.stream.take());
    match stream {
        Some(mut stream) => give_outcome(call, stream.close(), None),
        None => {
            let message = call.text("cannot close standard file");
            call.give_all(&[Value::NIL, message])
        }
    }
}

fn flush(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    let flushed = with_stream(call, file, Stream::flush).unwrap_or(Ok(()));
    give_outcome(call, flushed, None)
}

fn lines(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    give_lines(call, file.into())
}

fn read(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    let formats = call.rest(1);
    match read_formats(call, file, &formats, 1)? {
        Read::Values(values) => call.give_all(&values),
        Read::Failed(error) => give_outcome(call, Err(error), None),
    }
}

fn write(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    let written = write_arguments(call, file, 1)?;
    give_outcome(call, written, None)
}

fn seek(call: &mut Call<'_>) -> Result<(), Thrown> {
    const BASES: [&str; 3] = ["set", "cur", "end"];
    let file = file_of(call, 0)?;
    let base = call.option(1, Some("cur"), &BASES)?;
    let offset = match (call.get(2), call.get(2).to_number()) {
        (_, Some(offset)) => offset as i64,
        (Value::NIL, _) => 0,
        _ => return Err(call.type_error(2, "number")),
    };
    let place = match BASES[base] {
        "set" => u64::try_from(offset).ok().map(SeekFrom::Start),
        "cur" => Some(SeekFrom::Current(offset)),
        _ => Some(SeekFrom::End(offset)),
    };
    match with_stream(call, file, |stream, host| stream.seek(host, place)) {
        Some(Ok(place)) => call.give(Value::number(place as f64)),
        Some(Err(error)) => give_outcome(call, Err(error), None),
        None => call.give_all(&[]),
    }
}

fn setvbuf(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = file_of(call, 0)?;
    let mode = call.option(1, None, &["full", "line", "no"])?;
    // The size is checked, but the buffer has a fixed one.
    call.integer_or(2, 0)?;
    let buffering = [Buffering::Full, Buffering::Line, Buffering::None][mode];
    with_stream(call, file, |stream, _| stream.set_buffering(buffering));
    call.give(Value::TRUE)
}
