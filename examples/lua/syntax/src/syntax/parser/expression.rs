//! Turns tokens into expressions, by precedence climbing.

use super::Parser;
use crate::syntax::ast::{
    Base, BinaryOperator, Expression, Item, LogicOperator, Operation, Suffix, SuffixKind, Suffixed, Table,
    UnaryOperator,
};
use crate::syntax::error::{Line, SyntaxError};
use crate::syntax::token::{Symbol, TokenKind};

/// How tightly an operator binds its left and its right operand.
struct Binding {
    left: u8,
    right: u8,
}

/// How tightly a prefix operator binds.
const UNARY_BINDING: u8 = 8;

enum Infix {
    Binary(BinaryOperator),
    Logic(LogicOperator),
    Concat,
}

fn infix(symbol: Symbol) -> Option<(Infix, Binding)> {
    use BinaryOperator as B;
    let (infix, left, right) = match symbol {
        Symbol::Or => (Infix::Logic(LogicOperator::Or), 1, 1),
        Symbol::And => (Infix::Logic(LogicOperator::And), 2, 2),
        Symbol::Equal => (Infix::Binary(B::Equal), 3, 3),
        Symbol::NotEqual => (Infix::Binary(B::NotEqual), 3, 3),
        Symbol::Less => (Infix::Binary(B::Less), 3, 3),
        Symbol::LessOrEqual => (Infix::Binary(B::LessOrEqual), 3, 3),
        Symbol::Greater => (Infix::Binary(B::Greater), 3, 3),
        Symbol::GreaterOrEqual => (Infix::Binary(B::GreaterOrEqual), 3, 3),
        Symbol::Concat => (Infix::Concat, 5, 4),
        Symbol::Add => (Infix::Binary(B::Add), 6, 6),
        Symbol::Subtract => (Infix::Binary(B::Subtract), 6, 6),
        Symbol::Multiply => (Infix::Binary(B::Multiply), 7, 7),
        Symbol::Divide => (Infix::Binary(B::Divide), 7, 7),
        Symbol::Modulo => (Infix::Binary(B::Modulo), 7, 7),
        Symbol::Power => (Infix::Binary(B::Power), 10, 9),
        _ => return None,
    };
    Some((infix, Binding { left, right }))
}

impl Parser<'_, '_> {
    pub(super) fn parse_expression(&mut self) -> Result<Expression, SyntaxError> {
        self.parse_operands(0)
    }

    /// Parses expressions between commas, at least one.
    pub(super) fn parse_expressions(&mut self) -> Result<Vec<Expression>, SyntaxError> {
        let mut expressions = vec![self.parse_expression()?];
        while self.accept(Symbol::Comma)? {
            expressions.push(self.parse_expression()?);
        }
        Ok(expressions)
    }

    /// Parses operands, and operators between them that bind tighter than `limit`.
    fn parse_operands(&mut self, limit: u8) -> Result<Expression, SyntaxError> {
        self.nested(|parser| {
            let mut left = parser.parse_unary()?;
            while let TokenKind::Symbol(symbol) = parser.token.kind
                && let Some((infix, binding)) = infix(symbol)
                && binding.left > limit
            {
                parser.advance()?;
                let right = parser.parse_operands(binding.right)?;
                left = join(left, infix, right, parser.last_line);
            }
            Ok(left)
        })
    }

    fn parse_unary(&mut self) -> Result<Expression, SyntaxError> {
        let operator = match self.token.kind {
            TokenKind::Symbol(Symbol::Not) => UnaryOperator::Not,
            TokenKind::Symbol(Symbol::Subtract) => UnaryOperator::Negate,
            TokenKind::Symbol(Symbol::Length) => UnaryOperator::Length,
            _ => return self.parse_simple(),
        };
        self.advance()?;
        let operand = Box::new(self.parse_operands(UNARY_BINDING)?);
        Ok(Expression::Unary { operator, line: self.last_line, operand })
    }

    fn parse_simple(&mut self) -> Result<Expression, SyntaxError> {
        let expression = match self.token.kind {
            TokenKind::Number(number) => Expression::Number(number),
            TokenKind::String(id) => Expression::String(id),
            TokenKind::Symbol(Symbol::Nil) => Expression::Nil,
            TokenKind::Symbol(Symbol::True) => Expression::True,
            TokenKind::Symbol(Symbol::False) => Expression::False,
            TokenKind::Symbol(Symbol::Dots) if self.is_vararg => Expression::Vararg,
            TokenKind::Symbol(Symbol::Dots) => {
                return Err(self.error("cannot use '...' outside a vararg function"));
            }
            TokenKind::Symbol(Symbol::OpenBrace) => return Ok(Expression::Table(self.parse_table()?)),
            TokenKind::Symbol(Symbol::Function) => {
                let line = self.advance()?.line;
                return Ok(Expression::Function(Box::new(self.parse_function_body(false, line)?)));
            }
            _ => return self.parse_suffixed(),
        };
        self.advance()?;
        Ok(expression)
    }

