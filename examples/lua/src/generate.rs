//! The trees of functions → bytecode, in one pass: every node appends its own ops.
//!
//! Slot 0 of a frame is the running function. The parameters follow, then the locals in the order of their
//! declarations, then temporaries, which are allocated and freed like a stack.

mod access;
mod assign;
mod condition;
mod constant;
mod expression;
mod fold;
mod function;
mod loops;
mod operation;
mod shortcut;
mod statement;
mod table;

use lua_syntax::parse::{Function, FunctionId};
use lua_syntax::syntax::{Line, SyntaxError};
use mimeo::asm::{AssembleError, FunctionBody};

use crate::heap::{Capture, LocalRange, OperandName, StopPoint};
use crate::ops::ops::{Program, Value};

use function::Generator;

/// Information about a function besides its code.
#[derive(Default)]
pub(crate) struct Info {
    pub(crate) line: u32,
    pub(crate) end_line: u32,
    pub(crate) captures: Box<[Capture]>,
    pub(crate) names: Box<[OperandName]>,
    pub(crate) parameters: u32,
    pub(crate) is_variadic: bool,
    pub(crate) upvalue_names: Box<[u32]>,
    /// Its locals.
    pub(crate) locals: Vec<LocalRange>,
    /// Where debuggers and hooks can stop it, in the order of the code.
    pub(crate) stops: Vec<StopPoint>,
}

/// The code of a chunk, of which the functions arrive one by one.
pub(crate) struct Generated {
    /// The chunk's name, as messages show it.
    name: Vec<u8>,
    functions: Vec<FunctionBody>,
    /// Other information about each function.
    infos: Vec<Info>,
    /// The literals of long tables.
    literals: Vec<u64>,
}

/// The code of a whole chunk.
pub(crate) struct Whole {
    /// The chunk's name, as messages show it.
    pub(crate) name: Box<[u8]>,
    pub(crate) program: Program,
    /// Other information about each function.
    pub(crate) infos: Vec<Info>,
    /// The literals of long tables.
    pub(crate) literals: Box<[Value]>,
}

impl Generated {
    /// Creates the code of a chunk with this name, which has no functions yet.
    pub(crate) fn new(name: Vec<u8>) -> Generated {
        Generated { name, functions: Vec::new(), infos: Vec::new(), literals: Vec::new() }
    }

    /// Generates the code of a function. Those in it were generated before.
    ///
    /// # Errors
    ///
    /// If the function is too large.
    pub(crate) fn add(&mut self, id: FunctionId, function: &Function<'_>) -> Result<(), SyntaxError> {
        // Error messages of the machine and reports use this name.
        let name = format!("{}:{}", String::from_utf8_lossy(&self.name), function.line);
        let (body, info) = Generator::new(&mut self.infos, &mut self.literals, function, name).run()?;
        let body = body.map_err(|error| too_large(function.line, &error))?;
        let len = self.functions.len().max(id.index() + 1);
        self.functions.resize_with(len, FunctionBody::default);
        self.infos.resize_with(len, Info::default);
        (self.functions[id.index()], self.infos[id.index()]) = (body, info);
        Ok(())
    }

    /// Returns the code, whose first function is the chunk itself. `constants` are the chunk's names and string literals.
    pub(crate) fn finish(mut self, constants: &[Value]) -> Whole {
        for function in &mut self.functions {
            constant::place_texts(&mut function.constants, constants);
        }
        constant::place_texts(&mut self.literals, constants);
        let program = Program::new(self.functions, Vec::new()).verify();
        let program = program.unwrap_or_else(|error| panic!("the generator emitted invalid code: {error}"));
        let literals = self.literals.into_iter().map(Value).collect();
        Whole { name: self.name.into(), program, infos: self.infos, literals }
    }
}

fn too_large(line: Line, error: &AssembleError) -> SyntaxError {
    match error {
        AssembleError::TooLong { .. } => SyntaxError { line, message: b"function is too long".into() },
        other => unreachable!("a bug in the generator: {other}"),
    }
}
