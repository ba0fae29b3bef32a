//! Checks the rows of code whose stack is known.

use mimeo_def::CodeOffset;

use super::*;
use crate::gdb::{aarch64, step, x86_64};
use crate::sample::with_regions;

const RBX: Register = Register(3);
const RBP: Register = Register(6);

fn rows_of(code: &[u8], entries: &[u32], isa: &Isa) -> Vec<Row> {
    let entries: Vec<CodeOffset> = entries.iter().map(|&at| CodeOffset(at)).collect();
    rows(&CodeRegion { name: "f", start: 0x1000, bytes: code, entries: &entries }, isa)
}

fn row<const N: usize>(at: u32, depth_bytes: i64, saved: [(Register, i64); N]) -> Row {
    Row { at, frame: Some(Frame { depth_bytes, saved: saved.into() }) }
}

fn unknown(at: u32) -> Row {
    Row { at, frame: None }
}

#[test]
fn pushes_calls_and_branches() {
    let code = [
        0x53, //                                     0: push rbx
        0x55, //                                     1: push rbp
        0x48, 0x83, 0xec, 0x08, //                   2: sub rsp, 8
        0xe8, 0x00, 0x10, 0x00, 0x00, //             6: call outside
        0x48, 0x85, 0xc0, //                        11: test rax, rax
        0x75, 0x08, //                              14: jne 24
        0x48, 0x83, 0xc4, 0x08, //                  16: add rsp, 8
        0x5d, //                                    20: pop rbp
        0x5b, //                                    21: pop rbx
        0xff, 0xe0, //                              22: jmp rax
        0x48, 0x83, 0xc4, 0x08, //                  24: add rsp, 8
        0x5d, //                                    28: pop rbp
        0x5b, //                                    29: pop rbx
        0xe9, 0x00, 0x10, 0x00, 0x00, //            30: jmp outside
        0x00, 0x00, 0x00, 0x00, //                  35: constants
    ];
    let expected = [
        row(0, 0, []),
        row(1, 8, [(RBX, 8)]),
        row(2, 16, [(RBX, 8), (RBP, 16)]),
        row(6, 24, [(RBX, 8), (RBP, 16)]),
        row(20, 16, [(RBX, 8), (RBP, 16)]),
        row(21, 8, [(RBX, 8)]),
        row(22, 0, []),
        row(24, 24, [(RBX, 8), (RBP, 16)]),
        row(28, 16, [(RBX, 8), (RBP, 16)]),
        row(29, 8, [(RBX, 8)]),
        row(30, 0, []),
        unknown(35),
    ];
    assert_eq!(rows_of(&code, &[0], &x86_64::ISA), expected);
}

#[test]
fn unreached_and_unsupported_instructions_are_unknown() {
    // ret; nop; push rbx; leave; ret
    let code = [0xc3, 0x90, 0x53, 0xc9, 0xc3];
    assert_eq!(rows_of(&code, &[], &x86_64::ISA), [unknown(0)]);
    assert_eq!(rows_of(&code, &[0, 100], &x86_64::ISA), [row(0, 0, []), unknown(1)]);
    let expected = [unknown(0), row(2, 0, []), row(3, 8, [(RBX, 8)]), unknown(4)];
    assert_eq!(rows_of(&code, &[2], &x86_64::ISA), expected);
}

#[test]
fn the_stack_is_unknown_where_paths_with_different_stacks_meet() {
    // jne 3; push rax; nop; jmp 3
    let code = [0x75, 0x01, 0x50, 0x90, 0xeb, 0xfd];
    assert_eq!(rows_of(&code, &[0], &x86_64::ISA), [row(0, 0, []), unknown(3)]);
}

#[test]
fn a_stack_above_the_entry_is_unknown() {
    // pop rax; nop
    assert_eq!(rows_of(&[0x58, 0x90], &[0], &x86_64::ISA), [row(0, 0, []), unknown(1)]);
    // push rbx; add rsp, 8; nop: rbx may have been changed
    let code = [0x53, 0x48, 0x83, 0xc4, 0x08, 0x90];
    assert_eq!(rows_of(&code, &[0], &x86_64::ISA), [row(0, 0, []), row(1, 8, [(RBX, 8)]), unknown(5)]);
}

#[test]
fn the_link_register_is_saved_and_restored() {
    let words: [u32; 8] = [
        0xa9be_7bfd, //  0: stp x29, x30, [sp, #-32]!
        0x9100_03fd, //  4: mov x29, sp
        0xf900_0bf3, //  8: str x19, [sp, #16]
        0xd63f_0060, // 12: blr x3
        0xf940_0bf3, // 16: ldr x19, [sp, #16]
        0xa8c2_7bfd, // 20: ldp x29, x30, [sp], #32
        0xd61f_0200, // 24: br x16
        0x0000_0000,
    ];
    let code: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
    let (x19, x29, x30) = ((Register(19), 16), (Register(29), 32), (Register(30), 24));
    let expected = [
        row(0, 0, []),
        row(4, 32, [x29, x30]),
        row(12, 32, [x19, x29, x30]),
        row(20, 32, [x29, x30]),
        row(24, 0, []),
        unknown(28),
    ];
    assert_eq!(rows_of(&code, &[0], &aarch64::ISA), expected);
}

#[test]
fn all_code_of_compiled_functions_is_known() {
    let (mut machine, linked) = mimeo_doc_ops::jit_machine();
    with_regions(&mut machine, linked, |regions, views| {
        let mut deepest = 0;
        for (region, view) in regions.iter().zip(views) {
            let rows = rows(region, &step::HOST);
            let frame_at = |at: CodeOffset| {
                let index = rows.partition_point(|row| row.at <= at.0);
                rows[index - 1].frame.as_ref()
            };
            for op in &view.ops {
                assert_eq!(frame_at(op.hot.start), Some(&Frame::default()), "{op:?}");
                for at in (op.hot.start.0..op.hot.end.0).chain(op.cold.start.0..op.cold.end.0) {
                    let frame = frame_at(CodeOffset(at)).unwrap_or_else(|| panic!("{op:?}: {at}"));
                    deepest = deepest.max(frame.depth_bytes);
                }
            }
        }
        assert!(deepest > 0, "some of it calls the runtime");
    });
}
