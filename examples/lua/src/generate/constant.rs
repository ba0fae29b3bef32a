//! Literals and names → constants of the function, or ops that load them where it has too many.

use std::collections::HashSet;

use lua_syntax::parse::{Expression, Literal};
use lua_syntax::syntax::StringId;
use mimeo::asm::Place;
use mimeo::def::Slot;

use super::fold::number_of;
use super::function::{FUNCTION, Generator};
use crate::ops::ops::{TAG_SHIFT, TEXT_TAG, Value};

/// The uses of constants that are not checked. A function can have 65,536 constants, equal ones of which are one.
const UNCHECKED: u32 = 60_000;

/// The different constants that may be used after those.
const CHECKED: usize = 5_000;

/// The constants of a function.
#[derive(Default)]
pub(super) struct Constants {
    unchecked: u32,
    checked: HashSet<u64>,
}

impl Constants {
    /// Returns `true` if the function has room for a constant.
    fn admits(&mut self, constant: Value) -> bool {
        if self.unchecked < UNCHECKED {
            self.unchecked += 1;
            return true;
        }
        self.checked.contains(&constant.0) || self.checked.len() < CHECKED && self.checked.insert(constant.0)
    }
}

/// Returns the constant that stands for a text of the chunk until the chunk is whole. Texts are not on the heap before,
/// because the collector can run while a chunk is read.
fn text_constant(text: StringId) -> Value {
    Value(TEXT_TAG << TAG_SHIFT | u64::from(text.0))
}

/// Returns the value of a literal, as a constant.
pub(super) fn value_of(literal: Literal) -> Value {
    match literal {
        Literal::Nil => Value::NIL,
        Literal::Truth(true) => Value::TRUE,
        Literal::Truth(false) => Value::FALSE,
        Literal::Number(number) => Value::number(number),
        Literal::String(text) => text_constant(text),
    }
}

/// Returns the text for which a constant stands.
pub(super) fn text_of(constant: Value) -> Option<StringId> {
    constant.is_text().then_some(StringId(constant.address() as u32))
}

/// Replaces the constants that stand for texts.
pub(super) fn place_texts(constants: &mut [u64], texts: &[Value]) {
    for constant in constants {
        if let Some(text) = text_of(Value(*constant)) {
            *constant = texts[text.index()].0;
        }
    }
}

impl Generator<'_> {
    /// Returns the value of a literal that can be an operand.
    pub(super) fn constant_of(&mut self, expression: &Expression) -> Option<Value> {
        let value = match expression {
            Expression::Nil => return Some(Value::NIL),
            Expression::True => return Some(Value::TRUE),
            Expression::False => return Some(Value::FALSE),
            Expression::String(text) => text_constant(*text),
            other => Value::number(number_of(other)?),
        };
        self.constants.admits(value).then_some(value)
    }

    /// Returns a name as a constant, if the function has room for it.
    pub(super) fn name(&mut self, text: StringId) -> Option<Value> {
        let name = text_constant(text);
        self.constants.admits(name).then_some(name)
    }

    /// Loads a name into a new slot.
    pub(super) fn name_in_slot(&mut self, text: StringId) -> Slot {
        let slot = self.take();
        self.load_text(slot, text);
        slot
    }

    pub(super) fn load_text(&mut self, dst: Slot, text: StringId) {
        self.asm.load_text(dst, FUNCTION, text.index() as u32);
    }

    /// `dst` = the global `name`
    pub(super) fn get_global(&mut self, dst: Slot, name: StringId) {
        if let Some(name) = self.name(name) {
            return self.asm.get_global(dst, FUNCTION, name);
        }
        let mark = self.mark();
        let (globals, key) = (self.take(), self.name_in_slot(name));
        self.asm.get_globals(globals, FUNCTION);
        self.asm.get_index(dst, globals, key);
        self.release(mark);
    }

    /// The global `name` = `value`
    pub(super) fn set_global(&mut self, name: StringId, value: Place<Value>) {
        if let Some(name) = self.name(name) {
            return self.asm.set_global(FUNCTION, name, value);
        }
        let mark = self.mark();
        let (globals, key) = (self.take(), self.name_in_slot(name));
        self.asm.get_globals(globals, FUNCTION);
        self.asm.set_index(globals, key, value);
        self.release(mark);
    }

    /// `dst = object.name`. The op is the next one after `before` was called.
    pub(super) fn get_field(&mut self, dst: Slot, object: Slot, name: StringId, before: impl FnOnce(&mut Self)) {
        if let Some(name) = self.name(name) {
            before(self);
            return self.asm.get_field(dst, object, name);
        }
        let mark = self.mark();
        let key = self.name_in_slot(name);
        before(self);
        self.asm.get_index(dst, object, key);
        self.release(mark);
    }

    /// `object.name = value`. The op is the next one after `before` was called.
    pub(super) fn set_field(
        &mut self,
        object: Slot,
        name: StringId,
        value: Place<Value>,
        before: impl FnOnce(&mut Self),
    ) {
        if let Some(name) = self.name(name) {
            before(self);
            return self.asm.set_field(object, name, value);
        }
        let mark = self.mark();
        let key = self.name_in_slot(name);
        before(self);
        self.asm.set_index(object, key, value);
        self.release(mark);
    }
}
