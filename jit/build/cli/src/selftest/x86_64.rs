//! The objects of the self-test for x86-64.

use super::sample::Fix::*;
use super::{Case, Sample, broken, sound};

/// `jmp CONTINUE`
fn go_on(sample: &mut Sample) -> &mut Sample {
    sample.code(b"\xe9\0\0\0\0", &[(1, Jump, "CONTINUE", 0)])
}

/// The code, then `jmp CONTINUE`.
fn then_continue(sample: &mut Sample, code: &[u8], fixes: &[(u64, super::Fix, &str, i64)]) {
    go_on(sample.code(code, fixes)).end("op_x", 0);
}

pub(super) const CASES: &[Case] = &[
    sound(
        "slots by displacement",
        // mov HOLE_a(%rsi), %rax; mov %rax, HOLE_dst(%rsi)
        |s| {
            s.code(b"\x48\x8b\x86\0\0\0\0", &[(3, Absolute32, "HOLE_a", 0)]);
            then_continue(s, b"\x48\x89\x86\0\0\0\0", &[(3, Absolute32, "HOLE_dst", 0)]);
        },
        "hot 19, cold 0, rodata 0, falls through
         hot  0x0003  X86Abs32Signed  HOLE_a
         hot  0x000a  X86Abs32Signed  HOLE_dst
         hot  0x000f  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a number through the table of addresses",
        // mov HOLE_a@GOTPCREL(%rip), %r9; mov (%rsi,%r9), %rax
        |s| then_continue(s, b"\x4c\x8b\x0d\0\0\0\0\x4a\x8b\x04\x0e", &[(3, TableLoad, "HOLE_a", 0)]),
        "hot 16, cold 0, rodata 0, falls through
         hot  0x0003  X86Abs32Signed  HOLE_a
         hot  0x000c  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a number added through the table of addresses",
        // add HOLE_a@GOTPCREL(%rip), %rsi
        |s| then_continue(s, b"\x48\x03\x35\0\0\0\0", &[(3, Table, "HOLE_a", 0)]),
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0003  X86Abs32Signed  HOLE_a
         hot  0x0008  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a number used as an address",
        // lea HOLE_a(%rip), %rax; lea HOLE_b+8(%rip), %ecx
        |s| {
            s.code(b"\x48\x8d\x05\0\0\0\0", &[(3, Distance, "HOLE_a", 0)]);
            then_continue(s, b"\x8d\x0d\0\0\0\0", &[(2, Distance, "HOLE_b", 8)]);
        },
        "hot 18, cold 0, rodata 0, falls through
         hot  0x0003  X86Abs32Signed  HOLE_a
         hot  0x0009  X86Abs32  HOLE_b +8
         hot  0x000e  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a number of 64 bits",
        // movabs $HOLE_k, %rax
        |s| then_continue(s, b"\x48\xb8\0\0\0\0\0\0\0\0", &[(2, Absolute64, "HOLE_k", 0)]),
        "hot 15, cold 0, rodata 0, falls through
         hot  0x0002  X86Abs64  HOLE_k
         hot  0x000b  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a call, an exit and the address of the continuation",
        // call rt_f; test %rax, %rax; jne EXIT_throw; lea CONTINUE(%rip), %rax
        |s| {
            s.code(b"\xe8\0\0\0\0", &[(1, Jump, "rt_f", 0)]);
            s.code(b"\x48\x85\xc0\x0f\x85\0\0\0\0", &[(5, Jump, "EXIT_throw", 0)]);
            then_continue(s, b"\x48\x8d\x05\0\0\0\0", &[(3, Distance, "CONTINUE", 0)]);
        },
        "hot 26, cold 0, rodata 0, falls through
         hot  0x0001  X86Rel32  rt_f -4
         hot  0x000a  X86Rel32  EXIT_throw -4
         hot  0x0011  X86Rel32  CONTINUE -4
         hot  0x0016  X86Rel32  CONTINUE -4",
    ),
    sound(
        "jumps and calls through the table of addresses",
        // call *rt_f@GOTPCREL(%rip); jmp *CONTINUE@GOTPCREL(%rip)
        |s| {
            s.code(b"\xff\x15\0\0\0\0", &[(2, Table, "rt_f", 0)]);
            s.code(b"\xff\x25\0\0\0\0", &[(2, Table, "CONTINUE", 0)]).end("op_x", 0);
        },
        "hot 12, cold 0, rodata 0, falls through
         hot  0x0002  X86Rel32  rt_f -4
         hot  0x0008  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a constant",
        // movsd number(%rip), %xmm0
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, b"\xf2\x0f\x10\x05\0\0\0\0", &[(4, Distance, "number", 0)]);
        },
        "hot 13, cold 0, rodata 8, falls through
         hot  0x0004  X86Rel32  rodata -4
         hot  0x0009  X86Rel32  CONTINUE -4",
    ),
    sound(
        "a slow path in another function, and padding between functions",
        // ja slow; slow: jmp EXIT_deopt; nop
        |s| {
            go_on(s.code(b"\x0f\x87\0\0\0\0", &[(2, Jump, "slow", 0)])).code(b"\x66\x90\x90", &[]).end("op_x", 3);
            s.code(b"\xe9\0\0\0\0\x90", &[(1, Jump, "EXIT_deopt", 0)]).end("slow", 1);
            go_on(s).end("op_y", 0);
        },
        "hot 11, cold 5, rodata 0, falls through
         hot  0x0002  X86Rel32  cold -4
         hot  0x0007  X86Rel32  CONTINUE -4
         cold 0x0001  X86Rel32  EXIT_deopt -4",
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
        |s| then_continue(s, &[0x90; 5000], &[]),
        "its code is 5005 bytes long, over the budget of 4096",
    ),
    broken(
        "too many constants",
        |s| {
            s.constant("table", &[0; 800], &[]);
            then_continue(s, b"\x48\x8d\x05\0\0\0\0", &[(3, Distance, "table", 0)]);
        },
        "constant data `table` is 800 bytes long, over the limit of 512",
    ),
    broken("an invalid instruction", |s| then_continue(s, b"\x06", &[]), "has an invalid instruction at 0x0"),
    broken(
        "unknown relocation",
        |s| then_continue(s, b"\x48\x8b\x86\0\0\0\0", &[(3, Unknown, "HOLE_a", 0)]),
        "relocation `UNKNOWN` against `HOLE_a` has no patch kind",
    ),
    broken(
        "pushed through the table of addresses",
        // push HOLE_a@GOTPCREL(%rip); pop %rax
        |s| then_continue(s, b"\xff\x35\0\0\0\0\x58", &[(2, Table, "HOLE_a", 0)]),
        "refers to `HOLE_a` through the global offset table, which copied code does not have",
    ),
    broken(
        "a thread's variable",
        |s| then_continue(s, b"\x48\x8b\x05\0\0\0\0", &[(3, Thread, "count", 0)]),
        "uses the thread-local variable `count`",
    ),
    broken(
        "a variable",
        |s| {
            s.variable("count", &[0; 8]);
            then_continue(s, b"\x48\xff\x05\0\0\0\0", &[(3, Distance, "count", 0)]);
        },
        "uses writable data (`count`), which is not copied",
    ),
    broken(
        "a jump table",
        |s| {
            s.constant("targets", &[0; 16], &[(8, "op_x")]);
            then_continue(s, b"\x48\x8d\x05\0\0\0\0", &[(3, Distance, "targets", 0)]);
        },
        "constant data `targets` holds addresses, as a jump table does",
    ),
    broken(
        "a call to an undeclared function",
        |s| then_continue(s, b"\xe8\0\0\0\0", &[(1, Jump, "puts", 0)]),
        "calls `puts`, which is not a runtime function of this op",
    ),
    broken(
        "a call of a number",
        |s| then_continue(s, b"\xe8\0\0\0\0", &[(1, Jump, "HOLE_a", 0)]),
        "calls `HOLE_a`, which is not a runtime function of this op",
    ),
    broken(
        "an undeclared variable",
        |s| then_continue(s, b"\x48\x8b\x05\0\0\0\0", &[(3, Distance, "environ", 0)]),
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
        |s| then_continue(s, b"\xe8\0\0\0\0", &[(1, Jump, "CONTINUE", 0)]),
        "calls `CONTINUE` instead of jumping there",
    ),
    broken(
        "a call to a label",
        |s| then_continue(s, b"\xe8\0\0\0\0", &[(1, Jump, "JUMP_to", 0)]),
        "calls `JUMP_to` instead of jumping there",
    ),
    broken(
        "the continuation as a number",
        // movabs $CONTINUE, %rax
        |s| then_continue(s, b"\x48\xb8\0\0\0\0\0\0\0\0", &[(2, Absolute64, "CONTINUE", 0)]),
        "uses `CONTINUE` in an instruction that is not a jump",
    ),
    broken(
        "an exit read as data",
        |s| then_continue(s, b"\x48\x8b\x05\0\0\0\0", &[(3, Distance, "EXIT_deopt", 0)]),
        "uses `EXIT_deopt` in an instruction that is not a jump",
    ),
    broken(
        "after the continuation",
        |s| then_continue(s, b"\x0f\x87\0\0\0\0", &[(2, Jump, "CONTINUE", 8)]),
        "jumps 8 bytes past the start of `CONTINUE`",
    ),
    broken(
        "a jump to the runtime",
        |s| {
            s.code(b"\xe9\0\0\0\0", &[(1, Jump, "rt_f", 0)]).end("op_x", 0);
        },
        "uses runtime function `rt_f` in an instruction that is not a call",
    ),
    broken(
        "a call to its own code",
        |s| then_continue(s, b"\xe8\0\0\0\0", &[]),
        "calls its own code at 0x0, but can only call runtime functions",
    ),
    broken("an indirect call", |s| then_continue(s, b"\xff\xd0", &[]), "calls through a register or memory at 0x0"),
    broken(
        "a system call",
        |s| then_continue(s, b"\x0f\x05", &[]),
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    broken(
        "the thread's segment",
        // mov %fs:0x28, %rax
        |s| then_continue(s, b"\x64\x48\x8b\x04\x25\x28\0\0\0", &[]),
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    broken(
        "a jump with a prefix",
        |s| then_continue(s, b"\x66\xe9\0\0\0\0", &[]),
        "makes a system call, starts a transaction or accesses processor state at 0x0",
    ),
    broken(
        "an instruction of newer processors",
        // popcnt %rax, %rax
        |s| then_continue(s, b"\xf3\x48\x0f\xb8\xc0", &[]),
        "needs popcnt at 0x0, which the baseline (x86-64) does not have",
    ),
    broken(
        "an instruction of AVX",
        // vaddsd %xmm0, %xmm0, %xmm0
        |s| then_continue(s, b"\xc5\xfb\x58\xc0", &[]),
        "needs avx at 0x0, which the baseline (x86-64) does not have",
    ),
    broken(
        "an instruction of x87",
        // fld1
        |s| then_continue(s, b"\xd9\xe8", &[]),
        "needs FPU at 0x0, which the baseline (x86-64) does not have",
    ),
    broken("a trap", |s| then_continue(s, b"\x0f\x0b", &[]), "has a trap instruction at 0x0"),
    broken(
        "memory beyond its constants",
        // movaps number(%rip), %xmm0
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, b"\x0f\x28\x05\0\0\0\0", &[(3, Distance, "number", 0)]);
        },
        "refers to memory outside its constants at 0x0",
    ),
    broken(
        "memory at the address of a number",
        // movsd HOLE_a(%rip), %xmm0
        |s| then_continue(s, b"\xf2\x0f\x10\x05\0\0\0\0", &[(4, Distance, "HOLE_a", 0)]),
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    broken(
        "memory added from the address of a number",
        // add HOLE_a(%rip), %rax
        |s| then_continue(s, b"\x48\x03\x05\0\0\0\0", &[(3, Distance, "HOLE_a", 0)]),
        "uses `HOLE_a` as an address relative to the code, not as a number",
    ),
    broken(
        "its own address",
        |s| then_continue(s, b"\x48\x8d\x05\0\0\0\0", &[]),
        "takes the address of its own code (`op_x`)",
    ),
    broken(
        "the whole address of a constant",
        |s| {
            s.constant("number", &[0; 8], &[]);
            then_continue(s, b"\x48\xb8\0\0\0\0\0\0\0\0", &[(2, Absolute64, "number", 0)]);
        },
        "reads its constants (`number`) through a 32-bit absolute address, which cannot hold every address",
    ),
    broken(
        "a hole across instructions",
        |s| then_continue(s, &[0; 8], &[(0, Absolute64, "HOLE_a", 0)]),
        "the hole for `HOLE_a` at 0x0 is not an operand field of an instruction",
    ),
    broken(
        "holes that overlap",
        |s| {
            let fixes = [(2, Absolute64, "HOLE_a", 0), (6, Distance, "CONTINUE", 0)];
            then_continue(s, b"\x48\xb8\0\0\0\0\0\0\0\0", &fixes);
        },
        "the hole for `CONTINUE` at 0x6 overlaps the one before it",
    ),
    broken(
        "a return",
        |s| {
            s.code(b"\xc3", &[]).end("op_x", 0);
        },
        "returns at 0x0 instead of jumping to the continuation or an exit",
    ),
    broken(
        "a new value of the stack pointer",
        |s| then_continue(s, b"\x48\x89\xec", &[]),
        "changes the stack pointer at 0x0 by an unknown amount",
    ),
    broken(
        "the caller's return address",
        // mov %rax, 8(%rsp)
        |s| then_continue(s, b"\x48\x89\x44\x24\x08", &[]),
        "accesses the native stack outside its own frame at 0x0",
    ),
    broken(
        "the caller's frame",
        // add $16, %rsp
        |s| then_continue(s, b"\x48\x83\xc4\x10", &[]),
        "leaves the stencil at 0x0 with -16 bytes on the native stack",
    ),
    broken(
        "a push too many",
        |s| then_continue(s, b"\x50", &[]),
        "leaves the stencil at 0x1 with 8 bytes on the native stack",
    ),
    broken(
        "a push on one path",
        // je 1f; push %rax; 1: nop
        |s| then_continue(s, b"\x74\x01\x50\x90", &[]),
        "reaches 0x3 with 0 bytes on the native stack on one path and 8 on another",
    ),
    broken(
        "no final jump",
        |s| {
            s.code(b"\x89\xc0", &[]).end("op_x", 0);
        },
        "runs off the end of its hot code",
    ),
    broken(
        "a jump into an instruction",
        // je .+4; mov $1, %eax
        |s| then_continue(s, b"\x74\x02\xb8\x01\0\0\0", &[]),
        "jumps to 0x4, which is not the start of an instruction",
    ),
    broken(
        "a jump to the end of the section",
        |s| {
            s.code(b"\xe9\0\0\0\0", &[(1, Jump, "end", 0)]).end("op_x", 0).end("end", 0);
        },
        "the object file cannot be read: `end` is referred to past its end",
    ),
    broken(
        "a large distance from a number",
        |s| then_continue(s, b"\x48\xb8\0\0\0\0\0\0\0\0", &[(2, Absolute64, "HOLE_k", 1 << 40)]),
        "the object file cannot be read: `HOLE_k` is referred to at a distance of 1099511627776 bytes",
    ),
];
