//! Bytecode that no compiler made is refused with an error or runs without a crash, the same in all tiers.

use calc::ops::ops as calc_ops;
use mimeo::asm::{FunctionBody, Handler};
use mimeo::def::op::{OpInfo, OperandKind, Scalar};
use mimeo::def::{Pc, Slot};
use mimeo::program::Program;
use mimeo::{Disassembly, Operands, VerifyError, VerifyErrorKind};
use mimeo_tests::hostile::{Fate, Hostile, check};
use mimeo_tests::registers::register_ops;
use mimeo_tests::stack::stack_ops;
use mimeo_twins::Random;

/// Numbers of programs that were refused, run, and run with optimized loops.
#[derive(Debug, Default)]
struct Count {
    refused: usize,
    run: usize,
    optimized: usize,
}

impl Count {
    fn add(&mut self, fate: Fate) {
        match fate {
            Fate::Refused => self.refused += 1,
            Fate::Run { optimized } => {
                self.run += 1;
                self.optimized += usize::from(optimized);
            }
        }
    }
}

/// Where the target of a jump is written: in the code, or in the function's list of labels.
enum Jump {
    Operand(usize),
    Listed(usize),
}

/// Returns a function of random ops with operands in range. The depths of the operand stack mostly match.
fn random_body<I: Hostile>(random: &mut Random, index: u32, functions: u32) -> FunctionBody {
    let locals = 1 + random.below(6) as u16;
    let mut body = FunctionBody {
        name: format!("f{index}"),
        arity: ARITY.min(locals),
        locals,
        code: Vec::new(),
        constants: (0..4).map(|_| random.edge_bits()).collect(),
        ..FunctionBody::default()
    };
    let stack = I::OPERANDS == Operands::Stack;
    let mut depth = 0;
    // Offsets of ops, with the depth of the operand stack there.
    let mut starts = Vec::new();
    let mut labels = Vec::new();
    let mut left = random.below(12);
    loop {
        let candidates = |last: bool| -> Vec<usize> {
            let fits = |info: &OpInfo| {
                let ends = !info.control.falls_through && !info.control.calls;
                let fits = !stack || info.pops <= depth && (depth < 40 || info.pushes <= info.pops);
                let callee = !info.control.calls || index + 1 < functions;
                // The last op ends the function, and no other op does.
                fits && callee && last == (ends && info.control.returns) && (!ends || last)
            };
            (0..I::OPS.len()).filter(|&op| fits(&I::OPS[op])).collect()
        };
        let mut fitting = candidates(left == 0);
        if fitting.is_empty() {
            // The stack is still empty, so nothing can be returned.
            (fitting, left) = (candidates(false), left + 1);
        }
        let op = random.pick(&fitting);
        let info = &I::OPS[op];
        starts.push((body.code.len() as u32, depth));
        body.code.push(op as u16);
        let mut window = 0;
        let after = depth - info.pops * u16::from(stack) + info.pushes * u16::from(stack);
        for operand in info.operands {
            let bits = match operand.kind {
                OperandKind::Slot { .. } => random.below(u64::from(locals)),
                OperandKind::Immediate { space: Some(space), .. } => {
                    random.below(I::SPACES.iter().find(|(name, _)| *name == space).map_or(1, |&(_, len)| len.into()))
                }
                OperandKind::Immediate { scalar: Scalar::Bool, .. } => random.below(2),
                OperandKind::Immediate { scalar: Scalar::U8, .. } => random.below(256),
                OperandKind::Immediate { scalar: Scalar::I8, .. } => random.bits() as i8 as u64,
                OperandKind::Immediate { .. } => random.edge_bits(),
                OperandKind::Constant => random.below(4),
                OperandKind::Window => {
                    let len = u64::from(ARITY).min(locals.into());
                    random.below(u64::from(locals) - len + 1) | len << 16
                }
                OperandKind::StackWindow => {
                    window = ARITY.min(depth - info.pops);
                    window.into()
                }
                OperandKind::Function => u64::from(index + 1) + random.below(u64::from(functions - index - 1).max(1)),
                OperandKind::Label => {
                    labels.push((Jump::Operand(body.code.len()), starts.len(), after));
                    0
                }
                OperandKind::Labels => {
                    let (start, len) = (body.labels.len(), 1 + random.below(4));
                    for _ in 0..len {
                        labels.push((Jump::Listed(body.labels.len()), starts.len(), after));
                        body.labels.push(Pc(0));
                    }
                    start as u64 | len << 32
                }
                OperandKind::Stack { .. } | OperandKind::Cache { .. } => 0,
            };
            body.code.extend((0..operand.kind.len_units()).map(|unit| (bits >> (16 * unit)) as u16));
        }
        if stack {
            depth = depth - info.pops - window + info.pushes;
        }
        if left == 0 {
            break;
        }
        left -= 1;
    }
    for (at, next, depth) in labels {
        // A third of the jumps may go backwards.
        let first = if random.once_in(3) { 0 } else { next.min(starts.len() - 1) };
        let later = &starts[first..];
        let fitting: Vec<_> = later.iter().copied().filter(|&(_, found)| found == depth).collect();
        let (target, _) = if fitting.is_empty() { later[0] } else { random.pick(&fitting) };
        match at {
            Jump::Operand(at) => (body.code[at], body.code[at + 1]) = (target as u16, (target >> 16) as u16),
            Jump::Listed(index) => body.labels[index] = Pc(target),
        }
    }
    body
}

