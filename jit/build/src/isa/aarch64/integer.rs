//! The encodings of branches and of arithmetic on general registers.

use super::encoding::{Encoding, base};

/// Encodings that a stencil may contain.
pub(super) const LISTED: &[Encoding] = &[
    // Immediates.
    base(0x1f00_0000, 0x1000_0000, "adr, adrp"),
    base(0x1f80_0000, 0x1100_0000, "add, adds, sub, subs of an immediate"),
    base(0x9fc0_0000, 0x1200_0000, "and, orr, eor, ands of a mask, 32 bits"),
    base(0x9f80_0000, 0x9200_0000, "and, orr, eor, ands of a mask, 64 bits"),
    base(0x9fc0_0000, 0x1280_0000, "movn, movz, movk, 32 bits"),
    base(0x9f80_0000, 0x9280_0000, "movn, movz, movk, 64 bits"),
    base(0x9fe0_8000, 0x1300_0000, "sbfm, bfm, ubfm, 32 bits"),
    base(0x9fc0_0000, 0x9340_0000, "sbfm, bfm, ubfm, 64 bits"),
    base(0xffe0_8000, 0x1380_0000, "extr, 32 bits"),
    base(0xffe0_0000, 0x93c0_0000, "extr, 64 bits"),
    // Branches.
    base(0x7c00_0000, 0x1400_0000, "b, bl"),
    base(0xff00_0010, 0x5400_0000, "b.cond"),
    base(0x7e00_0000, 0x3400_0000, "cbz, cbnz"),
    base(0x7e00_0000, 0x3600_0000, "tbz, tbnz"),
    base(0xffff_fc1f, 0xd61f_0000, "br"),
    base(0xffff_fc1f, 0xd63f_0000, "blr"),
    base(0xffff_fc1f, 0xd65f_0000, "ret"),
    base(0xffe0_001f, 0xd420_0000, "brk"),
    // Hints that do nothing on a processor that does not support them.
    base(0xffff_ffdf, 0xd503_201f, "nop, yield"),
    base(0xffff_ff3f, 0xd503_241f, "bti"),
    // Memory barriers.
    base(0xffff_f0ff, 0xd503_305f, "clrex"),
    base(0xffff_f0ff, 0xd503_30bf, "dmb"),
    // Registers.
    base(0x9f00_8000, 0x0a00_0000, "and, bic, orr, orn, eor, eon, ands, bics, 32 bits"),
    base(0x9f00_0000, 0x8a00_0000, "and, bic, orr, orn, eor, eon, ands, bics, 64 bits"),
    base(0x9f20_8000, 0x0b00_0000, "add, adds, sub, subs of a shifted register, 32 bits"),
    base(0x9f20_0000, 0x8b00_0000, "add, adds, sub, subs of a shifted register, 64 bits"),
    base(0x1fe0_0000, 0x0b20_0000, "add, adds, sub, subs of an extended register"),
    base(0x1fe0_fc00, 0x1a00_0000, "adc, adcs, sbc, sbcs"),
    base(0x3fe0_0410, 0x3a40_0000, "ccmn, ccmp"),
    base(0x3fe0_0800, 0x1a80_0000, "csel, csinc, csinv, csneg"),
    base(0x7fe0_0000, 0x1b00_0000, "madd, msub"),
    base(0xff60_0000, 0x9b20_0000, "smaddl, smsubl, umaddl, umsubl"),
    base(0xff60_8000, 0x9b40_0000, "smulh, umulh"),
    base(0x7fe0_f800, 0x1ac0_0800, "udiv, sdiv"),
    base(0x7fe0_f000, 0x1ac0_2000, "lslv, lsrv, asrv, rorv"),
    base(0x7fff_f800, 0x5ac0_0000, "rbit, rev16"),
    base(0x7fff_fc00, 0x5ac0_0800, "rev of 32 bits, rev32"),
    base(0xffff_fc00, 0xdac0_0c00, "rev of 64 bits"),
    base(0x7fff_f800, 0x5ac0_1000, "clz, cls"),
];

/// Whether a word of these encodings is unallocated.
pub(super) const UNALLOCATED: &[Encoding] = &[
    base(0x7f80_0000, 0x3280_0000, "a wide move of kind 1"),
    base(0x7f80_0000, 0x7300_0000, "a bit field of kind 3"),
    base(0x1fe0_0000, 0x0bc0_0000, "an addition of a rotated register"),
    base(0x1fe0_1c00, 0x0b20_1400, "an extended register shifted by 5"),
    base(0x1fe0_1800, 0x0b20_1800, "an extended register shifted by 6 or 7"),
];

/// Whether a logical instruction has an invalid mask, which consists only of ones.
pub(super) fn is_reserved_mask(word: u32) -> bool {
    if word & 0x1f80_0000 != 0x1200_0000 {
        return false;
    }
    let (n, imms) = (word >> 22 & 1, word >> 10 & 0x3f);
    // The highest zero gives the number of repeating bits; the bits below it are the length of the run of ones minus 1.
    let zeros = n << 6 | !imms & 0x3f;
    match zeros.checked_ilog2() {
        None | Some(0) => true,
        Some(log) => imms & ((1 << log) - 1) == (1 << log) - 1,
    }
}
