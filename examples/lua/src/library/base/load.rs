//! Chunks in strings, in files and from readers → functions.

use std::io::Read as _;

use mimeo::{MemoryKind, OutOfMemory, Thrown};

use crate::heap::Gc;
use crate::library::system::{error_parts, os_string};
use crate::load::LoadError;
use crate::ops::ops::{Table, Text, Value, Vm};
use crate::runtime::{Call, push_text, raise, run_protected, too_long};

/// The first byte of compiled chunks.
const ESCAPE: u8 = 0x1b;

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
    let source = match read_all(call, reader)? {
        Ok(source) => source,
        Err(value) => return call.give_all(&[Value::NIL, value]),
    };
    let name = name.as_ref().map_or(&b"=(load)"[..], |name| name.bytes());
    let loaded = load_chunk(call.vm, &source, name, mode, environment);
    give_loaded(call, loaded)
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

/// Calls a reader until it returns nothing, and returns everything, or the value of an error.
fn read_all(call: &mut Call<'_>, reader: Value) -> Result<Result<Vec<u8>, Value>, Thrown> {
    let mut source = Vec::new();
    let Ok(mut charge) = call.vm.memory().charge(MemoryKind::Tables, 0) else { return Ok(Err(no_memory(call))) };
    loop {
        let values = match run_protected(call.vm, reader, &[]) {
            Ok(values) => values,
            Err(failure) => return Ok(Err(failure.unless_stopped(call.vm)?.value)),
        };
        let part = values.first().copied().unwrap_or(Value::NIL);
        let before = source.len();
        let more = part.to_text().map_or(0, |text| text.len as usize);
        if more > call.vm.host.bounds.text_len().saturating_sub(before) {
            return Err(too_long(call.vm));
        }
        call.work(more)?;
        // The text of a number is short.
        let needed = before + more + 64;
        if needed > source.capacity() {
            let capacity = needed.max(2 * source.capacity());
            if charge.resize(capacity).is_err() || source.try_reserve_exact(capacity - before).is_err() {
                return Ok(Err(no_memory(call)));
            }
        }
        if !part.is_nil() && !push_text(&mut source, part) {
            let mut message = crate::runtime::place(call.vm, 1);
            message.extend_from_slice(b"reader function must return a string");
            return Ok(Err(call.text(message)));
        }
        if source.len() == before {
            return Ok(Ok(source));
        }
    }
}

fn no_memory(call: &mut Call<'_>) -> Value {
    call.text(OutOfMemory.to_string())
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
    let is_compiled = source.first() == Some(&ESCAPE);
    let kind = if is_compiled { b'b' } else { b't' };
    if mode.is_some_and(|mode| !mode.bytes().contains(&kind)) {
        return Err(LoadError::Message(b"attempt to load chunk with wrong mode".to_vec()));
    }
    let environment = environment.unwrap_or(vm.host.globals);
    crate::load::load(vm, source, name, environment).map(Value::from)
}
