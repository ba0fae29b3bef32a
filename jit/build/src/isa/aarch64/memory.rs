//! The encodings of loads and stores.

use mimeo_def::Feature;

use super::encoding::{Encoding, base, of};

/// Encodings that a stencil may contain.
pub(super) const LISTED: &[Encoding] = &[
    // One register.
    base(0x3b00_0000, 0x3900_0000, "ldr, str with a scaled offset"),
    base(0x3b20_0c00, 0x3800_0000, "ldur, stur"),
    base(0x3b20_0400, 0x3800_0400, "ldr, str that write the base back"),
    base(0x3b20_4c00, 0x3820_4800, "ldr, str with a register for an offset"),
    base(0xbf00_0000, 0x1800_0000, "ldr of a literal"),
    // Two registers.
    base(0x7e00_0000, 0x2800_0000, "ldp, stp, ldnp, stnp"),
    base(0xfe40_0000, 0x6840_0000, "ldpsw"),
    base(0xfe00_0000, 0x2c00_0000, "ldp, stp, ldnp, stnp of floats"),
    base(0xfe00_0000, 0x6c00_0000, "ldp, stp, ldnp, stnp of doubles"),
    base(0xfe00_0000, 0xac00_0000, "ldp, stp, ldnp, stnp of vectors"),
    // Exclusive access, acquire and release.
    base(0x3fe0_7c00, 0x0800_7c00, "stxr, stlxr"),
    base(0x3fff_7c00, 0x085f_7c00, "ldxr, ldaxr"),
    base(0xbfe0_0000, 0x8820_0000, "stxp, stlxp"),
    base(0xbfff_0000, 0x887f_0000, "ldxp, ldaxp"),
    base(0x3fff_fc00, 0x089f_fc00, "stlr"),
    base(0x3fff_fc00, 0x08df_fc00, "ldar"),
    // Vectors, element by element: all elements of a register.
    base(0xbfbf_f000, 0x0c00_7000, "ld1, st1 of a register"),
    base(0xbfbf_f000, 0x0c00_a000, "ld1, st1 of two registers"),
    base(0xbfff_f000, 0x0d40_c000, "ld1r"),
    // Atomic instructions.
    of(Feature::Lse, 0xbfa1_7c01, 0x0820_7c00, "casp"),
    of(Feature::Lse, 0x3fa0_7c00, 0x08a0_7c00, "cas"),
    of(Feature::Lse, 0x3f20_8c00, 0x3820_0000, "ldadd, ldclr, ldeor, ldset, ldsmax, ldsmin, ldumax, ldumin"),
    of(Feature::Lse, 0x3f20_fc00, 0x3820_8000, "swp"),
];

/// Whether a word of these encodings is unallocated.
pub(super) const UNALLOCATED: &[Encoding] = &[
    base(0xbfc0_0000, 0xb9c0_0000, "a load of 4 or 8 bytes and of kind 3, with a scaled offset"),
    base(0xbfe0_0000, 0xb8c0_0000, "a load of 4 or 8 bytes and of kind 3, with an offset"),
    base(0xbfe0_0c00, 0xb8e0_0800, "a load of 4 or 8 bytes and of kind 3, with a register for an offset"),
    base(0x7e80_0000, 0x7c80_0000, "a load of 2 or 8 bytes of a vector and of kind 2 or 3"),
    base(0xfe80_0000, 0xbc80_0000, "a load of 4 bytes of a vector and of kind 2 or 3"),
    base(0xffe0_0400, 0xf880_0400, "prfm that writes the base back"),
    base(0xff80_0000, 0x6800_0000, "ldnpsw"),
];

/// Whether a load or store names a register twice where the architecture leaves the result unpredictable.
pub(super) fn is_unpredictable(word: u32) -> bool {
    let register = |from: u32| word >> from & 0x1f;
    let (first, base, second) = (register(0), register(5), register(10));
    let is_vector = word & 0x0400_0000 != 0;
    let is_load = word & 0x0040_0000 != 0;
    if word & 0x3a00_0000 == 0x2800_0000 {
        let writes_back = word & 0x0080_0000 != 0;
        let overlaps = !is_vector && base != 31 && (base == first || base == second);
        return is_load && first == second || writes_back && overlaps;
    }
    if word & 0x3b20_0400 == 0x3800_0400 {
        return !is_vector && base != 31 && base == first;
    }
    // Exclusive stores, whose status register is bits 20 to 16, and exclusive loads of pairs.
    let is_pair = word & 0x0020_0000 != 0;
    // `casp` has the encoding of a pair of small registers.
    if word & 0x3fc0_0000 == 0x0800_0000 && (!is_pair || word & 0x8000_0000 != 0) {
        let status = register(16);
        return status == first || status == base && base != 31 || is_pair && status == second;
    }
    word & 0xbfff_0000 == 0x887f_0000 && first == second
}
