//! The resolved tree: a program in which every name is a slot, a global or a function, so that a code
//! generator can compile it in one pass without errors about names.
//!
//! The resolver guarantees:
//!
//! 1. A [`Slot`] is below its function's `slots`, a [`GlobalIndex`] below `globals.len()`, a
//!    [`FunctionIndex`] below `functions.len()`.
//! 2. A local slot is stored to before it is loaded, on every path. Globals start as 0.
//! 3. A call has as many arguments as its callee has parameters.
//! 4. Every body ends with a [`Statement::Return`]; code may follow an earlier one.
//! 5. No path from a function to a leaf is longer than [`MAX_DEPTH`](crate::parser::MAX_DEPTH)
//!    nodes, so recursion over the tree is bounded.

use crate::ast::{BinaryOperator, LogicOperator, UnaryOperator};
use crate::source::Position;

/// A whole program.
#[derive(Debug, PartialEq, Eq)]
pub struct Tree {
    /// The names of the global variables, indexed by [`GlobalIndex`].
    pub globals: Vec<String>,
    /// The declared functions, indexed by [`FunctionIndex`].
    pub functions: Vec<Function>,
    /// The code outside functions, as a function without parameters that cannot be called. The variables of
    /// its blocks are its locals; those of the top level are the globals.
    pub main: Function,
}

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, for messages and dumps; `main` for the top-level code. A declared function may also be named
    /// `main`.
    pub name: String,
    /// The position of its name in the source; the start of the file for the top-level code.
    pub position: Position,
    /// Number of parameters, at most 255. They are in the first slots, in order.
    pub arity: u16,
    /// Number of slots for parameters and locals, without the operand stack.
    pub slots: u16,
    /// Its code, which always ends with a `Return`.
    pub body: Vec<Statement>,
}

/// The place of a local variable in the frame of its function. Slots are reused after the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u16);

/// A variable of the top level, by its place in [`Tree::globals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalIndex(pub u16);

/// A function, by its place in [`Tree::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionIndex(pub u16);

/// The place of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the frame.
    Local(Slot),
    /// In the list of globals.
    Global(GlobalIndex),
}

/// One statement. It does not change the height of the operand stack. There are no blocks: their statements are in
/// the surrounding list.
#[derive(Debug, PartialEq, Eq)]
pub enum Statement {
    /// Evaluates `value`, then stores it: both `let` and assignment.
    Store {
        /// The variable.
        place: Place,
        /// Its next value.
        value: Expression,
    },
    /// Evaluates the value and drops it.
    Evaluate(Expression),
    /// Evaluates the value and prints it in decimal, with a newline.
    Print(Expression),
    /// Runs the first arm whose condition is not 0, or else `otherwise`, which may be empty.
    If {
        /// At least one.
        arms: Vec<Arm>,
        /// The code to run if no condition is true.
        otherwise: Vec<Statement>,
    },
    /// Runs the body repeatedly while the condition is not 0.
    While(Arm),
    /// Ends the function with this result. In `main` it is the last statement, and its value is ignored.
    Return(Expression),
}

/// A block that depends on a condition.
#[derive(Debug, PartialEq, Eq)]
pub struct Arm {
    /// True if not 0.
    pub condition: Expression,
    /// The code to run if it is true.
    pub body: Vec<Statement>,
}

/// One expression. It leaves exactly one value on the operand stack.
#[derive(Debug, PartialEq, Eq)]
pub enum Expression {
    /// A number.
    Literal(i64),
    /// The value of a variable.
    Load(Place),
    /// Evaluates the operand, then applies the operator.
    Unary {
        /// What to do. `Negate` can overflow: "integer overflow in `-`".
        operator: UnaryOperator,
        /// The operator's token, where a run-time error points.
        position: Position,
        /// What to do it with.
        operand: Box<Expression>,
    },
    /// Evaluates `first`. Then, for each operation, evaluates its operand and applies its operator to the value so
    /// far and that operand.
    Binary {
        /// The leftmost operand.
        first: Box<Expression>,
        /// At least one.
        rest: Vec<Operation>,
    },
    /// Evaluates the operands from left to right until one decides (0 for `&&`, anything else for
    /// `||`) and does not evaluate the others. The result is 1 or 0.
    Logic {
        /// Which of the two.
        operator: LogicOperator,
        /// At least two.
        operands: Vec<Expression>,
    },
    /// Evaluates the arguments from left to right, then calls.
    Call {
        /// The callee.
        function: FunctionIndex,
        /// The callee's name in the call, where a stack overflow points.
        position: Position,
        /// As many as the callee has parameters.
        arguments: Vec<Expression>,
    },
}

/// An operator and its right operand; the left one is the value so far.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// What to do. Arithmetic can fail: "integer overflow in `+`", "division by zero".
    pub operator: BinaryOperator,
    /// The operator's token, where a run-time error points.
    pub position: Position,
    /// The right operand.
    pub operand: Expression,
}
