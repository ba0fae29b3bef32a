//! A function → the bytes that `string.dump` returns for it if they are to be stripped.

use std::collections::HashSet;

use lua_syntax::Steps;
use lua_syntax::syntax;
use mimeo::asm::FunctionIndex;
use mimeo::def::op::OperandKind;
use mimeo::{InstructionSet as _, Thrown};

use crate::dump;
use crate::heap::{Closure, Gc};
use crate::load::WORK_PER_STEP;
use crate::ops::ops::{Ops, Value, Vm};
use crate::runtime::pay_at_once;

/// Returns the bytes of a function without the name of its chunk, comments, lines, and the names of locals.
///
/// # Errors
///
/// If the host stops the program.
pub(super) fn stripped(vm: &mut Vm, closure: Gc<Closure>) -> Result<Vec<u8>, Thrown> {
    let chunk = closure.prototype().chunk();
    let globals = globals(vm, closure);
    let is_global = |name: &[u8]| globals.as_ref().is_none_or(|globals| globals.contains(name));
    let mut stop = None;
    let mut may_continue = |steps: u32| {
        stop = pay_at_once(vm, steps as usize * WORK_PER_STEP).err();
        stop.is_none()
    };
    let text = syntax::stripped(&chunk.parts().text, &is_global, Steps::limited(&mut may_continue));
    match stop {
        Some(stop) => Err(stop),
        None => Ok(dump::bytes(closure, b"=?", &text.expect("it was parsed before"))),
    }
}

/// Returns the names of the globals that a function's chunk uses, or `None` if its code does not tell.
fn globals(vm: &Vm, closure: Gc<Closure>) -> Option<HashSet<Vec<u8>>> {
    let chunk = closure.prototype().chunk();
    let linked = vm.host.stubs.programs[&chunk.parts().program];
    let mut globals = HashSet::new();
    for index in 0..chunk.parts().prototypes.len() as u32 {
        let body = vm.function(linked.function(FunctionIndex(index))).expect("its chunk is loaded").body();
        let mut pc = 0;
        while let Some(&op) = body.code.get(pc) {
            let info = &Ops::OPS[usize::from(op)];
            match info.name {
                "get_globals" => return None,
                name if name.contains("global") => {
                    let name = info.operands.iter().find(|operand| operand.kind == OperandKind::Constant);
                    let unit = pc + usize::from(name.expect("it has a name").unit);
                    let name = Value(body.constants[usize::from(body.code[unit])]).to_text();
                    globals.insert(name.expect("it is a text").bytes().to_vec());
                }
                _ => {}
            }
            pc += usize::from(info.len_units);
        }
    }
    Some(globals)
}
