//! What gcc 12 makes of stencils.c and of the support stencils: the tests' tables. `gcc -O2` with the flags of a real build.

use mimeo_def::CodeOffset;
use mimeo_def::frame::{Exit, STENCIL_ABI};
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, OpStencil, PatchKind, Stencil, Table};

use super::OPS;

/// The table for x86_64.
#[cfg(target_arch = "x86_64")]
pub(crate) const TABLE: Table = Table {
    abi: STENCIL_ABI,
    arch: Arch::X86_64,
    baseline: &[],
    convention: Convention::C,
    compiler: "gcc 12.2",
    flags: "-O2",
    enter: Stencil {
        hot: &[0x53, 0x48, 0x89, 0xfb, 0xff, 0xd1, 0x48, 0x8b, 0x43, 0x18, 0x5b, 0xc3],
        cold: &[],
        rodata: &[],
        hot_holes: &[],
        cold_holes: &[],
        tail_jump: 0,
    },
    exits: &[
        Stencil {
            hot: &[0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x01, 0x00, 0x00, 0x00, 0xc3],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x02, 0x00, 0x00, 0x00, 0xc3],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[
                0x48, 0xc7, 0x42, 0x10, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x03, 0x00,
                0x00, 0x00, 0xc3,
            ],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x04, 0x00, 0x00, 0x00, 0xc3],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x05, 0x00, 0x00, 0x00, 0xc3],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x48, 0x89, 0x17, 0x48, 0xc7, 0x47, 0x18, 0x06, 0x00, 0x00, 0x00, 0xc3],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
    ],
    deopt_op: Stencil {
        hot: &[0x48, 0xc7, 0x42, 0x10, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00, 0x00, 0x00, 0x00],
        cold: &[],
        rodata: &[],
        hot_holes: &[
            hole(4, PatchKind::X86Abs32Signed, HoleValue::Pc, 0),
            hole(9, PatchKind::X86Rel32, HoleValue::Exit(Exit::Deopt), -4),
        ],
        cold_holes: &[],
        tail_jump: 0,
    },
    ops: &[
        op(
            0,
            Ok(Stencil {
                hot: &[
                    0x48, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00,
                    0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(2, PatchKind::X86Abs64, HoleValue::Operand(1), 0),
                    hole(13, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(18, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            1,
            Ok(Stencil {
                hot: &[
                    0xb8, 0x00, 0x00, 0x00, 0x00, 0x48, 0x98, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00,
                    0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(1, PatchKind::X86Abs32, HoleValue::Operand(1), 0),
                    hole(10, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(15, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            2,
            Ok(Stencil {
                hot: &[
                    0x48, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00,
                    0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(2, PatchKind::X86Abs64, HoleValue::Operand(1), 0),
                    hole(13, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(18, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            3,
            Ok(Stencil {
                hot: &[
                    0x48, 0x8b, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00,
                    0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(10, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(15, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            4,
            Ok(Stencil {
                hot: &[
                    0x48, 0x8b, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00,
                    0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(10, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(15, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            5,
            Ok(Stencil {
                hot: &[
                    0x48, 0x8b, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x03, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89,
                    0x86, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(2), 0),
                    hole(10, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(17, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(22, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            6,
            Ok(Stencil {
                hot: &[
                    0x66, 0x0f, 0xef, 0xc0, 0xf2, 0x48, 0x0f, 0x2a, 0x86, 0x00, 0x00, 0x00, 0x00, 0xf2, 0x0f, 0x59,
                    0x05, 0x00, 0x00, 0x00, 0x00, 0xf2, 0x48, 0x0f, 0x2c, 0xc0, 0x48, 0x89, 0x86, 0x00, 0x00, 0x00,
                    0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[
                    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                ],
                hot_holes: &[
                    hole(9, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(17, PatchKind::X86Rel32, HoleValue::Rodata, -4),
                    hole(29, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(34, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[],
                tail_jump: 5,
            }),
        ),
        op(
            7,
            Ok(Stencil {
                hot: &[0xe9, 0x00, 0x00, 0x00, 0x00],
                cold: &[],
                rodata: &[],
                hot_holes: &[hole(1, PatchKind::X86Rel32, HoleValue::Operand(0), -4)],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(
            8,
            Ok(Stencil {
                hot: &[
                    0x48, 0x83, 0xbe, 0x00, 0x00, 0x00, 0x00, 0x00, 0x75, 0x05, 0xe9, 0x00, 0x00, 0x00, 0x00, 0xe9,
                    0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(11, PatchKind::X86Rel32, HoleValue::Continue, -4),
                    hole(16, PatchKind::X86Rel32, HoleValue::Operand(1), -4),
                ],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(
            9,
            Ok(Stencil {
                hot: &[
                    0x48, 0x8b, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x85, 0xc0, 0x0f, 0x8e, 0x00, 0x00, 0x00, 0x00,
                    0x48, 0x89, 0x86, 0x00, 0x00, 0x00, 0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                cold: &[
                    0x41, 0x54, 0x49, 0x89, 0xd4, 0x55, 0x48, 0x89, 0xf5, 0x53, 0x48, 0x89, 0xfb, 0x48, 0xc7, 0x42,
                    0x10, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x17, 0x48, 0x8b, 0xb6, 0x00, 0x00, 0x00, 0x00, 0xe8,
                    0x00, 0x00, 0x00, 0x00, 0x48, 0x85, 0xc0, 0x74, 0x12, 0x4c, 0x89, 0xe2, 0x48, 0x89, 0xee, 0x48,
                    0x89, 0xdf, 0x5b, 0x5d, 0x41, 0x5c, 0xe9, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x95, 0x00, 0x00,
                    0x00, 0x00, 0x48, 0x89, 0xee, 0x4c, 0x89, 0xe2, 0x48, 0x89, 0xdf, 0x5b, 0x5d, 0x41, 0x5c, 0xe9,
                    0x00, 0x00, 0x00, 0x00, 0xe9, 0x00, 0x00, 0x00, 0x00,
                ],
                rodata: &[],
                hot_holes: &[
                    hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::X86Rel32, HoleValue::Cold, 80),
                    hole(19, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(24, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[
                    hole(17, PatchKind::X86Abs32Signed, HoleValue::Pc, 0),
                    hole(27, PatchKind::X86Abs32Signed, HoleValue::Operand(1), 0),
                    hole(32, PatchKind::X86Rel32, HoleValue::Runtime(0), -4),
                    hole(55, PatchKind::X86Rel32, HoleValue::Exit(Exit::Throw), -4),
                    hole(62, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0),
                    hole(80, PatchKind::X86Rel32, HoleValue::Continue, -4),
                    hole(85, PatchKind::X86Rel32, HoleValue::Cold, -4),
                ],
                tail_jump: 5,
            }),
        ),
        op(
            10,
            Ok(Stencil {
                hot: &[
                    0x4c, 0x8b, 0x47, 0x08, 0x48, 0x8d, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0xb9, 0x00, 0x00, 0x00,
                    0x00, 0x00, 0x00, 0x00, 0x00, 0x49, 0x29, 0xc0, 0x4c, 0x3b, 0x41, 0x08, 0x0f, 0x82, 0x00, 0x00,
                    0x00, 0x00, 0x48, 0x39, 0x57, 0x10, 0x0f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x48, 0xc7, 0x42, 0x10,
                    0x00, 0x00, 0x00, 0x00, 0x48, 0x83, 0xc2, 0x20, 0x48, 0x8d, 0x35, 0x00, 0x00, 0x00, 0x00, 0x48,
                    0x89, 0x0a, 0x48, 0x89, 0x72, 0xf8, 0x48, 0x89, 0xc6, 0x48, 0x89, 0x42, 0x08, 0x48, 0x8b, 0x09,
                    0xff, 0xe1,
                ],
                cold: &[
                    0x41, 0x54, 0x49, 0x89, 0xf4, 0x55, 0x48, 0x89, 0xd5, 0x53, 0x48, 0x89, 0xfb, 0x48, 0xc7, 0x42,
                    0x10, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0x17, 0xe8, 0x00, 0x00, 0x00, 0x00, 0x48, 0x89, 0xea,
                    0x4c, 0x89, 0xe6, 0x48, 0x89, 0xdf, 0x5b, 0x5d, 0x41, 0x5c, 0xe9, 0x00, 0x00, 0x00, 0x00, 0xe9,
                    0x00, 0x00, 0x00, 0x00,
                ],
                rodata: &[],
                hot_holes: &[
                    hole(7, PatchKind::X86Abs32Signed, HoleValue::Operand(2), 0),
                    hole(13, PatchKind::X86Abs64, HoleValue::Operand(1), 0),
                    hole(30, PatchKind::X86Rel32, HoleValue::Cold, 43),
                    hole(40, PatchKind::X86Rel32, HoleValue::Cold, 43),
                    hole(48, PatchKind::X86Abs32Signed, HoleValue::NextPc, 0),
                    hole(59, PatchKind::X86Rel32, HoleValue::Continue, -4),
                ],
                cold_holes: &[
                    hole(17, PatchKind::X86Abs32Signed, HoleValue::Pc, 0),
                    hole(25, PatchKind::X86Rel32, HoleValue::Runtime(1), -4),
                    hole(43, PatchKind::X86Rel32, HoleValue::Exit(Exit::Throw), -4),
                    hole(48, PatchKind::X86Rel32, HoleValue::Cold, -4),
                ],
                tail_jump: 0,
            }),
        ),
        op(
            11,
            Ok(Stencil {
                hot: &[
                    0x48, 0x8b, 0x86, 0x00, 0x00, 0x00, 0x00, 0x48, 0x8d, 0x4a, 0xe0, 0x48, 0x89, 0x06, 0x48, 0x8b,
                    0x72, 0xe8, 0x48, 0x8b, 0x42, 0xf8, 0x48, 0x89, 0xca, 0xff, 0xe0,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(0), 0)],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(12, Err("the body has 300 bytes, the budget is 256")),
    ],
};

/// The table for aarch64.
#[cfg(target_arch = "aarch64")]
pub(crate) const TABLE: Table = Table {
    abi: STENCIL_ABI,
    arch: Arch::Aarch64,
    baseline: &[],
    convention: Convention::C,
    compiler: "gcc 12.2",
    flags: "-O2",
    enter: Stencil {
        hot: &[
            0xf3, 0x7b, 0xbf, 0xa9, 0xf3, 0x03, 0x00, 0xaa, 0x60, 0x00, 0x3f, 0xd6, 0x60, 0x0e, 0x40, 0xf9, 0xf3, 0x7b,
            0xc1, 0xa8, 0xc0, 0x03, 0x5f, 0xd6,
        ],
        cold: &[],
        rodata: &[],
        hot_holes: &[],
        cold_holes: &[],
        tail_jump: 0,
    },
    exits: &[
        Stencil {
            hot: &[0x21, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0, 0x03, 0x5f, 0xd6],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x41, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0, 0x03, 0x5f, 0xd6],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[
                0x5f, 0x08, 0x00, 0xf9, 0x61, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0,
                0x03, 0x5f, 0xd6,
            ],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0x81, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0, 0x03, 0x5f, 0xd6],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0xa1, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0, 0x03, 0x5f, 0xd6],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
        Stencil {
            hot: &[0xc1, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x00, 0xf9, 0x01, 0x0c, 0x00, 0xf9, 0xc0, 0x03, 0x5f, 0xd6],
            cold: &[],
            rodata: &[],
            hot_holes: &[],
            cold_holes: &[],
            tail_jump: 0,
        },
    ],
    deopt_op: Stencil {
        hot: &[
            0x03, 0x00, 0x80, 0x52, 0x03, 0x00, 0xa0, 0x72, 0xe3, 0x03, 0x03, 0x2a, 0x43, 0x08, 0x00, 0xf9, 0x00, 0x00,
            0x00, 0x14,
        ],
        cold: &[],
        rodata: &[],
        hot_holes: &[
            hole(0, PatchKind::A64MovWide { shift: 0 }, HoleValue::Pc, 0),
            hole(4, PatchKind::A64MovWide { shift: 16 }, HoleValue::Pc, 0),
            hole(16, PatchKind::A64Branch26, HoleValue::Exit(Exit::Deopt), 0),
        ],
        cold_holes: &[],
        tail_jump: 0,
    },
    ops: &[
        op(
            0,
            Ok(Stencil {
                hot: &[
                    0x03, 0x00, 0x80, 0xd2, 0x03, 0x00, 0xa0, 0xf2, 0x03, 0x00, 0xc0, 0xf2, 0x03, 0x00, 0xe0, 0xf2,
                    0x23, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64MovWide { shift: 0 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64MovWide { shift: 16 }, HoleValue::Operand(1), 0),
                    hole(8, PatchKind::A64MovWide { shift: 32 }, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::A64MovWide { shift: 48 }, HoleValue::Operand(1), 0),
                    hole(16, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(20, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            1,
            Ok(Stencil {
                hot: &[
                    0x03, 0x00, 0x80, 0x52, 0x03, 0x00, 0xa0, 0x72, 0x63, 0x7c, 0x40, 0x93, 0x23, 0x00, 0x00, 0xf9,
                    0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64MovWide { shift: 0 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64MovWide { shift: 16 }, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(16, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            2,
            Ok(Stencil {
                hot: &[
                    0x03, 0x00, 0x80, 0xd2, 0x03, 0x00, 0xa0, 0xf2, 0x03, 0x00, 0xc0, 0xf2, 0x03, 0x00, 0xe0, 0xf2,
                    0x23, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64MovWide { shift: 0 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64MovWide { shift: 16 }, HoleValue::Operand(1), 0),
                    hole(8, PatchKind::A64MovWide { shift: 32 }, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::A64MovWide { shift: 48 }, HoleValue::Operand(1), 0),
                    hole(16, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(20, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            3,
            Ok(Stencil {
                hot: &[0x24, 0x00, 0x40, 0xf9, 0x24, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(8, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            4,
            Ok(Stencil {
                hot: &[0x24, 0x00, 0x40, 0xf9, 0x24, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(8, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            5,
            Ok(Stencil {
                hot: &[
                    0x24, 0x00, 0x40, 0xf9, 0x25, 0x00, 0x40, 0xf9, 0x84, 0x00, 0x05, 0x8b, 0x24, 0x00, 0x00, 0xf9,
                    0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(4, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(2), 0),
                    hole(12, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(16, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            6,
            Ok(Stencil {
                hot: &[
                    0x24, 0x00, 0x40, 0xf9, 0x80, 0x00, 0x62, 0x9e, 0x01, 0x90, 0x60, 0x1e, 0x00, 0x08, 0x61, 0x1e,
                    0x04, 0x00, 0x78, 0x9e, 0x24, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(20, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(24, PatchKind::A64Branch26, HoleValue::Continue, 0),
                ],
                cold_holes: &[],
                tail_jump: 4,
            }),
        ),
        op(
            7,
            Ok(Stencil {
                hot: &[0x00, 0x00, 0x00, 0x14],
                cold: &[],
                rodata: &[],
                hot_holes: &[hole(0, PatchKind::A64Branch26, HoleValue::Operand(0), 0)],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(
            8,
            Ok(Stencil {
                hot: &[0x23, 0x00, 0x40, 0xf9, 0x43, 0x00, 0x00, 0xb5, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x14],
                cold: &[],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(8, PatchKind::A64Branch26, HoleValue::Continue, 0),
                    hole(12, PatchKind::A64Branch26, HoleValue::Operand(1), 0),
                ],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(
            9,
            Ok(Stencil {
                hot: &[
                    0x24, 0x00, 0x40, 0xf9, 0x9f, 0x00, 0x00, 0xf1, 0x6d, 0x00, 0x00, 0x54, 0x24, 0x00, 0x00, 0xf9,
                    0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[
                    0xf3, 0x53, 0xbe, 0xa9, 0xf4, 0x03, 0x02, 0xaa, 0x02, 0x00, 0x80, 0x52, 0x02, 0x00, 0xa0, 0x72,
                    0xf5, 0x7b, 0x01, 0xa9, 0xe2, 0x03, 0x02, 0x2a, 0xf3, 0x03, 0x01, 0xaa, 0x82, 0x0a, 0x00, 0xf9,
                    0xf5, 0x03, 0x00, 0xaa, 0x14, 0x00, 0x00, 0xf9, 0x21, 0x00, 0x40, 0xf9, 0x00, 0x00, 0x00, 0x94,
                    0xe0, 0x00, 0x00, 0xb4, 0xe2, 0x03, 0x14, 0xaa, 0xe1, 0x03, 0x13, 0xaa, 0xe0, 0x03, 0x15, 0xaa,
                    0xf5, 0x7b, 0x41, 0xa9, 0xf3, 0x53, 0xc2, 0xa8, 0x00, 0x00, 0x00, 0x14, 0xe3, 0x03, 0x01, 0xaa,
                    0xe2, 0x03, 0x14, 0xaa, 0xe1, 0x03, 0x13, 0xaa, 0xe0, 0x03, 0x15, 0xaa, 0x63, 0x02, 0x00, 0xf9,
                    0xf5, 0x7b, 0x41, 0xa9, 0xf3, 0x53, 0xc2, 0xa8, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x14,
                ],
                rodata: &[],
                hot_holes: &[
                    hole(0, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(16, PatchKind::A64Branch26, HoleValue::Continue, 0),
                    hole(20, PatchKind::A64Branch26, HoleValue::Cold, 108),
                ],
                cold_holes: &[
                    hole(8, PatchKind::A64MovWide { shift: 0 }, HoleValue::Pc, 0),
                    hole(12, PatchKind::A64MovWide { shift: 16 }, HoleValue::Pc, 0),
                    hole(40, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
                    hole(44, PatchKind::A64Branch26, HoleValue::Runtime(0), 0),
                    hole(72, PatchKind::A64Branch26, HoleValue::Exit(Exit::Throw), 0),
                    hole(92, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0),
                    hole(104, PatchKind::A64Branch26, HoleValue::Continue, 0),
                    hole(108, PatchKind::A64Branch26, HoleValue::Cold, 0),
                ],
                tail_jump: 0,
            }),
        ),
        op(
            10,
            Ok(Stencil {
                hot: &[
                    0x07, 0x04, 0x40, 0xf9, 0xe5, 0x03, 0x01, 0xaa, 0x06, 0x00, 0x80, 0xd2, 0x06, 0x00, 0xa0, 0xf2,
                    0x06, 0x00, 0xc0, 0xf2, 0x06, 0x00, 0xe0, 0xf2, 0xc8, 0x04, 0x40, 0xf9, 0x01, 0x00, 0x80, 0x52,
                    0x01, 0x00, 0xa0, 0x72, 0xa1, 0x40, 0x21, 0x8b, 0xe4, 0x03, 0x00, 0xaa, 0xe7, 0x00, 0x01, 0xcb,
                    0xe3, 0x03, 0x02, 0xaa, 0xff, 0x00, 0x08, 0xeb, 0xe3, 0x01, 0x00, 0x54, 0x02, 0x08, 0x40, 0xf9,
                    0x5f, 0x00, 0x03, 0xeb, 0xa0, 0x01, 0x00, 0x54, 0x62, 0x80, 0x00, 0x91, 0x66, 0x10, 0x00, 0xf9,
                    0x05, 0x00, 0x00, 0x10, 0x04, 0x00, 0x80, 0x52, 0x04, 0x00, 0xa0, 0x72, 0xe4, 0x03, 0x04, 0x2a,
                    0x64, 0x14, 0x01, 0xa9, 0x41, 0x04, 0x00, 0xf9, 0xc3, 0x00, 0x40, 0xf9, 0xf0, 0x03, 0x03, 0xaa,
                    0x00, 0x02, 0x1f, 0xd6, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x14,
                ],
                cold: &[
                    0xf3, 0x53, 0xbe, 0xa9, 0xf3, 0x03, 0x02, 0xaa, 0x02, 0x00, 0x80, 0x52, 0x02, 0x00, 0xa0, 0x72,
                    0xf5, 0x7b, 0x01, 0xa9, 0xe2, 0x03, 0x02, 0x2a, 0xf4, 0x03, 0x00, 0xaa, 0x62, 0x0a, 0x00, 0xf9,
                    0xf5, 0x03, 0x01, 0xaa, 0x13, 0x00, 0x00, 0xf9, 0x00, 0x00, 0x00, 0x94, 0xe2, 0x03, 0x13, 0xaa,
                    0xe1, 0x03, 0x15, 0xaa, 0xf5, 0x7b, 0x41, 0xa9, 0xe0, 0x03, 0x14, 0xaa, 0xf3, 0x53, 0xc2, 0xa8,
                    0x00, 0x00, 0x00, 0x14, 0xe2, 0x03, 0x03, 0xaa, 0xe1, 0x03, 0x05, 0xaa, 0xe0, 0x03, 0x04, 0xaa,
                    0x00, 0x00, 0x00, 0x14,
                ],
                rodata: &[],
                hot_holes: &[
                    hole(8, PatchKind::A64MovWide { shift: 0 }, HoleValue::Operand(1), 0),
                    hole(12, PatchKind::A64MovWide { shift: 16 }, HoleValue::Operand(1), 0),
                    hole(16, PatchKind::A64MovWide { shift: 32 }, HoleValue::Operand(1), 0),
                    hole(20, PatchKind::A64MovWide { shift: 48 }, HoleValue::Operand(1), 0),
                    hole(28, PatchKind::A64MovWide { shift: 0 }, HoleValue::Operand(2), 0),
                    hole(32, PatchKind::A64MovWide { shift: 16 }, HoleValue::Operand(2), 0),
                    hole(80, PatchKind::A64Adr21, HoleValue::Continue, 0),
                    hole(84, PatchKind::A64MovWide { shift: 0 }, HoleValue::NextPc, 0),
                    hole(88, PatchKind::A64MovWide { shift: 16 }, HoleValue::NextPc, 0),
                    hole(116, PatchKind::A64Branch26, HoleValue::Cold, 68),
                    hole(120, PatchKind::A64Branch26, HoleValue::Cold, 68),
                ],
                cold_holes: &[
                    hole(8, PatchKind::A64MovWide { shift: 0 }, HoleValue::Pc, 0),
                    hole(12, PatchKind::A64MovWide { shift: 16 }, HoleValue::Pc, 0),
                    hole(40, PatchKind::A64Branch26, HoleValue::Runtime(1), 0),
                    hole(64, PatchKind::A64Branch26, HoleValue::Exit(Exit::Throw), 0),
                    hole(80, PatchKind::A64Branch26, HoleValue::Cold, 0),
                ],
                tail_jump: 0,
            }),
        ),
        op(
            11,
            Ok(Stencil {
                hot: &[
                    0x42, 0x80, 0x00, 0xd1, 0x23, 0x00, 0x40, 0xf9, 0x23, 0x00, 0x00, 0xf9, 0x41, 0x04, 0x40, 0xf9,
                    0x43, 0x0c, 0x40, 0xf9, 0xf0, 0x03, 0x03, 0xaa, 0x00, 0x02, 0x1f, 0xd6,
                ],
                cold: &[],
                rodata: &[],
                hot_holes: &[hole(4, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(0), 0)],
                cold_holes: &[],
                tail_jump: 0,
            }),
        ),
        op(12, Err("the body has 300 bytes, the budget is 256")),
    ],
};

const fn hole(at: u32, kind: PatchKind, value: HoleValue, addend: i64) -> Hole {
    Hole { at: CodeOffset(at), kind, value, addend }
}

const fn op(index: usize, stencil: Result<Stencil, &'static str>) -> OpStencil {
    OpStencil { name: OPS[index].name, fingerprint: OPS[index].fingerprint, handwritten: None, stencil }
}
