//! The tokens of an expression → a tree, by the precedence of the operators.

use super::{Parse, Parser};
use crate::ast::{BinaryOperator, Expression, LogicOperator, Name, Operation, UnaryOperator};
use crate::lexer::TOO_LARGE;
use crate::source::Position;
use crate::token::{Symbol, Token, TokenKind};

/// A tree, and the number of nodes on its longest path to a leaf.
struct Measured<'source> {
    expression: Expression<'source>,
    height: usize,
}

/// An operator between two operands. Operators that bind tighter have a higher precedence.
#[derive(Clone, Copy)]
struct Infix {
    operator: InfixOperator,
    precedence: u8,
}

#[derive(Clone, Copy)]
enum InfixOperator {
    Binary(BinaryOperator),
    Logic(LogicOperator),
}

impl Infix {
    fn from_token(kind: TokenKind<'_>) -> Option<Infix> {
        use InfixOperator::{Binary, Logic};
        let TokenKind::Symbol(symbol) = kind else { return None };
        let (precedence, operator) = match symbol {
            Symbol::Or => (0, Logic(LogicOperator::Or)),
            Symbol::And => (1, Logic(LogicOperator::And)),
            Symbol::Equal => (2, Binary(BinaryOperator::Equal)),
            Symbol::NotEqual => (2, Binary(BinaryOperator::NotEqual)),
            Symbol::Less => (3, Binary(BinaryOperator::Less)),
            Symbol::LessEqual => (3, Binary(BinaryOperator::LessEqual)),
            Symbol::Greater => (3, Binary(BinaryOperator::Greater)),
            Symbol::GreaterEqual => (3, Binary(BinaryOperator::GreaterEqual)),
            Symbol::Plus => (4, Binary(BinaryOperator::Add)),
            Symbol::Minus => (4, Binary(BinaryOperator::Subtract)),
            Symbol::Star => (5, Binary(BinaryOperator::Multiply)),
            Symbol::Slash => (5, Binary(BinaryOperator::Divide)),
            Symbol::Percent => (5, Binary(BinaryOperator::Remainder)),
            _ => return None,
        };
        Some(Infix { operator, precedence })
    }
}

/// A part of an expression that is waiting for an operand.
enum Pending<'source> {
    /// Operators between operands.
    Run(OpenRun<'source>),
    /// A prefix operator.
    Unary { operator: UnaryOperator, position: Position },
    /// `(`
    Parenthesis,
    /// `function(`, the arguments so far, and the height of the highest of them.
    Call { function: Name<'source>, arguments: Vec<Expression<'source>>, height: usize },
}

/// Operands and operators of one precedence, from left to right, up to an operator whose right operand has not been
/// read.
struct OpenRun<'source> {
    precedence: u8,
    /// The height of the highest operand so far.
    height: usize,
    position: Position,
    node: RunNode<'source>,
}

enum RunNode<'source> {
    Binary {
        first: Expression<'source>,
        rest: Vec<Operation<'source>>,
        /// The operator that is waiting for its right operand.
        waiting: (BinaryOperator, Position),
    },
    Logic {
        operator: LogicOperator,
        operands: Vec<Expression<'source>>,
    },
}

impl<'source> OpenRun<'source> {
    fn open(first: Measured<'source>, infix: Infix, position: Position) -> OpenRun<'source> {
        let Measured { expression, height } = first;
        let node = match infix.operator {
            InfixOperator::Binary(operator) => {
                RunNode::Binary { first: expression, rest: Vec::new(), waiting: (operator, position) }
            }
            InfixOperator::Logic(operator) => RunNode::Logic { operator, operands: vec![expression] },
        };
        OpenRun { precedence: infix.precedence, height, position, node }
    }

    /// Adds an operand.
    fn push(&mut self, operand: Measured<'source>) {
        self.height = self.height.max(operand.height);
        match &mut self.node {
            RunNode::Binary { rest, waiting: (operator, position), .. } => {
                rest.push(Operation { operator: *operator, position: *position, operand: operand.expression });
            }
            RunNode::Logic { operands, .. } => operands.push(operand.expression),
        }
    }

    /// Continues with another operator of the same precedence.
    fn wait_for(&mut self, infix: Infix, position: Position) {
        if let (RunNode::Binary { waiting, .. }, InfixOperator::Binary(operator)) = (&mut self.node, infix.operator) {
            *waiting = (operator, position);
        }
    }

    fn close(self) -> Measured<'source> {
        let expression = match self.node {
            RunNode::Binary { first, rest, .. } => Expression::Binary { first: Box::new(first), rest },
            RunNode::Logic { operator, operands } => Expression::Logic { operator, operands },
        };
        Measured { expression, height: self.height + 1 }
    }
}

