//! The resolved tree → bytecode, in one pass: every node appends its own ops.
//!
//! Slot 0 of a frame is the running function. The parameters follow, then the locals in the order of their
//! declarations, then temporaries, which are allocated and freed like a stack.

mod access;
mod assign;
mod condition;
mod constant;
mod expression;
mod function;
mod loops;
mod operation;
mod statement;
mod table;

use lua_syntax::resolve::Tree;
use mimeo::asm::{AssembleError, FunctionIndex};

use crate::heap::{Capture, LocalRange, OperandName, StopPoint};
use crate::ops::ops::{Program, ProgramBuilder, Value};

use function::Generator;

/// The code of a chunk.
pub(crate) struct Generated {
    /// The functions. The first one is the chunk itself.
    pub(crate) program: Program,
    /// Other information about each function.
    pub(crate) infos: Vec<Info>,
}

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

/// An error: a function has more of something than its encoding can hold.
#[derive(Debug)]
pub(crate) struct TooLarge {
    pub(crate) line: u32,
    pub(crate) message: String,
}

/// Generates the code of a chunk. `constants` are its names and string literals.
///
/// # Errors
///
/// If a function is too large.
pub(crate) fn generate(tree: &Tree, name: &str, constants: &[Value]) -> Result<Generated, TooLarge> {
    let mut chunk = ChunkState { name, constants, program: ProgramBuilder::new(), infos: Vec::new() };
    chunk.function(&tree.main)?;
    let program = chunk.program.finish().expect("every function is defined");
    let program = program.verify().unwrap_or_else(|error| panic!("the generator emitted invalid code: {error}"));
    Ok(Generated { program, infos: chunk.infos })
}

/// What the functions of a chunk share.
struct ChunkState<'a> {
    name: &'a str,
    constants: &'a [Value],
    program: ProgramBuilder,
    infos: Vec<Info>,
}

impl ChunkState<'_> {
    /// Generates a function and the functions in it, and returns its index.
    fn function(&mut self, function: &lua_syntax::resolve::Function) -> Result<u32, TooLarge> {
        // Error messages of the machine and reports use this name.
        let name = format!("{}:{}", self.name, function.line);
        let FunctionIndex(index) = self.program.declare(&name);
        self.infos.push(Info::default());
        let (body, info) = Generator::new(self, function, &name).run()?;
        let body = body.map_err(|error| TooLarge { line: function.line.0, message: too_large(&error) })?;
        self.program.define(FunctionIndex(index), body);
        self.infos[index as usize] = info;
        Ok(index)
    }
}

fn too_large(error: &AssembleError) -> String {
    match error {
        AssembleError::TooLong { .. } => "function is too long".to_owned(),
        other => unreachable!("a bug in the generator: {other}"),
    }
}