/// Arity of every random function that has enough slots.
const ARITY: u16 = 1;

/// Makes a random change to a random function.
fn mutate(functions: &mut [FunctionBody], random: &mut Random) {
    let index = random.below(functions.len() as u64) as usize;
    let body = &mut functions[index];
    let at = random.below(body.code.len() as u64) as usize;
    let small = random.below(12) as u16;
    match random.below(10) {
        0 => body.code.truncate(at),
        1 => body.code.insert(at, small),
        2 if !body.code.is_empty() => {
            body.code.remove(at);
        }
        3 => body.locals = small,
        4 => body.arity = small.min(3),
        5 => body.constants.truncate(usize::from(small)),
        6 if random.once_in(2) => body.labels.truncate(usize::from(small)),
        6 => body.code.extend_from_within(at..),
        7 if !body.code.is_empty() => body.code[at] = random.bits() as u16,
        8 if !body.code.is_empty() => body.code[at] ^= 1 << random.below(16),
        _ if !body.code.is_empty() => body.code[at] = small,
        _ => body.constants.push(0),
    }
}

/// Checks programs of random ops, without and with mistakes, and programs of random numbers.
fn random_programs<I: Hostile>(seed: u64, iterations: u64) -> Count {
    let mut count = Count::default();
    for iteration in 0..iterations {
        let mut random = Random::new(seed ^ iteration << 8);
        let functions = 1 + random.below(3) as u32;
        let mut bodies: Vec<_> = (0..functions).map(|index| random_body::<I>(&mut random, index, functions)).collect();
        for _ in 0..random.below(4) {
            mutate(&mut bodies, &mut random);
        }
        if random.once_in(10) {
            for unit in &mut bodies[0].code {
                *unit = random.below(I::OPS.len() as u64 + 2) as u16;
            }
        }
        count.add(check::<I>(bodies, &format!("iteration {iteration}")));
    }
    count
}

#[test]
fn random_register_programs() {
    let count = random_programs::<register_ops::Ops>(1, 2000);
    assert!(count.run >= 400 && count.optimized >= 3 && count.refused >= 400, "{count:?}");
}

#[test]
fn random_stack_programs() {
    let count = random_programs::<stack_ops::Ops>(2, 5000);
    assert!(count.run >= 400 && count.optimized >= 3 && count.refused >= 400, "{count:?}");
}

#[test]
fn random_calc_programs() {
    let count = random_programs::<calc_ops::Ops>(3, 2000);
    assert!(count.run >= 400 && count.optimized >= 3 && count.refused >= 400, "{count:?}");
}