impl<'source> Parser<'source> {
    /// Parses an expression, which is called `what` in the message if it is missing.
    ///
    /// Keeps unfinished parts in a list instead of on the native stack, so that nesting in the source causes
    /// no recursion.
    pub(super) fn parse_expression(&mut self, mut what: &str) -> Parse<Expression<'source>> {
        let mut pending = Vec::new();
        loop {
            let whole = match self.parse_operand(&mut pending, what)? {
                Some(operand) => self.parse_behind(&mut pending, operand)?,
                None => None,
            };
            if let Some(expression) = whole {
                return Ok(expression);
            }
            what = match pending.last() {
                Some(Pending::Call { .. }) => "an argument",
                _ => "an expression",
            };
        }
    }

    /// Parses an operand of one or two tokens, or one token that can precede an operand.
    fn parse_operand(&mut self, pending: &mut Vec<Pending<'source>>, what: &str) -> Parse<Option<Measured<'source>>> {
        let Token { kind, position, .. } = self.peek();
        match kind {
            TokenKind::Integer(value) => {
                self.advance();
                Ok(Some(self.literal(position, i64::try_from(value).ok())))
            }
            TokenKind::Name(text) => {
                self.advance();
                Ok(self.variable_or_call(Name { text, position }, pending))
            }
            TokenKind::Symbol(Symbol::LeftParenthesis) => {
                self.advance();
                pending.push(Pending::Parenthesis);
                Ok(None)
            }
            TokenKind::Symbol(Symbol::Minus) => {
                self.advance();
                // The literal is read as negative instead of being negated, because 2^63 does not fit an `i64`.
                if let Token { kind: TokenKind::Integer(value), position, .. } = self.peek() {
                    self.advance();
                    return Ok(Some(self.literal(position, 0_i64.checked_sub_unsigned(value))));
                }
                pending.push(Pending::Unary { operator: UnaryOperator::Negate, position });
                Ok(None)
            }
            TokenKind::Symbol(Symbol::Not) => {
                self.advance();
                pending.push(Pending::Unary { operator: UnaryOperator::Not, position });
                Ok(None)
            }
            _ => Err(self.unexpected(what, "")),
        }
    }

    /// Parses the `(` after the name of a function, and the `)` if it is the next token.
    fn variable_or_call(
        &mut self,
        name: Name<'source>,
        pending: &mut Vec<Pending<'source>>,
    ) -> Option<Measured<'source>> {
        let expression = if !self.accept(Symbol::LeftParenthesis) {
            Expression::Variable(name)
        } else if self.accept(Symbol::RightParenthesis) {
            Expression::Call { function: name, arguments: Vec::new() }
        } else {
            pending.push(Pending::Call { function: name, arguments: Vec::new(), height: 0 });
            return None;
        };
        Some(Measured { expression, height: 1 })
    }

    /// Parses the tokens after an operand: closing parentheses, and then an operator or a comma, after which
    /// another operand must follow. Returns the whole expression if there is no such operator or comma.
    fn parse_behind(
        &mut self,
        pending: &mut Vec<Pending<'source>>,
        mut operand: Measured<'source>,
    ) -> Parse<Option<Expression<'source>>> {
        loop {
            let Token { kind, position, .. } = self.peek();
            if let Some(infix) = Infix::from_token(kind) {
                self.advance();
                operand = self.close_runs(pending, operand, infix.precedence + 1)?;
                match pending.last_mut() {
                    Some(Pending::Run(run)) if run.precedence == infix.precedence => {
                        run.push(operand);
                        run.wait_for(infix, position);
                    }
                    _ => pending.push(Pending::Run(OpenRun::open(operand, infix, position))),
                }
                return Ok(None);
            }
            operand = self.close_runs(pending, operand, 0)?;
            match pending.pop() {
                None => return Ok(Some(operand.expression)),
                Some(Pending::Call { function, mut arguments, mut height }) => {
                    arguments.push(operand.expression);
                    height = height.max(operand.height);
                    let is_comma = self.accept(Symbol::Comma);
                    if is_comma && self.peek().kind != TokenKind::Symbol(Symbol::RightParenthesis) {
                        pending.push(Pending::Call { function, arguments, height });
                        return Ok(None);
                    }
                    self.expect(Symbol::RightParenthesis)?;
                    height += 1;
                    self.check_depth(function.position, height)?;
                    let expression = Expression::Call { function, arguments };
                    operand = Measured { expression, height };
                }
                // Runs and prefix operators have been closed, so this is a parenthesis.
                Some(_) => self.expect(Symbol::RightParenthesis)?,
            }
        }
    }

    /// Closes the prefix operators before `operand` and the runs of at least precedence `minimum`. Returns the
    /// operand for the remaining pending parts.
    fn close_runs(
        &mut self,
        pending: &mut Vec<Pending<'source>>,
        mut operand: Measured<'source>,
        minimum: u8,
    ) -> Parse<Measured<'source>> {
        loop {
            let position = match pending.pop() {
                Some(Pending::Unary { operator, position }) => {
                    let Measured { expression, height } = operand;
                    let operand_box = Box::new(expression);
                    let expression = Expression::Unary { operator, position, operand: operand_box };
                    operand = Measured { expression, height: height + 1 };
                    position
                }
                Some(Pending::Run(mut run)) if run.precedence >= minimum => {
                    run.push(operand);
                    let position = run.position;
                    operand = run.close();
                    position
                }
                other => {
                    pending.extend(other);
                    return Ok(operand);
                }
            };
            self.check_depth(position, operand.height)?;
        }
    }

    /// Returns a literal, or reports an error if its value does not fit 64 bits.
    fn literal(&mut self, position: Position, value: Option<i64>) -> Measured<'source> {
        if value.is_none() {
            self.error(position, TOO_LARGE);
        }
        Measured { expression: Expression::Literal(value.unwrap_or(0)), height: 1 }
    }
}
