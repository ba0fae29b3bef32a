//! A word → its [`Encoding`] in Armv8.0-A, or `None` if it is unallocated, part of an extension, or of no use in
//! stencils.
//!
//! The tables of [`integer`](super::integer), [`memory`](super::memory), [`float`](super::float) and
//! [`simd`](super::simd) list what a stencil may contain, so that instructions of later versions of the architecture
//! are refused until they are listed. The only system instructions in the tables are hints and `dmb`. Each table also
//! lists the unallocated words within its encodings.
//!
//! Encodings: Arm Architecture Reference Manual for A-profile, chapter C4.1.

use mimeo_def::Feature;

use super::{float, integer, memory, simd};

/// The set of words that have the bits `value` where `mask` has ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) mask: u32,
    pub(super) value: u32,
    /// Names of the instructions, for readers of the table.
    pub(super) name: &'static str,
    /// The required feature beyond the base, if any.
    pub(super) feature: Option<Feature>,
}

impl Encoding {
    fn has(&self, word: u32) -> bool {
        word & self.mask == self.value
    }
}

/// Creates an encoding of the base.
pub(super) const fn base(mask: u32, value: u32, name: &'static str) -> Encoding {
    assert!(value & !mask == 0, "the value has bits outside of the mask");
    Encoding { mask, value, name, feature: None }
}

/// Creates an encoding of an extension.
pub(super) const fn of(feature: Feature, mask: u32, value: u32, name: &'static str) -> Encoding {
    Encoding { feature: Some(feature), ..base(mask, value, name) }
}

/// The tables, each with its encodings and the unallocated words among them.
const TABLES: [(&[Encoding], &[Encoding]); 4] = [
    (integer::LISTED, integer::UNALLOCATED),
    (memory::LISTED, memory::UNALLOCATED),
    (float::LISTED, &[]),
    (simd::LISTED, simd::UNALLOCATED),
];

