//! [`Target`]: where the value of an expression goes.

use mimeo_ir::BlockId;

/// Where the value of an expression goes.
#[derive(Clone)]
pub(super) enum Target {
    /// It is the result of the op.
    Op,
    /// To the parameters of a block.
    Value(BlockId),
    /// To one of two blocks, depending on a `bool`.
    Condition(BlockId, BlockId),
    /// The payload of an option or a result to the parameters of the first block; otherwise to the second block.
    Outcome(BlockId, BlockId),
}
