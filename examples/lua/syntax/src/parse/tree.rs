//! The resolved tree of a function, for one pass of a code generator for a register machine.
//!
//! The parser guarantees:
//!
//! 1. A [`LocalId`], [`UpvalueId`], [`LabelId`] or [`JumpId`] is an index into the list of the [`Function`] that
//!    contains it. The parameters are the first locals.
//! 2. The flags of a [`Local`] are final: they describe its whole scope.
//! 3. At most [`MAX_LOCALS`](Function::MAX_LOCALS) locals are in scope at once, including the three hidden ones of each
//!    `for`. A function has at most [`MAX_UPVALUES`](Function::MAX_UPVALUES) upvalues.
//! 4. A `goto` refers to a label of its own block or an enclosing one, in the same function, and never jumps into the
//!    scope of a local. A `break` is in a loop. `...` is in a variadic function.
//! 5. No path from the root to a leaf is longer than a small multiple of [`MAX_DEPTH`](super::MAX_DEPTH). Chains are
//!    flat: the suffixes of `a.b[c]:d(e)` and the operands of `a + b - c` are lists, not nested nodes. So recursion over
//!    the tree is bounded, however long the source is.
//!
//! Nodes are small and `Copy`, and refer to others in the memory of their function, which is freed as a whole.

use super::operator::{BinaryOperator, LogicOperator, UnaryOperator};
use crate::syntax::{Line, StringId, Strings};

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident,)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub u32);

        impl $id {
            /// Returns the index in its list.
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
    /// A local variable, as an index into [`Function::locals`].
    LocalId,
    /// A variable of an enclosing function, as an index into [`Function::upvalues`].
    UpvalueId,
    /// A function, counted from 0 in the order in which the functions of a chunk begin.
    FunctionId,
    /// A label, as an index into [`Function::labels`].
    LabelId,
    /// A `goto`, as an index into [`Function::jumps`].
    JumpId,
}

/// A function, from which closures are created.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    /// The texts of the names and string literals of the chunk up to its end.
    pub strings: &'a Strings,
    /// The line of the word `function`; 0 for the chunk.
    pub line: Line,
    /// The line of its `end`.
    pub end_line: Line,
    /// Number of parameters, including `self`. They are the first locals.
    pub parameters: usize,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// All its local variables in the order of their declarations.
    pub locals: &'a [Local],
    /// The variables that a closure captures.
    pub upvalues: &'a [Upvalue],
    /// Its labels.
    pub labels: &'a [Label],
    /// The destinations of its `goto`s.
    pub jumps: &'a [LabelId],
    /// Its code.
    pub body: Block<'a>,
}

impl Function<'_> {
    /// Maximal number of local variables in scope at once.
    pub const MAX_LOCALS: u32 = 200;
    /// Maximal number of upvalues of a function.
    pub const MAX_UPVALUES: u32 = 60;

    /// Returns the first of `locals` that a closure captures: upvalues are closed from there when all go out of scope.
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
    /// The line of its declaration.
    pub line: Line,
    /// Whether a nested function uses it.
    pub is_captured: bool,
    /// Whether anything but its declaration assigns to it, in this function or a nested one. A captured variable that
    /// is never assigned could be copied into closures, except that of a `local function` into its own.
    pub is_assigned: bool,
    /// What its declaration assigns.
    pub origin: Option<Origin>,
}

/// A variable of an enclosing function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upvalue {
    /// Its name.
    pub name: StringId,
    /// Where the directly enclosing function gets it from when it creates the closure.
    pub capture: Capture,
    /// What the declaration of the local assigns.
    pub origin: Option<Origin>,
}

/// A value that is probably a part of the library: a global, or a field of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of the global.
    pub global: StringId,
    /// The name of its field, if it is not the global itself.
    pub field: Option<StringId>,
}

impl Origin {
    /// Returns the origin of the value of `base` with suffixes, in a function with these variables. An assignment to a
    /// variable is not noticed.
    #[must_use]
    pub fn of(
        locals: &[Local],
        upvalues: &[Upvalue],
        base: &Expression<'_>,
        suffixes: &[Suffix<'_>],
    ) -> Option<Origin> {
        let of_base = match base {
            Expression::Variable { variable: Variable::Local(local), .. } => locals[local.index()].origin?,
            Expression::Variable { variable: Variable::Upvalue(upvalue), .. } => upvalues[upvalue.index()].origin?,
            Expression::Variable { variable: Variable::Global(global), .. } => Origin { global: *global, field: None },
            Expression::Access { base, suffixes } => Origin::of(locals, upvalues, base, suffixes)?,
            _ => return None,
        };
        match (suffixes, of_base) {
            ([], origin) => Some(origin),
            ([Suffix { kind: SuffixKind::Field(field), .. }], Origin { global, field: None }) => {
                Some(Origin { global, field: Some(*field) })
            }
            _ => None,
        }
    }
}

/// The source of a closure's upvalue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A local of the directly enclosing function.
    Local(LocalId),
    /// An upvalue of the directly enclosing function.
    Upvalue(UpvalueId),
}

