//! Why a machine has no native tier: [`Unavailable`].

use std::fmt;

use crate::{CodeBufError, PatchError, TableError};

/// Why there is no native tier.
#[derive(Debug)]
pub enum Unavailable {
    /// The program was built without the feature `native` (in the facade: `jit`).
    Lean,
    /// There are no stencils, or they cannot be trusted.
    Table(TableError),
    /// [`JitConfig::without`](crate::JitConfig::without) names an op that the instruction set has not.
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
    pub fn code(&self) -> &'static str {
        match self {
            Unavailable::Lean | Unavailable::NoSuchOp { .. } => "JIT_OPT_IN",
            Unavailable::Table(error) => error.problem.code(),
            Unavailable::Memory(_) => "JIT_EXEC_MEMORY",
            Unavailable::Patch(error) => error.code(),
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unavailable::Lean => f.write_str("built without native code (feature `jit`)"),
            Unavailable::Table(error) => error.fmt(f),
            Unavailable::NoSuchOp { name, instruction_set } => {
                write!(f, "`without` names `{name}`, which is no op of `{instruction_set}`")
            }
            Unavailable::Memory(error) => error.fmt(f),
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
