//! Checks what every patch kind writes, and what it refuses, with the exact message.

use mimeo_def::CodeOffset;
use mimeo_def::stencil::HoleValue;

use super::*;

const PLACE: u64 = 0x10_0000;

/// Returns `code`, which runs at [`PLACE`], with the hole at its start filled.
fn filled(code: &[u8], kind: PatchKind, value: u64, addend: i64) -> Result<Vec<u8>, String> {
    let mut part = code.to_vec();
    let hole = Hole { at: CodeOffset(0), kind, value: HoleValue::Pc, addend };
    match patch(&mut part, &hole, value, PLACE as CodeAddr) {
        Ok(()) => Ok(part),
        Err(error) => {
            assert_eq!(part, code, "a refused patch changes nothing");
            Err(error.to_string())
        }
    }
}

#[test]
fn x86_fields() {
    use PatchKind::*;
    let zero = [0u8; 4];
    let ok: &[(PatchKind, u64, i64, [u8; 4])] = &[
        (X86Abs32Signed, 24, 8, [32, 0, 0, 0]),
        (X86Abs32Signed, -1i64 as u64, 0, [255; 4]),
        (X86Abs32, 0xffff_fffe, 0, [254, 255, 255, 255]),
        (X86Rel32, PLACE + 4, -4, [0; 4]),
        (X86Rel32, PLACE - 0x100, -4, [0xfc, 0xfe, 0xff, 0xff]),
    ];
    for &(kind, value, addend, bytes) in ok {
        assert_eq!(filled(&zero, kind, value, addend).unwrap(), bytes, "{kind:?} {value:#x}");
    }
    assert_eq!(filled(&[0; 8], X86Abs64, u64::MAX - 1, 1).unwrap(), [255; 8]);
    // The field may already contain the addend.
    assert_eq!(filled(&[0xfc, 0xff, 0xff, 0xff], X86Rel32, PLACE + 5, -4).unwrap(), [1, 0, 0, 0]);
}

#[test]
fn x86_refusals() {
    use PatchKind::*;
    let refused: &[(&[u8], PatchKind, u64, &str)] = &[
        (
            &[0; 4],
            X86Abs32Signed,
            1 << 31,
            "JIT_PATCH_OVERFLOW: 2147483648 does not fit a signed 32-bit field at byte 0",
        ),
        (&[0; 4], X86Abs32, 1 << 32, "JIT_PATCH_OVERFLOW: 4294967296 does not fit an unsigned 32-bit field at byte 0"),
        (&[0; 4], X86Abs32, -1i64 as u64, "JIT_PATCH_OVERFLOW: -1 does not fit an unsigned 32-bit field at byte 0"),
        (
            &[0; 4],
            X86Rel32,
            PLACE + (1 << 31),
            "JIT_BRANCH_TARGET: 2147483648 does not fit a 32-bit distance at byte 0",
        ),
        (&[0; 3], X86Abs32, 1, "JIT_STENCIL_SOURCE: an unsigned 32-bit field at byte 0 is outside its part of 3 bytes"),
        (&[0; 7], X86Abs64, 1, "JIT_STENCIL_SOURCE: a 64-bit field at byte 0 is outside its part of 7 bytes"),
        (
            &[1, 0, 0, 0],
            X86Abs32,
            1,
            "JIT_STENCIL_SOURCE: the bytes 0x1 at byte 0 are not an unsigned 32-bit field to be filled",
        ),
        (
            &[0, 0, 0, 0, 0, 0, 0, 1],
            X86Abs64,
            1,
            "JIT_STENCIL_SOURCE: the bytes 0x100000000000000 at byte 0 are not a 64-bit field to be filled",
        ),
    ];
    for &(code, kind, value, message) in refused {
        assert_eq!(filled(code, kind, value, 0).unwrap_err(), message);
    }
}

