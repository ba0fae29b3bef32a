//! Functions as compilers write them → the order of their blocks, and what stays as it is.

use mimeo_def::stencil::Arch;

use super::super::line::parse;
use super::layout;
use crate::object_file::Format;

#[track_caller]
fn check(arch: Arch, text: &str, expected: &str) {
    let trim = |text: &str| text.lines().map(|line| line.trim().replace('\t', " ") + "\n").collect::<String>();
    let lines = layout(arch, Format::Elf, parse(arch, text));
    assert_eq!(trim(&lines.into_iter().map(|line| line.text + "\n").collect::<String>()), trim(expected));
}

#[test]
fn clang_x86_64_condition_before_the_jump() {
    check(
        Arch::X86_64,
        ".section .text.op_jlt,\"ax\",@progbits
        op_jlt:                                 # @op_jlt
        cmpl HOLE_b(%r13), %eax
        jge CONTINUE                        # TAILCALL
        # %bb.1:
        jmp JUMP_to                         # TAILCALL
        .Lfunc_end2:
        .size op_jlt, .Lfunc_end2-op_jlt",
        ".section .text.op_jlt,\"ax\",@progbits
        op_jlt:
        cmpl HOLE_b(%r13), %eax
        jl JUMP_to
        # %bb.1:
        jmp CONTINUE
        .Lfunc_end2:
        .size op_jlt, .Lfunc_end2-op_jlt",
    );
}

#[test]
fn clang_aarch64_branch_over_a_jump() {
    check(
        Arch::Aarch64,
        "op_jd:
        fcmp d0, d1
        b.pl .LBB4_2
        // %bb.1:
        b JUMP_to
        .LBB4_2:
        b CONTINUE
        .Lfunc_end4:",
        "op_jd:
        fcmp d0, d1
        b.mi JUMP_to
        // %bb.1:
        .LBB4_2:
        b CONTINUE
        .Lfunc_end4:",
    );
}

#[test]
fn clang_exits_go_to_the_cold_section() {
    let text = ".section .text.op_imm,\"ax\",@progbits
        op_imm:
        cmpl $6, %eax
        jae .LBB6_1
        movq %rax, HOLE_dst(%r13)
        jmp CONTINUE
        .LBB6_1:
        movq $HOLE_pc, 16(%r14)
        jmp EXIT_deopt
        .Lfunc_end6:";
    let expected = ".section .text.op_imm,\"ax\",@progbits
        op_imm:
        cmpl $6, %eax
        jae .LBB6_1
        movq %rax, HOLE_dst(%r13)
        jmp CONTINUE
        .section .text.unlikely.op_imm,\"ax\",@progbits
        .LBB6_1:
        movq $HOLE_pc, 16(%r14)
        jmp EXIT_deopt
        .section .text.op_imm,\"ax\",@progbits
        .Lfunc_end6:";
    check(Arch::X86_64, text, expected);
}

