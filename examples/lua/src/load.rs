//! The text of a chunk → a function of the machine.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lua_syntax::Steps;
use lua_syntax::parse::{Memory, parse_chunk};
use lua_syntax::syntax::{Source, SyntaxError, shown_name};
use mimeo::asm::FunctionIndex;
use mimeo::{Charge, FunctionRef, MemoryKind, OutOfMemory, Thrown};

use crate::dump::{self, Dumped};
use crate::generate::{Generated, Whole};
use crate::heap::{Chunk, ChunkParts, Closure, Gc, LocalRange, Prototype, StopPoint};
use crate::ops::ops::{Ops, Table, Value, Vm};
use crate::runtime::{collect_before, free_memory, pay, pay_at_once};

/// A loaded function, with its locals and the places where it can stop.
pub(crate) type Debugged = (FunctionRef<Ops>, Vec<LocalRange>, Vec<StopPoint>);

/// A debugger of the program.
pub(crate) trait Debugger {
    /// Receives the functions of a chunk that is being loaded: the number of its program, the name that was passed to
    /// `load`, and its constants.
    fn loaded(&self, vm: &mut Vm, program: u64, name: &[u8], constants: &[Value], functions: Vec<Debugged>);

    /// Receives the message of an error that nothing catches, before its functions are left.
    fn failed(&self, vm: &mut Vm, message: &[u8]);
}

/// Loads a chunk as a function whose globals are in `environment`.
///
/// # Errors
///
/// If the text does not compile, or the host stops the program meanwhile.
pub fn load(vm: &mut Vm, source: &[u8], name: &[u8], environment: Gc<Table>) -> Result<Gc<Closure>, LoadError> {
    if !is_compiled(source) {
        return load_text(vm, source, name, environment);
    }
    let refused = || {
        let name = match name {
            [ESCAPE, ..] => &b"(binary)"[..],
            [b'@' | b'=', name @ ..] | name => name,
        };
        LoadError::Message([name, b": cannot load incompatible bytecode"].concat())
    };
    let Dumped { prototype, name, text } = dump::parse(source).ok_or_else(refused)?;
    let whole = load_text(vm, text, name, environment)?;
    let chunk = whole.prototype().chunk();
    let captures = chunk.parts().prototypes.get(prototype as usize).ok_or_else(refused)?.captures.len();
    // A chunk that is loaded again has no enclosing functions: its upvalues start as nil.
    let upvalues: Vec<_> = (0..captures).map(|_| vm.host.heap.closed_upvalue(Value::NIL)).collect();
    Ok(vm.host.heap.new_closure(chunk, prototype, environment, &upvalues))
}

/// About how many bytes the parser and the generator take for each byte of the text, with the program that they make.
const BYTES_PER_BYTE: usize = 32;

/// About how many bytes the program takes for each byte of the text.
const CODE_PER_BYTE: usize = 9;

/// Charges for compiling a text of this length, after a full cycle of the collector if there is not enough memory.
fn charge_compiler(vm: &mut Vm, len: usize) -> Result<Charge, OutOfMemory> {
    let bytes = len.saturating_mul(BYTES_PER_BYTE);
    vm.memory().charge(MemoryKind::Tables, bytes).or_else(|OutOfMemory| {
        free_memory(vm);
        vm.memory().charge(MemoryKind::Tables, bytes)
    })
}

/// The first byte of what `string.dump` returns.
const ESCAPE: u8 = 0x1b;

/// Returns `true` if a chunk is what `string.dump` returns.
pub(crate) fn is_compiled(source: &[u8]) -> bool {
    source.first() == Some(&ESCAPE)
}

/// Why a chunk was not loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The message says why the chunk does not compile.
    Message(Vec<u8>),
    /// The host stopped the program, or reading has failed with an error.
    Stopped(Thrown),
}

/// The work of loading a chunk, however short.
const WORK_PER_CHUNK: usize = 1 << 14;

/// The work of a step of the parser.
pub(crate) const WORK_PER_STEP: usize = 64;

fn load_text(vm: &mut Vm, source: &[u8], name: &[u8], environment: Gc<Table>) -> Result<Gc<Closure>, LoadError> {
    pay(vm, WORK_PER_CHUNK).map_err(LoadError::Stopped)?;
    collect_before(vm, source.len().saturating_mul(CODE_PER_BYTE));
    let compiler = charge_compiler(vm, source.len()).map_err(out_of_memory)?;
    let memory = std::mem::take(&mut vm.host.parser);
    let (mut source, mut stop) = (Source::whole(source.into()), None);
    let mut may_continue = |steps: u32| {
        stop = pay_at_once(vm, steps as usize * WORK_PER_STEP).err();
        stop.is_none()
    };
    let compiled = compile(&mut source, Steps::limited(&mut may_continue), memory, name);
    if let Some(stop) = stop {
        return Err(LoadError::Stopped(stop));
    }
    load_compiled(vm, compiled, source.into_text(), name, environment, compiler)
}

/// Appends the next part of a chunk. Returns `false` if there is none.
pub(crate) type ReadPart<'a> = &'a mut dyn FnMut(&mut Vm, &mut Vec<u8>) -> Result<bool, LoadError>;

