//! Finds the label of each `goto`, and refuses jumps into the scope of a local.

use super::scope::{FunctionScope, OpenBlock};
use super::tree::{JumpId, Label, LabelId, LocalId};
use crate::syntax::{Line, Name, StringId, Strings, SyntaxError};

/// A label of an open block. It is visible in the whole block.
#[derive(Clone, Copy)]
pub(super) struct OpenLabel {
    name: StringId,
    id: LabelId,
}

/// A jump whose label is in an open block, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Jump {
    id: JumpId,
    /// The label's name. A `break` outside of a loop has none.
    name: Option<StringId>,
    line: Line,
    /// Number of locals in scope, among those of the innermost open block and the enclosing ones.
    in_scope: usize,
}

impl FunctionScope {
    /// Begins a `goto`.
    pub(super) fn jump(&mut self, name: Name) -> JumpId {
        let id = JumpId::of(self.jumps.len());
        // Replaced when the block of the label ends.
        self.jumps.push(LabelId(0));
        self.open_jumps.push(Jump { id, name: Some(name.id), line: name.line, in_scope: self.in_scope.len() });
        id
    }

    /// Notes a `break`.
    pub(super) fn add_break(&mut self, line: Line) {
        if self.loops == 0 {
            self.open_jumps.push(Jump { id: JumpId(0), name: None, line, in_scope: 0 });
        }
    }

    /// Defines the label `name` of the innermost block.
    pub(super) fn label(&mut self, name: Name, strings: &Strings) -> Result<LabelId, SyntaxError> {
        let id = LabelId::of(self.labels.len());
        if self.label_of.insert((self.blocks.len(), name.id), id).is_some() {
            return Err(SyntaxError::new(name.line, quote(strings, "duplicate label '", name.id, "'")));
        }
        self.labels.push(Label { name: name.id, line: name.line, in_scope: self.in_scope.len() });
        self.open_labels.push(OpenLabel { name: name.id, id });
        Ok(id)
    }

    /// Notes that the innermost block has had a statement that is not a label.
    pub(super) fn add_statement(&mut self) {
        let labels = self.open_labels.len();
        if let Some(block) = self.blocks.last_mut() {
            block.trailing_labels = labels;
        }
    }

    /// Closes the innermost block. Returns the first of its locals that is captured. `is_scope` means that the scope of
    /// its locals ended with its last statement; in a `repeat` it includes the condition.
    pub(super) fn close_block(&mut self, is_scope: bool, strings: &Strings) -> Result<Option<LocalId>, SyntaxError> {
        let block = self.blocks.pop().expect("a block is open");
        if self.open_labels.len() > block.outer_labels || self.open_jumps.len() > block.outer_jumps {
            self.close_labels(block, is_scope, strings)?;
        }
        Ok(self.leave_block(block))
    }

    fn close_labels(&mut self, block: OpenBlock, is_scope: bool, strings: &Strings) -> Result<(), SyntaxError> {
        if is_scope {
            for label in &self.open_labels[block.trailing_labels..] {
                self.labels[label.id.index()].in_scope = block.outer_locals;
            }
        }
        let depth = self.blocks.len() + 1;
        let mut still_open = block.outer_jumps;
        for at in block.outer_jumps..self.open_jumps.len() {
            let jump = self.open_jumps[at];
            let label = jump.name.and_then(|name| Some((name, *self.label_of.get(&(depth, name))?)));
            if let Some((name, id)) = label {
                if jump.in_scope < self.labels[id.index()].in_scope {
                    let local = self.local(self.in_scope[jump.in_scope]).name;
                    let mut message = quote(strings, "<goto ", name, "> jumps into the scope of local '");
                    message.extend_from_slice(&quote(strings, "", local, "'"));
                    return Err(SyntaxError::new(jump.line, message));
                }
                self.jumps[jump.id.index()] = id;
            } else {
                // For enclosing blocks, the locals of this block do not count.
                self.open_jumps[still_open] = Jump { in_scope: jump.in_scope.min(block.outer_locals), ..jump };
                still_open += 1;
            }
        }
        self.open_jumps.truncate(still_open);
        for label in self.open_labels.drain(block.outer_labels..) {
            self.label_of.remove(&(depth, label.name));
        }
        Ok(())
    }

    /// Refuses the first jump that has no label at the end of the function.
    pub(super) fn check_jumps(&self, strings: &Strings) -> Result<(), SyntaxError> {
        let Some(jump) = self.open_jumps.first() else { return Ok(()) };
        Err(match jump.name {
            Some(name) => SyntaxError::new(jump.line, quote(strings, "undefined label '", name, "'")),
            None => SyntaxError::new(jump.line, "no loop to break"),
        })
    }
}

/// Returns a message with a name in it.
fn quote(strings: &Strings, before: &str, name: StringId, after: &str) -> Vec<u8> {
    [before.as_bytes(), strings.text(name), after.as_bytes()].concat()
}