/// The compiled programs of calc's corpus, with a few mistakes in each.
#[test]
fn mutated_calc_programs() {
    let mut count = Count::default();
    for (index, program) in mimeo_corpus::program::CALC.programs(100).iter().enumerate() {
        let Ok(program) = calc::compile(&program.text) else { continue };
        for iteration in 0..30 {
            let seed = (index as u64) << 8 | iteration;
            let mut random = Random::new(seed);
            let mut functions = program.functions().to_vec();
            for _ in 0..=random.below(2) {
                mutate(&mut functions, &mut random);
            }
            count.add(check::<calc_ops::Ops>(functions, &format!("seed {seed}")));
        }
    }
    assert!(count.run >= 400 && count.optimized >= 100 && count.refused >= 400, "{count:?}");
}

type StackOp = stack_ops::Opcode;
type RegisterOp = register_ops::Opcode;

fn body(arity: u16, locals: u16, code: Vec<u16>) -> FunctionBody {
    FunctionBody { name: "f".into(), arity, locals, code, constants: vec![1, 2], ..FunctionBody::default() }
}

fn refused<I: Hostile>(functions: Vec<FunctionBody>) -> (VerifyErrorKind, String) {
    match Program::<I, _>::new(functions, I::SPACES.to_vec()).verify() {
        Ok(_) => panic!("it was accepted"),
        Err(error @ VerifyError { .. }) => (error.kind.clone(), error.to_string()),
    }
}

/// Asserts the kind and the message of the first mistake in these functions.
fn expect<I: Hostile>(functions: Vec<FunctionBody>, kind: VerifyErrorKind, message: &str) {
    assert_eq!(refused::<I>(functions), (kind, message.to_owned()));
}

fn stack(code: Vec<u16>, kind: VerifyErrorKind, message: &str) {
    expect::<stack_ops::Ops>(vec![body(0, 1, code)], kind, message);
}

fn register(code: Vec<u16>, kind: VerifyErrorKind, message: &str) {
    expect::<register_ops::Ops>(vec![body(1, 3, code)], kind, message);
}

const PUSH: u16 = StackOp::Push as u16;
const POP: u16 = StackOp::Pop as u16;
const RET: u16 = StackOp::Ret as u16;

#[test]
fn unknown_opcode() {
    let kind = VerifyErrorKind::UnknownOpcode { opcode: 9999 };
    stack(vec![9999], kind, "function `f`, 0000: there is no op 9999");
}

#[test]
fn cut_off() {
    let message = "function `f`, 0000 `push`: the op takes 5 units, but the code ends after 2";
    stack(vec![PUSH, 1], VerifyErrorKind::CutOff { need: 5, have: 2 }, message);
}

#[test]
fn slot_outside_frame() {
    let message = "function `f`, 0000 `copy`: `a` is slot 3, but the frame has 3";
    let kind = VerifyErrorKind::SlotOutsideFrame { operand: "a", slot: 3, locals: 3 };
    register(vec![RegisterOp::Copy as u16, 0, 3], kind, message);
}

#[test]
fn window_outside_frame() {
    let kind = |start, len| VerifyErrorKind::WindowOutsideFrame { operand: "args", start, len, locals: 3 };
    let message = "function `f`, 0000 `call`: `args` is 2 slots from slot 2 on, but the frame has 3";
    register(vec![RegisterOp::Call as u16, 0, 0, 2, 2], kind(2, 2), message);
    // The result of a call without arguments also needs a slot.
    let message = "function `f`, 0000 `call`: `args` is empty at slot 3, but the frame has 3; the first slot of a window \
                   receives the result, even of a call without arguments";
    register(vec![RegisterOp::Call as u16, 0, 0, 3, 0], kind(3, 0), message);
}

#[test]
fn constant_outside_pool() {
    let message = "function `f`, 0000 `load`: `value` is constant 2, but the pool has 2";
    let kind = VerifyErrorKind::ConstantOutsidePool { operand: "value", index: 2, len: 2 };
    register(vec![RegisterOp::Load as u16, 0, 2], kind, message);
}

