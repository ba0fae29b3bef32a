//! x86-64 machine code → [`Instruction`]s, by iced-x86.

use iced_x86::{
    Code, CpuidFeature, Decoder, DecoderOptions, FlowControl, InstructionInfoFactory, Mnemonic, OpAccess, OpKind,
    Register,
};
use mimeo_def::stencil::PatchKind;
use mimeo_def::{CodeOffset, Feature};

use super::{Field, FieldForm, Flow, Instruction, Need, Relative, Stack, StackAccess};

/// Decodes all of `code`.
pub(super) fn decode(code: &[u8]) -> Result<Vec<Instruction>, CodeOffset> {
    let mut decoder = Decoder::with_ip(64, code, 0, DecoderOptions::NONE);
    let mut info = InstructionInfoFactory::new();
    let mut instructions = Vec::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        let at = CodeOffset(instruction.ip() as u32);
        if instruction.is_invalid() {
            return Err(at);
        }
        let constants = decoder.get_constant_offsets(&instruction);
        let field = |offset: usize, len: usize| {
            (len > 0).then(|| Field { at: CodeOffset(at.0 + offset as u32), form: FieldForm::Bytes(len as u32) })
        };
        instructions.push(Instruction {
            at,
            len_bytes: instruction.len() as u32,
            flow: if uses_state(&instruction) { Flow::Forbidden } else { flow(&instruction) },
            stack: stack(&instruction, &mut info),
            stack_access: stack_access(&instruction),
            relative: match instruction.code() {
                _ if !instruction.is_ip_rel_memory_operand() => Relative::No,
                Code::Lea_r64_m => Relative::Address,
                _ => Relative::Memory(instruction.memory_size().size() as u32),
            },
            needs: needs(&instruction, &mut info),
            is_padding: matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3),
            fields: [
                field(constants.displacement_offset(), constants.displacement_size()),
                field(constants.immediate_offset(), constants.immediate_size()),
                field(constants.immediate_offset2(), constants.immediate_size2()),
            ]
            .into_iter()
            .flatten()
            .collect(),
        });
    }
    Ok(instructions)
}

/// Returns what an instruction requires beyond the base, which is integers, `cmov`, SSE and SSE2 on SSE registers.
fn needs(instruction: &iced_x86::Instruction, info: &mut InstructionInfoFactory) -> Vec<Need> {
    let mut needs: Vec<_> = instruction.cpuid_features().iter().filter_map(|feature| need(*feature)).collect();
    // SSE and SSE2 have instructions on MMX registers, which overlap those of x87.
    let is_mmx = info.info(instruction).used_registers().iter().any(|used| used.register().is_mm());
    if is_mmx && needs.is_empty() {
        needs.push(Need::Other("MMX".to_owned()));
    }
    needs
}

/// Converts a feature of the decoder to a requirement beyond the base.
fn need(feature: CpuidFeature) -> Option<Need> {
    let known = match feature {
        CpuidFeature::INTEL8086
        | CpuidFeature::INTEL186
        | CpuidFeature::INTEL286
        | CpuidFeature::INTEL386
        | CpuidFeature::INTEL486
        | CpuidFeature::X64
        | CpuidFeature::CMOV
        | CpuidFeature::CX8
        | CpuidFeature::SSE
        | CpuidFeature::SSE2
        // `nop`, `pause` and `endbr64`, which every 64-bit processor executes.
        | CpuidFeature::MULTIBYTENOP
        | CpuidFeature::CET_IBT
        | CpuidFeature::PAUSE => return None,
        CpuidFeature::SSE3 => Feature::Sse3,
        CpuidFeature::SSSE3 => Feature::Ssse3,
        CpuidFeature::SSE4_1 => Feature::Sse41,
        CpuidFeature::SSE4_2 => Feature::Sse42,
        CpuidFeature::POPCNT => Feature::Popcnt,
        CpuidFeature::LZCNT => Feature::Lzcnt,
        CpuidFeature::BMI1 => Feature::Bmi1,
        CpuidFeature::BMI2 => Feature::Bmi2,
        CpuidFeature::MOVBE => Feature::Movbe,
        CpuidFeature::AVX => Feature::Avx,
        CpuidFeature::AVX2 => Feature::Avx2,
        CpuidFeature::FMA => Feature::Fma,
        other => return Some(Need::Other(format!("{other:?}"))),
    };
    Some(Need::Feature(known))
}

