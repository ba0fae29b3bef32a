//! [`Target`]: where the value of an expression goes.

use mimeo_ir::BlockId;

use crate::ir::LocalId;

/// Where the value of an expression goes.
#[derive(Clone)]
pub(super) enum Target {
    /// It is the result of the op.
    Op,
    /// To the parameters of a block.
    Value(BlockId),
    /// To one of two blocks, depending on a `bool`. The parameters of both are the numbers of these variables, which the
    /// condition assigns.
    Condition(BlockId, BlockId, Vec<LocalId>),
    /// The payload of a result to the parameters of the first block; an error to the second block.
    Outcome(BlockId, BlockId),
}