    /// Parses a variable or an expression in parentheses, and its suffixes.
    pub(super) fn parse_suffixed(&mut self) -> Result<Expression, SyntaxError> {
        let base = self.parse_base()?;
        let mut suffixes = Vec::new();
        while let Some(suffix) = self.parse_suffix()? {
            suffixes.push(suffix);
        }
        if !suffixes.is_empty() {
            return Ok(Expression::Suffixed(Suffixed { base, suffixes }));
        }
        Ok(match base {
            Base::Name(name) => Expression::Name(name),
            Base::Paren(inner) => Expression::Paren(inner),
        })
    }

    fn parse_base(&mut self) -> Result<Base, SyntaxError> {
        if self.is_at_name() {
            return Ok(Base::Name(self.expect_name()?));
        }
        if !self.is_at(Symbol::Open) {
            return Err(self.error("unexpected symbol"));
        }
        let line = self.advance()?.line;
        let inner = self.parse_expression()?;
        self.expect_closing(Symbol::Close, Symbol::Open, line)?;
        Ok(Base::Paren(Box::new(inner)))
    }

    fn parse_suffix(&mut self) -> Result<Option<Suffix>, SyntaxError> {
        let line = self.token.line;
        let kind = match self.token.kind {
            TokenKind::Symbol(Symbol::Dot) => {
                self.advance()?;
                SuffixKind::Field(self.expect_name()?.id)
            }
            TokenKind::Symbol(Symbol::OpenBracket) => {
                self.advance()?;
                let key = self.parse_expression()?;
                self.expect(Symbol::CloseBracket)?;
                SuffixKind::Index(key)
            }
            TokenKind::Symbol(Symbol::Colon) => {
                self.advance()?;
                let name = self.expect_name()?;
                let line = self.token.line;
                let kind = SuffixKind::Method(name.id, self.parse_arguments()?);
                return Ok(Some(Suffix { line, kind }));
            }
            TokenKind::Symbol(Symbol::Open | Symbol::OpenBrace) | TokenKind::String(_) => {
                SuffixKind::Call(self.parse_arguments()?)
            }
            _ => return Ok(None),
        };
        let line = if matches!(kind, SuffixKind::Call(_)) { line } else { self.last_line };
        Ok(Some(Suffix { line, kind }))
    }

    fn parse_arguments(&mut self) -> Result<Vec<Expression>, SyntaxError> {
        match self.token.kind {
            TokenKind::Symbol(Symbol::Open) => {
                let line = self.token.line;
                if line != self.last_line {
                    return Err(self.error("ambiguous syntax (function call x new statement)"));
                }
                self.advance()?;
                let arguments = if self.is_at(Symbol::Close) { Vec::new() } else { self.parse_expressions()? };
                self.expect_closing(Symbol::Close, Symbol::Open, line)?;
                Ok(arguments)
            }
            TokenKind::Symbol(Symbol::OpenBrace) => Ok(vec![Expression::Table(self.parse_table()?)]),
            TokenKind::String(id) => {
                self.advance()?;
                Ok(vec![Expression::String(id)])
            }
            _ => Err(self.error("function arguments expected")),
        }
    }

    fn parse_table(&mut self) -> Result<Table, SyntaxError> {
        let line = self.token.line;
        self.expect(Symbol::OpenBrace)?;
        let mut items = Vec::new();
        while !self.is_at(Symbol::CloseBrace) {
            items.push(self.parse_item()?);
            if !self.accept(Symbol::Comma)? && !self.accept(Symbol::Semicolon)? {
                break;
            }
        }
        self.expect_closing(Symbol::CloseBrace, Symbol::OpenBrace, line)?;
        Ok(Table { line, items })
    }

    fn parse_item(&mut self) -> Result<Item, SyntaxError> {
        if self.accept(Symbol::OpenBracket)? {
            let key = self.parse_expression()?;
            self.expect(Symbol::CloseBracket)?;
            self.expect(Symbol::Assign)?;
            return Ok(Item::Index(key, self.parse_expression()?));
        }
        if self.is_at_name() && self.look_ahead()? == TokenKind::Symbol(Symbol::Assign) {
            let name = self.expect_name()?.id;
            self.expect(Symbol::Assign)?;
            return Ok(Item::Field(name, self.parse_expression()?));
        }
        Ok(Item::Next(self.parse_expression()?))
    }
}

/// Joins two expressions with an operator. Chains become flat. `line` is the end of the right one.
fn join(left: Expression, infix: Infix, right: Expression, line: Line) -> Expression {
    match (infix, left, right) {
        (Infix::Binary(operator), Expression::Binary { first, mut rest }, operand) => {
            rest.push(Operation { operator, line, operand });
            Expression::Binary { first, rest }
        }
        (Infix::Binary(operator), first, operand) => {
            Expression::Binary { first: Box::new(first), rest: vec![Operation { operator, line, operand }] }
        }
        (Infix::Logic(operator), Expression::Logic { operator: inner, mut operands }, operand) if operator == inner => {
            operands.push(operand);
            Expression::Logic { operator, operands }
        }
        (Infix::Logic(operator), left, right) => Expression::Logic { operator, operands: vec![left, right] },
        (Infix::Concat, left, Expression::Concat { mut operands, line }) => {
            operands.insert(0, left);
            Expression::Concat { operands, line }
        }
        (Infix::Concat, left, right) => Expression::Concat { operands: vec![left, right], line },
    }
}