/// Whether an instruction uses state that stencils must not access: privileged state, segments (one contains the
/// thread's variables), flags that instructions do not compute, and the rounding mode.
fn uses_state(instruction: &iced_x86::Instruction) -> bool {
    let changes_flags = matches!(
        instruction.mnemonic(),
        Mnemonic::Popf | Mnemonic::Popfd | Mnemonic::Popfq | Mnemonic::Std | Mnemonic::Lahf | Mnemonic::Sahf
    );
    let changes_rounding = matches!(instruction.mnemonic(), Mnemonic::Ldmxcsr | Mnemonic::Vldmxcsr);
    let is_special =
        |register: Register| register.is_segment_register() || register.is_cr() || register.is_dr() || register.is_tr();
    let names_special = instruction
        .op_kinds()
        .enumerate()
        .any(|(index, kind)| kind == OpKind::Register && is_special(instruction.op_register(index as u32)));
    instruction.is_privileged()
        || changes_flags
        || changes_rounding
        || names_special
        || matches!(instruction.segment_prefix(), Register::FS | Register::GS)
}

/// Returns where control goes after an instruction.
fn flow(instruction: &iced_x86::Instruction) -> Flow {
    let target = instruction.near_branch_target() as i64;
    // The meaning of a prefix before a jump differs between processors.
    let plain_bytes = match instruction {
        near if near.is_jcc_near() => 6,
        near if near.is_jmp_near() || near.is_call_near() => 5,
        _ => 2,
    };
    let is_plain = instruction.len() == plain_bytes;
    match instruction.flow_control() {
        FlowControl::Next => Flow::Next,
        FlowControl::UnconditionalBranch if is_plain => Flow::Jump(target),
        FlowControl::ConditionalBranch if is_plain => Flow::Branch(target),
        FlowControl::IndirectBranch if instruction.is_jmp_near_indirect() => Flow::IndirectJump,
        FlowControl::Return if instruction.code() == Code::Retnq => Flow::Return,
        FlowControl::Call if instruction.is_call_near() && is_plain => Flow::Call(target),
        FlowControl::IndirectCall if instruction.is_call_near_indirect() => Flow::IndirectCall,
        FlowControl::Exception => Flow::Trap,
        FlowControl::Interrupt if instruction.code() == Code::Int3 => Flow::Trap,
        // System calls, transactions, and jumps to other segments.
        _ => Flow::Forbidden,
    }
}

/// Returns the effect on the stack pointer. That of a call is 0, because the callee pops the return address.
fn stack(instruction: &iced_x86::Instruction, info: &mut InstructionInfoFactory) -> Stack {
    if matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall | FlowControl::Return) {
        return Stack::Grows(0);
    }
    let writes = info
        .info(instruction)
        .used_registers()
        .iter()
        .any(|used| used.register().full_register() == Register::RSP && !is_read(used.access()));
    if !writes {
        return Stack::Grows(0);
    }
    let moved = i64::from(instruction.stack_pointer_increment());
    let immediate = || match instruction.op1_kind() {
        OpKind::Immediate8to64 | OpKind::Immediate32to64 => Some(instruction.immediate(1) as i64),
        _ => None,
    };
    match instruction.code() {
        Code::Sub_rm64_imm8 | Code::Sub_rm64_imm32 => immediate().map_or(Stack::Lost, Stack::Grows),
        Code::Add_rm64_imm8 | Code::Add_rm64_imm32 => immediate().map_or(Stack::Lost, |by| Stack::Grows(-by)),
        Code::Lea_r64_m
            if instruction.memory_base() == Register::RSP && instruction.memory_index() == Register::None =>
        {
            Stack::Grows(-(instruction.memory_displacement64() as i64))
        }
        // `pop %rsp`, `leave` and `enter` set it to another value.
        Code::Pop_r64 | Code::Pop_rm64 if instruction.op0_register() == Register::RSP => Stack::Lost,
        Code::Leaveq | Code::Leavew | Code::Enterq_imm16_imm8 | Code::Enterw_imm16_imm8 => Stack::Lost,
        _ if moved != 0 => Stack::Grows(-moved),
        _ => Stack::Lost,
    }
}

