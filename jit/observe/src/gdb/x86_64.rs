//! x86-64 machine code → [`Step`]s, by hand: lengths, jumps, and the few instructions with which compilers move
//! the stack pointer.
//!
//! Encodings: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A. What the baseline
//! of x86-64 has not (VEX, EVEX) or C compilers do not emit is not known, and ends the walk.

use super::step::{Access, Flow, Isa, Register, Step};

pub(super) static ISA: Isa = Isa {
    decode,
    stack_pointer: Register(7),
    return_address: Register(16),
    call_pushes_bytes: 8,
    // rbx, rbp, r12 to r15.
    preserved: &[Register(3), Register(6), Register(12), Register(13), Register(14), Register(15)],
};

/// The DWARF numbers of the first 8 registers, in the order of their encoding; the others have the same.
const DWARF: [u8; 8] = [0, 2, 1, 3, 7, 6, 4, 5];

/// Encoding of the stack pointer.
const RSP: u8 = 4;

fn register(number: u8) -> Register {
    Register(DWARF.get(usize::from(number)).copied().unwrap_or(number))
}

/// Which operand bytes follow an opcode.
#[derive(Clone, Copy)]
enum Operands {
    None,
    /// An immediate of so many bytes.
    Immediate(u32),
    /// A register or memory operand, and an immediate of so many bytes.
    ModRm(u32),
}

/// The bytes of an instruction, and what was read of them.
struct Reader<'a> {
    code: &'a [u8],
    at: usize,
    operand_16_bits: bool,
    rex: u8,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = *self.code.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn signed(&mut self, len_bytes: u32) -> Option<i64> {
        let bytes = self.code.get(self.at..self.at + len_bytes as usize)?;
        self.at += bytes.len();
        match *bytes {
            [byte] => Some(i64::from(byte as i8)),
            [a, b, c, d] => Some(i64::from(i32::from_le_bytes([a, b, c, d]))),
            // Of other immediates only the length matters.
            _ => Some(0),
        }
    }

    /// Length of an immediate that is as wide as the operands, up to 32 bits.
    fn wide(&self) -> u32 {
        if self.operand_16_bits { 2 } else { 4 }
    }

    fn has_rex(&self, bit: u8) -> bool {
        self.rex & bit != 0
    }
}

/// A decoded ModRM byte and what belongs to it.
#[derive(Clone, Copy)]
struct ModRm {
    /// The register field, without REX.
    reg: u8,
    /// The register that is the other operand, with REX.
    direct: Option<u8>,
    /// The other operand is memory at this distance from the stack pointer.
    on_stack: Option<i64>,
}

const REX_W: u8 = 8;
const REX_R: u8 = 4;
const REX_X: u8 = 2;
const REX_B: u8 = 1;

fn mod_rm(reader: &mut Reader<'_>) -> Option<ModRm> {
    let byte = reader.next()?;
    let (mode, reg, rm) = (byte >> 6, byte >> 3 & 7, byte & 7);
    let high = if reader.has_rex(REX_B) { 8 } else { 0 };
    if mode == 3 {
        return Some(ModRm { reg, direct: Some(rm | high), on_stack: None });
    }
    let (mut base, mut index) = (rm, None);
    if rm == 4 {
        let sib = reader.next()?;
        base = sib & 7;
        index = Some(sib >> 3 & 7).filter(|&index| index != RSP || reader.has_rex(REX_X));
    }
    let displacement = match mode {
        0 if base == 5 => reader.signed(4)?,
        0 => 0,
        1 => reader.signed(1)?,
        _ => reader.signed(4)?,
    };
    let on_stack = (rm == 4 && base | high == RSP && index.is_none()).then_some(displacement);
    Some(ModRm { reg, direct: None, on_stack })
}