#[test]
fn label_not_an_op() {
    let message = "function `f`, 0000 `jump`: `to` is 0001, where no op starts";
    let kind = VerifyErrorKind::LabelNotAnOp { operand: "to", target: Pc(1) };
    stack(vec![StackOp::Jump as u16, 1, 0], kind, message);
    let message = "function `f`, 0000 `jump`: `to` is 65536, where no op starts";
    let kind = VerifyErrorKind::LabelNotAnOp { operand: "to", target: Pc(65536) };
    stack(vec![StackOp::Jump as u16, 0, 1], kind, message);
}

#[test]
fn lists_of_labels() {
    let jump = RegisterOp::JumpToOne as u16;
    let message = "function `f`, 0000 `jump_to_one`: `to` has no label, but the last one is where other indices go";
    let kind = |start, len| VerifyErrorKind::LabelsOutsideList { operand: "to", start, len, labels: 0 };
    register(vec![jump, 0, 0, 0, 0], kind(0, 0), message);
    let message = "function `f`, 0000 `jump_to_one`: `to` is 2 labels from 0 on, but the list has 0";
    register(vec![jump, 0, 0, 0, 2], kind(0, 2), message);
    let message =
        "function `f`, 0000 `jump_to_one`: `to` starts at label 65537 of the list, but the next that no op has is 0";
    let kind = VerifyErrorKind::LabelsOutOfOrder { operand: "to", start: 65537, next: 0 };
    register(vec![jump, 0, 1, 1, 1], kind, message);

    let verify = |labels: &[u32], code| {
        let labels = labels.iter().copied().map(Pc).collect();
        let body = FunctionBody { labels, ..body(0, 1, code) };
        Program::<register_ops::Ops, _>::new(vec![body], vec![]).verify().map(|program| program.facts()[0].clone())
    };
    let twice = vec![jump, 0, 0, 0, 2, jump, 0, 2, 0, 1];
    let cut = FunctionBody { labels: vec![Pc(5), Pc(0)], ..body(0, 1, twice.clone()) };
    let listing = Disassembly::<register_ops::Ops>::new(&cut);
    let text = "f (arity 0, locals 1)\n  0000  jump_to_one r0, ->[0005 0000]\n  0005  jump_to_one r0, ->[???]\n";
    assert_eq!(listing.to_string(), text);
    let facts = verify(&[5, 0, 5], twice.clone()).expect("each op has its own labels");
    // The second label of the first op leads back to it, and that of the second op to that.
    assert_eq!(facts.polls, [Pc(0), Pc(5)]);
    let error = |labels: &[u32], code| verify(labels, code).expect_err("it is refused").kind;
    assert_eq!(error(&[5, 1, 5], twice.clone()), VerifyErrorKind::LabelNotAnOp { operand: "to", target: Pc(1) });
    assert_eq!(error(&[5, 0, 10], twice), VerifyErrorKind::LabelNotAnOp { operand: "to", target: Pc(10) });
    // Labels of two ops cannot be the same elements of the list: jumps to them arrive at different places.
    let shared = vec![jump, 0, 0, 0, 2, jump, 0, 1, 0, 1];
    let kind = VerifyErrorKind::LabelsOutOfOrder { operand: "to", start: 1, next: 2 };
    assert_eq!(error(&[5, 0, 5], shared), kind);
}

#[test]
fn no_such_function() {
    let message = "function `f`, 0000 `call`: `callee` is function 1, but the program has 1";
    let kind = VerifyErrorKind::NoSuchFunction { operand: "callee", index: 1, len: 1 };
    register(vec![RegisterOp::Call as u16, 1, 0, 0, 0], kind, message);
}

#[test]
fn wrong_arity() {
    let message = "function `f`, 0000 `call`: `f` takes 1 arguments, but the call passes 2";
    let kind = VerifyErrorKind::WrongArity { callee: "f".into(), takes: 1, given: 2 };
    register(vec![RegisterOp::Call as u16, 0, 0, 0, 2], kind, message);
    let message = "function `f`, 0000 `call`: `f` takes 0 arguments, but the call passes 1";
    let kind = VerifyErrorKind::WrongArity { callee: "f".into(), takes: 0, given: 1 };
    stack(vec![StackOp::Call as u16, 0, 0, 1], kind, message);
}