/// Returns the memory that is accessed at a fixed distance from the stack pointer.
fn stack_access(instruction: &iced_x86::Instruction) -> Option<StackAccess> {
    let is_near = instruction.memory_base() == Register::RSP && instruction.memory_index() == Register::None;
    if !is_near || instruction.mnemonic() == Mnemonic::Lea {
        return None;
    }
    // `pop` computes its destination address after it has moved the stack pointer.
    let moved = if instruction.mnemonic() == Mnemonic::Pop { instruction.stack_pointer_increment() } else { 0 };
    let offset_bytes = (instruction.memory_displacement64() as i64).saturating_add(i64::from(moved));
    Some(StackAccess { offset_bytes, len_bytes: instruction.memory_size().size().max(1) as u32 })
}

/// Whether the access does not change the register.
fn is_read(access: OpAccess) -> bool {
    matches!(access, OpAccess::None | OpAccess::Read | OpAccess::CondRead | OpAccess::NoMemAccess)
}

/// Returns the patch kind of an absolute 32-bit field.
pub(super) fn absolute32(code: &[u8], instruction: &Instruction, at: CodeOffset) -> PatchKind {
    let code = code.get(instruction.at.0 as usize..instruction.end() as usize).unwrap_or_default();
    let mut decoder = Decoder::new(64, code, DecoderOptions::NONE);
    let decoded = decoder.decode();
    let constants = decoder.get_constant_offsets(&decoded);
    let is_immediate = constants.immediate_size() == 4
        && u32::try_from(constants.immediate_offset()).is_ok_and(|offset| instruction.at.0 + offset == at.0);
    let extends = decoded.op_kinds().any(|kind| kind == OpKind::Immediate32to64);
    if is_immediate && !extends { PatchKind::X86Abs32 } else { PatchKind::X86Abs32Signed }
}

