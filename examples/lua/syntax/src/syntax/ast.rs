//! The syntax tree: a chunk as it is written, with unresolved names.
//!
//! Chains are flat: the suffixes of `a.b[c]:d(e)` and the operands of `a + b - c` are lists, not nested nodes. So every
//! path from the root to a leaf is shorter than a small multiple of [`MAX_DEPTH`](super::MAX_DEPTH), and recursion over
//! the tree is bounded, however long the source is.

use super::error::Line;
use super::interner::{StringId, Strings};

/// A chunk.
#[derive(Debug)]
pub struct Ast {
    /// The texts of its names and string literals.
    pub strings: Strings,
    /// The chunk as a variadic function without parameters.
    pub main: FunctionBody,
}

/// A function without its name.
#[derive(Debug)]
pub struct FunctionBody {
    /// The line of the word `function`; 0 for a chunk.
    pub line: Line,
    /// The line of its `end`.
    pub end_line: Line,
    /// The named parameters. Those of a method begin with `self`.
    pub parameters: Vec<Name>,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// Its code.
    pub body: Block,
}

/// A list of statements with its own scope.
#[derive(Debug, Default)]
pub struct Block {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The line of the word after the block.
    pub end_line: Line,
}

/// A name in a declaration or a use.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// Its text.
    pub id: StringId,
    /// Its line.
    pub line: Line,
}

/// A statement and its position.
#[derive(Debug)]
pub struct Statement {
    /// The line of its first token.
    pub line: Line,
    /// The kind of statement.
    pub kind: StatementKind,
}

/// The kinds of statements.
#[derive(Debug)]
pub enum StatementKind {
    /// `local a, b = x, y`, possibly without values.
    Local { names: Vec<Name>, values: Vec<Expression> },
    /// `local function f … end`: `f` is in scope in the body.
    LocalFunction { name: Name, function: Box<FunctionBody> },
    /// `a, b.c = x, y`, which ends in `end_line`. At least one of each. Includes `function a.b.c:d … end`.
    Assign { targets: Vec<Target>, values: Vec<Expression>, end_line: Line },
    /// A call whose results are ignored. The last suffix is a call.
    Call(Suffixed),
    /// `do … end`
    Do(Block),
    /// `while c do … end`
    While { condition: Expression, body: Block },
    /// `repeat … until c`. The variables of the body are in scope in the condition.
    Repeat { body: Block, condition: Expression },
    /// `if … then … elseif … then … else … end`
    If { arms: Vec<Arm>, otherwise: Option<Block> },
    /// `for i = start, limit, step do … end`
    NumericFor { variable: Name, bounds: Box<Bounds>, body: Block },
    /// `for a, b in x, y do … end`
    GenericFor { names: Vec<Name>, values: Vec<Expression>, body: Block, line: Line },
    /// `return x, y`: the last statement of its block.
    Return(Vec<Expression>),
    /// `break`: the last statement of its block.
    Break,
    /// `goto name`
    Goto(Name),
    /// `::name::`
    Label(Name),
}

/// The bounds of a numeric `for`.
#[derive(Debug)]
pub struct Bounds {
    /// The first value.
    pub start: Expression,
    /// The last value, if the steps arrive at it exactly.
    pub limit: Expression,
    /// The step; 1 if it is missing.
    pub step: Option<Expression>,
    /// The line of the `do`.
    pub line: Line,
}

/// A condition and a block.
#[derive(Debug)]
pub struct Arm {
    /// The condition.
    pub condition: Expression,
    /// The block.
    pub body: Block,
}

/// The target of an assignment.
#[derive(Debug)]
pub enum Target {
    /// A variable.
    Name(Name),
    /// A field or element: the last suffix is [`SuffixKind::Field`] or [`SuffixKind::Index`].
    Element(Suffixed),
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
    /// `...`
    Vararg,
    /// `function … end`
    Function(Box<FunctionBody>),
    /// `{ … }`
    Table(Table),
    /// A variable.
    Name(Name),
    /// `( … )`, which has one value.
    Paren(Box<Expression>),
    /// A base and at least one suffix.
    Suffixed(Suffixed),
    /// `-x`, `not x`, `#x`
    Unary { operator: UnaryOperator, line: Line, operand: Box<Expression> },
    /// `first` and at least one operation, each on the value so far and its operand.
    Binary { first: Box<Expression>, rest: Vec<Operation> },
    /// At least two operands, evaluated from left to right until one decides.
    Logic { operator: LogicOperator, operands: Vec<Expression> },
    /// At least two operands of `..`, applied from the right. `line` is the end of the last one.
    Concat { operands: Vec<Expression>, line: Line },
}

/// A base and suffixes, which are applied in order.
#[derive(Debug)]
pub struct Suffixed {
    /// A variable or an expression in parentheses.
    pub base: Base,
    /// The suffixes, at least one.
    pub suffixes: Vec<Suffix>,
}

/// The base of suffixes.
#[derive(Debug)]
pub enum Base {
    /// A variable.
    Name(Name),
    /// An expression in parentheses.
    Paren(Box<Expression>),
}

/// A suffix: an operation on the value so far.
#[derive(Debug)]
pub struct Suffix {
    /// The line for errors: for a field that of the name, for a call that of the first token of the arguments.
    pub line: Line,
    /// The kind of suffix.
    pub kind: SuffixKind,
}

/// The kinds of suffixes.
#[derive(Debug)]
pub enum SuffixKind {
    /// `.name`
    Field(StringId),
    /// `[key]`
    Index(Expression),
    /// `(a, b)`, `"text"` or `{ … }`
    Call(Vec<Expression>),
    /// `:name(a, b)`
    Method(StringId, Vec<Expression>),
}

/// An operator and its right operand.
#[derive(Debug)]
pub struct Operation {
    /// The operator.
    pub operator: BinaryOperator,
    /// The line in which the operand ends, which errors refer to.
    pub line: Line,
    /// The right operand.
    pub operand: Expression,
}

/// The constructor of a table.
#[derive(Debug)]
pub struct Table {
    /// The line of its `{`.
    pub line: Line,
    /// Its items in order.
    pub items: Vec<Item>,
}

/// An item of a table constructor.
#[derive(Debug)]
pub enum Item {
    /// `value`, at the next index.
    Next(Expression),
    /// `name = value`
    Field(StringId, Expression),
    /// `[key] = value`
    Index(Expression, Expression),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
    /// `#`
    Length,
}

/// `and` or `or`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicOperator {
    /// The first operand that is false or nil, else the last.
    And,
    /// The first operand that is neither false nor nil, else the last.
    Or,
}

/// An operator between two operands that are always both evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`
    Power,
    /// `==`
    Equal,
    /// `~=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Suffixed {
    /// Returns `true` if the last suffix is a call.
    #[must_use]
    pub fn is_call(&self) -> bool {
        self.suffixes.last().is_some_and(|suffix| matches!(suffix.kind, SuffixKind::Call(_) | SuffixKind::Method(..)))
    }
}
