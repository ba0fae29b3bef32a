//! What an embedder asks of the native tier ([`JitConfig`]), and why it may not get one ([`Unavailable`]).

use std::collections::BTreeSet;
use std::fmt;

use mimeo_def::Pc;

use crate::{CodeBufError, Diagnostic, PatchError, TableError};

/// When functions are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// When calls and rounds of loops reach [`JitConfig::threshold`], or native code calls.
    #[default]
    Auto,
    /// At their first call.
    On,
    /// Never.
    Off,
}

/// How the native tier shall work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JitConfig {
    /// When functions are compiled.
    pub mode: Mode,
    /// In [`Mode::Auto`], the call or round of a loop at which a function is compiled; 0 is the first, as 1.
    pub threshold: u32,
    /// Names of ops whose stencil must not be used, for tests and experiments.
    pub without: BTreeSet<String>,
    /// No op's stencil is used: native code leaves at every op.
    pub deopt_everywhere: bool,
    /// Where stencils may be used; elsewhere native code leaves. For tests of single ops; `None` is everywhere.
    pub only_at: Option<BTreeSet<Pc>>,
    /// Statistics keep an event for each thing that happens to the code of a function.
    pub trace: bool,
}

impl Default for JitConfig {
    /// [`Mode::Auto`] with a threshold of 10 calls.
    fn default() -> Self {
        JitConfig {
            mode: Mode::Auto,
            threshold: 10,
            without: BTreeSet::new(),
            deopt_everywhere: false,
            only_at: None,
            trace: false,
        }
    }
}

/// Why there is no native tier.
#[derive(Debug)]
pub enum Unavailable {
    /// There are no stencils, or they cannot be trusted.
    Table(TableError),
    /// [`JitConfig::without`] names an op that the instruction set has not.
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
            Unavailable::Table(error) => error.problem.code(),
            Unavailable::NoSuchOp { .. } => Diagnostic::OptIn,
            Unavailable::Memory(_) => Diagnostic::ExecMemory,
            Unavailable::Patch(error) => error.code(),
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unavailable::Table(error) => error.fmt(f),
            Unavailable::NoSuchOp { name, instruction_set } => {
                write!(f, "{}: `without` names `{name}`, which is no op of `{instruction_set}`", self.code())
            }
            Unavailable::Memory(error) => write!(f, "{}: {error}", self.code()),
            Unavailable::Patch(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Unavailable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unavailable::Table(error) => Some(error),
            Unavailable::NoSuchOp { .. } => None,
            Unavailable::Memory(error) => Some(error),
            Unavailable::Patch(error) => Some(error),
        }
    }
}