#[test]
fn immediate_out_of_range() {
    let kind = |operand, scalar, bits| VerifyErrorKind::ImmediateOutOfRange { operand, scalar, bits };
    let message = "function `f`, 0000 `imm_bool`: `value` is 0x2, which is not a valid Bool";
    stack(vec![StackOp::ImmBool as u16, 2], kind("value", Scalar::Bool, 2), message);
    let whole = vec![StackOp::ImmBool as u16, 1, RET];
    assert!(Program::<stack_ops::Ops, _>::new(vec![body(0, 1, whole)], vec![]).verify().is_ok());
    let message = "function `f`, 0000 `imm_u8`: `value` is 0x100, which is not a valid U8";
    stack(vec![StackOp::ImmU8 as u16, 0x100], kind("value", Scalar::U8, 0x100), message);
    let message = "function `f`, 0000 `imm_i8`: `value` is 0x80, which is not a valid I8";
    stack(vec![StackOp::ImmI8 as u16, 0x80], kind("value", Scalar::I8, 0x80), message);
}

#[test]
fn index_outside_space() {
    let message = "function `f`, 0000 `get_cell`: `index` is index 8, but `cells` has 8";
    let kind = VerifyErrorKind::IndexOutsideSpace { operand: "index", space: "cells", index: 8, len: 8 };
    stack(vec![StackOp::GetCell as u16, 8], kind, message);
    // A space without a size has no elements.
    let error = Program::<stack_ops::Ops, _>::new(vec![body(0, 1, vec![StackOp::GetCell as u16, 0])], vec![]).verify();
    let kind = VerifyErrorKind::IndexOutsideSpace { operand: "index", space: "cells", index: 0, len: 0 };
    let error = error.expect_err("the space has no elements");
    assert_eq!(error.kind, kind);
    let message = "function `f`, 0000 `get_cell`: `index` is index 0, but `cells` has 0: `ProgramBuilder::set_space` gives \
                   it a size";
    assert_eq!(error.to_string(), message);
}

#[test]
fn stack_underflow() {
    let message = "function `f`, 0000 `pop`: pops 1 values, but the operand stack has 0";
    stack(vec![POP], VerifyErrorKind::StackUnderflow { depth: 0, pops: 1 }, message);
    let message = "function `f`, 0000 `window_len`: pops 65535 values, but the operand stack has 0";
    let kind = VerifyErrorKind::StackUnderflow { depth: 0, pops: 65535 };
    stack(vec![StackOp::WindowLen as u16, 65535], kind, message);
}

#[test]
fn depths_differ() {
    // A loop that pushes.
    let message = "function `f`, 0005 `jump`: the operand stack is 0 deep on one path to 0000 and 1 on another";
    let kind = VerifyErrorKind::DepthsDiffer { at: Pc(0), one: 0, other: 1 };
    stack(vec![PUSH, 0, 0, 0, 0, StackOp::Jump as u16, 0, 0], kind, message);
}

#[test]
fn stack_too_deep() {
    let mut code = [PUSH, 0, 0, 0, 0].repeat(60_001);
    code.push(RET);
    let message = "function `f`, 300000 `push`: the operand stack is deeper than 60000 values";
    stack(code, VerifyErrorKind::StackTooDeep, message);
}

#[test]
fn runs_off_the_end() {
    let message = "function `f`, 0000 `push`: control runs off the end of the code";
    stack(vec![PUSH, 0, 0, 0, 0], VerifyErrorKind::RunsOffTheEnd, message);
}

#[test]
fn arity_above_locals() {
    let message = "function `f`, 0000 `ret`: 2 arguments do not fit 1 slots";
    let kind = VerifyErrorKind::ArityAboveLocals { arity: 2, locals: 1 };
    expect::<stack_ops::Ops>(vec![body(2, 1, vec![RET])], kind, message);
}

/// Returns a function of three ops, at 0, 3 and 6, with one handler; the code ends at 8.
fn handled(from: u32, to: u32, target: u32) -> FunctionBody {
    let copy = RegisterOp::Copy as u16;
    let handlers = vec![Handler { from: Pc(from), to: Pc(to), target: Pc(target) }];
    FunctionBody { handlers, ..body(1, 3, vec![copy, 0, 1, copy, 1, 2, RegisterOp::Ret as u16, 0]) }
}

