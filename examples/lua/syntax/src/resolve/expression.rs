//! Resolves expressions.

use super::Resolver;
use super::tree::{Expression, Item, Operation, Suffix, SuffixKind};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{self, Base, Name, Suffixed};

impl Resolver<'_> {
    pub(super) fn resolve_expressions(
        &mut self,
        expressions: Vec<ast::Expression>,
    ) -> Result<Vec<Expression>, SyntaxError> {
        let mut resolved = Vec::with_capacity(expressions.len());
        for expression in expressions {
            resolved.push(self.resolve_expression(expression)?);
        }
        Ok(resolved)
    }

    fn resolve_box(&mut self, expression: ast::Expression) -> Result<Box<Expression>, SyntaxError> {
        Ok(Box::new(self.resolve_expression(expression)?))
    }

    /// Every kind has its own function, so that nested expressions use little of the stack.
    pub(super) fn resolve_expression(&mut self, expression: ast::Expression) -> Result<Expression, SyntaxError> {
        self.take_step()?;
        match expression {
            ast::Expression::Nil => Ok(Expression::Nil),
            ast::Expression::True => Ok(Expression::True),
            ast::Expression::False => Ok(Expression::False),
            ast::Expression::Number(number) => Ok(Expression::Number(number)),
            ast::Expression::String(id) => Ok(Expression::String(id)),
            ast::Expression::Vararg => Ok(Expression::Vararg),
            ast::Expression::Function(function) => self.resolve_inner(*function).map(Expression::Function),
            ast::Expression::Table(table) => self.resolve_table(table),
            ast::Expression::Name(name) => self.resolve_variable(name),
            ast::Expression::Paren(inner) => self.resolve_paren(*inner),
            ast::Expression::Suffixed(suffixed) => self.resolve_suffixed(suffixed),
            ast::Expression::Unary { operator, line, operand } => {
                let operand = self.resolve_box(*operand);
                operand.map(|operand| Expression::Unary { operator, line, operand })
            }
            ast::Expression::Binary { first, rest } => self.resolve_binary(*first, rest),
            ast::Expression::Logic { operator, operands } => {
                let operands = self.resolve_expressions(operands);
                operands.map(|operands| Expression::Logic { operator, operands })
            }
            ast::Expression::Concat { operands, line } => {
                let operands = self.resolve_expressions(operands);
                operands.map(|operands| Expression::Concat { operands, line })
            }
        }
    }

    fn resolve_table(&mut self, table: ast::Table) -> Result<Expression, SyntaxError> {
        let mut items = Vec::with_capacity(table.items.len());
        for item in table.items {
            items.push(self.resolve_item(item)?);
        }
        Ok(Expression::Table { line: table.line, items })
    }

    fn resolve_binary(&mut self, first: ast::Expression, rest: Vec<ast::Operation>) -> Result<Expression, SyntaxError> {
        let first = self.resolve_box(first)?;
        let mut resolved = Vec::with_capacity(rest.len());
        for ast::Operation { operator, line, operand } in rest {
            resolved.push(Operation { operator, line, operand: self.resolve_expression(operand)? });
        }
        Ok(Expression::Binary { first, rest: resolved })
    }

    fn resolve_variable(&mut self, name: Name) -> Result<Expression, SyntaxError> {
        Ok(Expression::Variable { variable: self.resolve_name(name, false)?, line: name.line })
    }

    /// Parentheses only reduce several values to one.
    fn resolve_paren(&mut self, inner: ast::Expression) -> Result<Expression, SyntaxError> {
        let inner = self.resolve_expression(inner)?;
        Ok(if inner.is_multiple() { Expression::First(Box::new(inner)) } else { inner })
    }

    pub(super) fn resolve_suffixed(&mut self, suffixed: Suffixed) -> Result<Expression, SyntaxError> {
        let base = match suffixed.base {
            Base::Name(name) => self.resolve_variable(name)?,
            Base::Paren(inner) => self.resolve_paren(*inner)?,
        };
        let mut suffixes = Vec::with_capacity(suffixed.suffixes.len());
        for ast::Suffix { line, kind } in suffixed.suffixes {
            suffixes.push(Suffix { line, kind: self.resolve_suffix(kind)? });
        }
        Ok(Expression::Access { base: Box::new(base), suffixes })
    }

    fn resolve_suffix(&mut self, kind: ast::SuffixKind) -> Result<SuffixKind, SyntaxError> {
        Ok(match kind {
            ast::SuffixKind::Field(name) => SuffixKind::Field(name),
            ast::SuffixKind::Index(key) => SuffixKind::Index(self.resolve_expression(key)?),
            ast::SuffixKind::Call(arguments) => SuffixKind::Call(self.resolve_expressions(arguments)?),
            ast::SuffixKind::Method(name, arguments) => {
                SuffixKind::Method { name, arguments: self.resolve_expressions(arguments)? }
            }
        })
    }

    fn resolve_item(&mut self, item: ast::Item) -> Result<Item, SyntaxError> {
        Ok(match item {
            ast::Item::Next(value) => Item::Next(self.resolve_expression(value)?),
            ast::Item::Field(name, value) => Item::Field(name, self.resolve_expression(value)?),
            ast::Item::Index(key, value) => {
                let key = self.resolve_expression(key)?;
                Item::Index(key, self.resolve_expression(value)?)
            }
        })
    }
}
