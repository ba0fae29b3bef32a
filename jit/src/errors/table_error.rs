//! A table that was refused → the stencil, the rule that it breaks, and one sentence.

use std::fmt;

use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Feature};

use crate::errors::diagnostic::Diagnostic;
use crate::errors::patch_error::PatchError;

/// Why a table was refused. Nothing of a refused table is ever executed.
///
/// ```
/// use mimeo::jit::{HasJit, Unavailable};
/// use mimeo_doc_ops::jit_machine;
///
/// let (machine, _) = jit_machine();
/// if let Some(Unavailable::Table(error)) = machine.jit().and_then(|jit| jit.unavailable()) {
///     assert!(error.to_string().starts_with(error.problem.code().code()));
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableError {
    /// What of the table is wrong.
    pub stencil: StencilName,
    /// The rule that it breaks.
    pub problem: TableProblem,
}

/// The stencils of a table, and the table itself.
///
/// ```
/// use mimeo::jit::StencilName;
///
/// assert_eq!(StencilName::Enter.to_string(), "the stencil `enter`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StencilName {
    /// The table as a whole.
    Table,
    /// The way in.
    Enter,
    /// A way out.
    Exit(Exit),
    /// What stands for an op without a stencil.
    DeoptOp,
    /// The op with this name.
    Op(&'static str),
}

/// The parts of a stencil. A part of [`TableProblem`].
///
/// ```
/// use mimeo::def::CodeOffset;
/// use mimeo::jit::{Part, TableProblem};
///
/// let problem = TableProblem::Order { part: Part::Cold, at: CodeOffset(4) };
/// assert_ne!(problem, TableProblem::Order { part: Part::Hot, at: CodeOffset(4) });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Code that runs every time.
    Hot,
    /// Code of slow paths.
    Cold,
}

