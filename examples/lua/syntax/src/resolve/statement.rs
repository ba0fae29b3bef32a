//! Resolves blocks and statements.

use super::Resolver;
use super::function::OpenBlock;
use super::label::OpenLabels;
use super::tree::{Arm, Block, Bounds, LocalId, Statement, StatementKind, Target};
use crate::syntax::ast::{self, FunctionBody, Name, StatementKind as Kind};
use crate::syntax::{Line, SyntaxError};

/// Number of locals without a name in every `for`.
const HIDDEN_LOCALS: u32 = 3;

impl Resolver<'_> {
    /// Resolves a block that starts with `locals` in scope.
    pub(super) fn resolve_block(&mut self, block: ast::Block, locals: &[LocalId]) -> Result<Block, SyntaxError> {
        let labels = self.declare_labels(&block, true)?;
        let (statements, end_line) = self.resolve_statements(block, labels, locals)?;
        let closes = self.function().close_block();
        Ok(Block { statements, closes, end_line })
    }

    /// Opens a block, and resolves its statements.
    fn resolve_statements(
        &mut self,
        block: ast::Block,
        labels: OpenLabels,
        locals: &[LocalId],
    ) -> Result<(Vec<Statement>, Line), SyntaxError> {
        let function = self.function();
        function.blocks.push(OpenBlock { outer_locals: function.in_scope.len(), labels });
        function.enter(locals);
        let mut statements = Vec::with_capacity(block.statements.len());
        for statement in block.statements {
            statements.push(self.resolve_statement(statement)?);
        }
        Ok((statements, block.end_line))
    }

    fn resolve_loop(&mut self, body: ast::Block, locals: &[LocalId]) -> Result<Block, SyntaxError> {
        self.function().loops += 1;
        let body = self.resolve_block(body, locals)?;
        self.function().loops -= 1;
        Ok(body)
    }

    /// Resolves the body of a `for` with the variables `names`.
    fn resolve_for(&mut self, names: &[Name], body: ast::Block) -> Result<(Vec<LocalId>, Block), SyntaxError> {
        self.function().hidden += HIDDEN_LOCALS;
        let locals = self.function().declare_all(names)?;
        let body = self.resolve_loop(body, &locals)?;
        self.function().hidden -= HIDDEN_LOCALS;
        Ok((locals, body))
    }

    /// Every kind has its own function, so that nested blocks use little of the stack.
    fn resolve_statement(&mut self, statement: ast::Statement) -> Result<Statement, SyntaxError> {
        self.take_step()?;
        let line = statement.line;
        let kind = match statement.kind {
            Kind::Local { names, values } => self.resolve_local(&names, values),
            Kind::LocalFunction { name, function } => self.resolve_local_function(name, *function),
            Kind::Assign { targets, values, end_line } => self.resolve_assign(targets, values, end_line),
            Kind::Call(call) => self.resolve_suffixed(call).map(StatementKind::Call),
            Kind::Do(body) => self.resolve_block(body, &[]).map(StatementKind::Do),
            Kind::While { condition, body } => self.resolve_while(condition, body),
            Kind::Repeat { body, condition } => self.resolve_repeat(body, condition),
            Kind::If { arms, otherwise } => self.resolve_if(arms, otherwise),
            Kind::NumericFor { variable, bounds, body } => self.resolve_numeric_for(variable, *bounds, body),
            Kind::GenericFor { names, values, body, line } => self.resolve_generic_for(&names, values, body, line),
            Kind::Return(values) => self.resolve_expressions(values).map(StatementKind::Return),
            Kind::Break if self.function().loops == 0 => Err(SyntaxError::new(line, "no loop to break")),
            Kind::Break => Ok(StatementKind::Break),
            Kind::Goto(name) => self.resolve_goto(name).map(StatementKind::Goto),
            Kind::Label(name) => self.resolve_label(name).map(StatementKind::Label),
        };
        Ok(Statement { line, kind: kind? })
    }

    fn resolve_local(&mut self, names: &[Name], values: Vec<ast::Expression>) -> Result<StatementKind, SyntaxError> {
        let values = self.resolve_expressions(values)?;
        let locals = self.function().declare_all(names)?;
        self.function().enter(&locals);
        Ok(StatementKind::Local { locals, values })
    }

    fn resolve_local_function(&mut self, name: Name, body: FunctionBody) -> Result<StatementKind, SyntaxError> {
        let local = self.function().declare(name, 0)?;
        self.function().enter(&[local]);
        Ok(StatementKind::LocalFunction { local, function: self.resolve_inner(body)? })
    }

    fn resolve_assign(
        &mut self,
        targets: Vec<ast::Target>,
        values: Vec<ast::Expression>,
        end_line: Line,
    ) -> Result<StatementKind, SyntaxError> {
        let targets = targets.into_iter().map(|target| self.resolve_target(target)).collect::<Result<_, _>>()?;
        Ok(StatementKind::Assign { targets, values: self.resolve_expressions(values)?, end_line })
    }

    fn resolve_while(&mut self, condition: ast::Expression, body: ast::Block) -> Result<StatementKind, SyntaxError> {
        let condition = self.resolve_expression(condition)?;
        Ok(StatementKind::While { condition, body: self.resolve_loop(body, &[])? })
    }

    fn resolve_if(&mut self, arms: Vec<ast::Arm>, otherwise: Option<ast::Block>) -> Result<StatementKind, SyntaxError> {
        let mut resolved = Vec::with_capacity(arms.len());
        for arm in arms {
            let condition = self.resolve_expression(arm.condition)?;
            resolved.push(Arm { condition, body: self.resolve_block(arm.body, &[])? });
        }
        let otherwise = otherwise.map(|block| self.resolve_block(block, &[])).transpose()?;
        Ok(StatementKind::If { arms: resolved, otherwise })
    }

    fn resolve_numeric_for(
        &mut self,
        variable: Name,
        bounds: ast::Bounds,
        body: ast::Block,
    ) -> Result<StatementKind, SyntaxError> {
        let start = self.resolve_expression(bounds.start)?;
        let limit = self.resolve_expression(bounds.limit)?;
        let step = bounds.step.map(|step| self.resolve_expression(step)).transpose()?;
        let (locals, body) = self.resolve_for(&[variable], body)?;
        Ok(StatementKind::NumericFor {
            local: locals[0],
            bounds: Box::new(Bounds { start, limit, step, line: bounds.line }),
            body,
        })
    }

    fn resolve_generic_for(
        &mut self,
        names: &[Name],
        values: Vec<ast::Expression>,
        body: ast::Block,
        line: Line,
    ) -> Result<StatementKind, SyntaxError> {
        let values = self.resolve_expressions(values)?;
        let (locals, body) = self.resolve_for(names, body)?;
        Ok(StatementKind::GenericFor { locals, values, body, line })
    }

    fn resolve_repeat(&mut self, body: ast::Block, condition: ast::Expression) -> Result<StatementKind, SyntaxError> {
        let labels = self.declare_labels(&body, false)?;
        self.function().loops += 1;
        let (statements, end_line) = self.resolve_statements(body, labels, &[])?;
        self.function().loops -= 1;
        let condition = self.resolve_expression(condition)?;
        let closes = self.function().close_block();
        Ok(StatementKind::Repeat { body: Block { statements, closes, end_line }, condition })
    }

    fn resolve_target(&mut self, target: ast::Target) -> Result<Target, SyntaxError> {
        Ok(match target {
            ast::Target::Name(name) => Target::Variable(self.resolve_name(name, true)?),
            ast::Target::Element(element) => Target::Element(self.resolve_suffixed(element)?),
        })
    }
}
