//! Assignments → ops.

use lua_syntax::parse::{Expression, Suffix, SuffixKind, Target, Variable};
use lua_syntax::syntax::{Line, StringId};
use mimeo::asm::Place;
use mimeo::def::Slot;

use super::access::Destination;
use super::function::{FUNCTION, Generator};
use crate::heap::NameKind;
use crate::ops::ops::Value;

/// A target whose operands are evaluated.
enum EvaluatedTarget {
    Variable(Variable),
    Field { object: Slot, object_name: Option<(NameKind, StringId)>, name: StringId },
    Index { object: Slot, object_name: Option<(NameKind, StringId)>, key: Slot },
}

impl Generator<'_> {
    pub(super) fn assign(&mut self, targets: &[Target], values: &[Expression], end_line: Line) {
        let mark = self.mark();
        match (targets, values) {
            ([Target::Variable(Variable::Local(local))], [value]) => {
                let slot = self.slot(*local);
                self.into(value, slot);
            }
            ([target], [value]) => {
                let ready = self.target(target, false);
                let value = self.place_of(value);
                self.at(end_line);
                self.store(&ready, value);
            }
            _ => {
                // All targets are evaluated before the first store.
                let ready: Vec<EvaluatedTarget> = targets.iter().map(|target| self.target(target, true)).collect();
                let first = self.list(values, targets.len() as u16);
                self.at(end_line);
                for (index, ready) in ready.iter().enumerate().rev() {
                    self.store(ready, Place::Slot(Slot(first.0 + index as u16)));
                }
            }
        }
        self.release(mark);
    }

    /// Evaluates the operands of a target: into new slots, if other targets are stored to first.
    fn target(&mut self, target: &Target, is_one_of_many: bool) -> EvaluatedTarget {
        let (base, suffixes) = match target {
            Target::Variable(variable) => return EvaluatedTarget::Variable(*variable),
            Target::Element(Expression::Access { base, suffixes }) => (base, suffixes),
            Target::Element(other) => unreachable!("{other:?} is not a target"),
        };
        let Some((last, others)) = suffixes.split_last() else { unreachable!("an access has a suffix") };
        let (object, object_name) = self.object(base, others, is_one_of_many);
        match &last.kind {
            SuffixKind::Field(name) | SuffixKind::Index(Expression::String(name)) => {
                EvaluatedTarget::Field { object, object_name, name: *name }
            }
            SuffixKind::Index(key) => {
                let key = if is_one_of_many { self.own_slot(key) } else { self.slot_of(key) };
                EvaluatedTarget::Index { object, object_name, key }
            }
            SuffixKind::Call(_) | SuffixKind::Method { .. } => unreachable!("a call is not a target"),
        }
    }

    fn object(
        &mut self,
        base: &Expression,
        suffixes: &[Suffix],
        is_one_of_many: bool,
    ) -> (Slot, Option<(NameKind, StringId)>) {
        let Some(last) = suffixes.last() else {
            let slot = if is_one_of_many { self.own_slot(base) } else { self.slot_of(base) };
            return (slot, self.name_of(base));
        };
        let slot = self.take();
        self.access(base, suffixes, Destination::One(slot));
        (slot, super::function::name_of_suffix(&last.kind))
    }

    /// Evaluates an expression into a new slot.
    fn own_slot(&mut self, expression: &Expression) -> Slot {
        let slot = self.take();
        self.into(expression, slot);
        slot
    }

    fn store(&mut self, target: &EvaluatedTarget, value: Place<Value>) {
        match *target {
            EvaluatedTarget::Variable(Variable::Local(local)) => {
                let slot = self.slot(local);
                self.asm.copy(slot, value);
            }
            EvaluatedTarget::Variable(Variable::Upvalue(upvalue)) => self.asm.set_upvalue(FUNCTION, upvalue.0, value),
            EvaluatedTarget::Variable(Variable::Global(name)) => {
                self.set_global(name, value);
            }
            EvaluatedTarget::Field { object, object_name, name } => {
                self.set_field(object, name, value, |generator| generator.named(0, object_name));
            }
            EvaluatedTarget::Index { object, object_name, key } => {
                self.named(0, object_name);
                self.asm.set_index(object, key, value);
            }
        }
    }
}
