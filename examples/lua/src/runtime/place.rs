//! A frame → where it is in the source, and what the program calls the value that an op of it could not work with.

use mimeo::def::Pc;

use crate::heap::{Closure, Gc, NameKind, Prototype};
use crate::ops::ops::{Value, Vm};

/// A function that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The function.
    pub function: Value,
    /// The op that it runs.
    pub pc: Pc,
    /// The line of that op, in a function written in Lua.
    pub line: Option<u32>,
}

impl Frame {
    /// The function, if it is written in Lua.
    pub fn closure(&self) -> Option<Gc<Closure>> {
        self.function.to_closure()
    }
}

/// The functions under way, the one whose op or builtin asks first.
pub fn frames(vm: &Vm) -> impl Iterator<Item = Frame> {
    vm.frames().filter_map(|frame| {
        let function = Value(*frame.slots.first()?);
        let line = frame.position().filter(|_| function.is_closure()).map(|at| at.line);
        // What a coroutine begins with is no function of the program's.
        function.is_function().then_some(Frame { function, pc: frame.pc, line })
    })
}

/// The function at a level: 0 is the running one, 1 the one that called it.
pub fn frame_at(vm: &Vm, level: usize) -> Option<Frame> {
    frames(vm).nth(level)
}

/// The place of the function at a level, as messages begin with it: empty if it is not written in Lua.
pub fn place(vm: &Vm, level: usize) -> Vec<u8> {
    frame_at(vm, level).map_or_else(Vec::new, |frame| place_of(&frame))
}

/// The place where a frame is, as messages begin with it.
pub fn place_of(frame: &Frame) -> Vec<u8> {
    match (frame.closure(), frame.line) {
        (Some(closure), Some(line)) => {
            let mut text = closure.prototype().chunk().parts().name.to_vec();
            text.extend_from_slice(format!(":{line}: ").as_bytes());
            text
        }
        _ => Vec::new(),
    }
}

/// What the program calls operand number `operand` of an op, such as `local` and `x`.
pub fn name_of_operand(prototype: &Prototype, pc: Pc, operand: u8) -> Option<(NameKind, String)> {
    let found = prototype.names.binary_search_by_key(&(pc.0, operand), |name| (name.pc, name.operand)).ok()?;
    let name = &prototype.names[found];
    let text = prototype.chunk().parts().constants[name.text as usize].to_text()?;
    Some((name.kind, String::from_utf8_lossy(text.bytes()).into_owned()))
}

/// A value that the running op cannot work with, in a message: `local 'x' (a nil value)`, or `a nil value`.
pub(super) fn operand_name(vm: &Vm, operand: u8, value: Value) -> String {
    let type_name = value.type_name();
    let named = frame_at(vm, 0).and_then(|frame| {
        let closure = frame.closure()?;
        name_of_operand(closure.prototype(), frame.pc, operand)
    });
    match named {
        Some((kind, name)) => format!("{kind} '{name}' (a {type_name} value)"),
        None => format!("a {type_name} value"),
    }
}