/// The destination of `goto`s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name. A nested block can have another label with the same name.
    pub name: StringId,
    /// Its line.
    pub line: Line,
    /// Number of locals in scope there, without the hidden ones of `for`. A `goto` keeps this many of the first locals.
    /// The scope of a block's locals ends before a label at its end.
    pub in_scope: usize,
}

/// A list of statements with its own scope.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// The statements, in order.
    pub statements: &'a [Statement<'a>],
    /// The first of this block's own locals that a closure captures: upvalues are closed from there at the end of the
    /// block. The variables of a loop belong to its body.
    pub closes: Option<LocalId>,
    /// The line of the word after the block.
    pub end_line: Line,
}

/// A statement and its position.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The line of its first token.
    pub line: Line,
    /// The kind of statement.
    pub kind: StatementKind<'a>,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug)]
pub enum StatementKind<'a> {
    /// Evaluates all values, then declares the locals with them.
    Local {
        /// The locals, at least one.
        locals: &'a [LocalId],
        /// The values, possibly none.
        values: &'a [Expression<'a>],
    },
    /// Declares the local, then creates the closure.
    LocalFunction {
        /// Its variable.
        local: LocalId,
        /// Its code.
        function: FunctionId,
    },
    /// Evaluates the operands of all targets and then all values, and stores them.
    Assign {
        /// The targets, at least one.
        targets: &'a [Target<'a>],
        /// The values, at least one.
        values: &'a [Expression<'a>],
        /// The line for errors of the stores.
        end_line: Line,
    },
    /// An [`Expression::Access`] that ends with a call. The results are ignored.
    Call(Expression<'a>),
    /// A block.
    Do(Block<'a>),
    /// Runs the body while the condition is true.
    While {
        /// Evaluated before each iteration.
        condition: Expression<'a>,
        /// The body.
        body: Block<'a>,
    },
    /// Runs the body until the condition is true.
    Repeat {
        /// The body. Its scope ends after the condition.
        body: Block<'a>,
        /// Evaluated after each iteration, with the body's locals in scope.
        condition: Expression<'a>,
    },
    /// Runs the first block whose condition is true, or else `otherwise`.
    If {
        /// The conditions and their blocks, at least one.
        arms: &'a [Arm<'a>],
        /// The block after `else`.
        otherwise: Option<Block<'a>>,
    },
    /// A numeric `for`.
    NumericFor {
        /// A copy of the hidden counter, new in each iteration. In scope in the body.
        local: LocalId,
        /// The start, the limit and the step.
        bounds: &'a Bounds<'a>,
        /// The body.
        body: Block<'a>,
    },
    /// A generic `for`, which calls an iterator.
    GenericFor {
        /// The variables, at least one, new in each iteration. In scope in the body.
        locals: &'a [LocalId],
        /// Adjusted to three: the function, its state, and the first value of the hidden control variable.
        values: &'a [Expression<'a>],
        /// The body.
        body: Block<'a>,
        /// The line of the call: that of the first token after `in`.
        line: Line,
    },
    /// Ends the function. A single call is a tail call.
    Return(&'a [Expression<'a>]),
    /// Ends the innermost loop of the function.
    Break,
    /// Jumps.
    Goto(JumpId),
    /// The position of a label.
    Label(LabelId),
}

/// The bounds of a numeric `for`, which are evaluated once, in this order.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The first value.
    pub start: Expression<'a>,
    /// The last value, if the steps arrive at it exactly.
    pub limit: Expression<'a>,
    /// The step; 1 if it is missing.
    pub step: Option<Expression<'a>>,
    /// The line of the error if one of them is not a number.
    pub line: Line,
}

/// A condition and a block.
#[derive(Clone, Copy, Debug)]
pub struct Arm<'a> {
    /// The condition.
    pub condition: Expression<'a>,
    /// The block.
    pub body: Block<'a>,
}

/// The kinds of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// A local of this function.
    Local(LocalId),
    /// A variable of an enclosing function.
    Upvalue(UpvalueId),
    /// A field of the function's environment.
    Global(StringId),
}

/// The target of an assignment.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A variable.
    Variable(Variable),
    /// An [`Expression::Access`] that ends with a field or an index.
    Element(Expression<'a>),
}