const B: u32 = 0x1400_0000;
const BL: u32 = 0x9400_0000;
const B_NE: u32 = 0x5400_0001;
const CBNZ_X3: u32 = 0xb500_0003;
const TBZ_X1: u32 = 0x3600_0001;
const ADR_X5: u32 = 0x1000_0005;
const ADRP_X5: u32 = 0x9000_0005;
const ADD_X1: u32 = 0x9100_0021;
const LDR_X4: u32 = 0xf940_0024;
const STR_W4: u32 = 0xb900_0024;
const LDR_X5: u32 = 0xf940_0025;
const LDR_Q0: u32 = 0x3dc0_0020;
const LDR_B0: u32 = 0x3d40_0020;
const LDRB_W0: u32 = 0x3940_0020;
const LDRSB_X0: u32 = 0x3980_0020;
const MOVZ_X3: u32 = 0xd280_0003;
const MOVK_X3_16: u32 = 0xf2a0_0003;

#[test]
fn a64_fields() {
    use PatchKind::*;
    let ok: &[(u32, PatchKind, u64, u32)] = &[
        (B, A64Branch26, PLACE + 8, B | 2),
        (BL, A64Branch26, PLACE - 4, BL | 0x03ff_ffff),
        (B_NE, A64Branch19, PLACE - 8, B_NE | 0x7fffe << 5),
        (CBNZ_X3, A64Branch19, PLACE + 0xf_fffc, CBNZ_X3 | 0x3ffff << 5),
        (TBZ_X1, A64Branch14, PLACE + 0x7ffc, TBZ_X1 | 0x1fff << 5),
        (ADR_X5, A64Adr21, PLACE + 0x1d, ADR_X5 | 1 << 29 | 7 << 5),
        (ADRP_X5, A64AdrPage21, PLACE + 0x5123, ADRP_X5 | 1 << 29 | 1 << 5),
        (ADD_X1, A64AddPageOffset, PLACE + 0x5123, ADD_X1 | 0x123 << 10),
        (LDR_X4, A64LoadPageOffset { shift: 3 }, PLACE + 0x5128, LDR_X4 | 0x25 << 10),
        (LDR_X4, A64LoadOffset { shift: 3 }, 4095 * 8, LDR_X4 | 4095 << 10),
        (STR_W4, A64LoadOffset { shift: 2 }, 4, STR_W4 | 1 << 10),
        (LDR_Q0, A64LoadOffset { shift: 4 }, 32, LDR_Q0 | 2 << 10),
        (LDR_X5, A64LoadOffset { shift: 3 }, 8, LDR_X5 | 1 << 10),
        (LDR_B0, A64LoadOffset { shift: 0 }, 3, LDR_B0 | 3 << 10),
        (LDRB_W0, A64LoadOffset { shift: 0 }, 3, LDRB_W0 | 3 << 10),
        (LDRSB_X0, A64LoadOffset { shift: 0 }, 3, LDRSB_X0 | 3 << 10),
        (MOVZ_X3, A64MovWide { shift: 0 }, 0xabcd_1234, MOVZ_X3 | 0x1234 << 5),
        (MOVK_X3_16, A64MovWide { shift: 16 }, 0xabcd_1234, MOVK_X3_16 | 0xabcd << 5),
    ];
    for &(code, kind, value, result) in ok {
        assert_eq!(filled(&code.to_le_bytes(), kind, value, 0).unwrap(), result.to_le_bytes(), "{kind:?}");
    }
}

