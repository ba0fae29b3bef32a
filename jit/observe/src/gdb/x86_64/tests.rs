//! What is decoded by hand agrees with iced-x86, a decoder from elsewhere.

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, OpAccess};

use super::*;

/// The first instruction of `code`, if that is one.
fn iced(code: &[u8]) -> Option<Instruction> {
    let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
    (!instruction.is_invalid()).then_some(instruction)
}

/// Checks length and flow, and that the stack pointer moves if and only if the step says so.
fn compare(code: &[u8], instruction: Instruction, step: &Step) {
    let about = || format!("{code:02x?} {:?}", instruction.code());
    assert_eq!(step.len_bytes as usize, instruction.len(), "{}", about());
    let target = instruction.near_branch_target() as i64;
    let flow = match instruction.flow_control() {
        FlowControl::Next => Flow::Next,
        FlowControl::UnconditionalBranch => Flow::Jump(target),
        FlowControl::ConditionalBranch => Flow::Branch(target),
        FlowControl::Call => Flow::Call(Some(target)),
        FlowControl::IndirectCall => Flow::Call(None),
        _ => Flow::Away,
    };
    assert_eq!(step.flow, flow, "{}", about());
    if flow == Flow::Next {
        let moved = i64::from(instruction.stack_pointer_increment());
        let mut info = InstructionInfoFactory::new();
        let written = info.info(&instruction).used_registers().iter().any(|used| {
            used.register().full_register() == iced_x86::Register::RSP
                && !matches!(used.access(), OpAccess::Read | OpAccess::CondRead)
        });
        if moved != 0 {
            assert_eq!(step.grows_before + step.grows_after, -moved, "{}", about());
        } else if !code.contains(&0x0f) {
            assert!(!written || step.grows_after != 0, "{}", about());
        }
    }
}

#[test]
fn bytes_at_random() {
    // Knuth's linear congruential generator for MMIX.
    let mut state: u64 = 1;
    let mut known = 0;
    for _ in 0..2_000_000 {
        let mut code = [0; 16];
        for half in code.chunks_mut(4) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            half.copy_from_slice(&((state >> 32) as u32).to_le_bytes());
        }
        // What is no instruction at all may pass for one: nobody emits it.
        if let (Some(step), Some(instruction)) = (decode(&code), iced(&code)) {
            known += 1;
            compare(&code, instruction, &step);
        }
    }
    assert!(known > 1_000_000, "only {known} are known");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn every_instruction_of_a_table() {
    use mimeo::InstructionSet;

    let table = mimeo_doc_ops::Ops::STENCILS;
    let ops = table.ops.iter().filter_map(|op| op.stencil.as_ref().ok());
    let stencils = ops.chain([&table.enter, &table.deopt_op]).chain(table.exits);
    let mut count = 0;
    for code in stencils.flat_map(|stencil| [stencil.hot, stencil.cold]) {
        let mut at = 0;
        while at < code.len() {
            let (step, instruction) = decode(&code[at..]).zip(iced(&code[at..])).expect("it is known");
            compare(&code[at..], instruction, &step);
            at += step.len_bytes as usize;
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
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
        (b"\xc5\xf9\x6f\x00", "vmovdqa (%rax), %xmm0", None),
    ];
    for (code, text, expected) in cases {
        assert_eq!(decode(code), expected, "{text}");
    }
}

#[test]
fn code_that_ends_too_early_is_not_known() {
    let code = b"\x66\x48\x81\xbc\x24\x00\x10\x00\x00\x01\x02\x03\x04"; // cmp with everything
    assert_eq!(decode(code).map(|step| step.len_bytes), Some(13));
    for len in 0..code.len() {
        assert_eq!(decode(&code[..len]), None, "{len}");
    }
}
