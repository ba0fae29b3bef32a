//! A table that was refused → [`TableError`]: the stencil, the rule that it breaks, and one sentence.

use std::fmt;

use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Feature};

use crate::errors::diagnostic::Diagnostic;
use crate::errors::patch_error::PatchError;

/// The reason why a table was refused. Nothing in a refused table is ever executed.
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
    /// The invalid stencil, or the table itself.
    pub stencil: StencilName,
    /// The broken rule.
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
    /// The entry to native code.
    Enter,
    /// An exit from native code.
    Exit(Exit),
    /// The replacement for an op without a stencil.
    DeoptOp,
    /// The stencil that counts an event.
    Poll,
    /// The stencil that runs optimized code before a loop head.
    Graft,
    /// The op with this name.
    Op(&'static str),
}

/// The code parts of a stencil, for [`TableProblem`].
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
    /// The table was made for another version of the stencil ABI.
    Abi { found: u32, expected: u32 },
    /// The table was made for another architecture.
    Arch { found: Arch, host: Option<Arch> },
    /// The code needs processor features that this processor lacks.
    Baseline { missing: Vec<Feature> },
    /// The table does not have one entry for each op.
    OpCount { found: usize, expected: usize },
    /// The table does not have one stencil for each exit.
    ExitCount { found: usize, expected: usize },
    /// The ops are not in the order of the instruction set.
    OpName { expected: &'static str },
    /// The stencil was made from another definition of the op.
    Fingerprint { differences: Vec<&'static str> },
    /// The hot part has no code.
    Empty,
    /// A part is not a whole number of instructions.
    Length { part: Part, len_bytes: usize },
    /// A hole is outside its part, or not at an instruction that its kind can fill.
    Hole { part: Part, error: PatchError },
    /// Holes are not sorted, or overlap.
    Order { part: Part, at: CodeOffset },
    /// A hole is for another architecture.
    ForeignKind { part: Part, at: CodeOffset, kind: PatchKind },
    /// A hole refers to an operand that the op does not have.
    NoOperand { part: Part, at: CodeOffset, index: u16 },
    /// A hole refers to the length of an operand that is not a window.
    NoWindow { part: Part, at: CodeOffset, operand: &'static str },
    /// A hole refers to a runtime function that the instruction set does not have.
    NoRuntime { part: Part, at: CodeOffset, index: u16 },
    /// A hole refers to a value that this stencil cannot have.
    NoValue { part: Part, at: CodeOffset, value: HoleValue },
    /// An address is in a field for numbers, or a number in one for addresses.
    Class { part: Part, at: CodeOffset, kind: PatchKind, value: HoleValue },
    /// The addend points outside the part that the hole refers to, or inside an instruction.
    Addend { part: Part, at: CodeOffset, value: HoleValue, addend: i64 },
    /// Only some of the 16-bit pieces of a number are written.
    Pieces { value: HoleValue, needed: usize },
    /// The stencil does not end in the jump to the continuation that the table declares.
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
            StencilName::Poll => f.write_str("the stencil `poll`"),
            StencilName::Graft => f.write_str("the stencil `graft`"),
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
                write!(f, "was made for version {found} of the stencil ABI, but this is version {expected}")
            }
            TableProblem::Arch { found, host } => {
                let host = host.map_or(std::env::consts::ARCH, Arch::name);
                write!(f, "is for {}, but this machine is {host}", found.name())
            }
            TableProblem::Baseline { missing } => {
                let names: Vec<_> = missing.iter().map(|feature| feature.name()).collect();
                write!(f, "needs a processor with {}, which this one lacks", names.join(", "))
            }
            TableProblem::OpCount { found, expected } => {
                write!(f, "has {found} ops, but the instruction set has {expected}")
            }
            TableProblem::ExitCount { found, expected } => write!(f, "has {found} exits instead of {expected}"),
            TableProblem::OpName { expected } => write!(f, "is in the place of that of `{expected}`"),
            TableProblem::Fingerprint { differences } => {
                write!(f, "was made from another definition; changed: {}", differences.join(", "))
            }
            TableProblem::Empty => f.write_str("has no code"),
            TableProblem::Length { part, len_bytes } => {
                write!(f, "has a {part} part of {len_bytes} bytes, which is not a whole number of instructions")
            }
            TableProblem::Hole { part, error } => write!(f, "has a damaged {part} part: {}", error.sentence()),
            TableProblem::Order { part, at } => {
                write!(f, "has a hole at byte {} of its {part} part that overlaps the one before or precedes it", at.0)
            }
            TableProblem::ForeignKind { part, at, kind } => {
                write!(f, "has a hole for {} at byte {} of its {part} part", kind.arch().name(), at.0)
            }
            TableProblem::NoOperand { part, at, index } => {
                write!(f, "refers to operand {index} at byte {} of its {part} part, which the op does not have", at.0)
            }
            TableProblem::NoWindow { part, at, operand } => {
                write!(
                    f,
                    "refers to the length of `{operand}` at byte {} of its {part} part, which is not a window",
                    at.0
                )
            }
            TableProblem::NoRuntime { part, at, index } => {
                write!(
                    f,
                    "refers to runtime function {index} at byte {} of its {part} part, which does not exist",
                    at.0
                )
            }
            TableProblem::NoValue { part, at, value } => {
                write!(f, "refers to {value:?} at byte {} of its {part} part, which it cannot have", at.0)
            }
            TableProblem::Class { part, at, kind, value } => {
                write!(f, "puts {value:?} into {kind:?} at byte {} of its {part} part, which takes other values", at.0)
            }
            TableProblem::Addend { part, at, value, addend } => {
                write!(f, "adds {addend} to {value:?} at byte {} of its {part} part, which is not a valid target", at.0)
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
