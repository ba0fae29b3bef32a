//! A missing stencil → [`NoStencil`], the reason why the interpreter runs the op for native code.

use std::fmt;

use crate::errors::diagnostic::Diagnostic;

/// The reason why an op has no usable stencil, so that the interpreter runs it for native code.
///
/// ```
/// use mimeo::jit::{Diagnostic, NoStencil};
///
/// let reason = NoStencil::Build("the op says `#[vm_op(stencil = none)]`");
/// assert_eq!(reason.code(), Diagnostic::StencilUnsupported);
/// assert_eq!(reason.to_string(), "JIT_STENCIL_UNSUPPORTED: the op says `#[vm_op(stencil = none)]`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoStencil {
    /// The build refused the stencil.
    Build(&'static str),
    /// The configuration switches the stencil off.
    Without,
    /// The configuration switches every stencil off.
    DeoptEverywhere,
    /// A value of this op in this function does not fit its stencil.
    Value {
        /// The stable diagnostic.
        code: Diagnostic,
        /// The value, and the field that it does not fit.
        sentence: String,
    },
}

impl NoStencil {
    /// Returns the stable diagnostic. See [`NoStencil`] for an example.
    pub fn code(&self) -> Diagnostic {
        match self {
            NoStencil::Build(_) => Diagnostic::StencilUnsupported,
            NoStencil::Without | NoStencil::DeoptEverywhere => Diagnostic::OptIn,
            NoStencil::Value { code, .. } => *code,
        }
    }

    /// Returns the reason, without the code.
    ///
    /// ```
    /// use mimeo::jit::NoStencil;
    ///
    /// assert_eq!(NoStencil::Without.sentence(), "switched off by the configuration");
    /// ```
    pub fn sentence(&self) -> &str {
        match self {
            NoStencil::Build(reason) => reason,
            NoStencil::Without => "switched off by the configuration",
            NoStencil::DeoptEverywhere => "every stencil is switched off by the configuration",
            NoStencil::Value { sentence, .. } => sentence,
        }
    }
}

impl fmt::Display for NoStencil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.sentence())
    }
}
