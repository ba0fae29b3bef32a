//! Finds the label of each `goto`, and refuses jumps into the scope of a local.

use std::collections::HashMap;

use super::Resolver;
use super::tree::{Label, LabelId};
use crate::syntax::ast::{Block, Name, StatementKind};
use crate::syntax::{Line, StringId, SyntaxError};

/// A label of an open block. It is visible in the whole block.
pub(super) struct OpenLabel {
    id: LabelId,
    /// Whether only labels follow, so that the block's locals are out of scope.
    is_last: bool,
    is_reached: bool,
    /// The jumps to it from before its position.
    jumps: Vec<Jump>,
}

/// The labels of an open block.
#[derive(Default)]
pub(super) struct OpenLabels(HashMap<StringId, OpenLabel>);

impl OpenLabels {
    fn add(&mut self, name: Name, label: OpenLabel) {
        self.0.insert(name.id, label);
    }

    fn find(&mut self, name: Name) -> Option<&mut OpenLabel> {
        self.0.get_mut(&name.id)
    }
}

#[derive(Clone, Copy)]
struct Jump {
    line: Line,
    /// Number of locals in scope, among those of the label's block and the enclosing ones.
    in_scope: usize,
}

impl Resolver<'_> {
    /// Declares the labels of a block before it is resolved. `is_scope` means that the scope of the block's locals ends
    /// with the block; in a `repeat` it includes the condition.
    pub(super) fn declare_labels(&mut self, block: &Block, is_scope: bool) -> Result<OpenLabels, SyntaxError> {
        let is_label = |kind: &StatementKind| matches!(kind, StatementKind::Label(_));
        let last = block.statements.iter().rposition(|statement| !is_label(&statement.kind));
        let mut labels = OpenLabels::default();
        for (index, statement) in block.statements.iter().enumerate() {
            let StatementKind::Label(name) = statement.kind else { continue };
            if labels.find(name).is_some() {
                return Err(SyntaxError::new(name.line, self.quote("duplicate label '", name.id, "'")));
            }
            let known = &mut self.function().labels;
            known.push(Label { name: name.id, line: name.line, in_scope: 0 });
            let id = LabelId::of(known.len() - 1);
            let is_last = is_scope && last.is_none_or(|last| index > last);
            labels.add(name, OpenLabel { id, is_last, is_reached: false, jumps: Vec::new() });
        }
        Ok(labels)
    }

    pub(super) fn resolve_goto(&mut self, name: Name) -> Result<LabelId, SyntaxError> {
        let function = self.function();
        let mut in_scope = function.in_scope.len();
        for block in function.blocks.iter_mut().rev() {
            if let Some(label) = block.labels.find(name) {
                if !label.is_reached {
                    label.jumps.push(Jump { line: name.line, in_scope });
                }
                return Ok(label.id);
            }
            // For enclosing blocks, the locals of this block do not count.
            in_scope = block.outer_locals;
        }
        Err(SyntaxError::new(name.line, self.quote("undefined label '", name.id, "'")))
    }

    /// Defines the label `name` of the innermost block.
    pub(super) fn resolve_label(&mut self, name: Name) -> Result<LabelId, SyntaxError> {
        let function = self.function();
        let block = function.blocks.last_mut().expect("a label is in a block");
        let outer_locals = block.outer_locals;
        let label = block.labels.find(name);
        let label = label.expect("the labels of a block are declared before it is resolved");
        let in_scope = if label.is_last { outer_locals } else { function.in_scope.len() };
        label.is_reached = true;
        let id = label.id;
        let into_scope = label.jumps.iter().copied().find(|jump| jump.in_scope < in_scope);
        function.labels[id.index()].in_scope = in_scope;
        match into_scope {
            None => Ok(id),
            Some(jump) => {
                let local = function.local(function.in_scope[jump.in_scope]).name;
                let mut message = self.quote("<goto ", name.id, "> jumps into the scope of local '");
                message.extend_from_slice(&self.quote("", local, "'"));
                Err(SyntaxError::new(jump.line, message))
            }
        }
    }
}
