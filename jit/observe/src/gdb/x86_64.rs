//! x86-64 machine code → [`Step`]s, by the decoder iced-x86.

use iced_x86::{
    Decoder, DecoderOptions, FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess, OpKind,
    Register as Name,
};

use super::step::{Access, Flow, Isa, Register, Step};

pub(super) static ISA: Isa = Isa {
    decode,
    stack_pointer: Register(7),
    return_address: Register(16),
    call_pushes_bytes: 8,
    // rbx, rbp, r12 to r15.
    preserved: &[Register(3), Register(6), Register(12), Register(13), Register(14), Register(15)],
};

/// The DWARF numbers of the first 8 registers, in the order of their encoding; the others have equal numbers in both.
const DWARF: [u8; 8] = [0, 2, 1, 3, 7, 6, 4, 5];

/// Returns the register of a name, if it is a 64-bit register and not the stack pointer.
fn register(name: Name) -> Option<Register> {
    let number = name.number();
    (name.is_gpr64() && name != Name::RSP).then(|| Register(DWARF.get(number).copied().unwrap_or(number as u8)))
}

/// Decodes the first instruction of `code`; `None` if its effect on the stack is unknown.
fn decode(code: &[u8]) -> Option<Step> {
    // Decoding at address 0 makes targets distances.
    let instruction = Decoder::new(64, code, DecoderOptions::NONE).decode();
    if instruction.is_invalid() {
        return None;
    }
    let target = instruction.near_branch_target() as i64;
    let flow = match instruction.flow_control() {
        FlowControl::Next => Flow::Next,
        FlowControl::UnconditionalBranch => Flow::Jump(target),
        FlowControl::ConditionalBranch => Flow::Branch(target),
        FlowControl::Call if instruction.is_call_near() => Flow::Call(Some(target)),
        FlowControl::IndirectCall => Flow::Call(None),
        _ => Flow::Away,
    };
    let step = Step::new(instruction.len() as u32, flow);
    if flow == Flow::Next { on_the_stack(&instruction, step) } else { Some(step) }
}

/// Adds to `step` the effect of an instruction on the stack pointer, and the registers that it stores to or loads from the
/// stack.
fn on_the_stack(instruction: &Instruction, step: Step) -> Option<Step> {
    let grows = -i64::from(instruction.stack_pointer_increment());
    let of_rsp = instruction.op0_kind() == OpKind::Register && instruction.op0_register() == Name::RSP;
    // Distance of a memory operand from the stack pointer.
    let on_stack = (instruction.memory_base() == Name::RSP && instruction.memory_index() == Name::None)
        .then_some(instruction.memory_displacement64() as i64);
    Some(match (instruction.mnemonic(), instruction.op0_kind(), instruction.op1_kind()) {
        (Mnemonic::Push, OpKind::Register, _) => {
            let access = register(instruction.op0_register()).map(|register| Access::Store(register, 0));
            Step { grows_before: grows, accesses: [access, None], ..step }
        }
        (Mnemonic::Pop, OpKind::Register, _) => {
            let access = Access::Load(register(instruction.op0_register())?, 0);
            Step { grows_after: grows, accesses: [Some(access), None], ..step }
        }
        (Mnemonic::Enter | Mnemonic::Leave, ..) => return None,
        _ if grows > 0 => Step { grows_before: grows, ..step },
        _ if grows < 0 => Step { grows_after: grows, ..step },
        (Mnemonic::Add, _, OpKind::Immediate8to64 | OpKind::Immediate32to64) if of_rsp => {
            Step { grows_after: -(instruction.immediate(1) as i64), ..step }
        }
        (Mnemonic::Sub, _, OpKind::Immediate8to64 | OpKind::Immediate32to64) if of_rsp => {
            Step { grows_after: instruction.immediate(1) as i64, ..step }
        }
        (Mnemonic::Lea, ..) if of_rsp => Step { grows_after: -on_stack?, ..step },
        _ if writes_rsp(instruction) => return None,
        (Mnemonic::Mov, OpKind::Memory, OpKind::Register) => {
            let access = on_stack.zip(register(instruction.op1_register()));
            Step { accesses: [access.map(|(at, register)| Access::Store(register, at)), None], ..step }
        }
        (Mnemonic::Mov, OpKind::Register, OpKind::Memory) => {
            let access = on_stack.zip(register(instruction.op0_register()));
            Step { accesses: [access.map(|(at, register)| Access::Load(register, at)), None], ..step }
        }
        _ => step,
    })
}

fn writes_rsp(instruction: &Instruction) -> bool {
    let mut info = InstructionInfoFactory::new();
    info.info(instruction).used_registers().iter().any(|used| {
        used.register().full_register() == Name::RSP && !matches!(used.access(), OpAccess::Read | OpAccess::CondRead)
    })
}

#[cfg(test)]
mod tests;
