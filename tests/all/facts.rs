//! What is known in an optimized loop is not tested, loaded or converted again, and what may have changed is.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{HasJit, OptimizerSet};
use mimeo::{Limits, Machine};
use mimeo_corpus::Mode;
use mimeo_tests::machines::{machine, with_moving_stacks};
use mimeo_tests::tagged::tagged::{ARRAY, Array, Assembler, Context, Ops, Program, ProgramBuilder, SHIFT, Trap};
use mimeo_tests::tagged::word_of;
use mimeo_twins::Random;

/// The arguments: two arrays and a number.
const A: Slot = Slot(0);
const B: Slot = Slot(1);
const N: Slot = Slot(2);
const I: Slot = Slot(3);
const ONE: Slot = Slot(4);
const TOTAL: Slot = Slot(5);
const ITEM: Slot = Slot(6);
const J: Slot = Slot(7);

/// Returns a function whose loop has this body, for `I` from 0 below `N`. It returns `TOTAL`.
fn looping(body: impl FnOnce(&mut Assembler)) -> Program {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("loop");
    let mut code = Assembler::new("loop", 3, 10);
    code.number(ONE, 1.0);
    code.number(TOTAL, 0.0);
    code.number(I, 0.0);
    let head = code.label();
    code.bind(head);
    body(&mut code);
    code.add(I, I, ONE);
    code.jump_if_less(I, N, head);
    code.ret(TOTAL);
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

/// Returns the array of these items. It does not own them.
fn array_of(items: &mut [u64]) -> Array {
    Array { len: items.len() as u64, items: items.as_mut_ptr() }
}

fn numbers(len: usize) -> Vec<u64> {
    (0..len).map(|item| (item as f64).to_bits()).collect()
}

/// Enough for a sample.
const MANY: usize = 5000;

/// What a run leaves.
#[derive(Debug, PartialEq)]
struct Left {
    result: Result<u64, Trap>,
    items: [Vec<u64>; 2],
    lens: [u64; 2],
    count: u64,
}

/// Runs a program on two arrays of so many items, with `n` iterations. `is_shared` gives the second array the items of
/// the first.
fn run(program: &Program, mode: &Mode, is_shared: bool, (len, n): (usize, usize)) -> (Left, Machine<Ops>) {
    let mut machine = machine::<Ops>((Context::default(), ()), Limits::default(), mode.jit.clone());
    let linked = machine.load(program).expect("it needs no space");
    let mut items = [numbers(len), numbers(len)];
    let [first, second] = &mut items;
    let a = array_of(first);
    let b = if is_shared { Array { ..array_of(first) } } else { array_of(second) };
    let args = [word_of(&a), word_of(&b), (n as f64).to_bits()];
    let result = machine.call(linked.function(FunctionIndex(0)), &args);
    // The addresses of arrays differ between runs.
    let name = |word: u64| match args.iter().position(|&arg| arg == word) {
        Some(array @ 0..=1) => ARRAY << SHIFT | array as u64,
        _ => word,
    };
    let items = items.map(|items| items.into_iter().map(name).collect());
    let left = Left { result: result.map(name), items, lens: [a.len, b.len], count: machine.vm().context.count };
    (left, machine)
}

/// Checks that optimized code leaves what the interpreter does, also with stacks that move.
fn check(program: &Program, is_shared: bool) -> Result<f64, Trap> {
    let run = |mode: &Mode| run(program, mode, is_shared, (MANY, MANY));
    let expected = run(&Mode::interpreter()).0;
    for mode in Mode::optimized() {
        let (left, machine) = run(&mode);
        assert_eq!(left, expected, "{mode}");
        let optimized = machine.jit().expect("it has a tier").stats().optimized;
        assert!(optimized.loops > 0, "{mode}: {:?}", optimized.first_refused);
        assert_eq!(with_moving_stacks(|| run(&mode).0), expected, "{mode}, moving");
    }
    expected.result.map(f64::from_bits)
}

/// Returns Cranelift's IR of the first loop's iterations after the first: from the target of the last backward jump to the jump.
fn repeated(program: &Program) -> String {
    let mut machine = machine::<Ops>((Context::default(), ()), Limits::default(), None);
    let linked = machine.load(program).expect("it needs no space");
    let text = mimeo_optimize::clif(OptimizerSet::of::<Ops>(), machine.functions(linked));
    let text = text.split("\nloop, loop at").next().expect("there is a loop");
    let place = |line: &str| text.find(&format!("\n{line}"));
    let jumps = text.match_indices("    jump block").filter_map(|(at, _)| {
        let target = text[at..].trim_start_matches("    jump ").split(['\n', '(']).next()?;
        let target = place(&format!("{target}(")).or_else(|| place(&format!("{target}:")))?;
        (target < at).then_some((target, at))
    });
    let (from, to) = jumps.last().expect("there is a loop");
    text[from..to].to_owned()
}

/// Counts instructions.
fn count(text: &str, instruction: &str) -> usize {
    text.lines()
        .filter(|line| line.contains(&format!("{instruction} ")) || line.contains(&format!("{instruction}.")))
        .count()
}

fn sum() -> Program {
    looping(|code| {
        code.element(ITEM, A, I);
        code.add(TOTAL, TOTAL, ITEM);
    })
}

#[test]
fn a_loop_over_an_array_checks_it_once() {
    let total = (0..MANY).map(|item| item as f64).sum();
    assert_eq!(check(&sum(), false), Ok(total));
    let text = repeated(&sum());
    // The tag, the place of the items and their number are those of the first iteration.
    assert_eq!(count(&text, "ushr_imm") + count(&text, "ushr"), 0, "{text}");
    assert_eq!(count(&text, "load"), 1, "{text}");
    assert_eq!(count(&text, "store"), 0, "{text}");
    // The item is read as a double, and as nothing else.
    assert_eq!((count(&text, "load.f64"), count(&text, "bitcast")), (1, 0), "{text}");
}

#[test]
fn a_store_of_an_item_does_not_change_what_the_array_is() {
    let program = looping(|code| {
        code.element(ITEM, A, I);
        code.add(ITEM, ITEM, ITEM);
        code.set_element(A, I, ITEM);
        code.element(ITEM, A, I);
        code.add(TOTAL, TOTAL, ITEM);
    });
    let total: f64 = (0..MANY).map(|item| 2.0 * item as f64).sum();
    assert_eq!(check(&program, false), Ok(total));
    let text = repeated(&program);
    // The item is known after the store.
    assert_eq!((count(&text, "load"), count(&text, "store")), (1, 1), "{text}");
    // It is stored as the double that it is.
    assert_eq!(count(&text, "bitcast"), 0, "{text}");
}

#[test]
fn a_product_whose_nans_are_canonical_is_a_double() {
    let program = looping(|code| {
        code.multiply(TOTAL, TOTAL, ONE);
        code.set_element(A, I, TOTAL);
    });
    assert_eq!(check(&program, false), Ok(0.0));
    let text = repeated(&program);
    // It is a word only where it is stored.
    assert_eq!((count(&text, "bitcast.i64"), count(&text, "bitcast.f64")), (1, 0), "{text}");
}

#[test]
fn a_slot_is_a_double_where_it_is_used_as_one_and_a_word_elsewhere() {
    let program = looping(|code| {
        let [is_first, is_early] = [code.label(), code.label()];
        code.number(J, 1.0);
        code.jump_if_less(I, J, is_first);
        // What the last iteration left.
        code.element(J, ITEM, I);
        code.add(TOTAL, TOTAL, J);
        code.bind(is_first);
        code.add(ITEM, I, ONE);
        code.add(TOTAL, TOTAL, ITEM);
        code.add(TOTAL, ITEM, TOTAL);
        code.copy(ITEM, A);
        code.number(J, 1000.0);
        code.jump_if_less(I, J, is_early);
        code.copy(ITEM, B);
        code.bind(is_early);
    });
    let total = (1..MANY).map(|item| item as f64).sum::<f64>() + (1..=MANY).map(|item| 2.0 * item as f64).sum::<f64>();
    assert_eq!(check(&program, false), Ok(total));
    let text = repeated(&program);
    assert_eq!(count(&text, "bitcast"), 0, "{text}");
}

#[test]
fn a_store_changes_what_another_array_shares() {
    let program = looping(|code| {
        code.element(TOTAL, B, I);
        code.add(ITEM, TOTAL, ONE);
        code.set_element(A, I, ITEM);
        code.element(TOTAL, B, I);
    });
    assert_eq!(check(&program, true), Ok(MANY as f64));
    assert_eq!(check(&program, false), Ok(MANY as f64 - 1.0));
}

#[test]
fn a_store_does_not_change_an_item_that_was_read_before() {
    let program = looping(|code| {
        code.element(ITEM, B, I);
        // As a word, more often than as a double.
        code.kind(J, ITEM);
        code.kind(J, ITEM);
        code.set_element(A, I, ONE);
        code.add(TOTAL, TOTAL, ITEM);
    });
    let total = (0..MANY).map(|item| item as f64).sum();
    assert_eq!(check(&program, true), Ok(total));
}

#[test]
fn a_length_that_changes_in_the_loop_is_read_again() {
    // Each iteration takes one from the end, so that they meet in the middle.
    let program = looping(|code| {
        code.drop_last(A);
        code.element(TOTAL, A, I);
    });
    let trap = check(&program, false).expect_err("the array becomes too short");
    assert_eq!(trap.to_string(), "an operand has the wrong type");
    // Through the word of the other array, which is the same one.
    let program = looping(|code| {
        code.element(TOTAL, A, I);
        code.copy(J, A);
        code.drop_last(J);
    });
    assert!(check(&program, false).is_err());
}

#[test]
fn a_slot_that_changes_its_type_is_checked_in_each_iteration() {
    let program = looping(|code| {
        let skips = code.label();
        code.add(ITEM, TOTAL, I);
        code.number(J, 4000.0);
        code.jump_if_less(I, J, skips);
        code.copy(TOTAL, A);
        code.bind(skips);
    });
    assert!(check(&program, false).is_err(), "an array is added");
    // An array after another one, and then a number.
    let program = looping(|code| {
        let [first, second] = [code.label(), code.label()];
        code.copy(ITEM, B);
        code.number(J, 1000.0);
        code.jump_if_less(I, J, first);
        code.copy(ITEM, A);
        code.bind(first);
        code.number(J, 4000.0);
        code.jump_if_less(I, J, second);
        code.copy(ITEM, I);
        code.bind(second);
        code.element(TOTAL, ITEM, I);
    });
    assert!(check(&program, false).is_err(), "a number has no elements");
}

#[test]
fn a_double_that_becomes_something_else_in_an_inner_loop_is_looked_at_again() {
    let (kind, three) = (Slot(8), Slot(9));
    let program = looping(|code| {
        code.number(ITEM, 1.0);
        code.add(ITEM, ITEM, ONE);
        code.number(three, 3.0);
        code.number(J, 0.0);
        let inner = code.label();
        code.bind(inner);
        // A number in the first iteration, and an array in the others.
        code.kind(kind, ITEM);
        code.add(TOTAL, TOTAL, kind);
        code.copy(ITEM, A);
        code.add(J, J, ONE);
        code.jump_if_less(J, three, inner);
    });
    assert_eq!(check(&program, false), Ok(2.0 * MANY as f64));
}

#[test]
fn a_loop_that_is_entered_in_the_middle_knows_nothing_of_what_is_before_it() {
    let program = looping(|code| {
        let [inner, middle] = [code.label(), code.label()];
        code.number(J, 0.0);
        // Always.
        code.jump_if_less(I, N, middle);
        // A number has no elements.
        code.element(ITEM, N, ONE);
        code.bind(inner);
        code.kind(ITEM, N);
        code.add(TOTAL, TOTAL, ITEM);
        code.bind(middle);
        code.add(J, J, ONE);
        code.number(ITEM, 3.0);
        code.jump_if_less(J, ITEM, inner);
    });
    assert_eq!(check(&program, false), Ok(0.0));
}

#[test]
fn a_loop_in_a_loop_knows_what_the_outer_one_does() {
    let program = looping(|code| {
        code.number(J, 0.0);
        let inner = code.label();
        code.bind(inner);
        code.element(ITEM, A, J);
        code.add(TOTAL, TOTAL, ITEM);
        code.add(J, J, ONE);
        code.number(ITEM, 10.0);
        code.jump_if_less(J, ITEM, inner);
        code.set_element(A, I, ONE);
    });
    let mut items: Vec<f64> = (0..MANY).map(|item| item as f64).collect();
    let mut total = 0.0;
    for at in 0..MANY {
        total += items[..10].iter().sum::<f64>();
        items[at] = 1.0;
    }
    assert_eq!(check(&program, false), Ok(total));
    // The last backward jump is the outer one.
    let text = repeated(&program);
    assert_eq!(count(&text, "ushr_imm") + count(&text, "ushr"), 0, "{text}");
    assert_eq!((count(&text, "load"), count(&text, "store")), (1, 1), "{text}");
}

#[test]
fn the_context_is_remembered_and_stored() {
    let program = looping(|code| {
        code.count();
        code.counted(ITEM);
        code.add(TOTAL, TOTAL, ITEM);
        code.set_element(A, I, ITEM);
    });
    let total = (1..=MANY).map(|count| count as f64).sum();
    assert_eq!(check(&program, false), Ok(total));
    let text = repeated(&program);
    // The count is loaded once in each iteration: an item is not in the context, but it was stored at the end of the last.
    assert_eq!((count(&text, "load"), count(&text, "store")), (1, 2), "{text}");
}

/// The registers that random ops use.
const REGISTERS: [Slot; 6] = [A, B, TOTAL, ITEM, Slot(8), Slot(9)];

/// Emits random ops, loops of a few iterations among them. `counters` are unused slots.
fn emit(code: &mut Assembler, random: &mut Random, counters: &[Slot], ops: u64) {
    for _ in 0..ops {
        let [to, a, b] = [(); 3].map(|()| random.pick(&REGISTERS));
        // Most indices are small numbers, and most arrays arrays.
        let index = random.pick(&[I, I, J, J, ONE, a]);
        let array = random.pick(&[A, A, A, B, B, a]);
        match random.below(15) {
            0 => code.number(to, random.pick(&[0.0, 1.0, 2.5, 1e300, -1.0])),
            1 | 2 => code.copy(to, a),
            3 | 4 => code.add(to, a, b),
            5 => code.element(to, array, index),
            6 => code.element(random.pick(&[TOTAL, ITEM, Slot(8)]), array, index),
            7 | 8 => code.set_element(array, index, b),
            9 => code.drop_last(array),
            10 => code.count(),
            11 => code.counted(to),
            12 => code.kind(to, a),
            13 => {
                let after = code.label();
                code.jump_if_less(a, b, after);
                emit(code, random, &[], 2);
                code.bind(after);
            }
            _ => {
                let Some((&counter, rest)) = counters.split_first() else { continue };
                code.number(counter, 0.0);
                let [head, middle] = [code.label(), code.label()];
                // Some are entered in the middle, too.
                if random.below(4) == 0 {
                    code.jump_if_less(a, b, middle);
                }
                code.bind(head);
                let [ops, more] = [random.below(3), random.below(3)];
                emit(code, random, rest, ops);
                code.bind(middle);
                emit(code, random, rest, more);
                code.add(counter, counter, ONE);
                code.jump_if_less(counter, N, head);
            }
        }
    }
}

/// Returns a function with a loop of random ops, whose iterations `N` limits, and which returns a register.
fn random_program(random: &mut Random) -> Program {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("random");
    let mut code = Assembler::new("random", 3, 13);
    code.number(ONE, 1.0);
    for slot in [TOTAL, ITEM, J, Slot(8), Slot(9)] {
        code.number(slot, 0.0);
    }
    code.number(I, 0.0);
    let head = code.label();
    code.bind(head);
    let ops = 2 + random.below(10);
    emit(&mut code, random, &[J, Slot(10), Slot(11)], ops);
    code.add(I, I, ONE);
    code.jump_if_less(I, N, head);
    code.ret(random.pick(&REGISTERS));
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

/// Random programs leave the same in optimized code as in the interpreter. `MIMEO_RANDOM_PROGRAMS` is their number.
#[test]
fn random_programs_leave_the_same() {
    let number = std::env::var("MIMEO_RANDOM_PROGRAMS").map_or(400, |number| number.parse().expect("it is a number"));
    let (mut optimized, mut whole) = (0, 0);
    for seed in 0..number {
        let mut random = Random::new(seed);
        let program = random_program(&mut random);
        let is_shared = random.below(2) == 1;
        let run = |mode: &Mode| run(&program, mode, is_shared, (20, 6));
        let expected = run(&Mode::interpreter()).0;
        whole += usize::from(expected.result.is_ok());
        for mode in Mode::optimized() {
            let (left, machine) = run(&mode);
            let stats = machine.jit().expect("it has a tier").stats().optimized;
            optimized += usize::from(stats.loops > 0);
            let mut reasons = stats.first_refused.iter().map(|refused| &refused.reason);
            assert_eq!(reasons.find(|reason| reason.contains("Cranelift")), None, "seed {seed}, {mode}");
            assert_eq!(left, expected, "seed {seed}, {mode}");
        }
    }
    // Otherwise nothing was tested.
    let [optimized, whole] = [optimized, whole].map(|some| some as u64 * 100 / number);
    assert!(optimized > 50 && whole > 10, "{optimized} % optimized, {whole} % without an error");
}
