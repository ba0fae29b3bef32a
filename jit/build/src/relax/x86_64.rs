//! `mov`, `lea`, `call` and similar instructions with a distance from `rip` → the same with an immediate, or without
//! the table.
//!
//! The choice of instructions follows the System V ABI, AMD64 supplement, section "Optimize GOTPCRELX Relocations".

use mimeo_def::stencil::PatchKind;

use super::Meant;

/// Replaces a load of a symbol's address from the global offset table. `code` is the instruction, and `field` the
/// position of its distance. Returns the kind of the new hole.
pub fn through_table(code: &mut [u8], field: usize, meant: Meant) -> Option<PatchKind> {
    let form = Form::read(code, field)?;
    match (meant, form.opcode) {
        (Meant::Number, 0x8b) => form.write_immediate(code, 0xc7, 0),
        (Meant::Number, 0x85) => form.write_immediate(code, 0xf7, 0),
        // `add`, `or`, `adc`, `sbb`, `and`, `sub`, `xor`, `cmp` of a register: the number is in the opcode.
        (Meant::Number, opcode) if opcode & 0xc7 == 0x03 => form.write_immediate(code, 0x81, opcode >> 3),
        (Meant::Place | Meant::Own, 0x8b) if form.is_wide => {
            code[field - 2] = 0x8d;
            Some(PatchKind::X86Rel32)
        }
        // `call *(…)` and `jmp *(…)` become a `nop` and the direct ones.
        (Meant::Place, 0xff) if form.rex.is_none() && matches!(form.register, 2 | 4) => {
            code[field - 2] = 0x90;
            code[field - 1] = if form.register == 2 { 0xe8 } else { 0xe9 };
            Some(PatchKind::X86Rel32)
        }
        _ => None,
    }
}

/// Replaces the computation of an address by a number. Returns the kind of the new hole.
pub fn number(code: &mut [u8], field: usize) -> Option<PatchKind> {
    let form = Form::read(code, field)?;
    match form.opcode {
        0x8d => form.write_immediate(code, 0xc7, 0),
        _ => None,
    }
}

/// An instruction with a one-byte opcode, a register, and a distance from `rip` at its end.
struct Form {
    rex: Option<usize>,
    opcode: u8,
    /// Lower three bits of the register's number; for some opcodes an extension of the opcode.
    register: u8,
    is_wide: bool,
}

impl Form {
    fn read(code: &[u8], field: usize) -> Option<Form> {
        let (opcode, modrm) = (*code.get(field.checked_sub(2)?)?, code[field - 1]);
        let rex = match field {
            2 => None,
            3 if code[0] & 0xf0 == 0x40 => Some(0),
            // Prefixes or longer opcodes.
            _ => return None,
        };
        let is_wide = rex.is_some_and(|at| code[at] & 8 != 0);
        let is_relative = modrm & 0xc7 == 0x05 && code.len() == field + 4;
        is_relative.then_some(Form { rex, opcode, register: modrm >> 3 & 7, is_wide })
    }

    /// Writes an instruction with `opcode` and its `extension`, the register, and an immediate.
    fn write_immediate(&self, code: &mut [u8], opcode: u8, extension: u8) -> Option<PatchKind> {
        if let Some(at) = self.rex {
            // The register is now in another field, whose high bit is another bit of the prefix.
            let high = code[at] >> 2 & 1;
            code[at] = code[at] & !0x05 | high;
        }
        let field = code.len() - 4;
        code[field - 2] = opcode;
        code[field - 1] = 0xc0 | (extension & 7) << 3 | self.register;
        Some(if self.is_wide { PatchKind::X86Abs32Signed } else { PatchKind::X86Abs32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &[u8], after: &[u8], field: usize, meant: Meant, kind: PatchKind) {
        let mut code = before.to_vec();
        assert_eq!(through_table(&mut code, field, meant), Some(kind));
        assert_eq!(code, after);
    }

    #[test]
    fn numbers_become_immediates() {
        use PatchKind::{X86Abs32, X86Abs32Signed};
        let number = |before: &[u8], after: &[u8], field, kind| check(before, after, field, Meant::Number, kind);
        // mov got(%rip), %rax → mov $…, %rax; the same for %r9, and for %eax
        number(b"\x48\x8b\x05\0\0\0\0", b"\x48\xc7\xc0\0\0\0\0", 3, X86Abs32Signed);
        number(b"\x4c\x8b\x0d\0\0\0\0", b"\x49\xc7\xc1\0\0\0\0", 3, X86Abs32Signed);
        number(b"\x8b\x05\0\0\0\0", b"\xc7\xc0\0\0\0\0", 2, X86Abs32);
        // add, cmp, test
        number(b"\x48\x03\x35\0\0\0\0", b"\x48\x81\xc6\0\0\0\0", 3, X86Abs32Signed);
        number(b"\x48\x3b\x35\0\0\0\0", b"\x48\x81\xfe\0\0\0\0", 3, X86Abs32Signed);
        number(b"\x48\x85\x15\0\0\0\0", b"\x48\xf7\xc2\0\0\0\0", 3, X86Abs32Signed);
    }

    #[test]
    fn addresses_are_computed() {
        let mut code = *b"\x4c\x8d\x1d\0\0\0\0";
        assert_eq!(super::number(&mut code, 3), Some(PatchKind::X86Abs32Signed));
        assert_eq!(code, *b"\x49\xc7\xc3\0\0\0\0");
        let rel = PatchKind::X86Rel32;
        check(b"\x48\x8b\x05\0\0\0\0", b"\x48\x8d\x05\0\0\0\0", 3, Meant::Own, rel);
        check(b"\xff\x15\0\0\0\0", b"\x90\xe8\0\0\0\0", 2, Meant::Place, rel);
        check(b"\xff\x25\0\0\0\0", b"\x90\xe9\0\0\0\0", 2, Meant::Place, rel);
    }

    #[test]
    fn instructions_without_a_replacement_do_not_change() {
        let cases: [(&[u8], usize, &str); 5] = [
            (b"\xff\x35\0\0\0\0", 2, "push"),
            (b"\x48\x39\x05\0\0\0\0", 3, "cmp with the register on the other side"),
            (b"\x48\x83\x3d\0\0\0\0\x05", 3, "cmp with an immediate"),
            (b"\xf2\x0f\x10\x05\0\0\0\0", 4, "movsd"),
            (b"\x8b\x80\0\0\0\0", 2, "no distance"),
        ];
        for (before, field, what) in cases {
            let mut code = before.to_vec();
            assert_eq!(through_table(&mut code, field, Meant::Number), None, "{what}");
            assert_eq!(super::number(&mut code, field), None, "{what}");
            assert_eq!(code, before, "{what}");
        }
    }
}
