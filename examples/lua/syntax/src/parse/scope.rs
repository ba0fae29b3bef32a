//! Turns names into variables: the scopes of one function, and the captures between functions.

use rustc_hash::FxHashMap;

use super::label::{Jump, OpenLabel};
use super::tree::{
    Capture, Expression, Function, FunctionId, Label, LabelId, Local, LocalId, Origin, Upvalue, UpvalueId, Variable,
};
use crate::syntax::{Line, Name, StringId, SyntaxError};

/// The functions that enclose the current place.
#[derive(Default)]
pub(super) struct Scopes {
    /// Innermost last.
    functions: Vec<FunctionScope>,
    /// Those of functions that have ended, whose memory is used again.
    unused: Vec<FunctionScope>,
    /// Number of functions that have begun.
    begun: usize,
}

/// The scopes of a function while it is parsed.
#[derive(Default)]
pub(super) struct FunctionScope {
    pub(super) id: FunctionId,
    pub(super) line: Line,
    pub(super) is_vararg: bool,
    pub(super) locals: Vec<Local>,
    /// The locals in scope, innermost last.
    pub(super) in_scope: Vec<LocalId>,
    /// Number of locals without a name in scope.
    pub(super) hidden: u32,
    pub(super) upvalues: Vec<Upvalue>,
    pub(super) labels: Vec<Label>,
    pub(super) jumps: Vec<LabelId>,
    /// The labels of the open blocks, innermost last.
    pub(super) open_labels: Vec<OpenLabel>,
    /// The same labels by the number of blocks around them and their names.
    pub(super) label_of: FxHashMap<(usize, StringId), LabelId>,
    /// The jumps in the open blocks that have no label yet, innermost last.
    pub(super) open_jumps: Vec<Jump>,
    /// The open blocks, innermost last.
    pub(super) blocks: Vec<OpenBlock>,
    /// Number of open blocks that are bodies of loops.
    pub(super) loops: u32,
}

#[derive(Clone, Copy)]
pub(super) struct OpenBlock {
    /// Number of locals that were in scope before it.
    pub(super) outer_locals: usize,
    /// Number of open labels before it.
    pub(super) outer_labels: usize,
    /// Number of open jumps before it.
    pub(super) outer_jumps: usize,
    /// The first open label after its last statement that is not a label.
    pub(super) trailing_labels: usize,
}

impl FunctionScope {
    /// Returns the innermost local in scope with this name.
    fn find_local(&self, name: StringId) -> Option<LocalId> {
        self.in_scope.iter().rev().copied().find(|local| self.locals[local.index()].name == name)
    }

    pub(super) fn local(&self, id: LocalId) -> &Local {
        &self.locals[id.index()]
    }

    /// Declares a local that comes into scope later, by [`FunctionScope::enter`], after `pending` others.
    pub(super) fn declare(&mut self, name: Name, pending: usize) -> Result<LocalId, SyntaxError> {
        let count = self.in_scope.len() + pending + self.hidden as usize;
        if count >= Function::MAX_LOCALS as usize {
            return Err(SyntaxError::too_many(name.line_after, self.line, Function::MAX_LOCALS, "local variables"));
        }
        let id = LocalId::of(self.locals.len());
        self.locals.push(Local {
            name: name.id,
            line: name.line,
            is_captured: false,
            is_assigned: false,
            origin: None,
        });
        Ok(id)
    }

    /// Begins the scope of locals.
    pub(super) fn enter(&mut self, locals: &[LocalId]) {
        self.in_scope.extend_from_slice(locals);
    }

    /// Opens a block that begins with `locals` in scope.
    pub(super) fn open_block(&mut self, locals: &[LocalId]) {
        self.blocks.push(OpenBlock {
            outer_locals: self.in_scope.len(),
            outer_labels: self.open_labels.len(),
            outer_jumps: self.open_jumps.len(),
            trailing_labels: self.open_labels.len(),
        });
        self.enter(locals);
    }

    /// Ends the scope of the innermost block's locals. Returns the first of them that is captured.
    pub(super) fn leave_block(&mut self, block: OpenBlock) -> Option<LocalId> {
        let locals = &self.in_scope[block.outer_locals..];
        let captured = locals.iter().copied().find(|&local| self.local(local).is_captured);
        self.in_scope.truncate(block.outer_locals);
        captured
    }

