//! An active function → its variables: [`Level`].

use std::rc::Rc;

use super::Session;
use super::code::{FunctionKey, LoadedFunction};
use crate::heap::{Closure, Gc};
use crate::ops::ops::{Upvalue, Value, Vm};
use crate::runtime::{Embedder as _, frames, name_of_callee};

/// An active function.
pub(super) struct Level {
    /// Its index among the machine's frames.
    pub(super) index: usize,
    pub(super) function: Value,
    pub(super) pc: u32,
    pub(super) line: Option<u32>,
    pub(super) name: String,
    pub(super) loaded: Option<Rc<LoadedFunction>>,
}

/// Where a variable is.
pub(super) enum Home {
    /// In a slot of the frame with this index.
    Slot(usize, u32),
    Upvalue(Gc<Upvalue>),
}

/// A variable of an active function.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) home: Home,
}

impl Level {
    pub(super) fn closure(&self) -> Option<Gc<Closure>> {
        self.function.to_closure()
    }

    /// Returns the locals in scope that have values, in the order of their declarations.
    pub(super) fn locals(&self, vm: &Vm) -> Vec<Variable> {
        let (Some(loaded), Some(frame)) = (&self.loaded, vm.frames().nth(self.index)) else { return Vec::new() };
        let in_scope = loaded.locals.iter().filter(|local| local.from <= self.pc && self.pc < local.to);
        let variables = in_scope.filter_map(|local| {
            let value = Value(*frame.slots.get(local.slot as usize)?);
            Some(Variable { name: local.name.clone(), value, home: Home::Slot(self.index, local.slot) })
        });
        variables.collect()
    }

    /// Returns the variables of enclosing functions that the function uses.
    pub(super) fn upvalues(&self) -> Vec<Variable> {
        let Some(closure) = self.closure() else { return Vec::new() };
        let prototype = closure.prototype();
        let chunk = prototype.chunk();
        let names = prototype.upvalue_names.iter().map(|&name| text_of(chunk.parts().constants[name as usize]));
        let variables = names.zip(closure.upvalues());
        variables.map(|(name, at)| Variable { name, value: at.value(), home: Home::Upvalue(at) }).collect()
    }

    /// Returns the variable that a name stands for.
    pub(super) fn variable(&self, vm: &Vm, name: &str) -> Option<Variable> {
        let local = self.locals(vm).into_iter().rev().find(|variable| variable.name == name);
        local.or_else(|| self.upvalues().into_iter().find(|variable| variable.name == name))
    }
}

/// Returns the bytes of a string as text.
pub(super) fn text_of(value: Value) -> String {
    value.to_text().map_or_else(String::new, |text| String::from_utf8_lossy(text.bytes()).into_owned())
}

/// Returns the active functions, innermost first.
pub(super) fn levels(session: &Session, vm: &Vm) -> Vec<Level> {
    // The function that protects the program's call stands for the host.
    let frames = frames(vm).filter(|frame| !vm.host.embedding.protects(frame.function));
    let frames: Vec<_> = frames.collect();
    let callers = frames.iter().skip(1).map(Some).chain([None]);
    let levels = frames.iter().zip(callers).map(|(frame, caller)| {
        let key = frame.closure().and_then(key_of);
        let loaded = key.and_then(|key| session.code.borrow().function(key));
        let stop = loaded.as_ref().and_then(|loaded| loaded.stop_at(frame.pc.0));
        let named = caller.and_then(|caller| name_of_callee(vm, caller, frame.function));
        let name = match (named, frame.closure()) {
            (Some((_, name)), _) => name,
            (None, Some(closure)) if closure.prototype().line == 0 => "main chunk".to_owned(),
            (None, Some(closure)) => format!("function at line {}", closure.prototype().line),
            (None, None) => "[C]".to_owned(),
        };
        let (index, function, pc) = (frame.index, frame.function, frame.pc.0);
        Level { index, function, pc, line: stop.or(frame.line), name, loaded }
    });
    levels.collect()
}

/// Returns the key of a closure's function.
pub(super) fn key_of(closure: Gc<Closure>) -> Option<FunctionKey> {
    let prototype = closure.prototype();
    let chunk = prototype.chunk();
    let index = chunk.parts().prototypes.iter().position(|of| std::ptr::eq(of, prototype))?;
    Some((chunk.parts().program, index))
}