#[test]
fn a64_refusals() {
    use PatchKind::*;
    let refused: &[(u32, PatchKind, u64, &str)] = &[
        (
            B,
            A64Branch26,
            PLACE + (1 << 27),
            "JIT_BRANCH_TARGET: 134217728 does not fit the 26-bit distance of `b` or `bl` at byte 0",
        ),
        (
            B,
            A64Branch26,
            PLACE + 2,
            "JIT_PATCH_OVERFLOW: 2 is not a multiple of 4, as the 26-bit distance of `b` or `bl` at byte 0 requires",
        ),
        (
            B_NE,
            A64Branch19,
            PLACE + (1 << 20),
            "JIT_BRANCH_TARGET: 1048576 does not fit the 19-bit distance of `b.cond` or `cbz` at byte 0",
        ),
        (
            TBZ_X1,
            A64Branch14,
            PLACE + (1 << 15),
            "JIT_BRANCH_TARGET: 32768 does not fit the 14-bit distance of `tbz` at byte 0",
        ),
        (
            ADR_X5,
            A64Adr21,
            PLACE + (1 << 20),
            "JIT_PATCH_OVERFLOW: 1048576 does not fit the 21-bit distance of `adr` at byte 0",
        ),
        (
            ADRP_X5,
            A64AdrPage21,
            PLACE + (1 << 32),
            "JIT_PATCH_OVERFLOW: 1048576 does not fit the 21-bit page distance of `adrp` at byte 0",
        ),
        (
            LDR_X4,
            A64LoadPageOffset { shift: 3 },
            0x124,
            "JIT_PATCH_OVERFLOW: 292 is not a multiple of 8, as the page offset of `ldr` or `str` at byte 0 requires",
        ),
        (
            LDR_X4,
            A64LoadOffset { shift: 3 },
            4096 * 8,
            "JIT_PATCH_OVERFLOW: 32768 does not fit the scaled 12-bit offset of `ldr` or `str` at byte 0",
        ),
        (
            STR_W4,
            A64LoadOffset { shift: 3 },
            8,
            "JIT_STENCIL_SOURCE: the bytes 0xb9000024 at byte 0 are not the scaled 12-bit offset of `ldr` or `str` to be filled",
        ),
        (
            LDR_X4,
            A64Branch26,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0xf9400024 at byte 0 are not the 26-bit distance of `b` or `bl` to be filled",
        ),
        (
            B | 1,
            A64Branch26,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0x14000001 at byte 0 are not the 26-bit distance of `b` or `bl` to be filled",
        ),
        (
            B,
            A64Branch19,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0x14000000 at byte 0 are not the 19-bit distance of `b.cond` or `cbz` to be filled",
        ),
        (
            CBNZ_X3,
            A64Branch14,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0xb5000003 at byte 0 are not the 14-bit distance of `tbz` to be filled",
        ),
        (
            ADRP_X5,
            A64Adr21,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0x90000005 at byte 0 are not the 21-bit distance of `adr` to be filled",
        ),
        (
            ADR_X5,
            A64AdrPage21,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0x10000005 at byte 0 are not the 21-bit page distance of `adrp` to be filled",
        ),
        (
            LDR_X4,
            A64AddPageOffset,
            PLACE,
            "JIT_STENCIL_SOURCE: the bytes 0xf9400024 at byte 0 are not the page offset of `add` to be filled",
        ),
        (
            LDR_X4,
            A64LoadPageOffset { shift: 3 },
            0x121,
            "JIT_PATCH_OVERFLOW: 289 is not a multiple of 8, as the page offset of `ldr` or `str` at byte 0 requires",
        ),
        (
            MOVZ_X3 | 1 << 5,
            A64MovWide { shift: 0 },
            1,
            "JIT_STENCIL_SOURCE: the bytes 0xd2800023 at byte 0 are not the 16 bits of `movz` or `movk` to be filled",
        ),
        (
            MOVK_X3_16,
            A64MovWide { shift: 0 },
            1,
            "JIT_STENCIL_SOURCE: the bytes 0xf2a00003 at byte 0 are not the 16 bits of `movz` or `movk` to be filled",
        ),
    ];
    for &(code, kind, value, message) in refused {
        assert_eq!(filled(&code.to_le_bytes(), kind, value, 0).unwrap_err(), message);
    }
}

#[test]
fn check_field_agrees_with_patch() {
    let hole = |kind| Hole { at: CodeOffset(0), kind, value: HoleValue::Pc, addend: 0 };
    assert!(check_field(&LDR_X4.to_le_bytes(), &hole(PatchKind::A64LoadOffset { shift: 3 })).is_ok());
    assert!(check_field(&LDR_X4.to_le_bytes(), &hole(PatchKind::A64LoadOffset { shift: 2 })).is_err());
    assert!(check_field(&[0; 7], &hole(PatchKind::X86Abs64)).is_err());
    assert!(check_field(&[0; 8], &hole(PatchKind::X86Abs64)).is_ok());
}
