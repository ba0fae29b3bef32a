//! A function → bytes that can be loaded again, and those bytes → its chunk's text and its place there.
//!
//! The bytes hold the text of the chunk instead of code, which would have to be verified and would depend on the
//! version of the instruction set.

use std::collections::HashSet;

use lua_syntax::Steps;
use lua_syntax::syntax;
use mimeo::asm::FunctionIndex;
use mimeo::def::op::OperandKind;
use mimeo::{InstructionSet as _, Thrown};

use crate::heap::{Closure, Gc};
use crate::load::WORK_PER_STEP;
use crate::ops::ops::{Ops, Value, Vm};
use crate::runtime::pay_at_once;

/// The first bytes of a dumped function. Standard Lua's bytecode starts with the same byte.
const SIGNATURE: &[u8] = b"\x1bLuaM2";

/// The parts of a dumped function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dumped<'a> {
    /// Index of the function in its chunk.
    pub(crate) prototype: u32,
    /// The name with which the chunk was loaded.
    pub(crate) name: &'a [u8],
    /// The chunk's text.
    pub(crate) text: &'a [u8],
}

/// Returns the bytes of a function.
pub(crate) fn dump(closure: Gc<Closure>) -> Vec<u8> {
    let chunk = closure.prototype().chunk();
    bytes(closure, &chunk.parts().source, &chunk.parts().text)
}

/// Returns the bytes of a function without the name of its chunk, comments, lines, and the names of locals.
///
/// # Errors
///
/// If the host stops the program.
pub(crate) fn stripped(vm: &mut Vm, closure: Gc<Closure>) -> Result<Vec<u8>, Thrown> {
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
        None => Ok(bytes(closure, b"=?", &text.expect("it was parsed before"))),
    }
}

fn bytes(closure: Gc<Closure>, name: &[u8], text: &[u8]) -> Vec<u8> {
    let chunk = closure.prototype().chunk();
    let prototypes = &chunk.parts().prototypes;
    let prototype = prototypes.iter().position(|prototype| std::ptr::eq(prototype, closure.prototype()));
    let mut content = Vec::new();
    for number in [prototype.unwrap_or_default(), name.len()] {
        content.extend_from_slice(&(number as u32).to_le_bytes());
    }
    content.extend_from_slice(name);
    content.extend_from_slice(text);
    [SIGNATURE, &checksum(&content).to_le_bytes(), &content].concat()
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

/// Returns a number that depends on each byte and on their number: FNV-1a.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Returns the parts of a dumped function, or `None` if the bytes are not one, because they were cut off or altered.
pub(crate) fn parse(bytes: &[u8]) -> Option<Dumped<'_>> {
    let rest = bytes.strip_prefix(SIGNATURE)?;
    let (sum, rest) = rest.split_first_chunk()?;
    if u64::from_le_bytes(*sum) != checksum(rest) {
        return None;
    }
    let (prototype, rest) = rest.split_first_chunk()?;
    let (name_len, rest) = rest.split_first_chunk()?;
    let (name, text) = rest.split_at_checked(u32::from_le_bytes(*name_len) as usize)?;
    Some(Dumped { prototype: u32::from_le_bytes(*prototype), name, text })
}

#[cfg(test)]
mod tests {
    use super::{SIGNATURE, checksum, parse};

    #[test]
    fn invalid_dumps_are_refused() {
        let content = [&[2, 0, 0, 0, 3, 0, 0, 0], &b"=ab"[..], b"return 1"].concat();
        let whole = [SIGNATURE, &checksum(&content).to_le_bytes(), &content].concat();
        let dumped = parse(&whole).expect("it is whole");
        assert_eq!((dumped.prototype, dumped.name, dumped.text), (2, &b"=ab"[..], &b"return 1"[..]));
        for at in 0..whole.len() {
            assert_eq!(parse(&whole[..at]), None, "{at} bytes");
            let mut altered = whole.clone();
            altered[at] ^= 0x10;
            assert_eq!(parse(&altered), None, "byte {at}");
        }
        assert_eq!(parse(&[&whole[..], b" "].concat()), None);
        assert_eq!(parse(b"\x1bLuaQ and the rest of a chunk of PUC Lua"), None);
    }
}