/// The rules that a table can break.
///
/// ```
/// use mimeo::jit::{Diagnostic, TableProblem};
///
/// assert_eq!(TableProblem::Abi { found: 1, expected: 2 }.code(), Diagnostic::StencilSource);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are what the message of each names")]
#[non_exhaustive]
pub enum TableProblem {
    /// The build made no stencils.
    NoStencils { reason: &'static str },
    /// It was made for another version of the machine's layouts.
    Abi { found: u32, expected: u32 },
    /// It was made for another architecture.
    Arch { found: Arch, host: Option<Arch> },
    /// Its code needs more of the processor than this one has.
    Baseline { missing: Vec<Feature> },
    /// It has not one place for each op.
    OpCount { found: usize, expected: usize },
    /// It has not one stencil for each exit.
    ExitCount { found: usize, expected: usize },
    /// The ops are not in the order of the instruction set.
    OpName { expected: &'static str },
    /// It was made from another definition.
    Fingerprint { differences: Vec<&'static str> },
    /// The hot part has no code.
    Empty,
    /// A part is no whole number of instructions.
    Length { part: Part, len_bytes: usize },
    /// A hole is outside its part, or not at an instruction that its kind can fill.
    Hole { part: Part, error: PatchError },
    /// Holes are not sorted, or overlap.
    Order { part: Part, at: CodeOffset },
    /// A hole of another architecture.
    ForeignKind { part: Part, at: CodeOffset, kind: PatchKind },
    /// An operand that the op has not.
    NoOperand { part: Part, at: CodeOffset, index: u16 },
    /// The length of an operand that is no window.
    NoWindow { part: Part, at: CodeOffset, operand: &'static str },
    /// A runtime function that the instruction set has not.
    NoRuntime { part: Part, at: CodeOffset, index: u16 },
    /// A value that this stencil cannot have.
    NoValue { part: Part, at: CodeOffset, value: HoleValue },
    /// An address in a field for numbers, or the other way round.
    Class { part: Part, at: CodeOffset, kind: PatchKind, value: HoleValue },
    /// The addend leads out of the part that it refers to, or into the middle of an instruction.
    Addend { part: Part, at: CodeOffset, value: HoleValue, addend: i64 },
    /// Only some of the 16-bit pieces of a number are written.
    Pieces { value: HoleValue, needed: usize },
    /// What is said to be the jump to the continuation is something else.
    TailJump { len_bytes: u8 },
}

impl TableProblem {
    /// Returns the stable diagnostic. See [`TableProblem`] for an example.
    pub fn code(&self) -> Diagnostic {
        match self {
            TableProblem::Arch { .. } | TableProblem::Baseline { .. } | TableProblem::NoStencils { .. } => {
                Diagnostic::Target
            }
            _ => Diagnostic::StencilSource,
        }
    }
}

impl fmt::Display for StencilName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StencilName::Table => f.write_str("the table of stencils"),
            StencilName::Enter => f.write_str("the stencil `enter`"),
            StencilName::Exit(exit) => write!(f, "the stencil of the exit `{}`", exit.name()),
            StencilName::DeoptOp => f.write_str("the stencil of `OP_DEOPT`"),
            StencilName::Op(name) => write!(f, "the stencil of `{name}`"),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Hot => "hot",
            Part::Cold => "cold",
        })
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let TableProblem::NoStencils { reason } = self.problem {
            return write!(f, "{}: no stencils: {reason}", self.problem.code());
        }
        write!(f, "{}: {} {}", self.problem.code(), self.stencil, self.problem)
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableProblem::NoStencils { reason } => write!(f, "is empty: {reason}"),
            TableProblem::Abi { found, expected } => {
                write!(f, "was made for version {found} of the stencil ABI, this is version {expected}")
            }
            TableProblem::Arch { found, host } => {
                let host = host.map_or(std::env::consts::ARCH, Arch::name);
                write!(f, "is for {}, this machine is {host}", found.name())
            }
            TableProblem::Baseline { missing } => {
                let names: Vec<_> = missing.iter().map(|feature| feature.name()).collect();
                write!(f, "needs a processor with {}, which this one does not have", names.join(", "))
            }
            TableProblem::OpCount { found, expected } => {
                write!(f, "has {found} ops, the instruction set has {expected}")
            }
            TableProblem::ExitCount { found, expected } => write!(f, "has {found} exits instead of {expected}"),
            TableProblem::OpName { expected } => write!(f, "stands where that of `{expected}` should"),
            TableProblem::Fingerprint { differences } => {
                write!(f, "was made from another definition; changed: {}", differences.join(", "))
            }
            TableProblem::Empty => f.write_str("has no code"),
            TableProblem::Length { part, len_bytes } => {
                write!(f, "has a {part} part of {len_bytes} bytes, which is no whole number of instructions")
            }
            TableProblem::Hole { part, error } => write!(f, "has a damaged {part} part: {}", error.sentence()),
            TableProblem::Order { part, at } => {
                write!(f, "has a hole at byte {} of its {part} part that overlaps the one before or precedes it", at.0)
            }
            TableProblem::ForeignKind { part, at, kind } => {
                write!(f, "has a hole for {} at byte {} of its {part} part", kind.arch().name(), at.0)
            }
            TableProblem::NoOperand { part, at, index } => {
                write!(f, "wants operand {index} at byte {} of its {part} part, which the op has not", at.0)
            }
            TableProblem::NoWindow { part, at, operand } => {
                write!(f, "wants a length of `{operand}` at byte {} of its {part} part, which is no window", at.0)
            }
            TableProblem::NoRuntime { part, at, index } => {
                write!(f, "wants runtime function {index} at byte {} of its {part} part, which does not exist", at.0)
            }
            TableProblem::NoValue { part, at, value } => {
                write!(f, "cannot have {value:?}, as byte {} of its {part} part wants", at.0)
            }
            TableProblem::Class { part, at, kind, value } => {
                write!(f, "puts {value:?} into {kind:?} at byte {} of its {part} part, which is for other values", at.0)
            }
            TableProblem::Addend { part, at, value, addend } => {
                write!(f, "adds {addend} to {value:?} at byte {} of its {part} part, which leads astray", at.0)
            }
            TableProblem::Pieces { value, needed } => {
                write!(f, "does not write all {needed} 16-bit pieces of {value:?}")
            }
            TableProblem::TailJump { len_bytes } => {
                write!(f, "does not end in a jump of {len_bytes} bytes to its continuation")
            }
        }
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            TableProblem::Hole { error, .. } => Some(error),
            _ => None,
        }
    }
}
