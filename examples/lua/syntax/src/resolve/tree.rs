//! The resolved tree: what a code generator for a register machine walks once.
//!
//! What the resolver guarantees, and the generator may rely on:
//!
//! 1. A [`LocalId`], [`UpvalueId`], [`FunctionId`] or [`LabelId`] is an index into the list of the [`Function`] in
//!    which it stands. The parameters are the first locals.
//! 2. The flags of a [`Local`] are final: they tell what happens to it anywhere in its scope.
//! 3. No more than [`MAX_LOCALS`](Function::MAX_LOCALS) locals are in scope at once, the three hidden ones of each
//!    `for` counted; a function has at most [`MAX_UPVALUES`](Function::MAX_UPVALUES) upvalues.
//! 4. A `goto` goes to a label of its own block or one around it, in the same function, and never into the scope of a
//!    local. A `break` is inside of a loop. `...` is in a function that takes it.
//! 5. No path from the root to a leaf is longer than a small multiple of [`MAX_DEPTH`](crate::syntax::MAX_DEPTH).

use crate::syntax::ast::{BinaryOperator, LogicOperator, UnaryOperator};
use crate::syntax::{Line, StringId, Strings};

/// A whole chunk.
#[derive(Debug)]
pub struct Tree {
    /// The texts of its names and string literals.
    pub strings: Strings,
    /// The chunk as a function without parameters that takes `...`.
    pub main: Function,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident,)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub u32);

        impl $id {
            /// The place in the function's list.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }

            pub(super) fn of(index: usize) -> $id {
                // A list has fewer entries than the chunk has bytes, which `parse` limits.
                $id(u32::try_from(index).unwrap_or(u32::MAX))
            }
        })*
    };
}

ids! {
    /// A local variable, by its place in [`Function::locals`].
    LocalId,
    /// A variable of a function around this one, by its place in [`Function::upvalues`].
    UpvalueId,
    /// A function inside of this one, by its place in [`Function::functions`].
    FunctionId,
    /// A label, by its place in [`Function::labels`].
    LabelId,
}

/// A function, which a closure is made of.
#[derive(Debug)]
pub struct Function {
    /// The line of the word `function`; 0 for the chunk.
    pub line: Line,
    /// The line of its `end`.
    pub end_line: Line,
    /// How many parameters it has, `self` counted. They are the first of its locals.
    pub parameters: usize,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// All its local variables in the order of their declarations.
    pub locals: Vec<Local>,
    /// What a closure must capture when it is made.
    pub upvalues: Vec<Upvalue>,
    /// The functions that are written in it, in order.
    pub functions: Vec<Function>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Its code.
    pub body: Block,
}

impl Function {
    /// How many local variables may be in scope at once.
    pub const MAX_LOCALS: u32 = 200;
    /// How many upvalues a function may have.
    pub const MAX_UPVALUES: u32 = 60;

    /// The first of `locals` that a closure captures: where upvalues must be closed from when they all go out of scope.
    #[must_use]
    pub fn first_captured(&self, locals: &[LocalId]) -> Option<LocalId> {
        locals.iter().copied().find(|local| self.locals[local.index()].is_captured)
    }
}

/// A local variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Its name. Different locals may have the same one.
    pub name: StringId,
    /// Where it is declared.
    pub line: Line,
    /// Whether a function inside uses it.
    pub is_captured: bool,
    /// Whether anything but its declaration stores to it, in this function or one inside. A captured variable that
    /// is never assigned could be copied into closures, except that of a `local function` into its own.
    pub is_assigned: bool,
}

/// A variable of a function around this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upvalue {
    /// Its name.
    pub name: StringId,
    /// Where the function around this one finds it when it makes the closure.
    pub capture: Capture,
}

/// Where a closure's upvalue comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A local of the function directly around.
    Local(LocalId),
    /// An upvalue of the function directly around.
    Upvalue(UpvalueId),
}

/// A place where a `goto` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name. Blocks inside may have another one of the same name.
    pub name: StringId,
    /// Where it stands.
    pub line: Line,
    /// How many locals are in scope there, without the hidden ones of `for`. Of those that are in scope at a `goto`,
    /// as many of the first stay. A label at the end of a block is outside of the scope of its locals.
    pub in_scope: usize,
}

/// A list of statements with a scope of its own.
#[derive(Debug)]
pub struct Block {
    /// In order.
    pub statements: Vec<Statement>,
    /// The first of the locals of this block itself that a closure captures, if any: when the block ends, upvalues
    /// are closed from there. Of a loop's body, the loop's variables belong to it.
    pub closes: Option<LocalId>,
    /// The line of the word behind the block.
    pub end_line: Line,
}

/// A statement and where it begins.
#[derive(Debug)]
pub struct Statement {
    /// The line of its first token.
    pub line: Line,
    /// What it does.
    pub kind: StatementKind,
}