/// Writes a 32-bit relative field. Returns `false` if the distance is too large.
pub(super) fn fill_relative(code: &mut [u8], at: CodeOffset, distance_bytes: i64) -> bool {
    let at = at.0 as usize;
    match (i32::try_from(distance_bytes), code.get_mut(at..at + 4)) {
        (Ok(distance), Some(field)) => {
            field.copy_from_slice(&distance.to_le_bytes());
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes one instruction.
    fn one(bytes: &[u8]) -> Instruction {
        let code = decode(bytes).unwrap();
        assert_eq!(code.len(), 1);
        code[0].clone()
    }

    #[test]
    fn stack_pointer() {
        let cases: [(&[u8], &str, Stack); 15] = [
            (b"\x50", "push %rax", Stack::Grows(8)),
            (b"\x6a\x01", "push $1", Stack::Grows(8)),
            (b"\xff\x30", "push (%rax)", Stack::Grows(8)),
            (b"\x58", "pop %rax", Stack::Grows(-8)),
            (b"\x48\x83\xec\x18", "sub $24, %rsp", Stack::Grows(24)),
            (b"\x48\x81\xc4\x00\x10\x00\x00", "add $4096, %rsp", Stack::Grows(-4096)),
            (b"\x48\x8d\x64\x24\x08", "lea 8(%rsp), %rsp", Stack::Grows(-8)),
            (b"\xe8\x00\x00\x00\x00", "call .+5", Stack::Grows(0)),
            (b"\x48\x89\xe5", "mov %rsp, %rbp", Stack::Grows(0)),
            (b"\x48\x8b\x44\x24\x08", "mov 8(%rsp), %rax", Stack::Grows(0)),
            (b"\x48\x89\xec", "mov %rbp, %rsp", Stack::Lost),
            (b"\x48\x83\xe4\xf0", "and $-16, %rsp", Stack::Lost),
            (b"\x5c", "pop %rsp", Stack::Lost),
            (b"\xc9", "leave", Stack::Lost),
            (b"\x48\x8d\x24\x04", "lea (%rsp,%rax), %rsp", Stack::Lost),
        ];
        for (bytes, text, expected) in cases {
            assert_eq!(one(bytes).stack, expected, "{text}");
        }
    }

    #[test]
    fn stack_accesses() {
        let access = |offset_bytes, len_bytes| Some(StackAccess { offset_bytes, len_bytes });
        let cases: [(&[u8], &str, Option<StackAccess>); 6] = [
            (b"\x48\x8b\x44\x24\x08", "mov 8(%rsp), %rax", access(8, 8)),
            (b"\x0f\x29\x44\x24\xf0", "movaps %xmm0, -16(%rsp)", access(-16, 16)),
            (b"\xff\x74\x24\x08", "push 8(%rsp)", access(8, 8)),
            (b"\x8f\x44\x24\x08", "pop 8(%rsp)", access(16, 8)),
            (b"\x48\x8d\x64\x24\x08", "lea 8(%rsp), %rsp", None),
            (b"\x48\x8b\x46\x08", "mov 8(%rsi), %rax", None),
        ];
        for (bytes, text, expected) in cases {
            assert_eq!(one(bytes).stack_access, expected, "{text}");
        }
    }

    #[test]
    fn control_flow() {
        let cases: [(&[u8], &str, Flow); 11] = [
            (b"\xe9\x03\x00\x00\x00", "jmp .+8", Flow::Jump(8)),
            (b"\xeb\xfe", "jmp .", Flow::Jump(0)),
            (b"\x0f\x8c\x00\x00\x00\x00", "jl .+6", Flow::Branch(6)),
            (b"\xe8\x00\x00\x00\x00", "call .+5", Flow::Call(5)),
            (b"\xff\xe0", "jmp *%rax", Flow::IndirectJump),
            (b"\xff\xd0", "call *%rax", Flow::IndirectCall),
            (b"\xc3", "ret", Flow::Return),
            (b"\x0f\x0b", "ud2", Flow::Trap),
            (b"\xcc", "int3", Flow::Trap),
            (b"\x0f\x05", "syscall", Flow::Forbidden),
            (b"\xcd\x80", "int $0x80", Flow::Forbidden),
        ];
        for (bytes, text, expected) in cases {
            assert_eq!(one(bytes).flow, expected, "{text}");
        }
    }

    #[test]
    fn fields_are_displacements_and_immediates() {
        // movq $imm32, disp8(%rdx): only the immediate is of a hole's size.
        let instruction = one(b"\x48\xc7\x42\x10\x00\x00\x00\x00");
        let field = |at, len| Field { at: CodeOffset(at), form: FieldForm::Bytes(len) };
        assert_eq!(instruction.fields, [field(3, 1), field(4, 4)]);
        // movsd disp32(%rip), %xmm0
        let instruction = one(b"\xf2\x0f\x10\x05\x00\x00\x00\x00");
        assert_eq!((instruction.fields, instruction.relative), (vec![field(4, 4)], Relative::Memory(8)));
        // movabs $imm64, %rax
        assert_eq!(one(b"\x48\xb8\0\0\0\0\0\0\0\0").fields, [field(2, 8)]);
    }

    #[test]
    fn invalid_instructions_are_placed() {
        assert_eq!(decode(b"\x90\x06"), Err(CodeOffset(1)));
        assert_eq!(decode(b"\x90\xe9\x00"), Err(CodeOffset(1)));
    }
}
