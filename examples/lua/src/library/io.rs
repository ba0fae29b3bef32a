//! The table `io`: files, commands, and the default input and output.

mod file;
mod method;
mod number;
mod open;
mod read;
mod stream;

use std::io;

use mimeo::Thrown;

use super::system::{error_parts, give_outcome};
use super::{Functions, builtin, define_module, define_with, set};
use crate::heap::{Gc, Userdata};
use crate::ops::ops::{Table, Value, Vm};
use crate::runtime::Call;

use file::{File, STANDARD_CLOSED, file_of, is_open, new_file, with_stream, write};
use open::{open_file, open_temporary, run_command};
use read::{Read, read};
use stream::Stream;

const FUNCTIONS: Functions = &[
    ("close", close),
    ("flush", flush),
    ("input", input),
    ("lines", lines),
    ("open", open_by_name),
    ("output", output),
    ("popen", popen),
    ("read", read_input),
    ("tmpfile", tmpfile),
    ("type", type_of),
    ("write", write_output),
];

/// Maximal number of formats that `lines` takes.
const MAX_FORMATS: u32 = 59;

/// Indices of the table that all functions have captured.
#[derive(Clone, Copy)]
enum State {
    /// The default input.
    Input = 1,
    /// The default output.
    Output,
    /// The metatable of files.
    Metatable,
}

impl State {
    fn table(call: &Call<'_>) -> Gc<Table> {
        call.builtin().captured()[0].to_table().expect("every function captures it")
    }

    fn get(self, call: &Call<'_>) -> Value {
        State::table(call).get_index(self as u32)
    }

    /// Returns the default input or output.
    fn file(self, call: &Call<'_>) -> Gc<Userdata> {
        self.get(call).to_userdata().expect("only files are stored there")
    }
}

pub(super) fn open(vm: &mut Vm) {
    let io = define_module(vm, "io", &[]);
    let state = vm.host.heap.new_table(3, 0, 0);
    let metatable = method::metatable(vm, state);
    vm.host.heap.set_index(state, State::Metatable as u32, metatable.into());
    for &(name, function) in FUNCTIONS {
        define_with(vm, io, name, function, &[state.into()]);
    }
    for (name, stream, place) in [
        ("stdin", Stream::stdin(), Some(State::Input)),
        ("stdout", Stream::stdout(), Some(State::Output)),
        ("stderr", Stream::stderr(), None),
    ] {
        let file = new_file(vm, metatable, File::standard(stream));
        set(&mut vm.host.heap, io, name, file);
        if let Some(place) = place {
            vm.host.heap.set_index(state, place as u32, file);
        }
    }
}

fn new_stream(call: &mut Call<'_>, stream: Stream) -> Value {
    let metatable = State::Metatable.get(call).to_table().expect("`open` stores it");
    new_file(call.vm, metatable, File::new(stream))
}

fn open_by_name(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (name, mode) = (call.string(0)?, call.string_if_any(1)?);
    let opened = open_file(name.bytes(), mode.as_ref().map_or(b"r", |mode| mode.bytes()));
    give_stream(call, opened, Some(name.bytes()))
}

fn popen(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (command, mode) = (call.string(0)?, call.string_if_any(1)?);
    // The command's output comes after the program's.
    let _ignored = call.vm.host.stdout.flush();
    let running = run_command(command.bytes(), mode.as_ref().map_or(b"r", |mode| mode.bytes()));
    give_stream(call, running, Some(command.bytes()))
}

fn tmpfile(call: &mut Call<'_>) -> Result<(), Thrown> {
    give_stream(call, open_temporary(), None)
}

fn give_stream(call: &mut Call<'_>, opened: io::Result<Stream>, name: Option<&[u8]>) -> Result<(), Thrown> {
    match opened {
        Ok(stream) => {
            let file = new_stream(call, stream);
            call.give(file)
        }
        Err(error) => give_outcome(call, Err(error), name),
    }
}

