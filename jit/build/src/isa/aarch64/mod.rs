//! AArch64 machine code → [`Instruction`]s, by a hand-written decoder. Tables list the instructions that a stencil may
//! contain; the decoder distinguishes only jumps, calls, changes of the stack pointer and relocatable fields.
//!
//! Encodings: Arm Architecture Reference Manual for A-profile, chapter C4.1.

mod encoding;
mod float;
mod integer;
mod memory;
mod simd;

use mimeo_def::CodeOffset;
use mimeo_def::stencil::PatchKind;

use super::{Field, FieldForm, Flow, Instruction, Need, Relative, Stack, StackAccess};

/// Number of the stack pointer as a base register or as the destination of an addition.
const SP: u32 = 31;

/// `nop` of AArch64.
pub const NOP: u32 = 0xd503_201f;

/// Decodes all of `code`. Only the word 0, which no compiler emits, is invalid; any other word that is not listed has a
/// requirement that no processor meets.
pub(super) fn decode(code: &[u8]) -> Result<Vec<Instruction>, CodeOffset> {
    let mut instructions = Vec::new();
    for (index, bytes) in code.chunks(4).enumerate() {
        let at = CodeOffset(index as u32 * 4);
        let word = match <[u8; 4]>::try_from(bytes) {
            Ok(bytes) => u32::from_le_bytes(bytes),
            Err(_) => return Err(at),
        };
        if word == 0 {
            return Err(at);
        }
        let kind = patched_by(word);
        instructions.push(Instruction {
            at,
            len_bytes: 4,
            flow: flow(word, i64::from(at.0)),
            stack: stack(word),
            stack_access: stack_access(word),
            relative: match kind {
                Some(PatchKind::A64Adr21 | PatchKind::A64AdrPage21) => Relative::Address,
                // `ldr` of a literal.
                _ if word & 0x3b00_0000 == 0x1800_0000 => Relative::Memory(0),
                _ => Relative::No,
            },
            needs: needs(word),
            is_padding: word == NOP,
            fields: kind.map(|kind| Field { at, form: FieldForm::Word(kind) }).into_iter().collect(),
        });
    }
    Ok(instructions)
}

/// Returns what a word requires beyond the base.
fn needs(word: u32) -> Vec<Need> {
    match encoding::find(word) {
        Some(listed) => listed.feature.into_iter().map(Need::Feature).collect(),
        // These are refused separately.
        None if flow(word, 0) == Flow::Forbidden => Vec::new(),
        None => vec![Need::Unlisted(word)],
    }
}

/// Returns `len` bits of a word, starting at bit `from`.
fn bits(word: u32, from: u32, len: u32) -> u32 {
    word >> from & ((1 << len) - 1)
}

/// Returns `len` bits of a word, starting at bit `from`, as a signed number.
fn signed(word: u32, from: u32, len: u32) -> i64 {
    i64::from((bits(word, from, len) << (32 - len)) as i32 >> (32 - len))
}

/// Returns the patch kind that can fill a field of the instruction.
pub(super) fn patched_by(word: u32) -> Option<PatchKind> {
    let shift_bits = |hw: u32| (hw * 16) as u8;
    Some(match word {
        w if w & 0x7c00_0000 == 0x1400_0000 => PatchKind::A64Branch26,
        w if w & 0xff00_0010 == 0x5400_0000 || w & 0x7e00_0000 == 0x3400_0000 => PatchKind::A64Branch19,
        w if w & 0x7e00_0000 == 0x3600_0000 => PatchKind::A64Branch14,
        w if w & 0x9f00_0000 == 0x1000_0000 => PatchKind::A64Adr21,
        w if w & 0x9f00_0000 == 0x9000_0000 => PatchKind::A64AdrPage21,
        // `add` of an immediate that is not shifted by 12.
        w if w & 0x7fc0_0000 == 0x1100_0000 => PatchKind::A64AddPageOffset,
        // `movz` (10) and `movk` (11); `movn` would invert what is patched in.
        w if w & 0x5f80_0000 == 0x5280_0000 => PatchKind::A64MovWide { shift: shift_bits(bits(w, 21, 2)) },
        // Loads and stores with an unsigned, scaled offset. A vector access of size 0 with opc 1x is 16 bytes.
        w if w & 0x3b00_0000 == 0x3900_0000 => {
            let quad = bits(w, 26, 1) == 1 && bits(w, 23, 1) == 1;
            PatchKind::A64LoadOffset { shift: if quad { 4 } else { bits(w, 30, 2) as u8 } }
        }
        _ => return None,
    })
}

