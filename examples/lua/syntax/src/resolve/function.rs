//! Turns names into variables: the scopes of one function, and the captures between functions.

use super::Resolver;
use super::label::OpenLabels;
use super::tree::{Capture, Function, FunctionId, Label, Local, LocalId, Upvalue, UpvalueId, Variable};
use crate::syntax::ast::{FunctionBody, Name};
use crate::syntax::{Line, StringId, SyntaxError};

/// The state of a function while its code is resolved.
pub(super) struct FunctionState {
    line: Line,
    locals: Vec<Local>,
    /// The locals in scope, innermost last.
    pub(super) in_scope: Vec<LocalId>,
    /// Number of locals without a name in scope.
    pub(super) hidden: u32,
    upvalues: Vec<Upvalue>,
    functions: Vec<Function>,
    pub(super) labels: Vec<Label>,
    /// The open blocks, innermost last.
    pub(super) blocks: Vec<OpenBlock>,
    /// Number of open blocks that are bodies of loops.
    pub(super) loops: u32,
}

pub(super) struct OpenBlock {
    /// Number of locals that were in scope before it.
    pub(super) outer_locals: usize,
    pub(super) labels: OpenLabels,
}

impl FunctionState {
    /// Returns the innermost local in scope with this name.
    fn find_local(&self, name: StringId) -> Option<LocalId> {
        self.in_scope.iter().rev().copied().find(|local| self.locals[local.index()].name == name)
    }

    pub(super) fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// Declares a local that comes into scope later, by [`FunctionState::enter`], after `pending` others.
    pub(super) fn declare(&mut self, name: Name, pending: usize) -> Result<LocalId, SyntaxError> {
        let count = self.in_scope.len() + pending + self.hidden as usize;
        if count >= Function::MAX_LOCALS as usize {
            return Err(SyntaxError::too_many(name.line, self.line, Function::MAX_LOCALS, "local variables"));
        }
        let id = LocalId::of(self.locals.len());
        self.locals.push(Local { name: name.id, line: name.line, is_captured: false, is_assigned: false });
        Ok(id)
    }

    pub(super) fn declare_all(&mut self, names: &[Name]) -> Result<Vec<LocalId>, SyntaxError> {
        names.iter().enumerate().map(|(pending, &name)| self.declare(name, pending)).collect()
    }

    pub(super) fn enter(&mut self, locals: &[LocalId]) {
        self.in_scope.extend_from_slice(locals);
    }

    /// Closes the innermost block. Returns the first of its locals that is captured.
    pub(super) fn close_block(&mut self) -> Option<LocalId> {
        let outer_locals = self.blocks.pop().map_or(0, |block| block.outer_locals);
        let captured = self.in_scope[outer_locals..].iter().copied().find(|&local| self.local(local).is_captured);
        self.in_scope.truncate(outer_locals);
        captured
    }

    /// Returns the upvalue for `capture`, after adding it if necessary.
    fn upvalue(&mut self, name: Name, capture: Capture) -> Result<UpvalueId, SyntaxError> {
        if let Some(index) = self.upvalues.iter().position(|upvalue| upvalue.capture == capture) {
            return Ok(UpvalueId::of(index));
        }
        if self.upvalues.len() >= Function::MAX_UPVALUES as usize {
            return Err(SyntaxError::too_many(name.line, self.line, Function::MAX_UPVALUES, "upvalues"));
        }
        self.upvalues.push(Upvalue { name: name.id, capture });
        Ok(UpvalueId::of(self.upvalues.len() - 1))
    }
}

impl Resolver<'_> {
    /// Returns the innermost function.
    pub(super) fn function(&mut self) -> &mut FunctionState {
        self.functions.last_mut().expect("code is only resolved inside of `resolve_function`")
    }

    pub(super) fn resolve_function(&mut self, body: FunctionBody) -> Result<Function, SyntaxError> {
        let FunctionBody { line, end_line, parameters, is_vararg, body } = body;
        self.functions.push(FunctionState {
            line,
            locals: Vec::new(),
            in_scope: Vec::new(),
            hidden: 0,
            upvalues: Vec::new(),
            functions: Vec::new(),
            labels: Vec::new(),
            blocks: Vec::new(),
            loops: 0,
        });
        let locals = self.function().declare_all(&parameters)?;
        let body = self.resolve_block(body, &locals)?;
        let state = self.functions.pop().expect("it was pushed above");
        Ok(Function {
            line,
            end_line,
            parameters: parameters.len(),
            is_vararg,
            locals: state.locals,
            upvalues: state.upvalues,
            functions: state.functions,
            labels: state.labels,
            body,
        })
    }

    /// Resolves a function in the innermost one.
    pub(super) fn resolve_inner(&mut self, body: FunctionBody) -> Result<FunctionId, SyntaxError> {
        let function = self.resolve_function(body)?;
        let functions = &mut self.function().functions;
        functions.push(function);
        Ok(FunctionId::of(functions.len() - 1))
    }

    /// Resolves `name` to a variable. Captures it in all functions from its own on. `is_stored` means that it is
    /// assigned to.
    pub(super) fn resolve_name(&mut self, name: Name, is_stored: bool) -> Result<Variable, SyntaxError> {
        let innermost = self.functions.len() - 1;
        let find = |(depth, function): (usize, &FunctionState)| Some((depth, function.find_local(name.id)?));
        let Some((owner, local)) = self.functions.iter().enumerate().rev().find_map(find) else {
            return Ok(Variable::Global(name.id));
        };
        let declared = &mut self.functions[owner].locals[local.index()];
        declared.is_assigned |= is_stored;
        declared.is_captured |= owner < innermost;
        let mut capture = Capture::Local(local);
        let mut variable = Variable::Local(local);
        for function in &mut self.functions[owner + 1..] {
            let upvalue = function.upvalue(name, capture)?;
            capture = Capture::Upvalue(upvalue);
            variable = Variable::Upvalue(upvalue);
        }
        Ok(variable)
    }
}