/// Opens the file that the first argument names, or throws an error.
fn must_open(call: &mut Call<'_>, mode: &[u8]) -> Result<Value, Thrown> {
    let name = call.string(0)?;
    match open_file(name.bytes(), mode) {
        Ok(stream) => Ok(new_stream(call, stream)),
        Err(error) => {
            let name = String::from_utf8_lossy(name.bytes()).into_owned();
            Err(call.argument_error(0, format!("{name}: {}", error_parts(&error).0)))
        }
    }
}

fn close(call: &mut Call<'_>) -> Result<(), Thrown> {
    if call.len() > 0 {
        return method::close(call);
    }
    let file = State::Output.file(call);
    if !is_open(file) {
        return Err(call.error(file::CLOSED));
    }
    method::close_file(call, file)
}

fn flush(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = State::Output.file(call);
    match with_stream(call, file, Stream::flush) {
        Some(flushed) => give_outcome(call, flushed, None),
        None => Err(call.error(STANDARD_CLOSED)),
    }
}

fn input(call: &mut Call<'_>) -> Result<(), Thrown> {
    choose(call, State::Input, b"r")
}

fn output(call: &mut Call<'_>) -> Result<(), Thrown> {
    choose(call, State::Output, b"w")
}

/// Returns the default file, after setting it to the first argument if that was passed.
fn choose(call: &mut Call<'_>, place: State, mode: &[u8]) -> Result<(), Thrown> {
    if call.has(0) {
        let file = match call.get(0).is_userdata() {
            true => file_of(call, 0)?.into(),
            false => must_open(call, mode)?,
        };
        let state = State::table(call);
        call.heap().set_index(state, place as u32, file);
    }
    let file = place.get(call);
    call.give(file)
}

fn read_input(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = State::Input.file(call);
    if !is_open(file) {
        return Err(call.error(STANDARD_CLOSED));
    }
    let formats = call.rest(0);
    match read(call, file, &formats, 0)? {
        Read::Values(values) => call.give_all(&values),
        Read::Failed(error) => give_outcome(call, Err(error), None),
    }
}

fn write_output(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = State::Output.file(call);
    if !is_open(file) {
        return Err(call.error(STANDARD_CLOSED));
    }
    let written = write(call, file, 0)?;
    give_outcome(call, written, None)
}

fn lines(call: &mut Call<'_>) -> Result<(), Thrown> {
    let file = if call.has(0) {
        let file = must_open(call, b"r")?;
        File::of(&file.to_userdata().expect("it was opened")).expect("it was opened").closes_at_end.set(true);
        file
    } else {
        State::Input.get(call)
    };
    give_lines(call, file)
}

/// Returns a function that reads by the formats after the first argument.
fn give_lines(call: &mut Call<'_>, file: Value) -> Result<(), Thrown> {
    if call.len() > MAX_FORMATS {
        return Err(call.error("too many results to unpack"));
    }
    let captured: Vec<Value> = [file].into_iter().chain(call.rest(1)).collect();
    let next = builtin(call.vm, "lines_aux", next_line, &captured);
    call.give(next)
}

/// The function that `lines` returns.
fn next_line(call: &mut Call<'_>) -> Result<(), Thrown> {
    let builtin = call.builtin();
    let (file, formats) = builtin.captured().split_first().expect("`lines` captures it");
    let file = file.to_userdata().expect("`lines` captures it");
    if !is_open(file) {
        return Err(call.error(file::CLOSED));
    }
    match read(call, file, formats, 0)? {
        Read::Values(values) => {
            if values.first().is_none_or(|value| value.is_nil())
                && let Some(payload) = File::of(&file)
                && payload.closes_at_end.get()
            {
                // There is no caller to report an error to.
                payload.stream.take();
                return call.give_all(&[]);
            }
            call.give_all(&values)
        }
        Read::Failed(error) => {
            let text = error_parts(&error).0;
            Err(call.error(text))
        }
    }
}

fn type_of(call: &mut Call<'_>) -> Result<(), Thrown> {
    let userdata = call.any(0)?.to_userdata();
    let name = match userdata.filter(|userdata| File::of(userdata).is_some()) {
        None => Value::NIL,
        Some(file) if is_open(file) => call.text("file"),
        Some(_) => call.text("closed file"),
    };
    call.give(name)
}
