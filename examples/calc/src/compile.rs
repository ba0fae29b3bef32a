//! The resolved tree → bytecode, in one pass: every node appends its own ops.

use mimeo::asm::{AssembleError, FunctionBody, Target};
use mimeo::def::Slot;
use mimeo::{VerifyError, asm};

use crate::ast::{BinaryOperator, LogicOperator, UnaryOperator};
use crate::ops::ops::{Assembler, Program, ProgramBuilder};
use crate::source::Position;
use crate::tree::{Arm, Expression, Function, Operation, Place, Statement, Tree};

/// The reason why a tree could not be compiled: a function that is too large, or a defect of the compiler.
#[derive(Debug)]
pub enum CompileError {
    /// A function could not be assembled.
    Assemble(AssembleError),
    /// The verifier refused the bytecode.
    Verify(VerifyError),
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CompileError::Assemble(error) => error.fmt(f),
            CompileError::Verify(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CompileError {}

/// Compiles a program. Its last function is the top-level code.
///
/// # Errors
///
/// If a function is too large for the encoding.
pub fn compile(tree: &Tree) -> Result<Program, CompileError> {
    let mut program = ProgramBuilder::new();
    let globals = u32::try_from(tree.globals.len()).unwrap_or(u32::MAX);
    program.set_space("globals", globals);
    // Functions keep their index, so that calls need no mapping.
    for function in tree.functions.iter().chain([&tree.main]) {
        let index = program.declare(&function.name);
        program.define(index, compile_function(function).map_err(CompileError::Assemble)?);
    }
    let program = program.finish().map_err(CompileError::Assemble)?;
    program.verify().map_err(CompileError::Verify)
}

fn compile_function(function: &Function) -> Result<FunctionBody, AssembleError> {
    let mut generator = Generator { asm: Assembler::new(&function.name, function.arity, function.slots) };
    generator.at(function.position);
    generator.statements(&function.body);
    generator.asm.finish()
}

struct Generator {
    asm: Assembler,
}

impl Generator {
    fn at(&mut self, position: Position) {
        self.asm.at(mimeo::Position { line: position.line, column: position.column });
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Store { place, value } => {
                self.expression(value);
                match place {
                    Place::Local(slot) => self.asm.set_local(Slot(slot.0)),
                    Place::Global(index) => self.asm.set_global(u32::from(index.0)),
                }
            }
            Statement::Evaluate(value) => {
                self.expression(value);
                self.asm.pop();
            }
            Statement::Print(value) => {
                self.expression(value);
                self.asm.print();
            }
            Statement::If { arms, otherwise } => self.branch(arms, otherwise),
            Statement::While(arm) => self.repeat(arm),
            Statement::Return(value) => {
                self.expression(value);
                self.asm.ret();
            }
        }
    }

    fn branch(&mut self, arms: &[Arm], otherwise: &[Statement]) {
        let end = self.asm.label();
        for arm in arms {
            let next = self.asm.label();
            self.expression(&arm.condition);
            self.asm.jump_if_zero(next);
            self.statements(&arm.body);
            self.asm.jump(end);
            self.asm.bind(next);
        }
        self.statements(otherwise);
        self.asm.bind(end);
    }

    /// Places the condition after the body, so that an iteration takes one jump.
    fn repeat(&mut self, arm: &Arm) {
        let (body, condition) = (self.asm.label(), self.asm.label());
        self.asm.jump(condition);
        self.asm.bind(body);
        self.statements(&arm.body);
        self.asm.bind(condition);
        self.expression(&arm.condition);
        self.asm.jump_if_not_zero(body);
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Literal(value) => self.asm.push(*value),
            Expression::Load(Place::Local(slot)) => self.asm.get_local(Slot(slot.0)),
            Expression::Load(Place::Global(index)) => self.asm.get_global(u32::from(index.0)),
            Expression::Unary { operator, position, operand } => {
                self.expression(operand);
                self.at(*position);
                match operator {
                    UnaryOperator::Negate => self.asm.negate(),
                    UnaryOperator::Not => self.asm.not(),
                }
            }
            Expression::Binary { first, rest } => {
                self.expression(first);
                for operation in rest {
                    self.operation(operation);
                }
            }
            Expression::Logic { operator, operands } => self.logic(*operator, operands),
            Expression::Call { function, position, arguments } => {
                for argument in arguments {
                    self.expression(argument);
                }
                self.at(*position);
                // The resolver allows 255 parameters.
                self.asm.call(asm::FunctionIndex(u32::from(function.0)), arguments.len() as u16);
            }
        }
    }

    fn operation(&mut self, operation: &Operation) {
        self.expression(&operation.operand);
        self.at(operation.position);
        match operation.operator {
            BinaryOperator::Add => self.asm.add(),
            BinaryOperator::Subtract => self.asm.subtract(),
            BinaryOperator::Multiply => self.asm.multiply(),
            BinaryOperator::Divide => self.asm.divide(),
            BinaryOperator::Remainder => self.asm.remainder(),
            BinaryOperator::Less => self.asm.less(),
            BinaryOperator::LessEqual => self.asm.less_equal(),
            BinaryOperator::Greater => self.asm.greater(),
            BinaryOperator::GreaterEqual => self.asm.greater_equal(),
            BinaryOperator::Equal => self.asm.equal(),
            BinaryOperator::NotEqual => self.asm.not_equal(),
        }
    }

    /// Evaluates operands until one decides, which jumps to the code for the known result.
    fn logic(&mut self, operator: LogicOperator, operands: &[Expression]) {
        let (decided, end) = (self.asm.label(), self.asm.label());
        let decide: fn(&mut Assembler, Target) = match operator {
            LogicOperator::And => Assembler::jump_if_zero,
            LogicOperator::Or => Assembler::jump_if_not_zero,
        };
        for operand in operands {
            self.expression(operand);
            decide(&mut self.asm, decided);
        }
        let undecided = i64::from(operator == LogicOperator::And);
        self.asm.push(undecided);
        self.asm.jump(end);
        self.asm.bind(decided);
        self.asm.push(1 - undecided);
        self.asm.bind(end);
    }
}
