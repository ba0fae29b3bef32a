//! Programs that run each op on NaNs of every kind: interpreter and native code have the same bits in every
//! result, and the same state.

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::op::{OpInfo, OperandKind, Scalar};
use mimeo::jit::{JitConfig, Mode};
use mimeo::program::Program;
use mimeo::{InstructionSet, Limits, Machine, Operands, Value};
use mimeo_tests::corners::corner_ops;
use mimeo_tests::registers::register_ops;
use mimeo_tests::stack::stack_ops;
use mimeo_twins::{Language, Random};

use crate::corners::Corners;
use crate::twins::{Registers, Stack};
use mimeo_tests::machines::machine_with;

/// Quiet and signalling NaNs of both signs, with and without payloads, and numbers to compute with. The last are words
/// with floats of 32 bits.
pub(crate) const FLOATS: [u64; 20] = [
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ffc_0000_0000_0001,
    0xfffa_dead_beef_0001,
    0x7ff4_0000_0000_0001,
    0xfff0_0000_0000_0001,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0,
    0x8000_0000_0000_0000,
    0x4004_0000_0000_0000,
    0x3ff8_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0x7fc0_0000,
    0xffd0_0001,
    0x7fa0_0001,
    0xff80_0001,
    0x7f80_0000,
    0x8000_0000,
    0x3fc0_0000,
];

/// The first slot of results on a register machine. Operands are in the slots before it.
const FIRST_RESULT: u16 = 8;

/// Returns `true` if all operands of the op are values or numbers.
pub(crate) fn is_plain(info: &OpInfo) -> bool {
    let plain = |kind: OperandKind| match kind {
        OperandKind::Slot { .. } | OperandKind::Stack { .. } | OperandKind::Constant => true,
        OperandKind::Immediate { space, .. } => space.is_none(),
        _ => false,
    };
    info.control.falls_through && !info.control.calls && info.operands.iter().all(|operand| plain(operand.kind))
}

fn is_result(kind: OperandKind) -> bool {
    matches!(kind, OperandKind::Slot { output: true } | OperandKind::Stack { output: true, .. })
}

fn op_called<I: InstructionSet>(name: &str) -> u16 {
    let index = I::OPS.iter().position(|info| info.name == name);
    index.unwrap_or_else(|| panic!("`{}` has no op `{name}`", I::NAME)) as u16
}

/// Returns a function that runs an op on its arguments, with floats as other operands, and returns one of the results.
fn function<I: InstructionSet>(op: u16, result: u16, float: u64) -> FunctionBody {
    let info = &I::OPS[op as usize];
    let is_stack = I::OPERANDS == Operands::Stack;
    let mut code = Vec::new();
    if is_stack {
        (0..info.pops).for_each(|argument| code.extend([op_called::<I>("get_local"), argument]));
    }
    code.push(op);
    let (mut next_argument, mut next_result) = (0, FIRST_RESULT);
    for operand in info.operands {
        match operand.kind {
            OperandKind::Slot { output } => {
                let next = if output { &mut next_result } else { &mut next_argument };
                code.push(*next);
                *next += 1;
            }
            OperandKind::Constant => code.push(0),
            OperandKind::Immediate { scalar: Scalar::F32, .. } => {
                // As a word, or the upper half of a double.
                let bits = if float >> 32 == 0 { float } else { float >> 32 };
                code.extend([bits, bits >> 16].map(|unit| unit as u16));
            }
            OperandKind::Immediate { scalar: Scalar::F64, .. } => {
                code.extend([float, float >> 16, float >> 32, float >> 48].map(|unit| unit as u16));
            }
            OperandKind::Immediate { scalar, .. } => {
                code.extend((0..scalar.len_units()).map(|unit| (unit == 0) as u16))
            }
            _ => {}
        }
    }
    if is_stack {
        (result + 1..info.pushes).for_each(|_| code.push(op_called::<I>("pop")));
        code.push(op_called::<I>("ret"));
    } else {
        code.extend([op_called::<I>("ret"), FIRST_RESULT + result]);
    }
    let constants = vec![float];
    FunctionBody { name: info.name.into(), arity: 3, locals: 24, code, constants, ..FunctionBody::default() }
}

/// Runs the functions of all plain ops on the same arguments.
fn run<I: InstructionSet, L: Language<I>>(
    language: &L,
    program: &Program<I, mimeo::program::Verified>,
    config: Option<JitConfig>,
) -> (Vec<Result<u64, String>>, L::Snapshot) {
    let state = language.state(&mut Random::new(3));
    let mut machine: Machine<I> = machine_with(state, Limits::default(), &language.spaces(), config);
    let linked = machine.load(program).expect("it has the spaces");
    let mut results = Vec::new();
    for index in 0..program.functions().len() as u32 {
        for (a, b) in FLOATS.iter().flat_map(|&a| FLOATS.map(|b| (a, b))) {
            // SAFETY: the values of these sets are numbers.
            let args = [a, b, a].map(|bits| unsafe { I::Value::from_bits(bits) });
            let result = machine.call(linked.function(FunctionIndex(index)), &args);
            results.push(result.map(Value::to_bits).map_err(|trap| trap.kind.to_string()));
        }
    }
    (results, language.snapshot(machine.vm()))
}

/// Compares all plain ops of an instruction set; returns their names.
fn check<I: InstructionSet, L: Language<I>>(language: &L) -> Vec<&'static str> {
    let plain: Vec<u16> = (0..I::OPS.len() as u16).filter(|&op| is_plain(&I::OPS[op as usize])).collect();
    for float in FLOATS {
        for &op in &plain {
            let info = &I::OPS[op as usize];
            let results = info.operands.iter().filter(|operand| is_result(operand.kind)).count().max(1) as u16;
            if I::OPERANDS == Operands::Stack && info.pushes == 0 {
                continue;
            }
            let functions = (0..results).map(|result| function::<I>(op, result, float)).collect();
            let program = Program::<I, _>::new(functions, language.spaces()).verify();
            let program = program.unwrap_or_else(|error| panic!("`{}`: {error}", info.name));
            let interpreted = run(language, &program, None);
            let config = JitConfig::new(Mode::On);
            let native = run(language, &program, Some(config));
            assert!(
                interpreted == native,
                "`{}` of `{}` with {float:#x}: {interpreted:x?} {native:x?}",
                info.name,
                I::NAME
            );
        }
    }
    plain.into_iter().map(|op| I::OPS[op as usize].name).collect()
}

#[test]
fn every_op_gives_the_same_bits_in_both_tiers_for_all_nans() {
    let registers = check::<register_ops::Ops, _>(&Registers);
    let stack = check::<stack_ops::Ops, _>(&Stack);
    let corners = check::<corner_ops::Ops, _>(&Corners);
    let contains = |ops: &[&str], all: &[&str]| all.iter().all(|op| ops.contains(op));
    assert!(contains(&registers, &["add", "add_floats", "change_float", "change_late", "options", "call_floats"]));
    assert!(contains(&stack, &["float_arithmetic", "float_methods", "float_quiet", "float_passes", "float_paths"]));
    assert!(contains(&stack, &["float_multiply_add", "float_constants", "compare_f64", "cast_f64", "imm_f64"]));
    assert!(contains(&stack, &["float_extremes", "single_extremes", "float_signs", "single_signs"]));
    assert!(contains(&stack, &["single_arithmetic", "single_methods", "single_quiet", "cast_f32", "imm_f32"]));
    assert!(contains(&corners, &["floats", "singles", "casts"]));
}
