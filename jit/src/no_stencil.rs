//! Why the interpreter runs an op for native code: [`NoStencil`].

use std::fmt;

use mimeo_def::stencil::OpStencil;

use crate::JitConfig;

/// Why an op is run by `OP_DEOPT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoStencil {
    /// The build refused its stencil.
    Build(&'static str),
    /// [`JitConfig::without`] names it.
    Without,
    /// [`JitConfig::deopt_everywhere`] is set.
    DeoptEverywhere,
    /// A value of this op in this function does not fit its stencil.
    Value(String),
}

impl NoStencil {
    /// Why an op of a table has no stencil under a configuration; `None` when it has one.
    pub(crate) fn of(op: &OpStencil, config: &JitConfig) -> Option<NoStencil> {
        match op.stencil {
            _ if config.deopt_everywhere => Some(NoStencil::DeoptEverywhere),
            _ if config.without.contains(op.name) => Some(NoStencil::Without),
            Ok(_) => None,
            Err(reason) => Some(NoStencil::Build(reason)),
        }
    }
}

impl fmt::Display for NoStencil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoStencil::Build(reason) => f.write_str(reason),
            NoStencil::Without => f.write_str("switched off by the configuration"),
            NoStencil::DeoptEverywhere => f.write_str("every stencil is switched off by the configuration"),
            NoStencil::Value(reason) => f.write_str(reason),
        }
    }
}
