//! Each op of the reference in a loop of its own, on edge cases: optimized code does what the interpreter does.

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::op::{OpInfo, OperandKind};
use mimeo::jit::HasJit;
use mimeo::program::{Program, Verified};
use mimeo::{InstructionSet, Limits};
use mimeo_corpus::Mode;
use mimeo_tests::machines::machine_with;
use mimeo_tests::reference::reference_ops::Ops;
use mimeo_twins::{Language, Random};

use crate::charges::measured;
use crate::nans::{FLOATS, is_plain};
use crate::twins::Reference;

/// The slots of the two operands, of the number of iterations, and of the results.
const OPERANDS: u16 = 2;
const N: u64 = 2;
const RESULTS: u16 = 8;

/// Appends an instruction whose operands are what `word` makes of their kinds.
fn append(code: &mut Vec<u16>, info: &OpInfo, op: usize, mut word: impl FnMut(OperandKind) -> u64) {
    code.push(op as u16);
    for operand in info.operands {
        let word = word(operand.kind);
        code.extend((0..operand.kind.len_units()).map(|unit| (word >> (16 * unit)) as u16));
    }
}

/// Returns a function that runs an op in a loop, with random numbers in the instruction, and returns its first result.
fn looping(op: usize, random: &mut Random) -> FunctionBody {
    let (mut code, mut operands, mut results) = (Vec::new(), 0, RESULTS);
    append(&mut code, &Ops::OPS[op], op, |kind| match kind {
        OperandKind::Slot { output: true } => {
            results += 1;
            (results - 1).into()
        }
        OperandKind::Slot { output: false } => {
            operands += 1;
            ((operands - 1) % OPERANDS).into()
        }
        OperandKind::Immediate { scalar, .. } => random.immediate(scalar),
        _ => 0,
    });
    let find = |name| Ops::OPS.iter().position(|info| info.name == name).expect("the reference has it");
    let (count_down, ret) = (find("count_down"), find("ret"));
    append(&mut code, &Ops::OPS[count_down], count_down, |kind| if kind == OperandKind::Label { 0 } else { N });
    append(&mut code, &Ops::OPS[ret], ret, |_| RESULTS.into());
    let constants = vec![random.edge_bits()];
    FunctionBody { name: "loop".into(), arity: 3, locals: 16, code, constants, ..FunctionBody::default() }
}

/// Runs a function on each pair of operands. Returns the results, the state, and how many loops were optimized.
fn run(
    program: &Program<Ops, Verified>,
    mode: &Mode,
    pairs: &[(i64, i64)],
) -> (Vec<i64>, <Reference as Language<Ops>>::Snapshot, u64) {
    let state = Reference.state(&mut Random::new(3));
    let mut machine = machine_with::<Ops>(state, Limits::default(), &Reference.spaces(), mode.jit.clone());
    let function = machine.load(program).expect("it has the spaces").function(FunctionIndex(0));
    let results = pairs.iter().map(|&(a, b)| machine.call(function, &[a, b, 3]).unwrap_or(-1)).collect();
    let loops = machine.jit().map_or(0, |jit| jit.stats().optimized.loops);
    (results, Reference.snapshot(machine.vm()), loops)
}

#[test]
fn every_op_of_the_reference_does_the_same_in_an_optimized_loop() {
    let mut random = Random::new(11);
    let mut optimized = Vec::new();
    for (op, info) in Ops::OPS.iter().enumerate().filter(|(_, info)| is_plain(info)) {
        for _ in 0..6 {
            let random_pairs = (0..60).map(|_| (random.edge_bits(), random.edge_bits())).collect::<Vec<_>>();
            let floats = FLOATS.iter().flat_map(|&a| FLOATS.map(|b| (a, b)));
            let pairs: Vec<(i64, i64)> =
                random_pairs.into_iter().chain(floats).map(|(a, b)| (a as i64, b as i64)).collect();
            let program = Program::new(vec![looping(op, &mut random)], Reference.spaces());
            let program = program.verify().unwrap_or_else(|error| panic!("`{}`: {error}", info.name));
            let expected = run(&program, &Mode::interpreter(), &pairs);
            for mode in &measured()[..2] {
                let found = run(&program, mode, &pairs);
                assert_eq!((&found.0, &found.1), (&expected.0, &expected.1), "`{}`, {mode}", info.name);
                optimized.extend((found.2 > 0).then_some(info.name));
            }
        }
    }
    for name in [
        "and",
        "casts",
        "singles",
        "average",
        "bits",
        "floats",
        "from_bits",
        "extremes",
        "signs",
        "pointers",
        "unaligned",
    ] {
        assert!(optimized.contains(&name), "the loop around `{name}` is optimized");
    }
}
