//! Stencils that must not be used although the table has them: [`Gaps`], for tests and experiments.

use std::collections::BTreeSet;

use mimeo_def::Pc;
use mimeo_def::stencil::OpStencil;

use crate::errors::NoStencil;

/// Where native code leaves for the interpreter although a stencil would serve.
///
/// Tests use this to reach each side exit of a program. It makes programs slower and has no other use.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Names of the ops without a stencil.
    pub(crate) ops: BTreeSet<String>,
    /// No op has a stencil.
    pub(crate) everywhere: bool,
    /// The only places where a stencil is used; `None` is everywhere.
    pub(crate) except_at: Option<BTreeSet<Pc>>,
    /// After an op without a stencil, the interpreter runs the function to its end.
    pub(crate) without_reentry: bool,
}

impl Gaps {
    /// Native code leaves at every op.
    pub fn everywhere() -> Gaps {
        Gaps { everywhere: true, ..Gaps::default() }
    }

    /// Native code leaves at the ops with these names.
    pub fn at<'a>(ops: impl IntoIterator<Item = &'a str>) -> Gaps {
        Gaps { ops: ops.into_iter().map(str::to_owned).collect(), ..Gaps::default() }
    }

    /// Native code leaves everywhere except at one place.
    pub fn except_at(pc: Pc) -> Gaps {
        Gaps { except_at: Some([pc].into()), ..Gaps::default() }
    }

    /// Once the interpreter has run an op for native code, it runs the function to its end.
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
