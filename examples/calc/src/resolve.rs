//! The syntax tree → the resolved tree: every name is looked up once, before anything runs.

mod scope;

use std::collections::HashMap;

use self::scope::{Scopes, Undeclarable};
use crate::ast::{self, Ast, Name};
use crate::source::{Diagnostic, Position};
use crate::tree::{Arm, Expression, Function, FunctionIndex, GlobalIndex, Operation, Place, Slot, Statement, Tree};

/// Resolves a whole program.
///
/// # Errors
///
/// Every use of a name that does not fit its declaration, sorted by position.
pub fn resolve(ast: &Ast<'_>) -> Result<Tree, Vec<Diagnostic>> {
    let mut resolver = Resolver::default();
    resolver.declare_functions(&ast.functions);
    resolver.declare_globals(&ast.statements);

    let functions = ast.functions.iter().map(|it| resolver.resolve_function(it)).collect();
    let main = resolver.resolve_main(&ast.statements);

    if resolver.diagnostics.is_empty() {
        let globals = resolver.global_names.into_iter().map(String::from).collect();
        Ok(Tree { globals, functions, main })
    } else {
        resolver.diagnostics.sort_by_key(|diagnostic| diagnostic.position);
        Err(resolver.diagnostics)
    }
}

#[derive(Default)]
struct Resolver<'source> {
    functions: HashMap<&'source str, DeclaredFunction>,
    globals: HashMap<&'source str, DeclaredGlobal>,
    global_names: Vec<&'source str>,
    diagnostics: Vec<Diagnostic>,

    /// The locals of the current function.
    scopes: Scopes<'source>,
    /// Whether the current function is the top-level code.
    is_main: bool,
    /// Number of globals that the current code can see: all of them in a function, and those whose `let` came
    /// before in the top-level code.
    visible_globals: usize,
}

struct DeclaredFunction {
    index: FunctionIndex,
    arity: usize,
    position: Position,
}

struct DeclaredGlobal {
    index: GlobalIndex,
    position: Position,
}

/// Placeholder for an expression with an error. It is never used, because an error prevents the tree.
const NO_EXPRESSION: Expression = Expression::Literal(0);
/// Placeholder for a variable with an error.
const NO_PLACE: Place = Place::Local(Slot(0));