/// Loads a chunk that is not compiled and arrives in parts, and begins with `text`. Reads no more than the parser needs up
/// to the first error.
///
/// # Errors
///
/// If the text does not compile, the host stops the program meanwhile, or reading fails.
pub(crate) fn load_parts(
    vm: &mut Vm,
    text: Vec<u8>,
    read: ReadPart<'_>,
    name: &[u8],
    environment: Gc<Table>,
) -> Result<Gc<Closure>, LoadError> {
    pay(vm, WORK_PER_CHUNK).map_err(LoadError::Stopped)?;
    let mut compiler = charge_compiler(vm, text.len()).map_err(out_of_memory)?;
    let memory = std::mem::take(&mut vm.host.parser);
    let (shared, failure) = (RefCell::new(&mut *vm), Cell::new(None));
    let mut read_part = |text: &mut Vec<u8>| {
        let vm = &mut *shared.borrow_mut();
        let read = read(vm, text).and_then(|is_part| {
            let bytes = text.len().saturating_mul(BYTES_PER_BYTE);
            match compiler.resize(bytes) {
                Ok(()) => Ok(is_part),
                Err(OutOfMemory) => {
                    free_memory(vm);
                    compiler.resize(bytes).map(|()| is_part).map_err(out_of_memory)
                }
            }
        });
        read.unwrap_or_else(|error| {
            failure.set(Some(error));
            false
        })
    };
    let mut may_continue = |steps: u32| {
        let stop = pay_at_once(&mut shared.borrow_mut(), steps as usize * WORK_PER_STEP).err();
        let may_continue = stop.is_none();
        if let Some(stop) = stop {
            failure.set(Some(LoadError::Stopped(stop)));
        }
        may_continue
    };
    let mut source = Source::parts(text, &mut read_part);
    let compiled = compile(&mut source, Steps::limited(&mut may_continue), memory, name);
    let text = source.into_text();
    match failure.take() {
        Some(failure) => Err(failure),
        None => load_compiled(vm, compiled, text, name, environment, compiler),
    }
}

fn out_of_memory(_: OutOfMemory) -> LoadError {
    LoadError::Message(b"not enough memory".to_vec())
}

/// The code of a chunk, and the memory of the parser with the chunk's names and string literals.
type Compiled = (Generated, Memory);

/// Compiles a chunk. The heap is not used, because the collector can run while the source is read.
fn compile(
    source: &mut Source<'_>,
    steps: Steps<'_>,
    mut memory: Memory,
    name: &[u8],
) -> Result<Compiled, SyntaxError> {
    let mut code = Generated::new(shown_name(name));
    parse_chunk(source, steps, &mut memory, &mut |id, function| code.add(id, function))?;
    Ok((code, memory))
}

/// Loads the code of a chunk.
fn load_compiled(
    vm: &mut Vm,
    compiled: Result<Compiled, SyntaxError>,
    text: Vec<u8>,
    name: &[u8],
    environment: Gc<Table>,
    compiler: Charge,
) -> Result<Gc<Closure>, LoadError> {
    let (code, mut memory) = compiled.map_err(|error| LoadError::Message(error.in_chunk(name)))?;
    // The chunk itself, with its strings.
    if vm.host.heap.claim(2 * text.len()).is_err() {
        free_memory(vm);
        vm.host.heap.claim(2 * text.len()).map_err(out_of_memory)?;
    }
    // No collection happens before the chunk holds these texts.
    let constants: Box<[Value]> = memory.strings().iter().map(|text| vm.host.heap.text(text).into()).collect();
    let Whole { name: shown, program, infos, literals } = code.finish(&constants);
    memory.trim(text.len());
    vm.host.parser = memory;
    drop(compiler);
    let mut linked = vm.load(&program);
    if matches!(linked, Err(mimeo::LoadError::OutOfMemory)) {
        let kept = vm.host.kept.len();
        vm.host.kept.extend_from_slice(&constants);
        free_memory(vm);
        vm.host.kept.truncate(kept);
        linked = vm.load(&program);
    }
    let linked = match linked {
        Err(mimeo::LoadError::OutOfMemory) => return Err(out_of_memory(OutOfMemory)),
        linked => linked.expect("there are no index spaces"),
    };
    let program = vm.host.stubs.number(linked);
    let debugger = vm.host.embedding.debugger.clone();
    let mut debugged = Vec::new();
    let prototypes = (0..).zip(infos).map(|(index, info)| {
        if debugger.is_some() {
            debugged.push((linked.function(FunctionIndex(index)), info.locals.clone(), info.stops.clone()));
        }
        // SAFETY: (5) of `TrustedOps`: a closure keeps its chunk alive, and the program is unloaded with the chunk.
        let callee = unsafe { vm.callee(linked.function(FunctionIndex(index))) }.expect("it was just loaded");
        let mut prototype = Prototype::new(callee, info.captures);
        (prototype.line, prototype.end_line, prototype.names) = (info.line, info.end_line, info.names);
        (prototype.parameters, prototype.is_variadic) = (info.parameters, info.is_variadic);
        (prototype.upvalue_names, prototype.stops) = (info.upvalue_names, info.stops.into());
        prototype.locals = info.locals.into();
        prototype
    });
    let prototypes = prototypes.collect();
    if let Some(debugger) = debugger {
        debugger.loaded(vm, program, name, &constants, debugged);
    }
    let text: Rc<[u8]> = text.into();
    // `loadstring` names a chunk by its text.
    let source = if name == &*text { Rc::clone(&text) } else { name.into() };
    let parts = ChunkParts { name: shown, source, text, constants, literals, prototypes, program };
    let chunk: Gc<Chunk> = vm.host.heap.new_chunk(parts);
    Ok(vm.host.heap.new_closure(chunk, 0, environment, &[]))
}
