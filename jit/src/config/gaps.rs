//! Stencils to be left unused although the table has them → [`Gaps`], for tests and experiments.

use std::collections::BTreeSet;

use mimeo_def::Pc;
use mimeo_def::stencil::OpStencil;

use crate::errors::NoStencil;

/// The places where native code leaves for the interpreter although the op has a stencil.
///
/// Tests use this to reach each side exit of a program. It only makes programs slower.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Names of the ops without a stencil.
    pub(crate) ops: BTreeSet<String>,
    /// Whether no op has a stencil.
    pub(crate) everywhere: bool,
    /// The only places where a stencil is used; `None` means everywhere.
    pub(crate) except_at: Option<BTreeSet<Pc>>,
    /// Whether the interpreter runs the rest of a function after an op without a stencil.
    pub(crate) without_reentry: bool,
}

impl Gaps {
    /// Makes native code leave at every op.
    pub fn everywhere() -> Gaps {
        Gaps { everywhere: true, ..Gaps::default() }
    }

    /// Makes native code leave at the ops with these names.
    pub fn at<'a>(ops: impl IntoIterator<Item = &'a str>) -> Gaps {
        Gaps { ops: ops.into_iter().map(str::to_owned).collect(), ..Gaps::default() }
    }

    /// Makes native code leave everywhere except at one place.
    pub fn except_at(pc: Pc) -> Gaps {
        Gaps { except_at: Some([pc].into()), ..Gaps::default() }
    }

    /// Makes the interpreter run the rest of a function once it has run an op for native code.
    #[must_use]
    pub fn without_reentry(mut self) -> Gaps {
        self.without_reentry = true;
        self
    }

    /// Returns why an op of a table has no usable stencil; `None` when it has one.
    pub(crate) fn reason(&self, op: &OpStencil) -> Option<NoStencil> {
        match op.stencil {
            _ if self.everywhere => Some(NoStencil::DeoptEverywhere),
            _ if self.ops.contains(op.name) => Some(NoStencil::Without),
            Ok(_) => None,
            Err(reason) => Some(NoStencil::Build(reason)),
        }
    }
}
