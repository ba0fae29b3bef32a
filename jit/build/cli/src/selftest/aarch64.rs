//! The objects of the self-test for AArch64.

use super::sample::Fix::*;
use super::{Case, Sample, broken, sound};

const B: u32 = 0x1400_0000;
const BL: u32 = 0x9400_0000;
const B_HI: u32 = 0x5400_0008;
const ADRP_X9: u32 = 0x9000_0009;
const ADR_X9: u32 = 0x1000_0009;
const ADD_X9: u32 = 0x9100_0129;
const LDR_X9_X9: u32 = 0xf940_0129;
const LDR_X9_X1: u32 = 0xf940_0029;
const STR_X9_X1: u32 = 0xf900_0029;
const NOP: u32 = 0xd503_201f;

/// `b CONTINUE`
fn go_on(sample: &mut Sample) -> &mut Sample {
    sample.words(&[B], &[(0, Branch, "CONTINUE", 0)])
}

/// The code, then `b CONTINUE`.
fn then_continue(sample: &mut Sample, code: &[u32], fixes: &[(u64, super::Fix, &str, i64)]) {
    go_on(sample.words(code, fixes)).end("op_x", 0);
}

pub(super) const CASES: &[Case] = &[
    sound(
        "slots by offset",
        // ldr x9, [x1, :lo12:HOLE_a]; str x9, [x1, :lo12:HOLE_dst]
        |s| then_continue(s, &[LDR_X9_X1, STR_X9_X1], &[(0, LoadLow, "HOLE_a", 0), (4, LoadLow, "HOLE_dst", 0)]),
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0000  A64LoadOffset { shift: 3 }  HOLE_a
         hot  0x0004  A64LoadOffset { shift: 3 }  HOLE_dst
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a number through the table of addresses",
        // adrp x9, :got:HOLE_a; ldr x9, [x9, :got_lo12:HOLE_a]
        |s| then_continue(s, &[ADRP_X9, LDR_X9_X9], &[(0, TablePage, "HOLE_a", 0), (4, TableLow, "HOLE_a", 0)]),
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0000  A64MovWide { shift: 16 }  HOLE_a
         hot  0x0004  A64MovWide { shift: 0 }  HOLE_a
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a number used as an address",
        |s| then_continue(s, &[ADRP_X9, ADD_X9], &[(0, Page, "HOLE_a", 0), (4, AddLow, "HOLE_a", 0)]),
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0000  A64MovWide { shift: 16 }  HOLE_a
         hot  0x0004  A64MovWide { shift: 0 }  HOLE_a
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a number of 64 bits",
        // … movk x9, #0, lsl #32; movk x9, #0, lsl #48
        |s| {
            let words = [ADRP_X9, ADD_X9, 0xf2c0_0009, 0xf2e0_0009];
            then_continue(s, &words, &[(0, Page, "HOLE_k", 0), (4, AddLow, "HOLE_k", 0)]);
        },
        "hot 20, cold 0, rodata 0, falls through
         hot  0x0000  A64MovWide { shift: 16 }  HOLE_k
         hot  0x0004  A64MovWide { shift: 0 }  HOLE_k
         hot  0x0008  A64MovWide { shift: 32 }  HOLE_k
         hot  0x000c  A64MovWide { shift: 48 }  HOLE_k
         hot  0x0010  A64Branch26  CONTINUE",
    ),
    sound(
        "a number in `movz` and `movk`",
        |s| then_continue(s, &[0xd280_0009, 0xf2a0_0009], &[(0, Wide0, "HOLE_k", 0), (4, Wide16, "HOLE_k", 0)]),
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0000  A64MovWide { shift: 0 }  HOLE_k
         hot  0x0004  A64MovWide { shift: 16 }  HOLE_k
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a call, and the address of the continuation",
        |s| {
            s.words(&[BL], &[(0, Branch, "rt_f", 0)]);
            then_continue(s, &[ADRP_X9, ADD_X9], &[(0, Page, "CONTINUE", 0), (4, AddLow, "CONTINUE", 0)]);
        },
        "hot 16, cold 0, rodata 0, falls through
         hot  0x0000  A64Branch26  rt_f
         hot  0x0004  A64Adr21  CONTINUE
         hot  0x000c  A64Branch26  CONTINUE",
    ),
    sound(
        "a conditional branch to an exit",
        |s| then_continue(s, &[B_HI], &[(0, BranchIf, "EXIT_throw", 0)]),
        "hot 8, cold 0, rodata 0, falls through
         hot  0x0000  A64Branch19  EXIT_throw
         hot  0x0004  A64Branch26  CONTINUE",
    ),
    sound(
        "a constant",
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, &[ADRP_X9, LDR_X9_X9], &[(0, Page, "number", 0), (4, LoadLow, "number", 0)]);
        },
        "hot 12, cold 0, rodata 8, falls through
         hot  0x0000  A64AdrPage21  rodata
         hot  0x0004  A64LoadPageOffset { shift: 3 }  rodata
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a constant through the table of addresses",
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, &[ADRP_X9, LDR_X9_X9], &[(0, TablePage, "number", 0), (4, TableLow, "number", 0)]);
        },
        "hot 12, cold 0, rodata 8, falls through
         hot  0x0000  A64AdrPage21  rodata
         hot  0x0004  A64AddPageOffset  rodata
         hot  0x0008  A64Branch26  CONTINUE",
    ),
    sound(
        "a slow path in another function, and padding between functions",
        // cbz x0, .+8; b slow; b CONTINUE
        |s| {
            s.words(&[0xb400_0040, B], &[(4, Branch, "slow", 0)]);
            go_on(s).words(&[NOP, NOP], &[]).end("op_x", 8);
            s.words(&[B, NOP], &[(0, Branch, "EXIT_deopt", 0)]).end("slow", 4);
            go_on(s).end("op_y", 0);
        },
        "hot 12, cold 4, rodata 0, falls through
         hot  0x0004  A64Branch26  cold
         hot  0x0008  A64Branch26  CONTINUE
         cold 0x0000  A64Branch26  EXIT_deopt",
    ),
    broken(
        "another function",
        |s| {
            go_on(s).end("op_y", 0);
        },
        "the object file defines no function `op_x`",
    ),
    broken(
        "no code",
        |s| {
            go_on(s).end("op_y", 0).end("op_x", 0);
        },
        "`op_x` has no code",
    ),
    broken(
        "too much code",
        |s| then_continue(s, &[NOP; 1100], &[]),
        "its code is 4404 bytes long, over the budget of 4096",
    ),
    broken(
        "too many constants",
        |s| {
            s.constant("table", &[0; 800], &[]);
            then_continue(s, &[ADRP_X9, ADD_X9], &[(0, Page, "table", 0), (4, AddLow, "table", 0)]);
        },
        "constant data `table` is 800 bytes long, over the limit of 512",
    ),
    broken("an invalid instruction", |s| then_continue(s, &[0], &[]), "has an invalid instruction at 0x0"),
    broken(
        "data between instructions",
        |s| then_continue(s, &[0], &[(0, Unknown, "HOLE_a", 0)]),
        "has an invalid instruction at 0x0",
    ),
    broken(
        "unknown relocation",
        |s| then_continue(s, &[NOP], &[(0, Unknown, "HOLE_a", 0)]),
        "relocation `UNKNOWN` against `HOLE_a` has no patch kind",
    ),
    broken(
        "a page alone",
        |s| then_continue(s, &[ADRP_X9], &[(0, TablePage, "HOLE_a", 0)]),
        "refers to `HOLE_a` through the global offset table, which copied code does not have",
    ),
    broken(
        "a pair of different registers",
        |s| then_continue(s, &[ADRP_X9, 0xf940_0128], &[(0, TablePage, "HOLE_a", 0), (4, TableLow, "HOLE_a", 0)]),
        "refers to `HOLE_a` through the global offset table, which copied code does not have",
    ),
    broken(
        "a thread's variable",
        |s| then_continue(s, &[LDR_X9_X9], &[(0, Thread, "count", 0)]),
        "uses the thread-local variable `count`",
    ),
    broken(
        "a variable",
        |s| {
            s.variable("count", &[0; 8]);
            then_continue(s, &[ADRP_X9, LDR_X9_X9], &[(0, Page, "count", 0), (4, LoadLow, "count", 0)]);
        },
        "uses writable data (`count`), which is not copied",
    ),
    broken(
        "a jump table",
        |s| {
            s.constant("targets", &[0; 16], &[(8, "op_x")]);
            then_continue(s, &[ADRP_X9, ADD_X9], &[(0, Page, "targets", 0), (4, AddLow, "targets", 0)]);
        },
        "constant data `targets` holds addresses, as a jump table does",
    ),
    broken(
        "a call to an undeclared function",
        |s| then_continue(s, &[BL], &[(0, Branch, "puts", 0)]),
        "calls `puts`, which is not a runtime function of this op",
    ),
    broken(
        "an undeclared variable",
        |s| then_continue(s, &[ADRP_X9], &[(0, Page, "environ", 0)]),
        "uses `environ`, which this op does not declare",
    ),
    Case {
        required: Some("EXIT_leave"),
        ..broken(
            "an unused symbol",
            |s| {
                go_on(s).end("op_x", 0);
            },
            "does not use `EXIT_leave`, which the definition uses",
        )
    },
    broken(
        "a call to the continuation",
        |s| then_continue(s, &[BL], &[(0, Branch, "CONTINUE", 0)]),
        "calls `CONTINUE` instead of jumping there",
    ),
    broken(
        "a call to a label",
        |s| then_continue(s, &[BL], &[(0, Branch, "JUMP_to", 0)]),
        "calls `JUMP_to` instead of jumping there",
    ),
    broken(
        "the page of an exit",
        |s| then_continue(s, &[ADRP_X9], &[(0, Page, "EXIT_deopt", 0)]),
        "uses `EXIT_deopt` in an instruction that is not a jump",
    ),
    broken(
        "after the continuation",
        |s| {
            s.words(&[B], &[(0, Branch, "CONTINUE", 8)]).end("op_x", 0);
        },
        "jumps 8 bytes past the start of `CONTINUE`",
    ),
    broken(
        "a jump to the runtime",
        |s| {
            s.words(&[B], &[(0, Branch, "rt_f", 0)]).end("op_x", 0);
        },
        "uses runtime function `rt_f` in an instruction that is not a call",
    ),
    broken(
        "a call to its own code",
        |s| then_continue(s, &[BL | 1], &[]),
        "calls its own code at 0x0, but can only call runtime functions",
    ),
    broken("an indirect call", |s| then_continue(s, &[0xd63f_0120], &[]), "calls through a register or memory at 0x0"),
    broken(
        "a system call",
        |s| then_continue(s, &[0xd400_0001], &[]),
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    broken(
        "an instruction of newer processors",
        // ldadd x0, x1, [x2]
        |s| then_continue(s, &[0xf820_0041], &[]),
        "needs lse at 0x0, which the baseline (armv8-a) does not have",
    ),
    broken(
        "an instruction of SVE",
        |s| then_continue(s, &[0x0420_0020], &[]),
        "is outside the baseline at 0x0: 0x04200020 is not an Armv8.0-A instruction that stencils may use",
    ),
    broken(
        "a system register",
        // mrs x0, tpidr_el0
        |s| then_continue(s, &[0xd53b_d040], &[]),
        "is outside the baseline at 0x0: 0xd53bd040 is not an Armv8.0-A instruction that stencils may use",
    ),
    broken("a trap", |s| then_continue(s, &[0xd420_0020], &[]), "has a trap instruction at 0x0"),
    broken(
        "memory beyond its constants",
        |s| {
            s.constant("number", &[0; 4], &[]);
            then_continue(s, &[ADRP_X9, LDR_X9_X9], &[(0, Page, "number", 0), (4, LoadLow, "number", 0)]);
        },
        "refers to memory outside its constants at 0x4",
    ),
    broken(
        "the page of a number",
        |s| then_continue(s, &[ADRP_X9], &[(0, Page, "HOLE_a", 0)]),
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    broken(
        "a number by its address",
        |s| then_continue(s, &[ADR_X9], &[(0, Near, "HOLE_a", 0)]),
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    broken("its own address", |s| then_continue(s, &[ADR_X9], &[]), "takes the address of its own code (`op_x`)"),
    broken(
        "a literal in its own code",
        // ldr x9, .+4
        |s| then_continue(s, &[0x5800_0029], &[]),
        "takes the address of its own code (`op_x`)",
    ),
    broken(
        "an exit by its address",
        |s| then_continue(s, &[ADR_X9], &[(0, Near, "EXIT_deopt", 0)]),
        "uses `EXIT_deopt` in an instruction that is not a jump",
    ),
    broken(
        "the whole address of a constant",
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, &[0xd280_0009], &[(0, Wide0, "number", 0)]);
        },
        "reads its constants (`number`) through a 32-bit absolute address, which cannot hold every address",
    ),
    broken(
        "a hole in an instruction without a field",
        |s| then_continue(s, &[NOP], &[(0, Branch, "EXIT_deopt", 0)]),
        "the hole for `EXIT_deopt` at 0x0 is not an operand field of an instruction",
    ),
    broken(
        "holes that overlap",
        |s| {
            s.words(&[B], &[(0, Branch, "CONTINUE", 0), (0, Branch, "EXIT_deopt", 0)]).end("op_x", 0);
        },
        "the hole for `EXIT_deopt` at 0x0 overlaps the one before it",
    ),
    broken(
        "a return",
        |s| {
            s.words(&[0xd65f_03c0], &[]).end("op_x", 0);
        },
        "returns at 0x0 instead of jumping to the continuation or an exit",
    ),
    broken(
        "a new value of the stack pointer",
        |s| then_continue(s, &[0x9100_013f], &[]),
        "changes the stack pointer at 0x0 by an unknown amount",
    ),
    broken(
        "the caller's part of the stack",
        // str x0, [sp, #8]
        |s| then_continue(s, &[0xf900_07e0], &[]),
        "accesses the native stack outside its own frame at 0x0",
    ),
    broken(
        "a push too many",
        |s| then_continue(s, &[0xf81f_0fe0], &[]),
        "leaves the stencil at 0x4 with 16 bytes on the native stack",
    ),
    broken(
        "a pair popped too few",
        // sub sp, sp, #48; ldp d0, d1, [sp], #32
        |s| then_continue(s, &[0xd100_c3ff, 0x6cc2_07e0], &[]),
        "leaves the stencil at 0x8 with 16 bytes on the native stack",
    ),
    broken(
        "a push on one path",
        // cbz x0, .+8; str x0, [sp, #-16]!; nop
        |s| then_continue(s, &[0xb400_0040, 0xf81f_0fe0, NOP], &[]),
        "reaches 0x8 with 0 bytes on the native stack on one path and 16 on another",
    ),
    broken(
        "no final jump",
        |s| {
            s.words(&[0xaa01_03e9], &[]).end("op_x", 0);
        },
        "runs off the end of its hot code",
    ),
    broken(
        "a jump to the end of the section",
        |s| {
            s.words(&[B], &[(0, Branch, "end", 0)]).end("op_x", 0).end("end", 0);
        },
        "the object file cannot be read: `end` is referred to past its end",
    ),
];
