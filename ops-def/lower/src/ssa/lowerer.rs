//! [`Lowerer`]: what is known while an op is lowered.

use std::collections::BTreeMap;

use super::builder::Builder;
use super::leaves::Leaves;
use super::target::Target;
use crate::effects::Helpers;
use crate::ir::{Local, LocalId};
use crate::module::Module;

/// Lowers one op. Helpers are lowered in the place of their calls.
pub(super) struct Lowerer<'a> {
    pub(super) module: &'a Module,
    pub(super) helpers: &'a Helpers,
    /// The numbers of the module's structs.
    pub(super) struct_ids: BTreeMap<&'a str, u32>,
    pub(super) out: Builder,
    /// The running function's variables.
    pub(super) locals: &'a [Local],
    /// Their values.
    pub(super) env: Vec<Option<Leaves>>,
    /// The running function's loops, the innermost last.
    pub(super) loops: Vec<Loop>,
    /// Where the running function's result goes.
    pub(super) target: Target,
    /// The labels among the op's parameters.
    pub(super) labels: BTreeMap<LocalId, mimeo_ir::ParamId>,
}

/// A loop around the code that is being lowered.
pub(super) struct Loop {
    /// The block after it, whose parameters are the numbers of the variables that the loop assigns.
    pub(super) exit: mimeo_ir::BlockId,
    pub(super) assigned: Vec<LocalId>,
}