/// The first instruction of `code`.
fn decode(code: &[u8]) -> Option<Step> {
    let mut reader = Reader { code, at: 0, operand_16_bits: false, rex: 0 };
    let mut opcode = reader.next()?;
    let mut prefixed = false;
    while matches!(opcode, 0x26 | 0x2e | 0x36 | 0x3e | 0x64..=0x66 | 0xf2 | 0xf3) {
        reader.operand_16_bits |= opcode == 0x66;
        prefixed = true;
        opcode = reader.next()?;
    }
    if opcode & 0xf0 == 0x40 {
        reader.rex = opcode & 0x0f;
        // Of the two the wider wins.
        reader.operand_16_bits &= !reader.has_rex(REX_W);
        opcode = reader.next()?;
    }
    if opcode == 0x0f {
        return two_bytes(&mut reader, prefixed);
    }
    let operands = match opcode {
        0x50..=0x5f | 0x68 | 0x6a | 0x70..=0x7f | 0xc3 | 0xcc | 0xe8 | 0xe9 | 0xeb => {
            // With operands of 16 bits these push, pop and jump otherwise.
            return if reader.operand_16_bits { None } else { stack_or_jump(&mut reader, opcode) };
        }
        0x00..=0x3f => match opcode & 7 {
            0..=3 => Operands::ModRm(0),
            4 => Operands::Immediate(1),
            5 => Operands::Immediate(reader.wide()),
            _ => return None,
        },
        0x63 | 0x84..=0x8b | 0x8d | 0xd0..=0xd3 | 0xfe | 0xff => Operands::ModRm(0),
        0x69 | 0x81 | 0xc7 => Operands::ModRm(reader.wide()),
        0x6b | 0x80 | 0x83 | 0xc0 | 0xc1 | 0xc6 => Operands::ModRm(1),
        0x90..=0x93 | 0x95..=0x99 | 0xa4..=0xa7 | 0xaa..=0xaf => Operands::None,
        // `mov` of a constant to the stack pointer, or to its lowest byte.
        0xb4 | 0xbc if !reader.has_rex(REX_B) => return None,
        0xa8 | 0xb0..=0xb7 => Operands::Immediate(1),
        0xa9 => Operands::Immediate(reader.wide()),
        0xb8..=0xbf if reader.has_rex(REX_W) => Operands::Immediate(8),
        0xb8..=0xbf => Operands::Immediate(reader.wide()),
        // `test` has an immediate, the other operations of this group have none.
        0xf6 | 0xf7 => {
            let is_test = reader.code.get(reader.at)? >> 3 & 7 < 2;
            Operands::ModRm(match (is_test, opcode) {
                (false, _) => 0,
                (true, 0xf6) => 1,
                (true, _) => reader.wide(),
            })
        }
        _ => return None,
    };
    let (len_bytes, mod_rm, immediate) = finish(&mut reader, operands)?;
    let Some(mod_rm) = mod_rm else {
        return Some(Step::new(len_bytes, Flow::Next));
    };
    general(&reader, opcode, len_bytes, mod_rm, immediate)
}

/// Reads the operands of an instruction; the results are its length, its ModRM operand, and its immediate.
fn finish(reader: &mut Reader<'_>, operands: Operands) -> Option<(u32, Option<ModRm>, i64)> {
    let (operand, immediate_bytes) = match operands {
        Operands::None => (None, 0),
        Operands::Immediate(len_bytes) => (None, len_bytes),
        Operands::ModRm(len_bytes) => (Some(mod_rm(reader)?), len_bytes),
    };
    let immediate = reader.signed(immediate_bytes)?;
    Some((reader.at as u32, operand, immediate))
}

/// Instructions of one byte and an immediate that push, pop or jump.
fn stack_or_jump(reader: &mut Reader<'_>, opcode: u8) -> Option<Step> {
    let number = opcode & 7 | if reader.has_rex(REX_B) { 8 } else { 0 };
    let distance = match opcode {
        0x68 | 0xe8 | 0xe9 => reader.signed(4)?,
        0x6a | 0x70..=0x7f | 0xeb => reader.signed(1)?,
        _ => 0,
    };
    let len_bytes = reader.at as u32;
    let target = distance + i64::from(len_bytes);
    let flow = match opcode {
        0x70..=0x7f => Flow::Branch(target),
        0xe8 => Flow::Call(Some(target)),
        0xe9 | 0xeb => Flow::Jump(target),
        0xc3 | 0xcc => Flow::Away,
        _ => Flow::Next,
    };
    let step = Step::new(len_bytes, flow);
    Some(match opcode {
        0x50..=0x57 => Step { grows_before: 8, accesses: [Some(Access::Store(register(number), 0)), None], ..step },
        // `pop %rsp` sets the stack pointer from memory.
        0x5c if number == RSP => return None,
        0x58..=0x5f => Step { grows_after: -8, accesses: [Some(Access::Load(register(number), 0)), None], ..step },
        0x68 | 0x6a => Step { grows_before: 8, ..step },
        _ => step,
    })
}

