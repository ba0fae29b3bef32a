//! The syntax tree: a program as it was written, with unresolved names.

use std::fmt;

use crate::source::Position;

/// A whole program.
#[derive(Debug, PartialEq, Eq)]
pub struct Ast<'source> {
    /// Every function, in the order of the source.
    pub functions: Vec<Function<'source>>,
    /// The code outside functions, in the order in which it runs.
    pub statements: Vec<Statement<'source>>,
}

/// A name and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'source> {
    /// The name itself.
    pub text: &'source str,
    /// Its first character.
    pub position: Position,
}

/// `fn name(parameters) { body }`
#[derive(Debug, PartialEq, Eq)]
pub struct Function<'source> {
    /// Its name.
    pub name: Name<'source>,
    /// Its parameters, in order.
    pub parameters: Vec<Name<'source>>,
    /// Its code.
    pub body: Vec<Statement<'source>>,
    /// Whether it is inside a block, which is not allowed.
    pub is_nested: bool,
}

/// One statement.
#[derive(Debug, PartialEq, Eq)]
pub enum Statement<'source> {
    /// `let name = value;`
    Let {
        /// The new variable.
        name: Name<'source>,
        /// Its first value.
        value: Expression<'source>,
    },
    /// `name = value;`
    Assign {
        /// The variable.
        name: Name<'source>,
        /// Its next value.
        value: Expression<'source>,
    },
    /// `if condition { body } else if condition { body } else { otherwise }`
    If {
        /// Conditions and blocks, in order; at least one. They form a list, so that a long chain does not nest
        /// deep.
        arms: Vec<Arm<'source>>,
        /// The code to run if no condition is true.
        otherwise: Vec<Statement<'source>>,
    },
    /// `while condition { body }`
    While(Arm<'source>),
    /// `return value;`
    Return {
        /// The result.
        value: Expression<'source>,
        /// The keyword.
        position: Position,
    },
    /// `print value;`
    Print(Expression<'source>),
    /// `value;`
    Expression(Expression<'source>),
    /// `{ … }`
    Block(Vec<Statement<'source>>),
}

/// A block that depends on a condition.
#[derive(Debug, PartialEq, Eq)]
pub struct Arm<'source> {
    /// True if not 0.
    pub condition: Expression<'source>,
    /// The code to run if it is true.
    pub body: Vec<Statement<'source>>,
}

/// One expression.
#[derive(Debug, PartialEq, Eq)]
pub enum Expression<'source> {
    /// A number, including a minus sign directly before it.
    Literal(i64),
    /// The value of a variable.
    Variable(Name<'source>),
    /// `-operand` or `!operand`
    Unary {
        /// What to do.
        operator: UnaryOperator,
        /// The operator's token.
        position: Position,
        /// What to do it with.
        operand: Box<Expression<'source>>,
    },
    /// `first + operand - operand …`: operators of one precedence, from left to right. They form one node, so that
    /// a sum of ten thousand terms is not ten thousand levels deep.
    Binary {
        /// The leftmost operand.
        first: Box<Expression<'source>>,
        /// Each further operand with the operator before it; at least one.
        rest: Vec<Operation<'source>>,
    },
    /// `operand && operand …` or `operand || operand …`, evaluated from left to right until one decides.
    Logic {
        /// Which of the two.
        operator: LogicOperator,
        /// At least two.
        operands: Vec<Expression<'source>>,
    },
    /// `function(arguments)`
    Call {
        /// The callee.
        function: Name<'source>,
        /// From left to right.
        arguments: Vec<Expression<'source>>,
    },
}

/// An operator and its right operand; the left operand is the value so far.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation<'source> {
    /// What to do.
    pub operator: BinaryOperator,
    /// The operator's token.
    pub position: Position,
    /// The right operand.
    pub operand: Expression<'source>,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`, an error for `i64::MIN`
    Negate,
    /// `!`: 1 for 0, else 0
    Not,
}

/// An operator that always evaluates both operands, the left one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, truncated towards 0
    Divide,
    /// `%`, with the sign of the left operand
    Remainder,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

/// An operator that evaluates operands until one decides. The result is 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogicOperator {
    /// `&&`: decided by 0
    And,
    /// `||`: decided by any other value
    Or,
}

impl fmt::Display for UnaryOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UnaryOperator::Negate => "-",
            UnaryOperator::Not => "!",
        })
    }
}

impl fmt::Display for BinaryOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
            BinaryOperator::Less => "<",
            BinaryOperator::LessEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterEqual => ">=",
            BinaryOperator::Equal => "==",
            BinaryOperator::NotEqual => "!=",
        })
    }
}

impl fmt::Display for LogicOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LogicOperator::And => "&&",
            LogicOperator::Or => "||",
        })
    }
}
