//! A machine without a native tier → [`Unavailable`], the reason.

use std::fmt;

use crate::errors::code_buf_error::CodeBufError;
use crate::errors::diagnostic::Diagnostic;
use crate::errors::patch_error::PatchError;
use crate::errors::table_error::TableError;

/// The reason why there is no native tier.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// // The machine runs programs with or without a native tier, and reports why there is none.
/// assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
/// if let Some(reason) = machine.jit().and_then(|jit| jit.unavailable()) {
///     assert!(reason.to_string().starts_with(reason.code().code()));
/// }
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Unavailable {
    /// The program was built without the feature `native` (in the facade: `jit`).
    Lean,
    /// There are no stencils, or the table is invalid.
    Table(TableError),
    /// The configuration names an op that the instruction set does not have.
    NoSuchOp {
        /// The name.
        name: String,
        /// The instruction set.
        instruction_set: &'static str,
    },
    /// The operating system provides no executable memory.
    Memory(CodeBufError),
    /// A stencil that belongs to no op could not be patched.
    Patch(PatchError),
}

impl Unavailable {
    /// Returns the stable diagnostic.
    ///
    /// ```
    /// use mimeo::jit::{Diagnostic, Unavailable};
    ///
    /// assert_eq!(Unavailable::Lean.code(), Diagnostic::OptIn);
    /// assert_eq!(Unavailable::Lean.to_string(), "JIT_OPT_IN: built without native code (feature `jit`)");
    /// ```
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
                write!(f, "{}: the gaps name `{name}`, which is not an op of `{instruction_set}`", self.code())
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