/// Returns where control goes after a word.
fn flow(word: u32, at: i64) -> Flow {
    match word {
        w if w & 0xfc00_0000 == 0x1400_0000 => Flow::Jump(at + signed(w, 0, 26) * 4),
        w if w & 0xfc00_0000 == 0x9400_0000 => Flow::Call(at + signed(w, 0, 26) * 4),
        w if w & 0xff00_0010 == 0x5400_0000 || w & 0x7e00_0000 == 0x3400_0000 => {
            Flow::Branch(at + signed(w, 5, 19) * 4)
        }
        w if w & 0x7e00_0000 == 0x3600_0000 => Flow::Branch(at + signed(w, 5, 14) * 4),
        // `br`, `blr`, `ret`; 8 and 9 are the first two with an authenticated address, 4 and 5 leave an exception.
        w if w & 0xfe00_0000 == 0xd600_0000 => match bits(w, 21, 4) {
            0 | 8 => Flow::IndirectJump,
            1 | 9 => Flow::IndirectCall,
            2 => Flow::Return,
            _ => Flow::Forbidden,
        },
        // Exceptions: `brk` traps; `svc` and similar instructions leave the program.
        w if w & 0xffe0_001f == 0xd420_0000 => Flow::Trap,
        w if w & 0xff00_0000 == 0xd400_0000 => Flow::Forbidden,
        _ => Flow::Next,
    }
}

/// Returns the effect on the stack pointer.
fn stack(word: u32) -> Stack {
    let base = bits(word, 5, 5);
    // Pairs that write their base back: bits 25 to 23 are 001 (post-index) or 011 (pre-index).
    if word & 0x3a80_0000 == 0x2880_0000 {
        let (vector, size) = (bits(word, 26, 1), bits(word, 30, 2));
        let scale = if vector == 1 { 2 + size } else { 2 + size / 2 };
        return match base {
            SP => Stack::Grows(-(signed(word, 15, 7) << scale)),
            _ => Stack::Grows(0),
        };
    }
    // Single registers that write their base back: bits 11 and 10 are 01 (post-index) or 11 (pre-index).
    if word & 0x3b20_0400 == 0x3800_0400 {
        return match base {
            SP => Stack::Grows(-signed(word, 12, 9)),
            _ => Stack::Grows(0),
        };
    }
    if bits(word, 0, 5) != SP {
        return Stack::Grows(0);
    }
    // From here on the destination has number 31, which only these read as the stack pointer:
    // additions of an immediate that leave the flags alone …
    if word & 0x3f80_0000 == 0x1100_0000 {
        let amount = i64::from(bits(word, 10, 12)) << (12 * bits(word, 22, 1));
        let subtracts = bits(word, 30, 1) == 1;
        return match (base, subtracts) {
            (SP, true) => Stack::Grows(amount),
            (SP, false) => Stack::Grows(-amount),
            _ => Stack::Lost,
        };
    }
    // … additions of an extended register, and logical operations with an immediate except `ands`.
    let adds_extended = word & 0x3fe0_0000 == 0x0b20_0000;
    let logical = word & 0x1f80_0000 == 0x1200_0000 && bits(word, 29, 2) != 3;
    if adds_extended || logical { Stack::Lost } else { Stack::Grows(0) }
}