/// What a statement does.
#[derive(Debug)]
pub enum StatementKind {
    /// Evaluates all values, then puts the locals in scope with them.
    Local {
        /// At least one.
        locals: Vec<LocalId>,
        /// Any number.
        values: Vec<Expression>,
    },
    /// Puts the local in scope, then makes the closure.
    LocalFunction {
        /// Its variable.
        local: LocalId,
        /// Its code.
        function: FunctionId,
    },
    /// Evaluates the parts of all targets and then all values, and stores.
    Assign {
        /// At least one.
        targets: Vec<Target>,
        /// At least one.
        values: Vec<Expression>,
        /// Where errors of the stores are.
        end_line: Line,
    },
    /// An [`Expression::Access`] that ends with a call. The results are dropped.
    Call(Expression),
    /// Just a scope.
    Do(Block),
    /// Runs the body while the condition is true.
    While {
        /// Evaluated before each turn.
        condition: Expression,
        /// May be empty.
        body: Block,
    },
    /// Runs the body until the condition is true.
    Repeat {
        /// Its scope ends behind the condition.
        body: Block,
        /// Evaluated behind each turn, with the body's locals in scope.
        condition: Expression,
    },
    /// Runs the first block whose condition is true, or else `otherwise`.
    If {
        /// At least one.
        arms: Vec<Arm>,
        /// For when no condition is true.
        otherwise: Option<Block>,
    },
    /// Counts.
    NumericFor {
        /// A copy of the hidden counter, new in each turn. In scope in the body.
        local: LocalId,
        /// From where to where.
        bounds: Box<Bounds>,
        /// May be empty.
        body: Block,
    },
    /// Calls an iterator. Errors of the call are in the statement's line.
    GenericFor {
        /// At least one, new in each turn. In scope in the body.
        locals: Vec<LocalId>,
        /// Adjusted to three: the function, its state, and the first value of the hidden control variable.
        values: Vec<Expression>,
        /// May be empty.
        body: Block,
    },
    /// Ends the function. A single call is a tail call.
    Return(Vec<Expression>),
    /// Ends the innermost loop of the function.
    Break,
    /// Jumps.
    Goto(LabelId),
    /// Where jumps arrive.
    Label(LabelId),
}

/// What a numeric `for` counts through. All are evaluated once, in this order.
#[derive(Debug)]
pub struct Bounds {
    /// The first value.
    pub start: Expression,
    /// The last one, if it is hit.
    pub limit: Expression,
    /// 1 if it is missing.
    pub step: Option<Expression>,
    /// Where it is an error that one of them is no number.
    pub line: Line,
}

/// A block behind a condition.
#[derive(Debug)]
pub struct Arm {
    /// Whether to run the block.
    pub condition: Expression,
    /// What to do then.
    pub body: Block,
}

/// A variable by what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Of this function.
    Local(LocalId),
    /// Of a function around.
    Upvalue(UpvalueId),
    /// A field of the function's environment.
    Global(StringId),
}

/// What is stored to.
#[derive(Debug)]
pub enum Target {
    /// A variable.
    Variable(Variable),
    /// An [`Expression::Access`] that ends with a field or an index.
    Element(Expression),
}

/// An expression.
#[derive(Debug)]
pub enum Expression {
    /// `nil`
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// A number.
    Number(f64),
    /// A string literal.
    String(StringId),
    /// All extra arguments.
    Vararg,
    /// A new closure.
    Function(FunctionId),
    /// A new table.
    Table {
        /// The line of its `{`.
        line: Line,
        /// Its parts in order.
        items: Vec<Item>,
    },
    /// The value of a variable.
    Variable {
        /// Which.
        variable: Variable,
        /// Where it is named.
        line: Line,
    },
    /// The first value of a call or of `...`, or nil.
    First(Box<Expression>),
    /// Evaluates `base`, then applies each suffix to the value so far.
    Access {
        /// No access itself, unless it was in parentheses.
        base: Box<Expression>,
        /// At least one.
        suffixes: Vec<Suffix>,
    },
    /// An operator on one operand.
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// Where errors are.
        line: Line,
        /// What with.
        operand: Box<Expression>,
    },
    /// Evaluates `first`; then for each operation in turn its operand, and applies its operator to the value so far
    /// and that operand.
    Binary {
        /// The leftmost operand.
        first: Box<Expression>,
        /// At least one.
        rest: Vec<Operation>,
    },
    /// Evaluates operands from left to right until one decides, which is the value: for `and` the first one that is
    /// false or nil, for `or` the first one that is neither; else it is the last.
    Logic {
        /// Which of the two.
        operator: LogicOperator,
        /// At least two.
        operands: Vec<Expression>,
    },
    /// Evaluates all operands, then concatenates from the right.
    Concat {
        /// At least two.
        operands: Vec<Expression>,
        /// Where errors are.
        line: Line,
    },
}

impl Expression {
    /// Whether it can be any number of values: a call or `...`. The last one in a list gives them all.
    #[must_use]
    pub fn is_multiple(&self) -> bool {
        match self {
            Expression::Vararg => true,
            Expression::Access { suffixes, .. } => suffixes.last().is_some_and(Suffix::is_call),
            _ => false,
        }
    }
}

/// One thing that is done with the value so far.
#[derive(Debug)]
pub struct Suffix {
    /// Where errors are.
    pub line: Line,
    /// What is done.
    pub kind: SuffixKind,
}

impl Suffix {
    /// Whether it gives any number of values.
    #[must_use]
    pub fn is_call(&self) -> bool {
        matches!(self.kind, SuffixKind::Call(_) | SuffixKind::Method { .. })
    }
}

/// What a suffix does.
#[derive(Debug)]
pub enum SuffixKind {
    /// `.name`
    Field(StringId),
    /// `[key]`
    Index(Expression),
    /// `(a, b)`
    Call(Vec<Expression>),
    /// `:name(a, b)`
    Method {
        /// The field that is called with the value itself first.
        name: StringId,
        /// The other arguments.
        arguments: Vec<Expression>,
    },
}

/// An operator and its right operand; the left one is the value so far.
#[derive(Debug)]
pub struct Operation {
    /// What to do.
    pub operator: BinaryOperator,
    /// Where errors are.
    pub line: Line,
    /// The right operand.
    pub operand: Expression,
}

/// A part of a table constructor.
#[derive(Debug)]
pub enum Item {
    /// A value at the next number. The last item of a table gives all its values.
    Next(Expression),
    /// `name = value`
    Field(StringId, Expression),
    /// `[key] = value`
    Index(Expression, Expression),
}
