//! [`Trap`]: an error of the running program, with the place where it happened.

use std::fmt;

use mimeo_def::Pc;

use crate::asm::FunctionBody;

/// A place in the language's source text, as the compiler gave it to the assembler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// An error that ended a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What happened.
    pub message: String,
    /// Name of the function.
    pub function: String,
    /// The op that threw.
    pub pc: Pc,
    /// Where it stands in the source, if the compiler said.
    pub position: Option<Position>,
    /// Number of frames under way, the throwing one included.
    pub depth: usize,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "{position}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trap {}

/// Where an error was thrown.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) function: String,
    pub(crate) pc: Pc,
    pub(crate) position: Option<Position>,
    pub(crate) depth: usize,
}

impl Site {
    pub(crate) fn new(body: &FunctionBody, pc: Pc, depth: usize) -> Self {
        Site { function: body.name.clone(), pc, position: body.position(pc), depth }
    }
}