    /// Notes what the declarations of locals assign to them.
    pub(super) fn note_origins(&mut self, locals: &[LocalId], values: &[Expression<'_>]) {
        for (local, value) in locals.iter().zip(values) {
            self.locals[local.index()].origin = Origin::of(&self.locals, &self.upvalues, value, &[]);
        }
    }

    /// Returns the upvalue for `capture`, after adding it if necessary.
    fn upvalue(&mut self, name: Name, capture: Capture, origin: Option<Origin>) -> Result<UpvalueId, SyntaxError> {
        if let Some(index) = self.upvalues.iter().position(|upvalue| upvalue.capture == capture) {
            return Ok(UpvalueId::of(index));
        }
        if self.upvalues.len() >= Function::MAX_UPVALUES as usize {
            return Err(SyntaxError::too_many(name.line_after, self.line, Function::MAX_UPVALUES, "upvalues"));
        }
        self.upvalues.push(Upvalue { name: name.id, capture, origin });
        Ok(UpvalueId::of(self.upvalues.len() - 1))
    }

    /// Forgets everything but the memory of the lists.
    fn clear(&mut self) {
        let FunctionScope {
            locals, in_scope, upvalues, labels, jumps, open_labels, label_of, open_jumps, blocks, ..
        } = self;
        locals.clear();
        in_scope.clear();
        upvalues.clear();
        labels.clear();
        jumps.clear();
        open_labels.clear();
        label_of.clear();
        open_jumps.clear();
        blocks.clear();
    }
}

impl Scopes {
    /// Begins a chunk, after another has ended.
    pub(super) fn restart(&mut self) {
        self.begun = 0;
    }

    /// Begins a function in `line`.
    pub(super) fn begin(&mut self, line: Line, is_vararg: bool) {
        let mut function = self.unused.pop().unwrap_or_default();
        (function.id, function.line, function.is_vararg) = (FunctionId::of(self.begun), line, is_vararg);
        (function.hidden, function.loops) = (0, 0);
        self.functions.push(function);
        self.begun += 1;
    }

    /// Ends the innermost function.
    pub(super) fn end(&mut self) -> FunctionScope {
        self.functions.pop().expect("it has begun")
    }

    /// Uses the memory of a function that has ended for the next one.
    pub(super) fn reuse(&mut self, mut function: FunctionScope) {
        function.clear();
        self.unused.push(function);
    }

    /// Returns the innermost function.
    pub(super) fn function(&mut self) -> &mut FunctionScope {
        self.functions.last_mut().expect("code is in a function")
    }

    /// Resolves `name` to a variable. Captures it in all functions from its own on.
    pub(super) fn resolve(&mut self, name: Name) -> Result<Variable, SyntaxError> {
        let innermost = self.functions.len() - 1;
        let find = |(depth, function): (usize, &FunctionScope)| Some((depth, function.find_local(name.id)?));
        let Some((owner, local)) = self.functions.iter().enumerate().rev().find_map(find) else {
            return Ok(Variable::Global(name.id));
        };
        let mut variable = Variable::Local(local);
        if owner < innermost {
            let captured = &mut self.functions[owner].locals[local.index()];
            captured.is_captured = true;
            let origin = captured.origin;
            let mut capture = Capture::Local(local);
            for function in &mut self.functions[owner + 1..] {
                let upvalue = function.upvalue(name, capture, origin)?;
                capture = Capture::Upvalue(upvalue);
                variable = Variable::Upvalue(upvalue);
            }
        }
        Ok(variable)
    }

    /// Notes that the innermost function assigns to a variable.
    pub(super) fn assign(&mut self, mut variable: Variable) {
        for function in self.functions.iter_mut().rev() {
            match variable {
                Variable::Global(_) => return,
                Variable::Local(local) => {
                    function.locals[local.index()].is_assigned = true;
                    return;
                }
                Variable::Upvalue(upvalue) => {
                    variable = match function.upvalues[upvalue.index()].capture {
                        Capture::Local(local) => Variable::Local(local),
                        Capture::Upvalue(outer) => Variable::Upvalue(outer),
                    };
                }
            }
        }
    }
}