/// An expression.
#[derive(Clone, Copy, Debug)]
pub enum Expression<'a> {
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
    /// `...`: all extra arguments.
    Vararg,
    /// A new closure.
    Function(FunctionId),
    /// A new table.
    Table {
        /// The line of its `{`.
        line: Line,
        /// Its items in order.
        items: &'a [Item<'a>],
    },
    /// The value of a variable.
    Variable {
        /// The variable.
        variable: Variable,
        /// The line of its name.
        line: Line,
    },
    /// The first value of a call or of `...`, or nil: parentheses.
    First(&'a Expression<'a>),
    /// Evaluates `base`, then applies each suffix to the value so far.
    Access {
        /// The base, which is not an access itself, unless it was in parentheses.
        base: &'a Expression<'a>,
        /// The suffixes, at least one.
        suffixes: &'a [Suffix<'a>],
    },
    /// An operator on one operand.
    Unary {
        /// The operator.
        operator: UnaryOperator,
        /// The line for errors.
        line: Line,
        /// The operand.
        operand: &'a Expression<'a>,
    },
    /// Evaluates `first`; then for each operation its operand, and applies its operator to the value so far and the
    /// operand.
    Binary {
        /// The leftmost operand.
        first: &'a Expression<'a>,
        /// The operations, at least one.
        rest: &'a [Operation<'a>],
    },
    /// Evaluates operands from left to right until one decides: for `and` the first one that is false or nil, for `or`
    /// the first one that is neither. The value is that of the last operand evaluated.
    Logic {
        /// The operator.
        operator: LogicOperator,
        /// The operands, at least two.
        operands: &'a [Expression<'a>],
    },
    /// Evaluates all operands, then concatenates from the right.
    Concat {
        /// The operands, at least two.
        operands: &'a [Expression<'a>],
        /// The line for errors.
        line: Line,
    },
}

impl Expression<'_> {
    /// Returns `true` for a call and for `...`, which can have any number of values. As the last in a list they give
    /// them all.
    #[must_use]
    pub fn is_multiple(&self) -> bool {
        match self {
            Expression::Vararg => true,
            Expression::Access { suffixes, .. } => suffixes.last().is_some_and(Suffix::is_call),
            _ => false,
        }
    }
}

/// A suffix: an operation on the value so far.
#[derive(Clone, Copy, Debug)]
pub struct Suffix<'a> {
    /// The line for errors.
    pub line: Line,
    /// The kind of suffix.
    pub kind: SuffixKind<'a>,
}

impl Suffix<'_> {
    /// Returns `true` if it can have any number of values.
    #[must_use]
    pub fn is_call(&self) -> bool {
        matches!(self.kind, SuffixKind::Call(_) | SuffixKind::Method { .. })
    }
}

/// The kinds of suffixes.
#[derive(Clone, Copy, Debug)]
pub enum SuffixKind<'a> {
    /// `.name`
    Field(StringId),
    /// `[key]`
    Index(Expression<'a>),
    /// `(a, b)`
    Call(&'a [Expression<'a>]),
    /// `:name(a, b)`
    Method {
        /// The name of the method, which gets the value itself as first argument.
        name: StringId,
        /// The other arguments.
        arguments: &'a [Expression<'a>],
    },
}

/// An operator and its right operand; the left one is the value so far.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// The operator.
    pub operator: BinaryOperator,
    /// The line for errors.
    pub line: Line,
    /// The right operand.
    pub operand: Expression<'a>,
}

/// An item of a table constructor.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// A value at the next index. The last item of a table adds all its values.
    Next(Expression<'a>),
    /// `name = value`
    Field(StringId, Expression<'a>),
    /// `[key] = value`
    Index(Expression<'a>, Expression<'a>),
    /// Many literals at the next indices.
    Literals(&'a [Literal]),
    /// `[1] = value` many times, with literals only.
    Pairs(&'a [(f64, Literal)]),
    /// `[1] = value, [2] = value` and so on: many literals at the indices from this one on, none of which is nil. The
    /// first one of a table begins at 1, and each other one after the one before.
    Run(u32, &'a [Literal]),
}

/// An expression whose value is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// `nil`
    Nil,
    /// `true` or `false`
    Truth(bool),
    /// A number, which may have a sign.
    Number(f64),
    /// A string literal.
    String(StringId),
}

impl Literal {
    /// Returns the literal that an expression is.
    pub(super) fn of(expression: &Expression<'_>) -> Option<Literal> {
        Some(match expression {
            Expression::Nil => Literal::Nil,
            Expression::True => Literal::Truth(true),
            Expression::False => Literal::Truth(false),
            Expression::Number(number) => Literal::Number(*number),
            Expression::String(text) => Literal::String(*text),
            Expression::Unary { operator: UnaryOperator::Negate, operand: Expression::Number(number), .. } => {
                Literal::Number(-number)
            }
            _ => return None,
        })
    }

    /// Returns the literal as an expression.
    pub(super) fn expression<'a>(self) -> Expression<'a> {
        match self {
            Literal::Nil => Expression::Nil,
            Literal::Truth(true) => Expression::True,
            Literal::Truth(false) => Expression::False,
            Literal::Number(number) => Expression::Number(number),
            Literal::String(text) => Expression::String(text),
        }
    }
}
