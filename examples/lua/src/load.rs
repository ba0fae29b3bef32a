//! The text of a chunk → a function of the machine.

use mimeo::asm::FunctionIndex;

use crate::generate::generate;
use crate::heap::{Chunk, ChunkParts, Closure, Gc, Prototype};
use crate::ops::ops::{Table, Value, Vm};
use crate::resolve::resolve_chunk;
use crate::syntax::{Line, SyntaxError, shown_name};

/// Loads a chunk, as a function of which `environment` has the globals.
///
/// # Errors
///
/// The message that says why the text is no program.
pub fn load(vm: &mut Vm, source: &[u8], name: &[u8], environment: Gc<Table>) -> Result<Gc<Closure>, Vec<u8>> {
    let tree = resolve_chunk(source).map_err(|error| error.in_chunk(name))?;
    let shown = shown_name(name);
    // Nothing collects until the chunk holds them.
    let mut constants: Vec<Value> = tree.strings.iter().map(|text| vm.host.heap.text(text).into()).collect();
    let functions = generate(&tree, &String::from_utf8_lossy(&shown), &constants)
        .map_err(|error| SyntaxError { line: Line(error.line), message: error.message.into() }.in_chunk(name))?;
    let linked = vm.load(&functions.program);
    let program = vm.host.stubs.number(linked);
    let prototypes = (0..).zip(functions.infos).map(|(index, info)| {
        let mut prototype = Prototype::new(vm.callee(linked, FunctionIndex(index)), info.captures);
        (prototype.line, prototype.end_line, prototype.names) = (info.line, info.end_line, info.names);
        (prototype.parameters, prototype.is_variadic) = (info.parameters, info.is_variadic);
        prototype.upvalue_names = info.upvalue_names;
        prototype
    });
    let prototypes = prototypes.collect();
    constants.shrink_to_fit();
    let parts =
        ChunkParts { name: shown.into(), source: name.into(), constants: constants.into(), prototypes, program };
    let chunk: Gc<Chunk> = vm.host.heap.new_chunk(parts);
    Ok(vm.host.heap.new_closure(chunk, 0, environment, &[]))
}