/// Returns the encoding of a word.
pub(super) fn find(word: u32) -> Option<&'static Encoding> {
    let (listed, unallocated) =
        TABLES.iter().find_map(|(listed, unallocated)| Some((listed.iter().find(|of| of.has(word))?, unallocated)))?;
    let is_allocated = !unallocated.iter().any(|of| of.has(word)) && !integer::is_reserved_mask(word);
    (is_allocated && !memory::is_unpredictable(word)).then_some(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_listed_twice() {
        let all: Vec<_> = TABLES.iter().flat_map(|(listed, _)| *listed).collect();
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let both = one.mask & other.mask;
                assert!(one.value & both != other.value & both, "{} and {}", one.name, other.name);
            }
        }
    }

    #[test]
    fn what_is_unallocated_is_part_of_what_is_listed() {
        for (listed, unallocated) in TABLES {
            for hole in unallocated {
                let overlaps = |of: &Encoding| of.value & hole.mask & of.mask == hole.value & hole.mask & of.mask;
                assert!(listed.iter().any(overlaps), "{}", hole.name);
            }
        }
    }

    /// The words are written as `objdump` prints them.
    #[test]
    fn words_of_the_base_are_found() {
        let words = [
            (0x8b02_0020, "add x0, x1, x2"),
            (0x0b22_c020, "add w0, w1, w2, sxtw"),
            (0xf100_041f, "cmp x0, #1"),
            (0x9240_0020, "and x0, x1, #1"),
            (0x1200_0020, "and w0, w1, #1"),
            (0xd2a0_0001, "movz x1, #0, lsl #16"),
            (0x9343_fc20, "asr x0, x1, #3"),
            (0x93c2_1020, "extr x0, x1, x2, #4"),
            (0xfa40_1820, "ccmp x1, #0, #0, ne"),
            (0x9a82_1020, "csel x0, x1, x2, ne"),
            (0x9b02_7c20, "mul x0, x1, x2"),
            (0x9bc2_7c20, "umulh x0, x1, x2"),
            (0x9ac2_0c20, "sdiv x0, x1, x2"),
            (0xdac0_1020, "clz x0, x1"),
            (0xd65f_03c0, "ret"),
            (0xd503_201f, "nop"),
            (0xa9be_7bfd, "stp x29, x30, [sp, #-32]!"),
            (0xf940_07e0, "ldr x0, [sp, #8]"),
            (0xb8a2_7820, "ldrsw x0, [x1, x2, lsl #2]"),
            (0xc85f_fc20, "ldaxr x0, [x1]"),
            (0x1e62_2820, "fadd d0, d1, d2"),
            (0x1f42_0c20, "fmadd d0, d1, d2, d3"),
            (0x9e78_0020, "fcvtzs x0, d1"),
            (0x1e65_c020, "frintz d0, d1"),
            (0x1e61_2000, "fcmp d0, d1"),
            (0x4e20_5800, "cnt v0.16b, v0.16b"),
            (0x2ea1_1c00, "bit v0.8b, v0.8b, v1.8b"),
            (0x5e61_d820, "scvtf d0, d1"),
            (0x4e01_2c25, "smov x5, v1.b[0]"),
            (0x0e02_2c20, "smov w0, v1.h[0]"),
            (0x4e04_2c20, "smov x0, v1.s[0]"),
        ];
        for (word, text) in words {
            assert_eq!(find(word).map(|of| of.feature), Some(None), "{text}");
        }
    }

    #[test]
    fn words_of_extensions_are_not_in_the_base() {
        assert_eq!(find(0xf820_0041).map(|of| of.feature), Some(Some(Feature::Lse)), "ldadd x0, x1, [x2]");
        assert_eq!(find(0xc8a0_7c41).map(|of| of.feature), Some(Some(Feature::Lse)), "cas x0, x1, [x2]");
        assert_eq!(find(0xf8e5_0085).map(|of| of.feature), Some(Some(Feature::Lse)), "ldaddal x5, x5, [x4]");
        assert_eq!(find(0x0832_fc92).map(|of| of.feature), Some(Some(Feature::Lse)), "caspl w18, w19, w18, w19, [x4]");
        assert_eq!(find(0xf820_8041).map(|of| of.feature), Some(Some(Feature::Lse)), "swp x0, x1, [x2]");
        let words = [
            (0x0420_0020, "add z0.b, z1.b, z0.b: SVE"),
            (0x1ee2_2820, "fadd h0, h1, h2: FP16"),
            (0x4e42_1420, "fadd v0.8h, v1.8h, v2.8h: FP16"),
            (0x4e82_9420, "sdot v0.4s, v1.16b, v2.16b: DotProd"),
            (0x4e28_4820, "aese v0.16b, v1.16b: AES"),
            (0x5e02_0020, "sha1c q0, s1, v2.4s: SHA1"),
            (0x9ac2_4c20, "crc32x w0, w1, x2: CRC32"),
            (0x7e42_8420, "sqrdmlah h0, h1, h2: RDM"),
            (0xf8bf_c020, "ldapr x0, [x1]: RCPC"),
            (0xd503_233f, "paciasp: PAuth"),
            (0xdac1_0020, "pacia x0, x1: PAuth"),
            (0xd71f_0820, "braa x1, x0: PAuth"),
            (0x1e7e_0020, "fjcvtzs w0, d1: JSCVT"),
            (0xd920_0820, "stg x0, [x1]: MTE"),
            (0x6e42_e420, "fcadd v0.8h: FCMA"),
            (0xd51b_4400, "msr fpcr, x0"),
            (0xd53b_d040, "mrs x0, tpidr_el0"),
            (0xd503_207f, "wfi"),
        ];
        for (word, text) in words {
            assert_eq!(find(word), None, "{text}");
        }
    }

    #[test]
    fn unallocated_words_are_none() {
        let words = [
            (0x0000_0000, "udf #0"),
            (0xffff_ffff, "nothing"),
            (0x3280_0000, "a wide move of kind 1"),
            (0x5240_0020, "eor of 32 bits with a mask of 64"),
            (0x927f_fc20, "and of a mask without end"),
            (0x5340_fc20, "a bit field of 32 bits with positions of 64"),
            (0x0b20_1420, "an extended register shifted by 5"),
            (0x0bc2_0020, "add with a rotated register"),
            (0xb9c0_0000, "a load of size 2 and kind 3"),
            (0x3820_0800, "a register offset of 8 bits"),
            (0x0ee2_8420, "add v0.1d"),
            (0x2f00_f400, "fmov v0.1d"),
            (0xa940_0020, "ldp x0, x0, [x1]"),
            (0xa8c1_0420, "ldp x0, x1, [x1], #16"),
            (0xf840_8421, "ldr x1, [x1], #8"),
        ];
        for (word, text) in words {
            assert_eq!(find(word), None, "{text}");
        }
    }
}
