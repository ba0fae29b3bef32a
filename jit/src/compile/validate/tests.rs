//! Checks that a sound table passes, and that each rule refuses a table that breaks it, with the exact message.

use super::*;
use crate::errors::Diagnostic;
use crate::tiny::{OPS, Op, TABLE};

fn expectation() -> Expectation {
    Expectation { ops: OPS, runtime_len: 2, host: Arch::host(), has: |_| false }
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Vec::leak(items)
}

/// Returns the table with one stencil changed.
fn with(op: Op, change: impl Fn(&mut Stencil)) -> Table {
    let mut ops = TABLE.ops.to_vec();
    if let Ok(stencil) = &mut ops[op as usize].stencil {
        change(stencil);
    }
    Table { ops: leak(ops), ..TABLE }
}

/// Returns the table with one hole in a hot part changed.
fn with_hole(op: Op, index: usize, change: impl Fn(&mut Hole)) -> Table {
    with(op, |stencil| {
        let mut holes = stencil.hot_holes.to_vec();
        change(&mut holes[index]);
        stencil.hot_holes = leak(holes);
    })
}

/// Returns the message without its code, `JIT_STENCIL_SOURCE`.
fn message(table: &Table) -> String {
    let message = validate(table, &expectation()).unwrap_err().to_string();
    message.strip_prefix("JIT_STENCIL_SOURCE: ").unwrap_or_else(|| panic!("{message}")).to_owned()
}

#[test]
fn a_sound_table_passes() {
    assert_eq!(validate(&TABLE, &expectation()), Ok(()));
}

#[test]
fn a_table_that_is_not_for_this_program_or_machine_is_refused() {
    let reason = "no C compiler was found";
    let none: Vec<_> =
        TABLE.ops.iter().map(|op| mimeo_def::stencil::OpStencil { stencil: Err(reason), ..*op }).collect();
    let empty = Table { enter: Stencil::EMPTY, ops: leak(none), ..TABLE };
    let error = validate(&empty, &expectation()).unwrap_err();
    assert_eq!(error.to_string(), "JIT_TARGET: no stencils: no C compiler was found");
    let abi = Table { abi: 0, ..TABLE };
    let this = mimeo_def::frame::STENCIL_ABI;
    let expected =
        format!("the table of stencils was made for version 0 of the stencil ABI, but this is version {this}");
    assert_eq!(message(&abi), expected);
    let ops = Table { ops: &TABLE.ops[1..], ..TABLE };
    assert_eq!(message(&ops), "the table of stencils has 12 ops, but the instruction set has 13");
    let exits = Table { exits: &TABLE.exits[1..], ..TABLE };
    assert_eq!(message(&exits), "the table of stencils has 6 exits instead of 7");

    let elsewhere = Expectation { host: None, ..expectation() };
    let error = validate(&TABLE, &elsewhere).unwrap_err();
    assert_eq!(error.problem, TableProblem::Arch { found: TABLE.arch, host: None });
    assert_eq!(error.problem.code(), Diagnostic::Target);

    let newer = Table { baseline: &[Feature::Avx2, Feature::Fma], ..TABLE };
    let error = validate(&newer, &expectation()).unwrap_err();
    let expected = "JIT_TARGET: the table of stencils needs a processor with avx2, fma, which this one lacks";
    assert_eq!((error.problem.code(), error.to_string().as_str()), (Diagnostic::Target, expected));
    let only_avx2 = Expectation { has: |feature| feature == Feature::Avx2, ..expectation() };
    let error = validate(&newer, &only_avx2).unwrap_err();
    assert_eq!(error.problem, TableProblem::Baseline { missing: vec![Feature::Fma] });
    assert_eq!(validate(&newer, &Expectation { has: |_| true, ..expectation() }), Ok(()));

    let mut swapped = TABLE.ops.to_vec();
    swapped.swap(0, 1);
    let swapped = Table { ops: leak(swapped), ..TABLE };
    assert_eq!(message(&swapped), "the stencil of `push_small` is in the place of that of `push`");
    let mut stale = TABLE.ops.to_vec();
    stale[5].fingerprint.body += 1;
    stale[5].fingerprint.layout += 1;
    let stale = Table { ops: leak(stale), ..TABLE };
    assert_eq!(message(&stale), "the stencil of `add` was made from another definition; changed: body, layout");
}

#[test]
fn a_support_stencil_that_refers_to_anything_else_is_refused() {
    let mut enter = TABLE.enter;
    enter.hot_holes = TABLE.deopt_op.hot_holes;
    enter.hot = TABLE.deopt_op.hot;
    assert_eq!(
        message(&Table { enter, ..TABLE }),
        format!(
            "the stencil `enter` refers to Pc at byte {} of its hot part, which it cannot have",
            enter.hot_holes[0].at.0
        )
    );
    let mut exits = TABLE.exits.to_vec();
    exits[2].hot = &[];
    assert_eq!(message(&Table { exits: leak(exits), ..TABLE }), "the stencil of the exit `call` has no code");
}