#[test]
fn handlers() {
    for (from, to, target) in [(0, 6, 3), (3, 3, 0), (0, 8, 6), (3, 8, 0)] {
        let program = Program::<register_ops::Ops, _>::new(vec![handled(from, to, target)], vec![]);
        assert!(program.verify().is_ok(), "{from} {to} {target}");
    }
    for (from, to, target) in [(6, 3, 0), (1, 6, 0), (0, 4, 0), (0, 9, 0), (0, 6, 1), (0, 6, 8), (9, 9, 0)] {
        let kind = VerifyErrorKind::Handler { from: Pc(from), to: Pc(to), target: Pc(target) };
        let (found, message) = refused::<register_ops::Ops>(vec![handled(from, to, target)]);
        assert_eq!(found, kind);
        assert!(message.contains(&format!("for {:04} to {:04} must start at an op", from, to)), "{message}");
    }
    // The operand stack is empty where a handler begins.
    let handlers = vec![Handler { from: Pc(0), to: Pc(5), target: Pc(5) }];
    let message = "function `f`, 0000 `push`: the operand stack is 0 deep on one path to 0005 and 1 on another";
    let kind = VerifyErrorKind::DepthsDiffer { at: Pc(5), one: 0, other: 1 };
    expect::<stack_ops::Ops>(
        vec![FunctionBody { handlers, ..body(0, 1, vec![PUSH, 0, 0, 0, 0, PUSH, 0, 0, 0, 0, RET]) }],
        kind,
        message,
    );
}

#[test]
fn escaping_slots() {
    let listed = |slots: &[u16]| {
        let escaping = slots.iter().copied().map(Slot).collect();
        FunctionBody { escaping, ..body(0, 2, vec![PUSH, 0, 0, 0, 0, RET]) }
    };
    for slots in [&[][..], &[0], &[1, 2]] {
        assert!(Program::<stack_ops::Ops, _>::new(vec![listed(slots)], vec![]).verify().is_ok(), "{slots:?}");
    }
    for (slots, slot) in [(&[3][..], 3), (&[1, 1], 1), (&[2, 0], 0), (&[0, u16::MAX], u16::MAX)] {
        let kind = VerifyErrorKind::EscapingSlot { slot, slots: 3 };
        let message = format!(
            "function `f`, 0000 `push`: escaping slot {slot} is listed after a higher one or twice, or outside the 3 slots"
        );
        expect::<stack_ops::Ops>(vec![listed(slots)], kind, &message);
    }
}

#[test]
fn a_frame_has_room_for_the_deepest_operand_stack() {
    let push = [PUSH, 0, 0, 0, 0];
    let code = [&push[..], &push, &[POP], &push, &push, &[RET]].concat();
    let program = Program::<stack_ops::Ops, _>::new(vec![body(0, 2, code)], vec![]).verify().expect("it is sound");
    assert_eq!(program.facts()[0].slots, 2 + 3);
}

/// The verifier gives each op with an inline cache its own cell, even after 65,536 words of cells.
#[test]
fn cells_do_not_overlap() {
    let remember = StackOp::Remember as u16;
    let one = [PUSH, 0, 0, 0, 0, remember, 0, 0, POP, POP];
    let mut code = one.repeat(22_000);
    code.extend([PUSH, 0, 0, 0, 0, RET]);
    let program = Program::<stack_ops::Ops, _>::new(vec![body(0, 1, code)], vec![]).verify().expect("it is sound");
    let code = &program.functions()[0].code;
    for (index, ops) in code.chunks_exact(one.len()).take(22_000).enumerate() {
        // A cell has 24 bytes.
        assert_eq!(u32::from(ops[6]) | u32::from(ops[7]) << 16, 3 * index as u32);
    }
}

#[test]
fn empty() {
    let message = "function `f`, 0000: the function has no code";
    stack(vec![], VerifyErrorKind::Empty, message);
}