/// Instructions of one opcode byte with a ModRM operand.
fn general(reader: &Reader<'_>, opcode: u8, len_bytes: u32, operand: ModRm, immediate: i64) -> Option<Step> {
    let step = Step::new(len_bytes, Flow::Next);
    let is_wide = reader.has_rex(REX_W);
    let reg = operand.reg | if reader.has_rex(REX_R) { 8 } else { 0 };
    let to_rsp = operand.direct == Some(RSP);
    Some(match (opcode, operand.reg) {
        // `add`, `sub`, `cmp` of a constant.
        (0x81 | 0x83, 0) if to_rsp && is_wide => Step { grows_after: -immediate, ..step },
        (0x81 | 0x83, 5) if to_rsp && is_wide => Step { grows_after: immediate, ..step },
        (0x81 | 0x83, 7) => step,
        (0x8d, _) if reg == RSP && is_wide => Step { grows_after: -operand.on_stack?, ..step },
        (0x8d, _) if operand.direct.is_some() => return None,
        (0x89, _) if to_rsp => return None,
        (0x89, _) if is_wide => moved(step, operand, Access::Store, reg),
        (0x8b, _) if reg == RSP => return None,
        (0x8b, _) if is_wide => moved(step, operand, Access::Load, reg),
        // Comparisons: `cmp`, `test`.
        (0x38..=0x3b | 0x84 | 0x85, _) => step,
        (0xff, 2) if !reader.operand_16_bits => Step::new(len_bytes, Flow::Call(None)),
        (0xff, 4) if !reader.operand_16_bits => Step::new(len_bytes, Flow::Away),
        (0xff, 6) if !reader.operand_16_bits => Step { grows_before: 8, ..step },
        (0xff, 2..) | (0xfe, 2..) | (0xc6 | 0xc7, 1..) => return None,
        // Whatever else has the stack pointer as an operand may change it.
        _ if to_rsp => return None,
        (0x00..=0x37 | 0x63 | 0x69 | 0x6b | 0x86..=0x8d, _) if reg == RSP => return None,
        _ => step,
    })
}

/// A move between a register and the stack.
fn moved(step: Step, operand: ModRm, access: fn(Register, i64) -> Access, reg: u8) -> Step {
    let access = operand.on_stack.map(|at| access(register(reg), at));
    Step { accesses: [access, None], ..step }
}

/// Instructions whose opcode begins with 0x0f. None of those known here moves the stack pointer in compiled code.
fn two_bytes(reader: &mut Reader<'_>, prefixed: bool) -> Option<Step> {
    let opcode = reader.next()?;
    let operands = match opcode {
        // `ud2`.
        0x0b => return Some(Step::new(reader.at as u32, Flow::Away)),
        0x80..=0x8f if !prefixed => {
            let distance = reader.signed(4)?;
            return Some(Step::new(reader.at as u32, Flow::Branch(distance + reader.at as i64)));
        }
        // Prefetches and the `nop`s of alignment.
        0x0d | 0x18 | 0x1f => Operands::ModRm(0),
        // Moves and arithmetic of SSE and SSE2.
        0x10..=0x17 | 0x28..=0x2f | 0x50..=0x6f | 0x74..=0x76 | 0x7e | 0x7f | 0xd1..=0xfe => Operands::ModRm(0),
        0x70..=0x73 | 0xc2 | 0xc4..=0xc6 => Operands::ModRm(1),
        // `cmov`, `set`, bit tests, double shifts, `imul`, `cmpxchg`, extending moves, bit scans, `xadd`.
        0x40..=0x4f | 0x90..=0x9f | 0xa3 | 0xa5 | 0xab | 0xad | 0xaf..=0xb1 | 0xb3 | 0xb6..=0xb8 => Operands::ModRm(0),
        0xbb..=0xc1 => Operands::ModRm(0),
        0xa4 | 0xac | 0xba => Operands::ModRm(1),
        // `bswap`.
        0xc8..=0xcb | 0xcd..=0xcf => Operands::None,
        _ => return None,
    };
    let (len_bytes, ..) = finish(reader, operands)?;
    Some(Step::new(len_bytes, Flow::Next))
}

#[cfg(test)]
mod tests;
