//! The syntax tree: a chunk as it is written, names still being names.
//!
//! Chains are flat: the suffixes of `a.b[c]:d(e)` and the operands of `a + b - c` are lists, not nested nodes. So
//! no path from the root to a leaf is longer than a small multiple of [`MAX_DEPTH`](super::MAX_DEPTH), however long
//! the source is, and recursion over the tree is bounded.

use super::error::Line;
use super::interner::{StringId, Strings};

/// A chunk.
#[derive(Debug)]
pub struct Ast {
    /// The texts of its names and string literals.
    pub strings: Strings,
    /// The chunk as a function without named parameters that takes `...`.
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

/// A list of statements with a scope of its own.
#[derive(Debug, Default)]
pub struct Block {
    /// In order.
    pub statements: Vec<Statement>,
    /// The line in which the word behind the block stands.
    pub end_line: Line,
}

/// A name where it is declared or used.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// Its text.
    pub id: StringId,
    /// Where it stands.
    pub line: Line,
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
    /// `local a, b = x, y`; there may be no values.
    Local { names: Vec<Name>, values: Vec<Expression> },
    /// `local function f … end`: `f` is in scope in the body.
    LocalFunction { name: Name, function: Box<FunctionBody> },
    /// `a, b.c = x, y`, which ends in `end_line`. At least one of each. `function a.b.c:d … end` is one as well.
    Assign { targets: Vec<Target>, values: Vec<Expression>, end_line: Line },
    /// A call whose results nobody wants. The last suffix is a call.
    Call(Suffixed),
    /// `do … end`
    Do(Block),
    /// `while c do … end`
    While { condition: Expression, body: Block },
    /// `repeat … until c`: the condition sees the variables of the body.
    Repeat { body: Block, condition: Expression },
    /// `if … then … elseif … then … else … end`
    If { arms: Vec<Arm>, otherwise: Option<Block> },
    /// `for i = start, limit, step do … end`
    NumericFor { variable: Name, bounds: Box<Bounds>, body: Block },
    /// `for a, b in x, y do … end`
    GenericFor { names: Vec<Name>, values: Vec<Expression>, body: Block },
    /// `return x, y`, the last statement of its block.
    Return(Vec<Expression>),
    /// `break`, the last statement of its block.
    Break,
    /// `goto name`
    Goto(Name),
    /// `::name::`
    Label(Name),
}

/// What a numeric `for` counts through.
#[derive(Debug)]
pub struct Bounds {
    /// The first value.
    pub start: Expression,
    /// The last one, if it is hit.
    pub limit: Expression,
    /// 1 if it is missing.
    pub step: Option<Expression>,
    /// The line of the `do`.
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

/// What can be assigned to.
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
    /// `( … )`, which is one value.
    Paren(Box<Expression>),
    /// A base and at least one suffix.
    Suffixed(Suffixed),
    /// `-x`, `not x`, `#x`
    Unary { operator: UnaryOperator, line: Line, operand: Box<Expression> },
    /// `first` and at least one operation, each on the value so far and its operand.
    Binary { first: Box<Expression>, rest: Vec<Operation> },
    /// At least two operands, from left to right until one decides.
    Logic { operator: LogicOperator, operands: Vec<Expression> },
    /// At least two operands of `..`, which goes from the right. `line` is where the last one ends.
    Concat { operands: Vec<Expression>, line: Line },
}

/// A base and what is done with it, one after the other.
#[derive(Debug)]
pub struct Suffixed {
    /// A variable or an expression in parentheses.
    pub base: Base,
    /// At least one.
    pub suffixes: Vec<Suffix>,
}

/// What suffixes follow.
#[derive(Debug)]
pub enum Base {
    /// A variable.
    Name(Name),
    /// An expression that stands in parentheses.
    Paren(Box<Expression>),
}

/// One thing that is done with the value so far.
#[derive(Debug)]
pub struct Suffix {
    /// Of a field: the name. Of a call: the token that begins the arguments, which is where errors are.
    pub line: Line,
    /// What is done.
    pub kind: SuffixKind,
}

/// What a suffix does.
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
    /// What to do.
    pub operator: BinaryOperator,
    /// The line in which the operand ends, where Lua says that errors are.
    pub line: Line,
    /// The right operand.
    pub operand: Expression,
}

/// The constructor of a table.
#[derive(Debug)]
pub struct Table {
    /// The line of its `{`.
    pub line: Line,
    /// Its parts in order.
    pub items: Vec<Item>,
}

/// A part of a constructor.
#[derive(Debug)]
pub enum Item {
    /// `value`, at the next number.
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

/// An operator between two operands that are both always evaluated.
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
    /// Whether the last thing done is a call.
    #[must_use]
    pub fn is_call(&self) -> bool {
        self.suffixes.last().is_some_and(|suffix| matches!(suffix.kind, SuffixKind::Call(_) | SuffixKind::Method(..)))
    }
}