#[test]
fn short_branches_keep_their_block_near() {
    let text = "op_x:
        tbz w0, #3, .LBB0_2
        br x3
        .LBB0_2:
        str x9, [x22, #16]
        b EXIT_deopt
        .Lfunc_end0:";
    check(Arch::Aarch64, text, text);
}

#[test]
fn short_branch_over_the_jump_to_the_continuation() {
    // The poll, as gcc writes it.
    check(
        Arch::Aarch64,
        ".section .text.mimeo_poll,\"ax\",@progbits
        mimeo_poll:
        sub w3, w3, #1
        tbnz w3, #31, .L16
        b CONTINUE
        .L16:
        b .L14
        .section .text.unlikely.mimeo_poll,\"ax\",@progbits
        .L14:
        str x3, [x5, 16]
        b EXIT_poll",
        ".section .text.mimeo_poll,\"ax\",@progbits
        mimeo_poll:
        sub w3, w3, #1
        tbz w3, #31, .Lmimeo_mimeo_poll
        .L16:
        b .L14
        .Lmimeo_mimeo_poll:
        b CONTINUE
        .section .text.unlikely.mimeo_poll,\"ax\",@progbits
        .L14:
        str x3, [x5, 16]
        b EXIT_poll",
    );
    // A block that cannot be moved to the cold section, with a second branch to it.
    check(
        Arch::Aarch64,
        "op_x:
        cbz x1, .L2
        tbz w0, #3, .L2
        b CONTINUE
        .L2:
        str x9, [x22, #16]
        b EXIT_deopt
        .size op_x, .-op_x",
        "op_x:
        cbz x1, .L2
        tbnz w0, #3, .Lmimeo_op_x
        .L2:
        str x9, [x22, #16]
        b EXIT_deopt
        .Lmimeo_op_x:
        b CONTINUE
        .size op_x, .-op_x",
    );
    // Two branches to two slow paths: the path of the second one follows.
    check(
        Arch::Aarch64,
        "op_x:
        tbz w1, #4, .L2
        tbz w0, #3, .L3
        b CONTINUE
        .L2:
        b .L14
        .L3:
        b .L15
        .size op_x, .-op_x",
        "op_x:
        tbz w1, #4, .L2
        tbnz w0, #3, .Lmimeo_op_x
        .L3:
        b .L15
        .L2:
        b .L14
        .Lmimeo_op_x:
        b CONTINUE
        .size op_x, .-op_x",
    );
    // The end is shared with a path that already continues there.
    check(
        Arch::Aarch64,
        "op_x:
        tbz w0, #3, .L2
        b CONTINUE
        .L2:
        str x9, [x1]
        b CONTINUE
        .size op_x, .-op_x",
        "op_x:
        tbnz w0, #3, .Lmimeo_op_x
        .L2:
        str x9, [x1]
        .Lmimeo_op_x:
        b CONTINUE
        .size op_x, .-op_x",
    );
}

#[test]
fn short_branches_that_stay() {
    let unchanged = [
        // The continuation is already last.
        "op_x:
        tbz w0, #3, .L2
        b JUMP_to
        .L2:
        b CONTINUE",
        // Another branch goes to the jump alone.
        "op_x:
        tbz w1, #4, .L3
        tbz w0, #3, .L2
        .L3:
        b CONTINUE
        .L2:
        b .L14",
        // Other code is between the branch and its target.
        "op_x:
        tbz w0, #3, .L2
        str x9, [x1]
        b CONTINUE
        .L2:
        b .L14",
        // The path that the branch skips to continues at the end.
        "op_x:
        tbz w0, #3, .L2
        b CONTINUE
        .L3:
        b .L14
        .L2:
        str x9, [x1]
        b CONTINUE",
        // Inline assembly can be anything.
        "op_x:
        #APP
        tbz w0, #3, .L2
        #NO_APP
        b CONTINUE
        .L2:
        b .L14",
    ];
    unchanged.iter().for_each(|text| check(Arch::Aarch64, text, text));
    // This one has no inverse.
    let text = "op_x:\njrcxz .L2\njmp CONTINUE\n.L2:\njmp .L14";
    check(Arch::X86_64, text, text);
    // A block that is not the entry is placed last instead, so that the branch is rarely taken.
    check(
        Arch::Aarch64,
        "op_x:
        cbz x1, .L4
        br x3
        .L4:
        tbz w0, #3, .L2
        b CONTINUE
        .L2:
        b .L14",
        "op_x:
        cbz x1, .L4
        br x3
        .L2:
        b .L14
        .L4:
        tbz w0, #3, .L2
        b CONTINUE",
    );
}

#[test]
fn short_branches_do_not_cross_more_than_a_stencil_may_have() {
    for (count, inverted) in [(1021, true), (1022, false)] {
        let more = "nop\n".repeat(count);
        let text = format!("op_x:\ntbz w0, #3, .L2\nb CONTINUE\n.L2:\n{more}b .L14\n");
        let lines = layout(Arch::Aarch64, Format::Elf, parse(Arch::Aarch64, &text));
        assert_eq!(lines.iter().any(|line| line.text.contains("tbnz")), inverted, "{count}");
    }
}

#[test]
fn the_block_that_continues_goes_last() {
    check(
        Arch::X86_64,
        "op_pick:
        je .L2
        jmp *%rax
        .L1:
        movq %rcx, HOLE_dst(%rsi)
        jmp CONTINUE
        .L2:
        call f
        jmp JUMP_to
        .size op_pick, .-op_pick",
        "op_pick:
        je .L2
        jmp *%rax
        .L2:
        call f
        jmp JUMP_to
        .L1:
        movq %rcx, HOLE_dst(%rsi)
        jmp CONTINUE
        .size op_pick, .-op_pick",
    );
}

#[test]
fn branches_to_the_continuation_share_the_jump_at_the_end() {
    // A counting loop, as gcc lays it out.
    check(
        Arch::X86_64,
        "op_loop:
        cmpq %rax, HOLE_b(%rsi)
        jg .L3
        jmp CONTINUE
        .L3:
        movq %rax, HOLE_a(%rsi)
        jmp JUMP_to
        .size op_loop, .-op_loop",
        "op_loop:
        cmpq %rax, HOLE_b(%rsi)
        jle .Lmimeo_op_loop
        .L3:
        movq %rax, HOLE_a(%rsi)
        jmp JUMP_to
        .Lmimeo_op_loop:
        jmp CONTINUE
        .size op_loop, .-op_loop",
    );
    // And clang, on the other architecture.
    check(
        Arch::Aarch64,
        "op_loop:
        cmp x9, x8
        b.le CONTINUE
        str x9, [x21, :lo12:HOLE_a]
        b JUMP_to
        .Lfunc_end0:",
        "op_loop:
        cmp x9, x8
        b.le .Lmimeo_op_loop
        str x9, [x21, :lo12:HOLE_a]
        b JUMP_to
        .Lmimeo_op_loop:
        b CONTINUE
        .Lfunc_end0:",
    );
}

#[test]
fn code_that_runs_on_is_left_alone() {
    let text = "f:\nje .L1\njmp CONTINUE\n.L1:\njmp EXIT_deopt\nnop\n.size f, .-f\n";
    check(Arch::X86_64, text, text);
}