impl<'source> Resolver<'source> {
    fn declare_functions(&mut self, functions: &[ast::Function<'source>]) {
        for (index, function) in functions.iter().enumerate() {
            let Name { text, position } = function.name;
            if function.is_nested {
                self.error(position, format!("function `{text}` is inside a block: move it to the top level"));
            }
            if let Some(earlier) = self.functions.get(text) {
                let message =
                    format!("function `{text}` is already declared at {}: choose another name", earlier.position);
                self.error(position, message);
                continue;
            }
            let Ok(index) = u16::try_from(index) else {
                self.error(position, "too many functions: a program has at most 65536");
                return;
            };
            let index = FunctionIndex(index);
            let arity = function.parameters.len();
            self.functions.insert(text, DeclaredFunction { index, arity, position });
        }
    }

    /// Declares the variables of the top level. Those of its blocks are locals.
    fn declare_globals(&mut self, statements: &[ast::Statement<'source>]) {
        for statement in statements {
            let ast::Statement::Let { name, .. } = statement else { continue };
            let Name { text, position } = *name;
            if let Some(earlier) = self.globals.get(text) {
                self.diagnostics.push(duplicate_variable(*name, Some(earlier.position)));
                continue;
            }
            let Ok(index) = u16::try_from(self.global_names.len()) else {
                self.error(position, "too many global variables: a program has at most 65536");
                return;
            };
            self.globals.insert(text, DeclaredGlobal { index: GlobalIndex(index), position });
            self.global_names.push(text);
        }
    }

    fn resolve_function(&mut self, function: &ast::Function<'source>) -> Function {
        self.scopes = Scopes::default();
        self.is_main = false;
        self.visible_globals = self.global_names.len();
        for &parameter in &function.parameters {
            if let Err(Undeclarable::Duplicate(_)) = self.scopes.declare(parameter.text) {
                let message = format!("parameter `{}` is declared twice: choose another name", parameter.text);
                self.error(parameter.position, message);
            }
        }
        // A nested function is already an error, and may use variables that it cannot see.
        let body = if function.is_nested { &[] } else { function.body.as_slice() };
        self.finish_function(function.name, function.parameters.len(), body)
    }

    fn resolve_main(&mut self, statements: &[ast::Statement<'source>]) -> Function {
        self.scopes = Scopes::default();
        self.is_main = true;
        self.visible_globals = 0;
        self.finish_function(Name { text: "main", position: Position::START }, 0, statements)
    }

    fn finish_function(
        &mut self,
        name: Name<'source>,
        arity: usize,
        statements: &[ast::Statement<'source>],
    ) -> Function {
        let mut body = Vec::new();
        for statement in statements {
            self.resolve_statement(statement, &mut body);
        }
        if !matches!(body.last(), Some(Statement::Return(_))) {
            body.push(Statement::Return(Expression::Literal(0)));
        }
        Function {
            name: name.text.to_string(),
            position: name.position,
            // The parser allows 255.
            arity: u16::try_from(arity).unwrap_or(u16::MAX),
            slots: self.scopes.max_slots(),
            body,
        }
    }

    /// Resolves the statements of a block, whose variables end with it.
    //
    // This and the functions for expressions use loops instead of iterator chains: in a debug build each adapter
    // adds a native stack frame at every level of nesting.
    fn resolve_block(&mut self, statements: &[ast::Statement<'source>], out: &mut Vec<Statement>) {
        self.scopes.open();
        for statement in statements {
            self.resolve_statement(statement, out);
        }
        self.scopes.close();
    }

    fn resolve_statement(&mut self, statement: &ast::Statement<'source>, out: &mut Vec<Statement>) {
        match statement {
            ast::Statement::Let { name, value } => self.resolve_let(*name, value, out),
            ast::Statement::Assign { name, value } => self.resolve_assign(*name, value, out),
            ast::Statement::If { arms, otherwise } => self.resolve_if(arms, otherwise, out),
            ast::Statement::While(arm) => self.resolve_while(arm, out),
            ast::Statement::Return { value, position } => {
                self.resolve_return(value, *position, out);
            }
            ast::Statement::Print(value) => self.resolve_print(value, out),
            ast::Statement::Expression(value) => self.resolve_evaluate(value, out),
            ast::Statement::Block(statements) => self.resolve_block(statements, out),
        }
    }

    fn resolve_let(&mut self, name: Name<'source>, value: &ast::Expression<'source>, out: &mut Vec<Statement>) {
        // The value comes first: in `let x = x;` the second `x` is an outer variable.
        let value = self.resolve_expression(value);
        let place = if self.is_main && self.scopes.is_outermost() {
            self.resolve_let_global(name)
        } else {
            self.resolve_let_local(name)
        };
        out.push(Statement::Store { place, value });
    }

    fn resolve_let_global(&mut self, name: Name<'source>) -> Place {
        // It is missing only if there are too many, which has been reported.
        let Some(global) = self.globals.get(name.text) else { return NO_PLACE };
        // Globals are numbered in the order of the text.
        self.visible_globals = self.visible_globals.max(usize::from(global.index.0) + 1);
        Place::Global(global.index)
    }

    fn resolve_let_local(&mut self, name: Name<'source>) -> Place {
        match self.scopes.declare(name.text) {
            Ok(slot) => Place::Local(slot),
            Err(Undeclarable::Duplicate(slot)) => {
                self.diagnostics.push(duplicate_variable(name, None));
                Place::Local(slot)
            }
            Err(Undeclarable::TooMany) => {
                self.error(name.position, "too many variables: a function has at most 65535");
                NO_PLACE
            }
        }
    }

    fn resolve_assign(&mut self, name: Name<'source>, value: &ast::Expression<'source>, out: &mut Vec<Statement>) {
        let place = self.resolve_variable(name, |text, is_function| {
            if is_function {
                format!("`{text}` is a function and cannot be assigned to")
            } else {
                format!("unknown variable `{text}`: write `let {text} = ...;` to declare it")
            }
        });
        let value = self.resolve_expression(value);
        out.push(Statement::Store { place, value });
    }

    fn resolve_if(
        &mut self,
        arms: &[ast::Arm<'source>],
        otherwise: &[ast::Statement<'source>],
        out: &mut Vec<Statement>,
    ) {
        let mut resolved_arms = Vec::with_capacity(arms.len());
        for arm in arms {
            let resolved = self.resolve_arm(arm);
            resolved_arms.push(resolved);
        }
        let mut resolved_otherwise = Vec::new();
        self.resolve_block(otherwise, &mut resolved_otherwise);
        out.push(Statement::If { arms: resolved_arms, otherwise: resolved_otherwise });
    }

    fn resolve_while(&mut self, arm: &ast::Arm<'source>, out: &mut Vec<Statement>) {
        let arm = self.resolve_arm(arm);
        out.push(Statement::While(arm));
    }

    fn resolve_arm(&mut self, arm: &ast::Arm<'source>) -> Arm {
        let condition = self.resolve_expression(&arm.condition);
        let mut body = Vec::new();
        self.resolve_block(&arm.body, &mut body);
        Arm { condition, body }
    }

    fn resolve_return(&mut self, value: &ast::Expression<'source>, position: Position, out: &mut Vec<Statement>) {
        if self.is_main {
            self.error(position, "`return` outside a function");
        }
        let value = self.resolve_expression(value);
        out.push(Statement::Return(value));
    }

    fn resolve_print(&mut self, value: &ast::Expression<'source>, out: &mut Vec<Statement>) {
        let value = self.resolve_expression(value);
        out.push(Statement::Print(value));
    }

    fn resolve_evaluate(&mut self, value: &ast::Expression<'source>, out: &mut Vec<Statement>) {
        let value = self.resolve_expression(value);
        out.push(Statement::Evaluate(value));
    }

    fn resolve_expression(&mut self, expression: &ast::Expression<'source>) -> Expression {
        match expression {
            ast::Expression::Literal(value) => Expression::Literal(*value),
            ast::Expression::Variable(name) => self.resolve_load(*name),
            ast::Expression::Unary { operator, position, operand } => {
                let operand = Box::new(self.resolve_expression(operand));
                Expression::Unary { operator: *operator, position: *position, operand }
            }
            ast::Expression::Binary { first, rest } => self.resolve_binary(first, rest),
            ast::Expression::Logic { operator, operands } => {
                let operands = self.resolve_expressions(operands);
                Expression::Logic { operator: *operator, operands }
            }
            ast::Expression::Call { function, arguments } => self.resolve_call(*function, arguments),
        }
    }

    fn resolve_binary(&mut self, first: &ast::Expression<'source>, rest: &[ast::Operation<'source>]) -> Expression {
        let first = Box::new(self.resolve_expression(first));
        let mut resolved = Vec::with_capacity(rest.len());
        for ast::Operation { operator, position, operand } in rest {
            let operand = self.resolve_expression(operand);
            resolved.push(Operation { operator: *operator, position: *position, operand });
        }
        Expression::Binary { first, rest: resolved }
    }

    fn resolve_expressions(&mut self, expressions: &[ast::Expression<'source>]) -> Vec<Expression> {
        let mut resolved = Vec::with_capacity(expressions.len());
        for expression in expressions {
            resolved.push(self.resolve_expression(expression));
        }
        resolved
    }

    fn resolve_load(&mut self, name: Name<'source>) -> Expression {
        Expression::Load(self.resolve_variable(name, |text, is_function| {
            if is_function {
                format!("`{text}` is a function: write `{text}(...)` to call it")
            } else {
                format!("unknown variable `{text}`")
            }
        }))
    }

    /// Looks up a variable. `unknown` returns the message for an unknown name; its second argument is whether the
    /// name belongs to a function.
    fn resolve_variable(&mut self, name: Name<'source>, unknown: impl Fn(&str, bool) -> String) -> Place {
        let Name { text, position } = name;
        if let Some(slot) = self.scopes.find(text) {
            return Place::Local(slot);
        }
        let message = match self.globals.get(text) {
            Some(global) if usize::from(global.index.0) < self.visible_globals => {
                return Place::Global(global.index);
            }
            Some(global) => format!("`{text}` is used before its `let` at {}", global.position),
            None => unknown(text, self.functions.contains_key(text)),
        };
        self.error(position, message);
        NO_PLACE
    }

    fn resolve_call(&mut self, name: Name<'source>, arguments: &[ast::Expression<'source>]) -> Expression {
        let callee = self.find_callee(name, arguments.len());
        let arguments = self.resolve_expressions(arguments);
        match callee {
            Some(function) => Expression::Call { function, position: name.position, arguments },
            None => NO_EXPRESSION,
        }
    }

    /// Looks up the function of a call with `given` arguments.
    fn find_callee(&mut self, name: Name<'source>, given: usize) -> Option<FunctionIndex> {
        let Name { text, position } = name;
        let message = match self.functions.get(text) {
            Some(callee) if callee.arity == given => return Some(callee.index),
            Some(DeclaredFunction { arity, .. }) => {
                let plural = if *arity == 1 { "" } else { "s" };
                let are = if given == 1 { "is" } else { "are" };
                format!("`{text}` takes {arity} argument{plural}, but {given} {are} given")
            }
            None if self.scopes.find(text).is_some() || self.globals.contains_key(text) => {
                format!("`{text}` is a variable, not a function")
            }
            None => format!("unknown function `{text}`"),
        };
        self.error(position, message);
        None
    }

    fn error(&mut self, position: Position, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(position, message));
    }
}

fn duplicate_variable(name: Name<'_>, earlier: Option<Position>) -> Diagnostic {
    let at = earlier.map_or(String::new(), |position| format!(" at {position}"));
    let text = name.text;
    let message =
        format!("variable `{text}` is already declared in this block{at}: write `{text} = ...;` to change it");
    Diagnostic::new(name.position, message)
}

#[cfg(test)]
mod tests;
