//! What optimized code takes from cells: each test fails if its rule is left out.

use mimeo::asm::FunctionIndex;
use mimeo::def::{Pc, Slot};
use mimeo::jit::{HasJit, OptimizerSet};
use mimeo::{Limits, Linked, Machine};
use mimeo_corpus::Mode;
use mimeo_tests::loops::loop_ops::{Assembler, Context, Ops, Program, ProgramBuilder};
use mimeo_tests::machines::{machine, with_moving_stacks};

/// The arguments: the number of iterations, and what is looked up in each.
const N: Slot = Slot(0);
const KEY: Slot = Slot(1);
const I: Slot = Slot(2);
const ONE: Slot = Slot(3);
const TOTAL: Slot = Slot(4);
const FOUND: Slot = Slot(5);
/// Is 0 at first.
const STATE: Slot = Slot(6);

/// Enough for a sample.
const MANY: i64 = 5000;

/// Returns a program with a function whose loop has this body, and adds `FOUND` to `TOTAL`, which is returned.
fn looping(body: impl FnOnce(&mut Assembler)) -> Program {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("loop");
    let mut code = Assembler::new("loop", 2, 7);
    code.number(STATE, 0);
    code.number(I, 0);
    code.number(ONE, 1);
    code.number(TOTAL, 0);
    let head = code.label();
    code.bind(head);
    code.add(I, I, ONE);
    body(&mut code);
    code.add(TOTAL, TOTAL, FOUND);
    code.jump_if_less(I, N, head);
    code.ret(TOTAL);
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

fn load(program: &Program, mode: &Mode) -> (Machine<Ops>, Linked<Ops>) {
    let mut machine = machine::<Ops>((Context::default(), ()), Limits::default(), mode.jit.clone());
    let linked = machine.load(program).expect("it needs no space");
    (machine, linked)
}

fn call(machine: &mut Machine<Ops>, linked: Linked<Ops>, (n, key): (i64, i64)) -> i64 {
    machine.call(linked.function(FunctionIndex(0)), &[n, key]).expect("it returns")
}

fn run(program: &Program, mode: &Mode, calls: &[(i64, i64)]) -> Vec<i64> {
    let (mut machine, linked) = load(program, mode);
    let results = calls.iter().map(|&args| call(&mut machine, linked, args)).collect();
    if mode.jit.is_some() {
        let optimized = machine.jit().expect("it has a tier").stats().optimized;
        assert!(optimized.loops > 0, "{mode}: {:?}", optimized.first_refused);
    }
    results
}

/// Checks that optimized code gives the interpreter's results, which are these, also with stacks that move.
fn check(program: &Program, calls: &[(i64, i64)], expected: &[i64]) {
    assert_eq!(run(program, &Mode::interpreter(), calls), expected);
    for mode in Mode::optimized() {
        assert_eq!(run(program, &mode, calls), expected, "{mode}");
        assert_eq!(with_moving_stacks(|| run(program, &mode, calls)), expected, "{mode}, moving");
    }
}

/// Returns the mode in which a loop is optimized after the first sample.
fn sampled() -> Mode {
    Mode::optimized().into_iter().find(|mode| mode.name == "optimized later").expect("there is such a mode")
}

/// Returns the loops that were optimized, and how often the code of the only loop was entered, and missed.
fn counts(machine: &Machine<Ops>, linked: Linked<Ops>) -> (u64, u64, u64) {
    let function = machine.functions(linked).next().expect("there is one");
    let head = (1..).map(Pc).find(|&pc| function.optimized_misses(pc).is_some()).expect("there is a loop");
    let of = |count: Option<&std::cell::Cell<u64>>| count.expect("it is a head").get();
    let loops = machine.jit().expect("it has a tier").stats().optimized.loops;
    (loops, of(function.optimized_entries(head)), of(function.optimized_misses(head)))
}

/// Returns Cranelift's IR of the loop, with what its cells hold after these calls.
fn clif(program: &Program, calls: &[(i64, i64)]) -> String {
    let (mut machine, linked) = load(program, &Mode::interpreter());
    for &args in calls {
        call(&mut machine, linked, args);
    }
    mimeo_optimize::clif(OptimizerSet::of::<Ops>(), machine.functions(linked))
}

fn count(text: &str, wanted: &str) -> usize {
    text.lines().filter(|line| line.contains(wanted)).count()
}

fn look_up() -> Program {
    looping(|code| code.look_up(FOUND, KEY))
}

fn look_up_by_sign() -> Program {
    looping(|code| code.look_up_by_sign(FOUND, KEY))
}

#[test]
fn what_cells_hold_is_checked_where_the_code_is_entered() {
    // For the same key, the last call finds something else than the first.
    let calls = [(MANY, 5), (100, 7), (MANY, 5), (MANY, 5)];
    check(&look_up(), &calls, &[MANY, 200, 3 * MANY, 3 * MANY]);
}

#[test]
fn what_filled_cells_hold_is_constant() {
    let [empty, filled] = [&[][..], &[(1, 5)]].map(|calls| clif(&look_up(), calls));
    // The key and the result are compared where the code is entered.
    assert_eq!([&empty, &filled].map(|text| count(text, " ne v")), [0, 2], "{filled}");
    // After that, only slots are read, whose base is `v1`.
    let reads_cells = |text: &str| {
        let (_, start) = text.split_once("\nblock2:\n").expect("it has more blocks");
        let (compiled, _) = start.split_once("\nblock2").expect("it is checked");
        compiled.lines().any(|line| line.contains("load.i64") && !line.contains("aligned v1"))
    };
    assert!(!reads_cells(&filled), "{filled}");
}

#[test]
fn paths_of_empty_cells_are_not_compiled() {
    let compared = |program: &Program, calls: &[(i64, i64)]| count(&clif(program, calls), " eq v");
    let calls = [&[(1, 5)][..], &[(1, -5)], &[(1, 5), (1, -5)]];
    // The first key is always compared, but only once in the first iteration, and the second one in both copies.
    assert_eq!(calls.map(|calls| compared(&look_up_by_sign(), calls)), [1, 2, 3]);
    // Here it would come after an effect.
    let counting = looping(|code| code.count_and_look_up(FOUND, KEY));
    let [one, _, both] = calls.map(|calls| compared(&counting, calls));
    assert_eq!(one, both);
    for calls in calls {
        assert_eq!(count(&clif(&counting, calls), "call_indirect"), 2);
    }
}

#[test]
fn a_path_that_needs_a_filled_cell_is_left_out_while_that_is_empty() {
    let (mut machine, linked) = load(&look_up_by_sign(), &sampled());
    assert_eq!(call(&mut machine, linked, (MANY, 5)), MANY);
    let (loops, _, misses) = counts(&machine, linked);
    assert_eq!((loops, misses), (1, 0));
    // A stencil fills the cell, but the path is still missing.
    assert_eq!(call(&mut machine, linked, (100, -5)), 200);
    let (loops, entries, misses) = counts(&machine, linked);
    assert_eq!((loops, misses), (1, 100), "{entries} entries");
    check(&look_up_by_sign(), &[(MANY, 5), (100, -5), (MANY, 5)], &[MANY, 200, MANY]);
}

#[test]
fn an_effect_before_a_path_that_needs_a_filled_cell_is_not_repeated() {
    let program = looping(|code| code.count_and_look_up(FOUND, KEY));
    // What the last call finds is the count.
    let calls = [(MANY, 5), (100, -5), (1, -6)];
    check(&program, &calls, &[2 * MANY, 100 * (MANY + 3), MANY + 104]);
}

#[test]
fn a_cell_that_changes_in_the_loop_is_read_each_time() {
    let program = looping(|code| {
        let [five, seven, done] = [(); 3].map(|()| code.label());
        code.jump_to_one(STATE, &[five, seven]);
        for (label, key, next) in [(five, 5, 1), (seven, 7, 0)] {
            code.bind(label);
            code.number(KEY, key);
            code.number(STATE, next);
            code.jump_if_less(STATE, N, done);
        }
        code.bind(done);
        code.count_and_look_up(FOUND, KEY);
    });
    // The cell never holds the next key, so the count is looked up each time, after it was counted.
    check(&program, &[(MANY, 0)], &[MANY * (MANY + 1)]);
}

#[test]
fn code_that_misses_often_is_made_again_once() {
    for (program, other) in [(look_up(), 7), (look_up_by_sign(), -5)] {
        let (mut machine, linked) = load(&program, &sampled());
        assert_eq!(call(&mut machine, linked, (MANY, 5)), MANY);
        assert_eq!(counts(&machine, linked).0, 1);
        assert_eq!(call(&mut machine, linked, (4 * MANY, other)), 8 * MANY);
        let (loops, entries, misses) = counts(&machine, linked);
        assert_eq!((loops, misses), (2, 0), "{entries} entries");
        // What the cells hold is read each time.
        let mut expected = 2;
        for key in [5, other, 5] {
            expected += if other == 7 { 1 } else { 0 };
            let found = if other == 7 {
                expected
            } else if key == 5 {
                1
            } else {
                2
            };
            assert_eq!(call(&mut machine, linked, (MANY, key)), found * MANY);
        }
        let (loops, entries, misses) = counts(&machine, linked);
        assert_eq!((loops, misses), (2, 0), "{entries} entries");
    }
}
