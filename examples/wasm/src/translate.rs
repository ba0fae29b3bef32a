//! The validated functions of a module → bytecode.
//!
//! WebAssembly's operand stack has a fixed shape at each instruction, so each place on it is a slot after those of the
//! locals. A local or a constant that is pushed is not copied there before that is necessary: see [`operands`].

mod blocks;
mod conditions;
mod operands;
mod operators;

use mimeo::Position;
use mimeo::asm::{AssembleError, FunctionBody as Bytecode, FunctionIndex};
use mimeo::def::Slot;
use wasmparser::{FunctionBody, Operator};

use crate::Error;
use crate::module::Declared;
use crate::ops::ops::{Assembler, Program, ProgramBuilder};
use crate::value::FuncType;

use blocks::Block;
use operands::Operand;

/// Returns the program, and for each function that can be called from outside of its instance the code for that.
pub(crate) fn translate(
    declared: &Declared,
    bodies: &[FunctionBody<'_>],
) -> Result<(Program, Vec<Option<FunctionIndex>>), Error> {
    let mut builder = ProgramBuilder::new();
    let mut functions = Vec::with_capacity(bodies.len());
    let mut outside = vec![None; declared.functions.len()];
    for index in declared.imported_functions..declared.functions.len() as u32 {
        functions.push(builder.declare(declared.name_of(index)));
    }
    for (at, body) in bodies.iter().enumerate() {
        let index = declared.imported_functions + at as u32;
        builder.define(functions[at], translate_function(declared, &functions, index, body)?);
        if declared.is_referenced[index as usize] {
            let entry = builder.declare(String::new());
            builder.define(entry, enter_and_call(functions[at], declared.type_of(index)).map_err(too_large)?);
            outside[index as usize] = Some(entry);
        }
    }
    let program = builder.finish().map_err(too_large)?;
    Ok((program.verify().expect("the translation is right"), outside))
}

fn too_large(error: AssembleError) -> Error {
    Error::Module(error.to_string(), 0)
}

/// Makes the code that calls a function from outside of its instance: it makes the instance the running one.
fn enter_and_call(function: FunctionIndex, ty: &FuncType) -> Result<Bytecode, AssembleError> {
    let (arity, results) = (ty.params.len() as u16, ty.results.len() as u16);
    let (owner, window) = (Slot(arity), arity + 1);
    let mut code = Assembler::new("", arity, window + arity.max(results).max(1));
    code.enter_instance(owner);
    for parameter in 0..arity {
        code.copy(Slot(window + parameter), Slot(parameter));
    }
    code.call(function, Slot(window), arity);
    code.leave_instance(owner);
    code.ret_all(Slot(window), results);
    code.finish()
}

/// Makes the code that calls a function of the host with these numbers of parameters and results.
pub(crate) fn call_host(arity: u16, results: u16) -> Program {
    let values = arity.max(results);
    let mut code = Assembler::new("", arity, values.max(1));
    code.host_call(Slot(0), values);
    let mut builder = ProgramBuilder::new();
    let index = builder.declare("");
    builder.define(index, code.finish().expect("it has no labels"));
    builder.finish().expect("it is defined").verify().expect("it is right")
}

/// So many locals take more code to be set to 0 one by one than together, but less time.
const FEW_LOCALS: u16 = 8;

/// A function in translation.
struct Translator<'a> {
    declared: &'a Declared,
    /// The code of the module's own functions.
    functions: &'a [FunctionIndex],
    ty: &'a FuncType,
    code: Assembler,
    /// The instructions that follow, in reverse order.
    ahead: Vec<(u64, Operator<'a>)>,
    /// The number of locals, which have the first slots.
    locals: u32,
    /// The operand stack.
    stack: Vec<Operand>,
    /// The largest number of slots so far.
    slots: u32,
    /// The blocks around the instruction, the function's own first.
    blocks: Vec<Block>,
    /// Whether the instruction can be reached.
    is_reachable: bool,
}

fn translate_function<'a>(
    declared: &'a Declared,
    functions: &'a [FunctionIndex],
    index: u32,
    body: &FunctionBody<'a>,
) -> Result<Bytecode, Error> {
    let ty = declared.type_of(index);
    let mut locals = ty.params.len() as u32;
    for group in body.get_locals_reader()? {
        locals += group?.0;
    }
    let mut ahead = Vec::new();
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, offset) = operator?;
        ahead.push((offset, operator));
    }
    ahead.reverse();
    let arity = ty.params.len() as u16;
    let mut code = Assembler::new(declared.name_of(index), arity, arity);
    code.set_temporaries(Slot(0));
    let mut translator = Translator {
        declared,
        functions,
        ty,
        code,
        ahead,
        locals,
        stack: Vec::new(),
        slots: locals,
        blocks: Vec::new(),
        is_reachable: true,
    };
    translator.begin();
    while let Some((offset, operator)) = translator.ahead.pop() {
        translator.code.at(Position { line: offset as u32, column: 0 });
        translator.operator(operator);
        if translator.slots > u32::from(u16::MAX) {
            return Err(Error::Module("the function needs too many slots".to_owned(), offset as usize));
        }
    }
    translator.code.set_locals(translator.slots as u16);
    translator.code.finish().map_err(too_large)
}

impl<'a> Translator<'a> {
    fn begin(&mut self) {
        // A function with more slots is refused.
        let (first, end) = (self.ty.params.len() as u16, self.locals.min(u32::from(u16::MAX)) as u16);
        if end - first > FEW_LOCALS {
            self.code.clear(Slot(first), end - first);
        } else {
            (first..end).for_each(|local| self.code.constant(Slot(local), 0));
        }
        let end = self.code.label();
        self.blocks.push(Block::function(end, self.ty.results.len()));
    }

    /// Returns the next instruction without taking it.
    fn peek(&self) -> Option<&Operator<'a>> {
        self.ahead.last().map(|(_, operator)| operator)
    }
}
