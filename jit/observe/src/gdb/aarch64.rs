//! AArch64 machine code → [`Step`]s: jumps, and the loads, stores and additions that use the stack pointer.
//!
//! Few instructions use the stack pointer, and matching their words takes less code than a disassembler would. Encodings: Arm Architecture Reference Manual for A-profile, chapter C4.1.

use super::step::{Access, Flow, Isa, Register, Step};

pub(super) static ISA: Isa = Isa {
    decode,
    stack_pointer: Register(31),
    return_address: Register(30),
    call_pushes_bytes: 0,
    // x19 to x30.
    preserved: &[
        Register(19),
        Register(20),
        Register(21),
        Register(22),
        Register(23),
        Register(24),
        Register(25),
        Register(26),
        Register(27),
        Register(28),
        Register(29),
        Register(30),
    ],
};

/// The number of the stack pointer as a base register or as the destination of an addition.
const SP: u32 = 31;

/// Returns `len` bits of a word from bit `from`.
fn bits(word: u32, from: u32, len: u32) -> u32 {
    word >> from & ((1 << len) - 1)
}

/// Returns `len` bits of a word from bit `from`, as a signed number.
fn signed(word: u32, from: u32, len: u32) -> i64 {
    i64::from((bits(word, from, len) << (32 - len)) as i32 >> (32 - len))
}

/// Decodes the first instruction of `code`; `None` if its effect on the stack is unknown.
fn decode(code: &[u8]) -> Option<Step> {
    let word = u32::from_le_bytes(*code.first_chunk()?);
    // `udf`, which no compiler emits: padding.
    if word >> 16 == 0 {
        return None;
    }
    let flow = flow(word)?;
    if flow != Flow::Next || bits(word, 5, 5) != SP && bits(word, 0, 5) != SP {
        return Some(Step::new(4, flow));
    }
    pair(word).or_else(|| single(word)).or_else(|| addition(word)).or_else(|| elsewhere(word))
}

/// Returns the successors of an instruction; `None` for exceptions.
fn flow(word: u32) -> Option<Flow> {
    Some(match word {
        w if w & 0xfc00_0000 == 0x1400_0000 => Flow::Jump(signed(w, 0, 26) * 4),
        w if w & 0xfc00_0000 == 0x9400_0000 => Flow::Call(Some(signed(w, 0, 26) * 4)),
        w if w & 0xff00_0010 == 0x5400_0000 || w & 0x7e00_0000 == 0x3400_0000 => Flow::Branch(signed(w, 5, 19) * 4),
        w if w & 0x7e00_0000 == 0x3600_0000 => Flow::Branch(signed(w, 5, 14) * 4),
        // `br`, `blr`, `ret`.
        w if w & 0xfe00_0000 == 0xd600_0000 => match bits(w, 21, 4) {
            0 | 2 => Flow::Away,
            1 => Flow::Call(None),
            _ => return None,
        },
        w if w & 0xff00_0000 == 0xd400_0000 => return None,
        _ => Flow::Next,
    })
}

/// Decodes a load or store of two registers at a distance from the stack pointer.
fn pair(word: u32) -> Option<Step> {
    if word & 0x3a00_0000 != 0x2800_0000 || bits(word, 5, 5) != SP {
        return None;
    }
    let (vector, size) = (bits(word, 26, 1), bits(word, 30, 2));
    let scale = if vector == 1 { 2 + size } else { 2 + size / 2 };
    let distance = signed(word, 15, 7) << scale;
    let whole = vector == 0 && size == 2;
    let registers = [bits(word, 0, 5), bits(word, 10, 5)];
    Some(access(bits(word, 23, 2), distance, |at| {
        [0, 1].map(|index| whole.then(|| one(word, registers[index], at + 8 * index as i64)))
    }))
}

/// Decodes a load or store of one register at a distance from the stack pointer.
fn single(word: u32) -> Option<Step> {
    if word & 0x3a00_0000 != 0x3800_0000 || bits(word, 5, 5) != SP {
        return None;
    }
    let (vector, size) = (bits(word, 26, 1), bits(word, 30, 2));
    let (mode, distance) = match (bits(word, 24, 1), bits(word, 21, 1), bits(word, 10, 2)) {
        (1, ..) => (2, i64::from(bits(word, 10, 12)) << if vector == 1 && bits(word, 23, 1) == 1 { 4 } else { size }),
        (_, 0, 0) => (2, signed(word, 12, 9)),
        (_, 0, 1) => (1, signed(word, 12, 9)),
        (_, 0, 3) => (3, signed(word, 12, 9)),
        // Atomics, and distances in registers, which leave the stack pointer unchanged.
        _ => return Some(Step::new(4, Flow::Next)),
    };
    let whole = vector == 0 && size == 3 && bits(word, 23, 1) == 0;
    Some(access(mode, distance, |at| [whole.then(|| one(word, bits(word, 0, 5), at)), None]))
}

/// Returns the step of a load or store. In `mode` 1 the stack pointer moves afterwards, in mode 3 before, otherwise never.
fn access(mode: u32, distance: i64, accesses: impl Fn(i64) -> [Option<Access>; 2]) -> Step {
    let step = Step::new(4, Flow::Next);
    match mode {
        1 => Step { grows_after: -distance, accesses: accesses(0), ..step },
        3 => Step { grows_before: -distance, accesses: accesses(0), ..step },
        _ => Step { accesses: accesses(distance), ..step },
    }
}

fn one(word: u32, register: u32, at: i64) -> Access {
    let register = Register(register as u8);
    if bits(word, 22, 1) == 1 { Access::Load(register, at) } else { Access::Store(register, at) }
}

/// Decodes an addition or subtraction of a constant that does not set the flags.
fn addition(word: u32) -> Option<Step> {
    if word & 0x3f80_0000 != 0x1100_0000 {
        return None;
    }
    let step = Step::new(4, Flow::Next);
    if bits(word, 0, 5) != SP {
        return Some(step);
    }
    let amount = i64::from(bits(word, 10, 12)) << (12 * bits(word, 22, 1));
    let grows_after = if bits(word, 30, 1) == 1 { amount } else { -amount };
    (bits(word, 5, 5) == SP && bits(word, 31, 1) == 1).then_some(Step { grows_after, ..step })
}

/// Decodes other instructions with register number 31 as an operand; `None` if they change the stack pointer.
fn elsewhere(word: u32) -> Option<Step> {
    // Additions of a constant or of an extended register, and logical operations with a constant except `ands`.
    let adds = word & 0x3f80_0000 == 0x1100_0000 || word & 0x3fe0_0000 == 0x0b20_0000;
    let logical = word & 0x1f80_0000 == 0x1200_0000 && bits(word, 29, 2) != 3;
    (!((adds || logical) && bits(word, 0, 5) == SP)).then_some(Step::new(4, Flow::Next))
}

#[cfg(test)]
mod tests;
