//! `adrp` followed by `add` or `ldr` → `movz` and `movk` of a number, or the direct computation of an address.
//!
//! The page alone is meaningless, so both instructions are replaced, and they must be adjacent.

use mimeo_def::stencil::PatchKind;

use super::Meant;
use crate::isa::AARCH64_NOP;

/// A pair of instructions that together compute an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// `adrp` and `add`.
    Address,
    /// `adrp` and `ldr` from the place that holds the address.
    Table,
}

/// Replaces a pair at the start of `code`. Returns the kinds of the new holes, each with the index of its instruction.
/// Two `movk` of 0 after the pair are used for the upper half of the number.
pub fn pair(code: &mut [u8], pair: Pair, meant: Meant) -> Option<Vec<(usize, PatchKind)>> {
    let words: Vec<u32> = code.chunks_exact(4).take(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect();
    let [first, second, rest @ ..] = words.as_slice() else { return None };
    let register = first & 0x1f;
    let expected = match pair {
        Pair::Address => 0x9100_0000,
        Pair::Table => 0xf940_0000,
    };
    let is_pair = first & 0x9f00_0000 == 0x9000_0000 && *second == expected | register << 5 | register;
    if !is_pair {
        return None;
    }
    let mut put = |index: usize, word: u32| code[index * 4..index * 4 + 4].copy_from_slice(&word.to_le_bytes());
    match (meant, pair) {
        (Meant::Number, _) => {
            put(0, 0xd2a0_0000 | register);
            put(1, 0xf280_0000 | register);
            let mut holes = vec![(0, PatchKind::A64MovWide { shift: 16 }), (1, PatchKind::A64MovWide { shift: 0 })];
            if *rest == [0xf2c0_0000 | register, 0xf2e0_0000 | register] {
                holes.extend([(2, PatchKind::A64MovWide { shift: 32 }), (3, PatchKind::A64MovWide { shift: 48 })]);
            }
            Some(holes)
        }
        // All places that the code may refer to are near the copy.
        (Meant::Place, _) => {
            put(0, 0x1000_0000 | register);
            put(1, AARCH64_NOP);
            Some(vec![(0, PatchKind::A64Adr21)])
        }
        (Meant::Own, Pair::Table) => {
            put(1, 0x9100_0000 | register << 5 | register);
            Some(vec![(0, PatchKind::A64AdrPage21), (1, PatchKind::A64AddPageOffset)])
        }
        (Meant::Own, Pair::Address) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    const ADRP_X9: u32 = 0x9000_0009;
    const ADD_X9: u32 = 0x9100_0129;
    const LDR_X9: u32 = 0xf940_0129;

    #[test]
    fn numbers_have_16_bits_in_each_instruction() {
        for (second, kind) in [(ADD_X9, Pair::Address), (LDR_X9, Pair::Table)] {
            let mut bytes = code(&[ADRP_X9, second, 0xd65f_03c0]);
            let holes = pair(&mut bytes, kind, Meant::Number).unwrap();
            assert_eq!(holes, [(0, PatchKind::A64MovWide { shift: 16 }), (1, PatchKind::A64MovWide { shift: 0 })]);
            assert_eq!(bytes, code(&[0xd2a0_0009, 0xf280_0009, 0xd65f_03c0]));
        }
        let mut bytes = code(&[ADRP_X9, ADD_X9, 0xf2c0_0009, 0xf2e0_0009]);
        assert_eq!(pair(&mut bytes, Pair::Address, Meant::Number).unwrap().len(), 4);
        // The upper half of another register.
        let mut bytes = code(&[ADRP_X9, ADD_X9, 0xf2c0_0008, 0xf2e0_0008]);
        assert_eq!(pair(&mut bytes, Pair::Address, Meant::Number).unwrap().len(), 2);
    }

    #[test]
    fn addresses_are_computed_directly() {
        let mut bytes = code(&[ADRP_X9, ADD_X9]);
        assert_eq!(pair(&mut bytes, Pair::Address, Meant::Place), Some(vec![(0, PatchKind::A64Adr21)]));
        assert_eq!(bytes, code(&[0x1000_0009, 0xd503_201f]));
        let mut bytes = code(&[ADRP_X9, LDR_X9]);
        let holes = vec![(0, PatchKind::A64AdrPage21), (1, PatchKind::A64AddPageOffset)];
        assert_eq!(pair(&mut bytes, Pair::Table, Meant::Own), Some(holes));
        assert_eq!(bytes, code(&[ADRP_X9, ADD_X9]));
    }

    #[test]
    fn different_registers_do_not_form_a_pair() {
        for words in [[ADRP_X9, 0x9100_0128], [ADRP_X9, 0x9100_0109], [0xd503_201f, ADD_X9], [ADRP_X9, LDR_X9]] {
            let mut bytes = code(&words);
            assert_eq!(pair(&mut bytes, Pair::Address, Meant::Number), None);
            assert_eq!(bytes, code(&words));
        }
        assert_eq!(pair(&mut code(&[ADRP_X9]), Pair::Address, Meant::Number), None);
    }
}
