//! Checks the steps of instructions, with the text that `objdump` prints.

use super::*;

#[cfg(target_arch = "x86_64")]
#[test]
fn every_instruction_of_a_table() {
    use mimeo::InstructionSet;

    let table = mimeo_doc_ops::Ops::STENCILS;
    let ops = table.ops.iter().filter_map(|op| op.stencil.as_ref().ok());
    let stencils = ops.chain([&table.enter, &table.deopt_op, &table.poll, &table.graft]).chain(table.exits);
    let mut count = 0;
    for code in stencils.flat_map(|stencil| [stencil.hot, stencil.cold]) {
        let mut at = 0;
        while at < code.len() {
            at += decode(&code[at..]).expect("it is known").len_bytes as usize;
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn control_flow() {
    let cases: [(&[u8], &str, Flow); 11] = [
        (b"\xeb\xfe", "jmp 0", Flow::Jump(0)),
        (b"\xe9\x00\x10\x00\x00", "jmp 0x1005", Flow::Jump(0x1005)),
        (b"\x75\x08", "jne 10", Flow::Branch(10)),
        (b"\x0f\x84\xfa\xff\xff\xff", "je 0", Flow::Branch(0)),
        (b"\xe8\x00\x00\x00\x00", "call 5", Flow::Call(Some(5))),
        (b"\xff\xd0", "call *%rax", Flow::Call(None)),
        (b"\xff\x25\x02\x00\x00\x00", "jmp *2(%rip)", Flow::Away),
        (b"\xff\xe0", "jmp *%rax", Flow::Away),
        (b"\xc3", "ret", Flow::Away),
        (b"\x0f\x0b", "ud2", Flow::Away),
        (b"\x0f\x05", "syscall", Flow::Away),
    ];
    for (code, text, flow) in cases {
        assert_eq!(decode(code), Some(Step::new(code.len() as u32, flow)), "{text}");
    }
}

#[test]
fn the_stack() {
    let rbx = Register(3);
    let r12 = Register(12);
    let next = |len_bytes| Step::new(len_bytes, Flow::Next);
    let store = |register, at| [Some(Access::Store(register, at)), None];
    let load = |register, at| [Some(Access::Load(register, at)), None];
    let cases: [(&[u8], &str, Option<Step>); 21] = [
        (b"\x53", "push %rbx", Some(Step { grows_before: 8, accesses: store(rbx, 0), ..next(1) })),
        (b"\x41\x54", "push %r12", Some(Step { grows_before: 8, accesses: store(r12, 0), ..next(2) })),
        (b"\x41\x5c", "pop %r12", Some(Step { grows_after: -8, accesses: load(r12, 0), ..next(2) })),
        (b"\x6a\x01", "push $1", Some(Step { grows_before: 8, ..next(2) })),
        (b"\xff\x30", "push (%rax)", Some(Step { grows_before: 8, ..next(2) })),
        (b"\x48\x83\xec\x18", "sub $24, %rsp", Some(Step { grows_after: 24, ..next(4) })),
        (b"\x48\x81\xc4\x00\x10\x00\x00", "add $4096, %rsp", Some(Step { grows_after: -4096, ..next(7) })),
        (b"\x48\x8d\x64\x24\x08", "lea 8(%rsp), %rsp", Some(Step { grows_after: -8, ..next(5) })),
        (b"\x48\x89\x5c\x24\x08", "mov %rbx, 8(%rsp)", Some(Step { accesses: store(rbx, 8), ..next(5) })),
        (b"\x4c\x8b\x24\x24", "mov (%rsp), %r12", Some(Step { accesses: load(r12, 0), ..next(4) })),
        (b"\x41\x89\x5c\x24\x08", "mov %ebx, 8(%r12)", Some(next(5))),
        (b"\x48\x89\xe5", "mov %rsp, %rbp", Some(next(3))),
        (b"\x48\x83\xfc\x18", "cmp $24, %rsp", Some(next(4))),
        (b"\x48\x89\xec", "mov %rbp, %rsp", None),
        (b"\x48\x83\xe4\xf0", "and $-16, %rsp", None),
        (b"\x48\x29\xc4", "sub %rax, %rsp", None),
        (b"\x48\x8d\x24\x04", "lea (%rsp,%rax), %rsp", None),
        (b"\x48\x8b\x24\x24", "mov (%rsp), %rsp", None),
        (b"\x5c", "pop %rsp", None),
        (b"\xc9", "leave", None),
        (b"\xc5\xf9\x6f\x00", "vmovdqa (%rax), %xmm0", Some(next(4))),
    ];
    for (code, text, expected) in cases {
        assert_eq!(decode(code), expected, "{text}");
    }
}

#[test]
fn truncated_code_is_unknown() {
    let code = b"\x66\x48\x81\xbc\x24\x00\x10\x00\x00\x01\x02\x03\x04"; // cmp with everything
    assert_eq!(decode(code).map(|step| step.len_bytes), Some(13));
    for len in 0..code.len() {
        assert_eq!(decode(&code[..len]), None, "{len}");
    }
}
