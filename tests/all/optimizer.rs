//! Optimized code keeps to the rules of slots, effects and errors: each test fails if its rule is left out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{HasJit, OptimizerSet};
use mimeo::{InstructionSet, Limits, Machine, TrapKind};
use mimeo_corpus::Mode;
use mimeo_ir::{End, Set};
use mimeo_tests::loops::loop_ops::{Assembler, Context, Ops, Program, ProgramBuilder, Trap};
use mimeo_tests::machines::{machine, with_moving_stacks};

const N: Slot = Slot(0);
const I: Slot = Slot(1);
const ONE: Slot = Slot(2);
const TOTAL: Slot = Slot(3);

/// Returns a program with a function whose loop has this body, and with [`DOUBLE`]. The function returns `TOTAL` after
/// `N` iterations, and `I` counts from 1.
fn looping(slots: u16, before: impl FnOnce(&mut Assembler), body: impl FnOnce(&mut Assembler)) -> Program {
    let mut builder = ProgramBuilder::new();
    let (function, double) = (builder.declare("loop"), builder.declare("double"));
    let mut code = Assembler::new("double", 1, 1);
    code.add(Slot(0), Slot(0), Slot(0));
    code.ret(Slot(0));
    builder.define(double, code.finish().expect("it is whole"));
    let mut code = Assembler::new("loop", 1, slots);
    code.number(I, 0);
    code.number(ONE, 1);
    code.number(TOTAL, 0);
    before(&mut code);
    let head = code.label();
    code.bind(head);
    code.add(I, I, ONE);
    body(&mut code);
    code.jump_if_less(I, N, head);
    code.ret(TOTAL);
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

const LOOP: FunctionIndex = FunctionIndex(0);
/// Returns twice its argument.
const DOUBLE: FunctionIndex = FunctionIndex(1);

/// Returns the result after [`MANY`] iterations, and the number of optimized loops.
pub(crate) fn run_with(program: &Program, mode: &Mode, limits: Limits) -> (Result<i64, Trap>, u64) {
    let mut machine = machine::<Ops>((Context::default(), ()), limits, mode.jit.clone());
    let linked = machine.load(program).expect("it needs no space");
    let result = machine.call(linked.function(LOOP), &[MANY]);
    (result, machine.jit().expect("it has a tier").stats().optimized.loops)
}

fn run(program: &Program, mode: &Mode, n: i64) -> (Result<i64, Trap>, Machine<Ops>) {
    let mut machine = machine::<Ops>((Context::default(), ()), Limits::default(), mode.jit.clone());
    let linked = machine.load(program).expect("it needs no space");
    (machine.call(linked.function(LOOP), &[n]), machine)
}

/// Checks that optimized code gives the interpreter's result, which is this, also with stacks that move.
fn check(program: &Program, n: i64, expected: i64) {
    assert_eq!(run(program, &Mode::interpreter(), n).0, Ok(expected));
    for mode in Mode::optimized() {
        let (result, machine) = run(program, &mode, n);
        assert_eq!(result, Ok(expected), "{mode}");
        let optimized = machine.jit().expect("it has a tier").stats().optimized;
        assert_eq!((optimized.loops, optimized.refused), (1, 0), "{mode}: {:?}", optimized.first_refused);
        assert_eq!(with_moving_stacks(|| run(program, &mode, n).0), Ok(expected), "{mode}, moving");
    }
}

/// Enough for a sample.
const MANY: i64 = 5000;

/// Makes the context point to a slot, which is 0.
fn point_to(code: &mut Assembler, slot: Slot) {
    code.set_escaping(slot);
    code.number(slot, 0);
    code.point(slot, 1);
}

#[test]
fn a_jump_by_an_index_continues_at_its_label() {
    let state = Slot(4);
    let program = looping(
        5,
        |code| code.number(state, 0),
        |code| {
            let [first, second, last, end] = [(); 4].map(|()| code.label());
            // Every iteration takes another label. Two indices have the same one.
            code.jump_to_one(state, &[first, second, second, last]);
            for (label, next) in [(first, 2), (second, -1), (last, 0)] {
                code.bind(label);
                code.add(TOTAL, TOTAL, if next == 2 { ONE } else { I });
                code.number(state, next);
                code.jump_if_less(state, N, end);
            }
            code.bind(end);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| if i % 3 == 1 { 1 } else { i }).sum());
}

/// Returns a program whose loop jumps to one of this many labels, each at an op that adds 1 and goes on to the next.
pub(crate) fn choosing(labels: usize) -> Program {
    let (state, added) = (Slot(4), Slot(5));
    looping(
        6,
        |code| code.number(state, 0),
        |code| {
            let labels: Vec<_> = (0..labels).map(|_| code.label()).collect();
            code.number(added, 0);
            code.jump_to_one(state, &labels);
            for label in labels {
                code.bind(label);
                code.add(added, added, ONE);
            }
            code.add(TOTAL, TOTAL, added);
            code.add(state, state, ONE);
        },
    )
}

/// Returns a program whose only loop ends with a jump to one of this many labels. It sums the numbers from `N` down.
fn counting_down(labels: usize) -> Program {
    let left = Slot(4);
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("loop");
    let mut code = Assembler::new("loop", 1, 5);
    let (head, end) = (code.label(), code.label());
    code.number(ONE, -1);
    code.number(TOTAL, 0);
    code.number(left, 0);
    code.add(left, left, N);
    code.bind(head);
    code.add(TOTAL, TOTAL, left);
    code.add(left, left, ONE);
    code.jump_to_one(left, &[&[end][..], &vec![head; labels - 1]].concat());
    code.bind(end);
    code.ret(TOTAL);
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn a_jump_by_an_index_ends_a_loop() {
    check(&counting_down(2), MANY, MANY * (MANY + 1) / 2);
    check(&counting_down(1000), MANY, MANY * (MANY + 1) / 2);
    for mode in Mode::optimized() {
        let (result, machine) = run(&counting_down(1001), &mode, MANY);
        assert_eq!(result, Ok(MANY * (MANY + 1) / 2), "{mode}");
        let optimized = machine.jit().expect("it has a tier").stats().optimized;
        assert_eq!(optimized.first_refused[0].reason, "the function has more than 1000 labels in lists", "{mode}");
    }
}

#[test]
fn a_slot_whose_address_is_taken_is_in_memory() {
    let (escaping, read, before) = (Slot(4), Slot(5), Slot(6));
    let program = looping(
        7,
        |code| point_to(code, escaping),
        |code| {
            // What the last iteration wrote to the slot.
            code.read(before);
            code.add(TOTAL, TOTAL, before);
            // A write through the pointer, and a read of the slot.
            code.write(I);
            code.add(TOTAL, TOTAL, escaping);
            // A write of the slot, and a read through the pointer.
            code.add(escaping, I, ONE);
            code.read(read);
            code.add(TOTAL, TOTAL, read);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| i + i + 1 + if i > 1 { i } else { 0 }).sum());
}

#[test]
fn a_slot_that_is_written_is_read_through_a_pointer_in_the_next_iteration() {
    let (escaping, before, after) = (Slot(4), Slot(5), Slot(6));
    let program = looping(
        7,
        |code| point_to(code, escaping),
        |code| {
            code.read(before);
            code.add(TOTAL, TOTAL, before);
            code.add(escaping, I, ONE);
            code.read(after);
            code.add(TOTAL, TOTAL, after);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| i + 1 + if i > 1 { i } else { 0 }).sum());
}

#[test]
fn bytes_that_are_written_are_in_both_slots() {
    let (first, second, read) = (Slot(4), Slot(5), Slot(6));
    let program = looping(
        7,
        |code| {
            point_to(code, second);
            point_to(code, first);
        },
        |code| {
            code.read(read);
            code.add(TOTAL, TOTAL, read);
            code.write_across(I);
            code.read(read);
            code.add(TOTAL, TOTAL, read);
            code.add(TOTAL, TOTAL, second);
        },
    );
    // The lower half of the second slot is that above the number, which is 0.
    check(&program, MANY, (1..=MANY).map(|i| ((i - 1) << 32) + (i << 32)).sum());
}

#[test]
fn a_loop_in_an_op_reads_what_it_has_written() {
    let doubled = Slot(4);
    let program = looping(
        5,
        |_| {},
        |code| {
            code.doubled(doubled, I, 3);
            code.add(TOTAL, TOTAL, doubled);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| 8 * i).sum());
}

#[test]
fn a_write_changes_what_is_read_of_a_part() {
    let (escaping, half) = (Slot(4), Slot(5));
    let program = looping(
        6,
        |code| point_to(code, escaping),
        |code| {
            // What the last iteration wrote, and what this one does.
            code.read_half(half);
            code.add(TOTAL, TOTAL, half);
            code.write(I);
            code.read_half(half);
            code.add(TOTAL, TOTAL, half);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| i + i - 1).sum());
}

/// Returns Cranelift's IR of the only loop.
fn clif(program: &Program) -> String {
    let mut machine = machine::<Ops>((Context::default(), ()), Limits::default(), None);
    let linked = machine.load(program).expect("it needs no space");
    mimeo_optimize::clif(OptimizerSet::of::<Ops>(), machine.functions(linked))
}

/// Counts the lines with a text.
fn lines_with(text: &str, wanted: &str) -> usize {
    text.lines().filter(|line| line.contains(wanted)).count()
}

#[test]
fn a_write_beside_what_was_read_does_not_change_it() {
    let (first, second, before, after) = (Slot(4), Slot(5), Slot(6), Slot(7));
    let program = |reads_again| {
        looping(
            8,
            |code| {
                point_to(code, second);
                point_to(code, first);
            },
            |code| {
                code.write(I);
                code.read(before);
                code.write_next(ONE);
                if reads_again {
                    code.read(after);
                } else {
                    code.add(after, before, before);
                }
                code.add(TOTAL, TOTAL, after);
                code.add(TOTAL, TOTAL, second);
            },
        )
    };
    check(&program(true), MANY, (1..=MANY).map(|i| i + 1).sum());
    let [with, without] = [true, false].map(|reads_again| clif(&program(reads_again)));
    assert_eq!(lines_with(&with, "load"), lines_with(&without, "load"), "{with}");
}

#[test]
fn exits_of_the_first_iteration_are_not_shared() {
    let doubled = Slot(4);
    // Both copies leave at the end and for the poll.
    let text = clif(&looping(5, |_| {}, |code| code.add(doubled, I, I)));
    assert_eq!(lines_with(&text, "return"), 4, "{text}");
}

/// Returns a program with a loop of this many ops, some of which are in a loop in it.
fn nested(ops: usize) -> Program {
    let inner = Slot(4);
    looping(
        5,
        |_| {},
        |code| {
            code.number(inner, 0);
            let head = code.label();
            code.bind(head);
            code.add(inner, inner, ONE);
            code.jump_if_less(inner, I, head);
            (5..ops).for_each(|_| code.add(TOTAL, TOTAL, ONE));
        },
    )
}

#[test]
fn a_large_loop_around_another_is_not_peeled() {
    let exits = |program| lines_with(&clif(&program), "return");
    let peeled = exits(nested(20));
    assert_eq!(exits(nested(50)), peeled);
    assert!(exits(nested(51)) < peeled);
    // Without another loop in it, it is.
    let of_51 = looping(4, |_| {}, |code| (2..51).for_each(|_| code.add(TOTAL, TOTAL, ONE)));
    assert_eq!(exits(of_51), 4);
}

#[test]
fn the_runtime_changes_what_the_context_holds() {
    let (count, before, after) = (Slot(4), Slot(5), Slot(6));
    let program = looping(
        7,
        |code| code.number(count, 0),
        |code| {
            code.counted(before);
            code.count(count, 1);
            code.counted(after);
            code.add(TOTAL, TOTAL, before);
            code.add(TOTAL, TOTAL, after);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| i - 1 + i).sum());
}

#[test]
fn the_runtime_sees_and_changes_every_slot() {
    let (count, other, sum) = (Slot(4), Slot(5), Slot(6));
    let program = looping(
        7,
        |code| code.number(count, 0),
        |code| {
            code.add(other, I, I);
            code.count(count, 1);
            code.sum(sum, count, 2);
            code.add(TOTAL, TOTAL, sum);
            code.add(TOTAL, TOTAL, count);
        },
    );
    // The sum is that of the count, which is `i`, and of `2 i`.
    check(&program, MANY, (1..=MANY).map(|i| 4 * i).sum());
}

#[test]
fn the_stack_moves_during_a_call_of_the_runtime() {
    let doubled = Slot(4);
    let program = looping(
        5,
        |_| {},
        |code| {
            code.call_back(doubled, DOUBLE, I);
            code.add(TOTAL, TOTAL, doubled);
        },
    );
    check(&program, MANY, (1..=MANY).map(|i| 2 * i).sum());
}

#[test]
fn the_runtime_sees_which_op_runs() {
    let place = Slot(4);
    let program = looping(
        5,
        |_| {},
        |code| {
            code.place(place);
            code.add(TOTAL, TOTAL, place);
        },
    );
    let expected = run(&program, &Mode::interpreter(), MANY).0.expect("it returns");
    assert_ne!(expected, 0);
    check(&program, MANY, expected);
}

#[test]
fn an_effect_is_not_repeated() {
    let (negative, limit) = (Slot(4), Slot(5));
    let program = looping(
        6,
        |code| code.number(limit, -MANY / 2),
        |code| {
            // Below 0 in the first half.
            code.add(negative, I, limit);
            code.add_to_count(negative, I);
            code.counted(TOTAL);
        },
    );
    let half = MANY / 2;
    check(&program, MANY, (1..=MANY).map(|i| if i < half { 2 * i } else { i }).sum());
}

#[test]
fn errors_and_panics_leave_optimized_code_with_everything_in_the_frame() {
    let checked = Slot(4);
    let add = |code: &mut Assembler| code.add(TOTAL, TOTAL, checked);
    let throwing = looping(
        5,
        |_| {},
        |code| {
            code.check(checked, I);
            add(code);
        },
    );
    let catching = looping(
        5,
        |_| {},
        |code| {
            code.check_safely(checked, I);
            add(code);
        },
    );
    let expected = run(&throwing, &Mode::interpreter(), 60).0.expect_err("50 is refused");
    for mode in Mode::optimized() {
        let (result, machine) = run(&throwing, &mode, 60);
        let trap = result.expect_err("50 is refused");
        // With the place of the op.
        assert_eq!(trap, expected, "{mode}");
        assert_eq!(trap.kind, TrapKind::Language("50".to_owned()), "{mode}");
        drop(machine);
        // 50 counts as -1.
        assert_eq!(run(&catching, &mode, 60).0, Ok((1..=60).sum::<i64>() - 51), "{mode}");
        for program in [&throwing, &catching] {
            // An error of the op that catches it does not hide a panic.
            let from = if std::ptr::eq(program, &throwing) { 49 } else { 90 };
            let result = catch_unwind(AssertUnwindSafe(|| run(program, &mode, from).0));
            assert_eq!(result.is_err(), from > 77, "{mode}");
        }
    }
}

#[test]
fn a_loop_that_would_take_too_long_is_not_optimized() {
    let program = looping(4, |_| {}, |code| code.add(TOTAL, TOTAL, I));
    let [Mode { name, jit }, ..] = Mode::optimized();
    // Enough for stencils.
    let budget = Duration::from_micros(20);
    let mode = Mode { name, jit: jit.map(|config| config.with_latency_budget(budget)) };
    let (result, machine) = run(&program, &mode, 10);
    assert_eq!(result, Ok(55));
    let stats = machine.jit().expect("it has a tier").stats();
    assert_eq!(stats.functions.ok, 1);
    let reasons: Vec<_> = stats.optimized.first_refused.iter().map(|refused| &*refused.reason).collect();
    // The head, the body and the jump.
    assert_eq!(reasons, ["optimizing would take about 120 us, but the budget is 20 us"]);
}

/// The bodies have the shapes that these tests are about, whatever the lowering does.
#[test]
fn the_ops_have_the_paths_that_they_are_for() {
    let set = Set::from_bytes(Ops::IR).expect("the macro made it");
    let calls = |name: &str| {
        let opcode = Ops::OPS.iter().position(|op| op.name == name).expect("it exists");
        let body = set.body_of(opcode);
        body.blocks.iter().filter(|block| matches!(block.end, End::Runtime { .. })).count()
    };
    assert_eq!(["write", "read", "count", "sum", "add_to_count", "check"].map(calls), [0, 0, 1, 1, 1, 1]);
    assert_eq!(["look_up", "look_up_by_sign", "count_and_look_up"].map(calls), [1, 2, 2]);
}
