//! The code of functions that are not written in Lua: [`Stubs`].

use std::collections::HashMap;

use crate::ops::ops::{Assembler, Callee, Linked, Machine, ProgramBuilder, Value};
use mimeo::asm::{FunctionBody, Place};
use mimeo::def::Slot;

/// The name of the code of most functions that are not written in Lua.
pub(super) const BUILTIN: &str = "[C]";
/// The name of the code of `pcall`.
pub(crate) const PCALL: &str = "[C]:pcall";
/// The name of the code of `xpcall`.
pub(crate) const XPCALL: &str = "[C]:xpcall";

/// Numbers of slots in frames of builtins. Most builtins take few arguments.
const ROOMS: [u16; 3] = [16, 512, u16::MAX];

/// The code that the library needs, and the loaded programs.
#[derive(Debug, Default)]
pub struct Stubs {
    builtins: Vec<Callee>,
    pcall: Option<Callee>,
    xpcall: Option<Callee>,
    coroutine: Option<Callee>,
    /// Loaded chunks, by the numbers that the heap uses.
    pub(crate) programs: HashMap<u64, Linked>,
    next_program: u64,
}

impl Stubs {
    /// Loads the code.
    pub fn load(machine: &mut Machine) -> Stubs {
        let mut program = ProgramBuilder::new();
        let mut add = |body: FunctionBody| {
            let index = program.declare(&body.name);
            program.define(index, body);
            index
        };
        let builtins = ROOMS.map(|room| add(builtin(room)));
        let (pcall, xpcall, coroutine) = (add(pcall()), add(xpcall()), add(coroutine()));
        let program = program.finish().expect("every function is defined").verify().expect("the code is valid");
        let linked = machine.load(&program).expect("there are no index spaces");
        let callee = |index| {
            // SAFETY: (5) of `TrustedOps`: the code is never unloaded, and only this machine uses it.
            unsafe { machine.vm().callee(linked.function(index)) }.expect("it was just loaded")
        };
        Stubs {
            builtins: builtins.map(callee).into(),
            pcall: Some(callee(pcall)),
            xpcall: Some(callee(xpcall)),
            coroutine: Some(callee(coroutine)),
            ..Stubs::default()
        }
    }

    /// Returns the code of most builtins.
    pub fn builtin(&self) -> Callee {
        self.builtins[0]
    }

    /// Returns the code of a builtin for this number of arguments.
    pub(super) fn with_room(&self, arguments: u32) -> Callee {
        let fits = ROOMS.iter().position(|&room| arguments < u32::from(room));
        self.builtins[fits.unwrap_or(ROOMS.len() - 1)]
    }

    /// Returns the code of `pcall`.
    pub fn pcall(&self) -> Callee {
        self.pcall.expect("it is loaded")
    }

    /// Returns the code of `xpcall`.
    pub fn xpcall(&self) -> Callee {
        self.xpcall.expect("it is loaded")
    }

    /// Returns the code in which a coroutine starts.
    pub(super) fn coroutine(&self) -> Callee {
        self.coroutine.expect("it is loaded")
    }

    /// Assigns a number to a loaded program.
    pub(crate) fn number(&mut self, linked: Linked) -> u64 {
        self.next_program += 1;
        self.programs.insert(self.next_program, linked);
        self.next_program
    }
}

const FUNCTION: Slot = Slot(0);

/// Generates the code of builtins. The frame holds the function and its arguments, and then its results.
fn builtin(room: u16) -> FunctionBody {
    let mut asm = Assembler::new(BUILTIN, 1, room);
    asm.set_variadic();
    // The largest frame cannot be exceeded: the machine allows fewer arguments in a call.
    if room < u16::MAX {
        asm.reserve(u32::from(room));
    }
    asm.run_builtin(FUNCTION);
    asm.ret_kept(FUNCTION);
    asm.finish().expect("the code is valid")
}

/// Generates the code of `pcall`. The function to call follows `pcall` itself; its results replace it.
fn pcall() -> FunctionBody {
    let mut asm = Assembler::new(PCALL, 1, 3);
    asm.set_variadic();
    asm.begin_protected(1);
    protected(&mut asm, 1, Place::Constant(Value::NIL));
    asm.finish().expect("the code is valid")
}

/// Generates the code of `xpcall`. The handler replaces `xpcall` itself, so that the frame is then that of `pcall`: the
/// results of nested calls stay where they are.
fn xpcall() -> FunctionBody {
    let mut asm = Assembler::new(XPCALL, 1, 3);
    asm.set_variadic();
    asm.begin_protected(2);
    protected(&mut asm, 2, Place::Slot(FUNCTION));
    asm.finish().expect("the code is valid")
}

fn protected(asm: &mut Assembler, parts: u32, handler: Place<Value>) {
    let (from, to, failed) = (asm.label(), asm.label(), asm.label());
    asm.bind(from);
    asm.call_rest(Slot(1), parts, Slot(1), 1);
    asm.bind(to);
    asm.ret_true(FUNCTION, 1);
    asm.bind(failed);
    asm.catch(from, to, failed);
    asm.take_error(Slot(1), handler);
    asm.ret_false();
}

/// Generates the code of a coroutine. Slot 0 is unused: the function to call follows it.
fn coroutine() -> FunctionBody {
    let mut asm = Assembler::new("[C]:coroutine", 1, 3);
    asm.set_variadic();
    asm.call_rest(Slot(1), 1, Slot(1), 1);
    asm.end_coroutine(Slot(1), 1);
    asm.ret_none();
    asm.finish().expect("the code is valid")
}

#[cfg(test)]
mod tests {
    use mimeo::InstructionSet as _;
    use mimeo::def::Pc;

    use super::{pcall, xpcall};
    use crate::ops::ops::Ops;

    /// Otherwise nested calls, whose results grow with each level, would take quadratic time.
    #[test]
    fn the_results_of_protected_calls_stay_where_they_are() {
        for body in [pcall(), xpcall()] {
            let (mut pc, mut returns) = (Pc(0), 0);
            while let Some(op) = body.op_at(pc) {
                let info = &Ops::OPS[usize::from(op.0)];
                if info.name == "ret_true" {
                    // The window begins with the slot of the function.
                    assert_eq!(body.code[pc.0 as usize + 1], 0, "{}", body.name);
                    returns += 1;
                }
                pc.0 += u32::from(info.len_units);
            }
            assert_eq!(returns, 1, "{}", body.name);
        }
    }
}
