//! Chunks in strings, in files and from readers → functions.

use std::io::Read as _;

use mimeo::{Charge, MemoryKind, OutOfMemory, Thrown};

use crate::heap::Gc;
use crate::library::system::{error_parts, os_string};
use crate::load::{self, LoadError, is_compiled, load_parts};
use crate::ops::ops::{Table, Text, Value, Vm};
use crate::runtime::{Call, append, place, push_text, raise, run_protected, too_long};

pub(super) fn load(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (name, mode) = (call.string_if_any(1)?, call.string_if_any(2)?);
    let environment = call.get(3).to_table();
    let is_source = call.get(0).is_text() || call.get(0).is_number();
    if is_source {
        let source = call.string(0)?;
        let loaded = load_chunk(call.vm, source.bytes(), name.unwrap_or(source).bytes(), mode, environment);
        return give_loaded(call, loaded);
    }
    let reader = call.function(0)?;
    let name = name.as_ref().map_or(&b"=(load)"[..], |name| name.bytes());
    let mut thrown = None;
    let loaded = load_read(call, reader, &mut thrown, name, mode, environment);
    match thrown {
        Some(value) => call.give_all(&[Value::NIL, value]),
        None => give_loaded(call, loaded),
    }
}

/// The old name of `load`, which took only strings.
pub(super) fn loadstring(call: &mut Call<'_>) -> Result<(), Thrown> {
    load(call)
}

pub(super) fn loadfile(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (path, mode) = (call.string_if_any(0)?, call.string_if_any(1)?);
    let environment = call.get(2).to_table();
    let loaded = load_file(call.vm, path.as_ref().map(|path| path.bytes()), mode, environment);
    give_loaded(call, loaded)
}

pub(super) fn dofile(call: &mut Call<'_>) -> Result<(), Thrown> {
    let path = call.string_if_any(0)?;
    match load_file(call.vm, path.as_ref().map(|path| path.bytes()), None, None) {
        Ok(function) => {
            let values = call.run_all(function, &[])?;
            call.give_all(&values)
        }
        Err(LoadError::Stopped(stop)) => Err(stop),
        Err(LoadError::Message(message)) => {
            let message = call.text(message);
            Err(raise(call.vm, message))
        }
    }
}

fn give_loaded(call: &mut Call<'_>, loaded: Result<Value, LoadError>) -> Result<(), Thrown> {
    match loaded {
        Ok(function) => call.give(function),
        Err(LoadError::Stopped(stop)) => Err(stop),
        Err(LoadError::Message(message)) => {
            let message = call.text(message);
            call.give_all(&[Value::NIL, message])
        }
    }
}

/// Loads a chunk that a function of the program returns in parts. `thrown` is set to what that function throws.
fn load_read(
    call: &mut Call<'_>,
    reader: Value,
    thrown: &mut Option<Value>,
    name: &[u8],
    mode: Option<Gc<Text>>,
    environment: Option<Gc<Table>>,
) -> Result<Value, LoadError> {
    let charge = call.vm.memory().charge(MemoryKind::Tables, 0);
    let mut charge = charge.map_err(|OutOfMemory| no_memory())?;
    let place = place(call.vm, 1);
    let mut read = |vm: &mut Vm, text: &mut Vec<u8>| read_part(vm, reader, thrown, text, &mut charge, &place);
    let mut text = Vec::new();
    let mut is_part = read(call.vm, &mut text)?;
    let environment = environment_for(call.vm, &text, mode, environment)?;
    // A reader that loads by another reader would nest the parser, which takes native stack.
    if !is_part || is_compiled(&text) || call.vm.host.is_reading {
        while is_part {
            is_part = read(call.vm, &mut text)?;
        }
        return load::load(call.vm, &text, name, environment).map(Value::from);
    }
    call.vm.host.is_reading = true;
    let loaded = load_parts(call.vm, text, &mut read, name, environment);
    call.vm.host.is_reading = false;
    loaded.map(Value::from)
}

