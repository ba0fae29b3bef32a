//! A frame → its position in the source, and the names of an op's operands for messages.

use mimeo::asm::FunctionBody;
use mimeo::def::Pc;
use mimeo::{FrameView, InstructionSet};

use super::Embedder as _;
use super::stubs::XPCALL;
use crate::heap::{Closure, Coroutine, Event, Gc, LocalName, NameKind, Prototype};
use crate::ops::ops::{Ops, Table, Value, Vm};

/// An active function.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its index among the machine's frames, which has gaps.
    pub index: usize,
    /// The function.
    pub function: Value,
    /// The op that it is executing.
    pub pc: Pc,
    /// The line of that op, in a function written in Lua.
    pub line: Option<u32>,
    /// The bits of its slots.
    slots: &'a [u64],
    body: &'a FunctionBody,
}

impl Frame<'_> {
    /// Returns the function, if it is written in Lua.
    pub fn closure(&self) -> Option<Gc<Closure>> {
        self.function.to_closure()
    }

    /// Returns the local with this number, counted from 0: its name, its slot and its value.
    pub fn local(&self, number: usize) -> Option<(LocalName, u32, Value)> {
        let closure = self.closure()?;
        let local = closure.prototype().locals_at(self.pc.0).nth(number)?;
        Some((local.name, local.slot, Value(*self.slots.get(local.slot as usize)?)))
    }

    /// Returns the table of the values of `...`, if the function has any.
    pub fn rest(&self) -> Option<Gc<Table>> {
        let closure = self.closure()?;
        let prototype = closure.prototype();
        let slot = self.slots.get(prototype.parameters as usize + 1).filter(|_| prototype.is_variadic)?;
        // The op that makes the table is the first one.
        Value(*slot).to_table().filter(|_| self.pc.0 > 0)
    }

    /// Returns the name of an op, and the position of the next one.
    fn op_at(&self, pc: Pc) -> Option<(&'static str, Pc)> {
        let info = Ops::OPS.get(usize::from(self.body.op_at(pc)?.0))?;
        Some((info.name, Pc(pc.0 + u32::from(info.len_units))))
    }

    /// Returns the name of the op that it is executing.
    pub(super) fn op(&self) -> &'static str {
        self.op_at(self.pc).map_or("", |(name, _)| name)
    }

    /// Returns the line of the op before.
    pub(super) fn line_before(&self) -> Option<u32> {
        let before = Pc(self.pc.0.checked_sub(1)?);
        self.body.position(before).map(|at| at.line)
    }

    /// Returns `true` if the op here ends the call in a generic `for`.
    fn iterates_at(&self, pc: Pc) -> bool {
        match self.op_at(pc) {
            Some(("adjust", next)) => self.op_at(next).is_some_and(|(name, _)| name == "iterate"),
            op => op.is_some_and(|(name, _)| name == "iterate"),
        }
    }
}

/// Returns the active functions, innermost first.
pub fn frames(vm: &Vm) -> impl Iterator<Item = Frame<'_>> {
    functions(vm, vm.frames())
}

/// Returns the active functions of a coroutine that is not running, innermost first.
pub fn frames_of(vm: &Vm, coroutine: Gc<Coroutine>) -> impl Iterator<Item = Frame<'_>> {
    let fiber = coroutine.fiber().and_then(|fiber| vm.fiber_frames(vm.host.fibers.get(fiber)).ok());
    functions(vm, fiber.into_iter().flatten())
}

fn functions<'a>(vm: &Vm, frames: impl Iterator<Item = FrameView<'a>>) -> impl Iterator<Item = Frame<'a>> {
    frames.enumerate().filter_map(|(index, frame)| {
        let mut function = Value(*frame.slots.first()?);
        if frame.pc.0 > 0 && frame.function.body().name == XPCALL {
            function = vm.host.embedding.protection(function).unwrap_or(vm.host.xpcall);
        }
        let line = frame.position().filter(|_| function.is_closure()).map(|at| at.line);
        let (body, facts) = (frame.function.body(), frame.function.facts());
        // In a frame that has called another function, the position is inside of the op.
        let pc = (0..=frame.pc.0).rev().map(Pc).find(|&pc| facts.depth(pc).is_some())?;
        // A coroutine's first frame does not belong to a function of the program.
        function.is_function().then_some(Frame { index, function, pc, line, slots: frame.slots, body })
    })
}

/// Returns the function at a level: 0 is the running one, 1 its caller.
pub fn frame_at(vm: &Vm, level: usize) -> Option<Frame<'_>> {
    frames(vm).nth(level)
}

/// Returns the position of the function at a level, as messages start with it. Empty if it is not written in Lua.
pub fn place(vm: &Vm, level: usize) -> Vec<u8> {
    frame_at(vm, level).map_or_else(Vec::new, |frame| place_of(&frame))
}

/// Returns the position of a frame, as messages start with it.
pub fn place_of(frame: &Frame<'_>) -> Vec<u8> {
    match (frame.closure(), frame.line) {
        (Some(closure), Some(line)) => {
            let mut text = closure.prototype().chunk().parts().name.to_vec();
            text.extend_from_slice(format!(":{line}: ").as_bytes());
            text
        }
        _ => Vec::new(),
    }
}

/// Returns the kind and the name under which a caller has called a function.
pub fn name_of_callee(vm: &Vm, caller: &Frame<'_>, callee: Value) -> Option<(&'static str, String)> {
    let prototype = caller.closure()?;
    let prototype = prototype.prototype();
    let (op, next) = caller.op_at(caller.pc)?;
    if op.contains("call") {
        return match name_of_operand(prototype, caller.pc, 0) {
            Some((kind, name)) => Some((kind.word(), name)),
            None => caller.iterates_at(next).then(|| ("local", "(for generator)".to_owned())),
        };
    }
    // The op has called a metamethod, unless it failed and `callee` is the error handler.
    let event = event_of(op).filter(|_| vm.host.handling != Some(callee))?;
    Some(("metamethod", event.name().to_owned()))
}

/// Returns the metamethod that an op may call.
fn event_of(op: &str) -> Option<Event> {
    const EVENTS: [(&str, Event); 16] = [
        ("get_", Event::Index),
        ("set_", Event::NewIndex),
        ("add", Event::Add),
        ("subtract", Event::Sub),
        ("multiply", Event::Mul),
        ("divide", Event::Div),
        ("modulo", Event::Mod),
        ("power", Event::Pow),
        ("negate", Event::Unm),
        ("length", Event::Len),
        ("concat", Event::Concat),
        // The first match counts.
        ("less_equal", Event::Le),
        ("greater_equal", Event::Le),
        ("equal", Event::Eq),
        ("less", Event::Lt),
        ("greater", Event::Lt),
    ];
    // `jump_unless_` contains `less`.
    let op = op.strip_prefix("jump_unless_").unwrap_or(op);
    EVENTS.iter().find(|(part, _)| op.contains(part)).map(|&(_, event)| event)
}

/// Returns the kind and the name of operand number `operand` of an op, such as `local` and `x`.
pub fn name_of_operand(prototype: &Prototype, pc: Pc, operand: u8) -> Option<(NameKind, String)> {
    let found = prototype.names.binary_search_by_key(&(pc.0, operand), |name| (name.pc, name.operand)).ok()?;
    let name = &prototype.names[found];
    let text = prototype.chunk().parts().constants[name.text as usize].to_text()?;
    Some((name.kind, String::from_utf8_lossy(text.bytes()).into_owned()))
}

/// Describes an invalid operand of the running op for a message: `local 'x' (a nil value)`, or `a nil value`.
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
