//! Why a machine has no native tier: [`Unavailable`].

use std::fmt;

use crate::{CodeBufError, Diagnostic, PatchError, TableError};

/// Why there is no native tier.
#[derive(Debug)]
#[non_exhaustive]
pub enum Unavailable {
    /// The program was built without the feature `native` (in the facade: `jit`).
    Lean,
    /// There are no stencils, or they cannot be trusted.
    Table(TableError),
    /// The configuration leaves out an op that the instruction set does not have.
    NoSuchOp {
        /// The name.
        name: String,
        /// The instruction set.
        instruction_set: &'static str,
    },
    /// The operating system gives no executable memory.
    Memory(CodeBufError),
    /// A stencil that belongs to no op could not be patched.
    Patch(PatchError),
}

impl Unavailable {
    /// The stable diagnostic.
    pub fn code(&self) -> Diagnostic {
        match self {
            Unavailable::Lean | Unavailable::NoSuchOp { .. } => Diagnostic::OptIn,
            Unavailable::Table(error) => error.problem.code(),
            Unavailable::Memory(_) => Diagnostic::ExecMemory,
            Unavailable::Patch(error) => error.code(),
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unavailable::Lean => write!(f, "{}: built without native code (feature `jit`)", self.code()),
            Unavailable::Table(error) => error.fmt(f),
            Unavailable::NoSuchOp { name, instruction_set } => {
                write!(f, "{}: the gaps name `{name}`, which is no op of `{instruction_set}`", self.code())
            }
            Unavailable::Memory(error) => write!(f, "{}: {error}", self.code()),
            Unavailable::Patch(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unavailable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unavailable::Lean | Unavailable::NoSuchOp { .. } => None,
            Unavailable::Table(error) => Some(error),
            Unavailable::Memory(error) => Some(error),
            Unavailable::Patch(error) => Some(error),
        }
    }
}