/// Returns the memory that is accessed at a fixed distance from the stack pointer, without moving it.
fn stack_access(word: u32) -> Option<StackAccess> {
    if bits(word, 5, 5) != SP {
        return None;
    }
    let (vector, size) = (bits(word, 26, 1), bits(word, 30, 2));
    // Pairs: bits 25 to 23 are 010 (offset) or 000 (offset, non-temporal).
    if word & 0x3a80_0000 == 0x2800_0000 {
        let scale = if vector == 1 { 2 + size } else { 2 + size / 2 };
        return Some(StackAccess { offset_bytes: signed(word, 15, 7) << scale, len_bytes: 2 << scale });
    }
    let scale = if vector == 1 && bits(word, 23, 1) == 1 { 4 } else { size };
    let offset_bytes = match word {
        w if w & 0x3b00_0000 == 0x3900_0000 => i64::from(bits(w, 10, 12)) << scale,
        w if w & 0x3b20_0c00 == 0x3800_0000 => signed(w, 12, 9),
        _ => return None,
    };
    Some(StackAccess { offset_bytes, len_bytes: 1 << scale })
}

/// Writes the distance of a branch. Returns `false` if it does not fit.
pub(super) fn fill_branch(kind: PatchKind, code: &mut [u8], at: CodeOffset, distance_bytes: i64) -> bool {
    let (from, len) = match kind {
        PatchKind::A64Branch26 => (0, 26),
        PatchKind::A64Branch19 => (5, 19),
        PatchKind::A64Branch14 => (5, 14),
        _ => return false,
    };
    let words = distance_bytes / 4;
    let at = at.0 as usize;
    let Some(field) = code.get_mut(at..at + 4).and_then(|field| <&mut [u8; 4]>::try_from(field).ok()) else {
        return false;
    };
    if distance_bytes % 4 != 0 || words < -(1 << (len - 1)) || words >= 1 << (len - 1) {
        return false;
    }
    let mask = ((1u32 << len) - 1) << from;
    let word = u32::from_le_bytes(*field) & !mask | (words as u32) << from & mask;
    *field = word.to_le_bytes();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes one instruction, as `objdump` prints its word.
    fn one(word: u32) -> Instruction {
        let code = decode(&word.to_le_bytes()).unwrap();
        assert_eq!(code.len(), 1);
        code[0].clone()
    }

    #[test]
    fn stack_pointer() {
        let cases = [
            (0xa9be_7bfd, "stp x29, x30, [sp, #-32]!", Stack::Grows(32)),
            (0xa8c2_7bfd, "ldp x29, x30, [sp], #32", Stack::Grows(-32)),
            (0xadbf_07e0, "stp q0, q1, [sp, #-32]!", Stack::Grows(32)),
            (0x28c1_07e0, "ldp w0, w1, [sp], #8", Stack::Grows(-8)),
            (0xf81f_0fe0, "str x0, [sp, #-16]!", Stack::Grows(16)),
            (0xf841_07e0, "ldr x0, [sp], #16", Stack::Grows(-16)),
            (0x3c9f_0fe0, "str q0, [sp, #-16]!", Stack::Grows(16)),
            (0xd140_07ff, "sub sp, sp, #4096", Stack::Grows(4096)),
            (0x9100_c3ff, "add sp, sp, #48", Stack::Grows(-48)),
            (0xf802_0ec9, "str x9, [x22, #32]!", Stack::Grows(0)),
            (0xa901_07e0, "stp x0, x1, [sp, #16]", Stack::Grows(0)),
            (0xf940_07e0, "ldr x0, [sp, #8]", Stack::Grows(0)),
            (0x9100_43fd, "add x29, sp, #16", Stack::Grows(0)),
            (0xf100_041f, "cmp x0, #1", Stack::Grows(0)),
            (0xeb02_003f, "cmp x1, x2", Stack::Grows(0)),
            (0xf240_083f, "tst x1, #7", Stack::Grows(0)),
            (0x9100_013f, "mov sp, x9", Stack::Lost),
            (0x927c_ed3f, "and sp, x9, #-16", Stack::Lost),
            (0xcb29_43ff, "sub sp, sp, w9, uxtw", Stack::Lost),
        ];
        for (word, text, expected) in cases {
            assert_eq!(one(word).stack, expected, "{text}");
        }
    }

    #[test]
    fn stack_accesses() {
        let cases = [
            (0xf940_07e0, "ldr x0, [sp, #8]", Some((8, 8))),
            (0x3d80_07e0, "str q0, [sp, #16]", Some((16, 16))),
            (0xf81f_83e0, "stur x0, [sp, #-8]", Some((-8, 8))),
            (0xa901_07e0, "stp x0, x1, [sp, #16]", Some((16, 16))),
            (0x2940_87e0, "ldp w0, w1, [sp, #4]", Some((4, 8))),
            (0xf81f_0fe0, "str x0, [sp, #-16]!", None),
            (0xf940_0441, "ldr x1, [x2, #8]", None),
        ];
        for (word, text, expected) in cases {
            let expected = expected.map(|(offset_bytes, len_bytes)| StackAccess { offset_bytes, len_bytes });
            assert_eq!(one(word).stack_access, expected, "{text}");
        }
    }

    #[test]
    fn control_flow() {
        let cases = [
            (0x1400_0002, "b .+8", Flow::Jump(8)),
            (0x9400_0001, "bl .+4", Flow::Call(4)),
            (0x54ff_ffeb, "b.lt .-4", Flow::Branch(-4)),
            (0x3400_0043, "cbz w3, .+8", Flow::Branch(8)),
            (0x3618_0040, "tbz w0, #3, .+8", Flow::Branch(8)),
            (0xd65f_03c0, "ret", Flow::Return),
            (0xd61f_0200, "br x16", Flow::IndirectJump),
            (0xd63f_0200, "blr x16", Flow::IndirectCall),
            (0xd420_0020, "brk #1", Flow::Trap),
            (0xd400_0001, "svc #0", Flow::Forbidden),
            (0xd503_201f, "nop", Flow::Next),
        ];
        for (word, text, expected) in cases {
            assert_eq!(one(word).flow, expected, "{text}");
        }
    }

    #[test]
    fn fields() {
        let cases = [
            (0x3940_0441, "ldrb w1, [x2, #1]", Some(PatchKind::A64LoadOffset { shift: 0 })),
            (0xf940_07e0, "ldr x0, [sp, #8]", Some(PatchKind::A64LoadOffset { shift: 3 })),
            (0xfd00_0843, "str d3, [x2, #16]", Some(PatchKind::A64LoadOffset { shift: 3 })),
            (0x3dc0_0443, "ldr q3, [x2, #16]", Some(PatchKind::A64LoadOffset { shift: 4 })),
            (0x9100_0041, "add x1, x2, #0", Some(PatchKind::A64AddPageOffset)),
            (0xd2a0_0001, "movz x1, #0, lsl #16", Some(PatchKind::A64MovWide { shift: 16 })),
            (0xf2e0_0001, "movk x1, #0, lsl #48", Some(PatchKind::A64MovWide { shift: 48 })),
            (0x1000_0001, "adr x1, .", Some(PatchKind::A64Adr21)),
            (0x9000_0001, "adrp x1, .", Some(PatchKind::A64AdrPage21)),
            (0x9280_0001, "movn x1, #0", None),
            (0xd140_07ff, "sub sp, sp, #4096", None),
        ];
        for (word, text, expected) in cases {
            let expected: Vec<_> = expected.map(FieldForm::Word).into_iter().collect();
            let found: Vec<_> = one(word).fields.iter().map(|field| field.form).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn branches_are_filled_within_their_range() {
        let mut code = 0x5400_000bu32.to_le_bytes();
        assert!(fill_branch(PatchKind::A64Branch19, &mut code, CodeOffset(0), -4));
        assert_eq!(u32::from_le_bytes(code), 0x54ff_ffeb);
        for (distance, why) in [(1 << 20, "too far"), (-(1 << 20) - 4, "too far back"), (2, "between instructions")] {
            assert!(!fill_branch(PatchKind::A64Branch19, &mut code, CodeOffset(0), distance), "{why}");
        }
    }
}