/// Calls a reader for the next part of a chunk, and appends it. Returns `false` if there is none. `place` begins the
/// message for a part of the wrong type.
fn read_part(
    vm: &mut Vm,
    reader: Value,
    thrown: &mut Option<Value>,
    text: &mut Vec<u8>,
    charge: &mut Charge,
    place: &[u8],
) -> Result<bool, LoadError> {
    let values = match run_protected(vm, reader, &[]) {
        Ok(values) => values,
        Err(failure) => {
            let failure = failure.unless_stopped(vm).map_err(LoadError::Stopped)?;
            *thrown = Some(failure.value);
            return Err(LoadError::Message(Vec::new()));
        }
    };
    let part = values.first().copied().unwrap_or(Value::NIL);
    let before = text.len();
    let more = part.to_text().map_or(0, |text| text.len as usize);
    if more > vm.host.bounds.text_len().saturating_sub(before) {
        return Err(LoadError::Stopped(too_long(vm)));
    }
    // The text of a number is short.
    let needed = before + more + 64;
    if needed > text.capacity() {
        let capacity = needed.max(2 * text.capacity());
        let is_refused = charge.resize(capacity).is_err() || text.try_reserve_exact(capacity - before).is_err();
        if is_refused || !has_memory(capacity.saturating_mul(COPIES)) {
            return Err(no_memory());
        }
    }
    if let Some(part) = part.to_text() {
        append(vm, text, part.bytes()).map_err(LoadError::Stopped)?;
    } else if !part.is_nil() && !push_text(text, part) {
        return Err(LoadError::Message([place, b"reader function must return a string"].concat()));
    }
    Ok(text.len() > before)
}

/// The copies of a text that the parser makes if it is a single token.
const COPIES: usize = 4;

/// Returns `true` if the system has so many bytes, for allocations that cannot be refused.
fn has_memory(bytes: usize) -> bool {
    Vec::<u8>::new().try_reserve_exact(bytes).is_ok()
}

fn no_memory() -> LoadError {
    LoadError::Message(OutOfMemory.to_string().into())
}

/// Loads a file, or standard input.
pub(in super::super) fn load_file(
    vm: &mut Vm,
    path: Option<&[u8]>,
    mode: Option<Gc<Text>>,
    environment: Option<Gc<Table>>,
) -> Result<Value, LoadError> {
    let (mut source, mut name) = (Vec::new(), b"=stdin".to_vec());
    match path {
        None => {
            let read = vm.host.stdin.read_to_end(&mut source);
            read.map_err(|error| failed("read", b"stdin", &error))?;
        }
        Some(path) => {
            let mut file = std::fs::File::open(os_string(path)).map_err(|error| failed("open", path, &error))?;
            file.read_to_end(&mut source).map_err(|error| failed("read", path, &error))?;
            name = [b"@", path].concat();
        }
    }
    load_chunk(vm, &source, &name, mode, environment)
}

fn failed(what: &str, path: &[u8], error: &std::io::Error) -> LoadError {
    let (text, _) = error_parts(error);
    LoadError::Message([b"cannot ", what.as_bytes(), b" ", path, b": ", text.as_bytes()].concat())
}

/// Loads a chunk if the mode allows its kind: `t` for text, `b` for compiled chunks.
fn load_chunk(
    vm: &mut Vm,
    source: &[u8],
    name: &[u8],
    mode: Option<Gc<Text>>,
    environment: Option<Gc<Table>>,
) -> Result<Value, LoadError> {
    let environment = environment_for(vm, source, mode, environment)?;
    load::load(vm, source, name, environment).map(Value::from)
}

/// Returns the environment for a chunk that begins with `text`, if the mode allows its kind.
fn environment_for(
    vm: &Vm,
    text: &[u8],
    mode: Option<Gc<Text>>,
    environment: Option<Gc<Table>>,
) -> Result<Gc<Table>, LoadError> {
    let kind = if is_compiled(text) { b'b' } else { b't' };
    if mode.is_some_and(|mode| !mode.bytes().contains(&kind)) {
        return Err(LoadError::Message(b"attempt to load chunk with wrong mode".to_vec()));
    }
    Ok(environment.unwrap_or(vm.host.globals))
}