/// On x86-64, `add` is `mov` with a hole at 3, `add` at 10, `mov` at 17, and `jmp` with a hole at 22.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_damaged_stencil_is_refused() {
    use mimeo_def::CodeOffset;

    let of_add = |rest: &str| format!("the stencil of `add` {rest}");
    let cases = [
        (
            with(Op::Add, |s| s.hot = &s.hot[..10]),
            "has a damaged hot part: a signed 32-bit field at byte 10 is outside its part of 10 bytes",
        ),
        (
            with_hole(Op::Add, 0, |h| h.at = CodeOffset(2)),
            "has a damaged hot part: the bytes 0x86 at byte 2 are not a signed 32-bit field to be filled",
        ),
        (
            with(Op::Add, |s| s.hot_holes = leak(s.hot_holes.iter().rev().copied().collect())),
            "has a hole at byte 17 of its hot part that overlaps the one before or precedes it",
        ),
        (
            with_hole(Op::Add, 1, |h| h.at = CodeOffset(5)),
            "has a hole at byte 5 of its hot part that overlaps the one before or precedes it",
        ),
        (
            with_hole(Op::Add, 0, |h| h.kind = PatchKind::A64Branch26),
            "has a hole for aarch64 at byte 3 of its hot part",
        ),
        (
            with_hole(Op::Add, 0, |h| h.value = HoleValue::Operand(3)),
            "refers to operand 3 at byte 3 of its hot part, which the op does not have",
        ),
        (
            with_hole(Op::Add, 0, |h| h.value = HoleValue::WindowLen(1)),
            "refers to the length of `a` at byte 3 of its hot part, which is not a window",
        ),
        (
            with_hole(Op::Add, 3, |h| h.value = HoleValue::Runtime(2)),
            "refers to runtime function 2 at byte 22 of its hot part, which does not exist",
        ),
        (
            with_hole(Op::Add, 0, |h| h.value = HoleValue::Continue),
            "puts Continue into X86Abs32Signed at byte 3 of its hot part, which takes other values",
        ),
        (
            with_hole(Op::Add, 3, |h| h.value = HoleValue::Pc),
            "puts Pc into X86Rel32 at byte 22 of its hot part, which takes other values",
        ),
        (
            with_hole(Op::Add, 3, |h| h.addend = -3),
            "adds -3 to Continue at byte 22 of its hot part, which is not a valid target",
        ),
        (
            with_hole(Op::Add, 3, |h| (h.value, h.addend) = (HoleValue::Hot, 22)),
            "adds 22 to Hot at byte 22 of its hot part, which is not a valid target",
        ),
        (
            with_hole(Op::Add, 3, |h| h.value = HoleValue::Cold),
            "adds -4 to Cold at byte 22 of its hot part, which is not a valid target",
        ),
        (
            with_hole(Op::Add, 3, |h| h.value = HoleValue::Exit(Exit::Leave)),
            "does not end in a jump of 5 bytes to its continuation",
        ),
        (with(Op::Add, |s| s.tail_jump = 4), "does not end in a jump of 4 bytes to its continuation"),
    ];
    for (table, rest) in cases {
        assert_eq!(message(&table), of_add(rest));
    }
}

/// On AArch64, `push` starts with a `movz` and three `movk`, and `add` with a `ldr`.
#[cfg(target_arch = "aarch64")]
#[test]
fn a_damaged_stencil_is_refused() {
    use mimeo_def::CodeOffset;

    let missing_piece = with(Op::Push, |s| {
        s.hot_holes = leak(s.hot_holes.iter().copied().filter(|h| h.at != CodeOffset(8)).collect());
    });
    assert_eq!(message(&missing_piece), "the stencil of `push` does not write all 4 16-bit pieces of Operand(1)");
    let length = with(Op::Add, |s| s.hot = &s.hot[..s.hot.len() - 1]);
    assert_eq!(
        message(&length),
        "the stencil of `add` has a hot part of 19 bytes, which is not a whole number of instructions"
    );
    let kind = with_hole(Op::Add, 0, |h| h.kind = PatchKind::A64LoadOffset { shift: 2 });
    assert_eq!(
        message(&kind),
        "the stencil of `add` has a damaged hot part: the bytes 0xf9400024 at byte 0 \
         are not the scaled 12-bit offset of `ldr` or `str` to be filled"
    );
}
