//! Functions that are inlined into optimized loops: what they do, and what is seen of them, is what calls would do.

use std::cell::RefCell;
use std::rc::Rc;

use mimeo::asm::FunctionIndex;
use mimeo::def::{Pc, Slot};
use mimeo::jit::{HasJit, JitConfig, Mode};
use mimeo::{Limits, Machine, StepMode};
use mimeo_corpus::Mode as Named;
use mimeo_tests::callbacks::Host;
use mimeo_tests::callbacks::callback_ops::{Assembler, Context, Linked, Ops, Program, ProgramBuilder, Trap};
use mimeo_tests::machines::{machine, with_moving_stacks};

use crate::runtime::{define, verified};

/// Calls `callee` for each number from `n` down to 1, and returns the sum of its results.
const LOOP: FunctionIndex = FunctionIndex(0);
const CALLEE: FunctionIndex = FunctionIndex(1);
const INNER: FunctionIndex = FunctionIndex(2);

const N: Slot = Slot(0);
const TOTAL: Slot = Slot(1);
const STEP: Slot = Slot(2);
const ZERO: Slot = Slot(3);
/// The first slot of the window of the call.
const ARGUMENT: Slot = Slot(4);

fn define_loop(builder: &mut ProgramBuilder, call: impl FnOnce(&mut Assembler)) {
    define(builder, "loop", 1, 5, |code| {
        code.number(TOTAL, 0);
        code.number(STEP, -1);
        code.number(ZERO, 0);
        let head = code.label();
        code.bind(head);
        code.add(ARGUMENT, N, ZERO);
        call(code);
        code.add(TOTAL, TOTAL, ARGUMENT);
        code.add(N, N, STEP);
        code.jump_if_less(ZERO, N, head);
        code.ret(TOTAL);
    });
}

/// Returns a program whose loop has a second slot after that of the argument.
fn wide(call: impl FnOnce(&mut Assembler), callee: impl FnOnce(&mut Assembler)) -> Program {
    looping(
        |code| {
            code.set_locals(6);
            call(code);
        },
        callee,
        one_more,
    )
}

/// Returns a program whose loop calls `callee` by `call`, with the number as the argument.
fn looping(
    call: impl FnOnce(&mut Assembler),
    callee: impl FnOnce(&mut Assembler),
    inner: impl FnOnce(&mut Assembler),
) -> Program {
    let mut builder = ProgramBuilder::new();
    define_loop(&mut builder, call);
    define(&mut builder, "callee", 1, 3, callee);
    define(&mut builder, "inner", 1, 3, inner);
    verified(builder)
}

fn call(code: &mut Assembler) {
    code.call(CALLEE, ARGUMENT, 1);
}

/// Returns twice its argument.
fn twice(code: &mut Assembler) {
    code.add(Slot(1), Slot(0), Slot(0));
    code.ret(Slot(1));
}

/// Returns one more than its argument.
fn one_more(code: &mut Assembler) {
    code.number(Slot(2), 1);
    code.add(Slot(0), Slot(0), Slot(2));
    code.ret(Slot(0));
}

fn optimized_at_once() -> JitConfig {
    let [Named { jit, .. }, ..] = Named::optimized();
    jit.expect("it has native code")
}

fn loaded(program: &Program, limits: Limits, jit: Option<JitConfig>) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, jit);
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

/// Returns whether loops are optimized within a hundred iterations.
fn finds_loops_soon(mode: &Named) -> bool {
    mode.name != "optimized later"
}

fn inlined(machine: &Machine<Ops>) -> u64 {
    machine.jit().expect("it has a tier").stats().optimized.inlined
}

/// Checks the result in all modes, also with stacks that move, and the number of inlined calls where the optimizer knows
/// static callees.
fn check(program: &Program, n: i64, expected: i64, calls: u64) {
    let run = |jit| {
        let (mut machine, linked) = loaded(program, Limits::default(), jit);
        (machine.call(linked.function(LOOP), &[n]), machine)
    };
    assert_eq!(run(None).0, Ok(expected));
    for mode in Named::optimized() {
        let (result, machine) = run(mode.jit.clone());
        assert_eq!(result, Ok(expected), "{mode}");
        if finds_loops_soon(&mode) {
            assert_eq!(inlined(&machine), calls, "{mode}");
        }
        assert_eq!(with_moving_stacks(|| run(mode.jit.clone()).0), Ok(expected), "{mode}, moving");
    }
}

#[test]
fn a_callee_and_its_callee_are_inlined() {
    let nested = |code: &mut Assembler| {
        code.add(Slot(1), Slot(0), Slot(0));
        code.call(INNER, Slot(1), 1);
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    };
    check(&looping(call, twice, one_more), 1000, 1000 * 1001, 1);
    check(&looping(call, nested, one_more), 1000, (1..=1000).map(|n| 2 * n + 1 + n).sum(), 2);
}

#[test]
fn a_callee_that_returns_a_window_is_inlined() {
    // Its second result is the third slot of the caller's window, which the caller reads.
    let call = |code: &mut Assembler| {
        code.call(CALLEE, ARGUMENT, 1);
        code.add(ARGUMENT, ARGUMENT, Slot(5));
    };
    let filled = |code: &mut Assembler| {
        code.fill(Slot(0), Slot(1), 2);
        code.add(Slot(2), Slot(2), Slot(0));
        code.ret_all(Slot(1), 2);
    };
    check(&wide(call, filled), 1000, (1..=1000).map(|n| n + 2 * n).sum(), 1);
    // Which slot is read depends on the argument, so that op leaves.
    let any = |code: &mut Assembler| {
        code.fill(Slot(0), Slot(1), 2);
        code.slot_of(Slot(0), Slot(0), Slot(0), 3);
        code.ret_all(Slot(0), 2);
    };
    check(&wide(call, any), 1000, (1..=1000).map(|n| n + if n < 3 { n } else { -1 }).sum(), 1);
}

#[test]
fn recursion_is_not_inlined_for_ever() {
    // The callee calls itself until its argument is 0, in the last iterations: a loop that leaves for it in many is refused.
    let recursive = |code: &mut Assembler| {
        let end = code.label();
        code.number(Slot(2), 5);
        code.jump_if_less(Slot(2), Slot(0), end);
        code.number(Slot(2), 1);
        code.jump_if_less(Slot(0), Slot(2), end);
        code.number(Slot(1), -1);
        code.add(Slot(1), Slot(0), Slot(1));
        code.call(CALLEE, Slot(1), 1);
        code.add(Slot(0), Slot(0), Slot(1));
        code.bind(end);
        code.ret(Slot(0));
    };
    let expected = (1..=60).map(|n| if n <= 5 { n * (n + 1) / 2 } else { n }).sum();
    check(&looping(call, recursive, one_more), 60, expected, 1);
}

#[test]
fn functions_are_inlined_three_calls_deep() {
    // With a fourth one, each iteration would leave for its call.
    for (functions, calls) in [(3, 3), (4, 0)] {
        let mut builder = ProgramBuilder::new();
        define_loop(&mut builder, call);
        // Each adds 1 to what the next one returns.
        for index in 1..=functions {
            define(&mut builder, &format!("callee {index}"), 1, 3, |code| {
                if index < functions {
                    code.call(FunctionIndex(index + 1), Slot(0), 1);
                }
                one_more(code);
            });
        }
        check(&verified(builder), 100, (1..=100).map(|n| n + i64::from(functions)).sum(), calls);
    }
}

#[test]
fn a_callee_with_a_loop_is_called() {
    let counts = |code: &mut Assembler| {
        let head = code.label();
        code.number(Slot(1), 0);
        code.number(Slot(2), 1);
        code.bind(head);
        code.add(Slot(1), Slot(1), Slot(2));
        code.jump_if_less(Slot(1), Slot(0), head);
        code.ret(Slot(1));
    };
    check(&looping(call, counts, one_more), 50, 50 * 51 / 2, 0);
}

#[test]
fn a_callee_that_reads_what_others_left_is_not_inlined() {
    // Slot 1 holds what the last call left there.
    let reads = |code: &mut Assembler| {
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    };
    check(&looping(call, reads, one_more), 100, (1..=100).map(|k| (100 - k + 1) * (100 + k) / 2).sum(), 0);
}

#[test]
fn a_callee_that_needs_a_frame_is_left_to_its_own_code() {
    // The runtime sees the frames.
    let looks = |code: &mut Assembler| {
        code.sum_of(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    };
    let (mut machine, linked) = loaded(&looping(call, looks, one_more), Limits::default(), Some(optimized_at_once()));
    assert_eq!(machine.call(linked.function(LOOP), &[100]), Ok(5050));
    let optimized = machine.jit().expect("it has a tier").stats().optimized;
    assert_eq!((optimized.loops, optimized.refused), (0, 1));
    assert_eq!(optimized.first_refused[0].reason, "`sum_of` leaves each iteration");
}

#[test]
fn an_error_of_an_inlined_function_names_all_frames() {
    let fails_at_7 = |code: &mut Assembler| {
        code.number(Slot(1), -1);
        code.add(Slot(1), Slot(1), Slot(0));
        code.call(INNER, Slot(0), 1);
        code.ret(Slot(0));
    };
    let checks = |code: &mut Assembler| {
        code.number(Slot(1), 7);
        let is_fine = code.label();
        code.jump_if_less(Slot(1), Slot(0), is_fine);
        code.check(Slot(0), 6);
        code.bind(is_fine);
        code.ret(Slot(0));
    };
    let program = looping(call, fails_at_7, checks);
    let trap = |jit| {
        let (mut machine, linked) = loaded(&program, Limits::default(), jit);
        let trap = machine.call(linked.function(LOOP), &[1000]).expect_err("7 is above the limit");
        let frames = trap.backtrace.frames.iter().map(|frame| (frame.function.to_string(), frame.pc));
        (format!("{:?}", trap.kind), frames.collect::<Vec<_>>())
    };
    let expected = trap(None);
    let names: Vec<&str> = expected.1.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["inner", "callee", "loop"]);
    for mode in Named::optimized() {
        assert_eq!(trap(mode.jit.clone()), expected, "{mode}");
    }
}

#[test]
fn a_stack_without_room_for_an_inlined_function_overflows() {
    let program = looping(call, twice, one_more);
    let run = |jit, limits| {
        let (mut machine, linked) = loaded(&program, limits, jit);
        machine.call(linked.function(LOOP), &[10]).map_err(|trap: Trap| trap.kind.to_string())
    };
    // The frames have 5 slots and 3, of which one is shared.
    for (slots, depth) in [(7, 10), (6, 10), (100, 2), (100, 1)] {
        let limits = || Limits::default().with_slots(slots).with_depth(depth);
        let expected = run(None, limits());
        assert_eq!(expected.is_ok(), slots >= 7 && depth >= 2, "{slots} slots, {depth} deep: {expected:?}");
        for mode in Named::optimized() {
            assert_eq!(run(mode.jit.clone(), limits()), expected, "{mode}, {slots} slots, {depth} deep");
        }
    }
}

#[test]
fn fuel_ends_at_the_same_call_or_jump() {
    let program = looping(call, twice, one_more);
    let run = |jit, fuel| {
        let (mut machine, linked) = loaded(&program, Limits::default(), jit);
        machine.vm_mut().set_fuel(Some(fuel));
        let result = machine.call(linked.function(LOOP), &[10]);
        let trap = result.map_err(|trap| (trap.kind, trap.backtrace.frames.len(), trap.backtrace.frames[0].pc));
        (format!("{trap:?}"), machine.vm().fuel())
    };
    for fuel in 0..25 {
        let expected = run(None, fuel);
        for mode in Named::optimized() {
            assert_eq!(run(mode.jit.clone(), fuel), expected, "{mode}, {fuel} events");
        }
    }
}

#[test]
fn what_an_op_does_before_its_call_is_not_done_again() {
    let program = looping(|code| code.look_and_call(CALLEE, ARGUMENT, 1), twice, one_more);
    let run = |jit, fuel| {
        let (mut machine, linked) = loaded(&program, Limits::default(), jit);
        machine.vm_mut().set_fuel(Some(fuel));
        let result = machine.call(linked.function(LOOP), &[10]).map_err(|trap| trap.kind.to_string());
        let inlined = machine.jit().map(|_| inlined(&machine));
        (result, std::mem::take(&mut machine.vm_mut().host.caught), inlined)
    };
    for fuel in 0..25 {
        let (expected, looks, _) = run(None, fuel);
        for mode in Named::optimized() {
            let (result, seen, _) = run(mode.jit.clone(), fuel);
            assert_eq!((result, seen), (expected.clone(), looks.clone()), "{mode}, {fuel} events");
        }
    }
    assert_eq!(run(Some(optimized_at_once()), 20).2, Some(1));
}

#[test]
fn a_breakpoint_in_an_inlined_function_stops() {
    let program = looping(call, twice, one_more);
    for mode in Named::optimized() {
        let (mut machine, linked) = loaded(&program, Limits::default(), mode.jit.clone());
        let stops = Rc::new(RefCell::new(Vec::new()));
        let seen = stops.clone();
        machine.vm_mut().set_debugger(move |vm, _| {
            let functions: Vec<_> = vm.frames().map(|frame| frame.function.body().name.clone()).collect();
            assert_eq!(functions, ["callee", "loop"]);
            seen.borrow_mut().push(vm.slot(0));
            Ok(StepMode::Continue)
        });
        assert_eq!(machine.call(linked.function(LOOP), &[100]), Ok(10_100));
        assert_eq!((stops.borrow().len(), inlined(&machine)), (0, finds_loops_soon(&mode).into()), "{mode}");
        machine.vm_mut().set_breakpoint(linked.function(CALLEE), Pc(0), true).expect("it is loaded");
        assert_eq!(machine.call(linked.function(LOOP), &[3]), Ok(12));
        assert_eq!(*stops.borrow(), [3, 2, 1], "{mode}");
    }
}

/// Calls whose callee is known only when they are made.
mod dynamic {
    use super::*;
    use mimeo::jit::Stats;

    fn call_given(code: &mut Assembler) {
        code.call_given(ARGUMENT, 1);
    }

    fn knowing() -> JitConfig {
        JitConfig::new(Mode::On).with_optimize_threshold(2).with_events_per_sample(2).optimized_by(mimeo_optimize::open)
    }

    fn stats(machine: &Machine<Ops>) -> Stats {
        machine.jit().expect("it has a tier").stats()
    }

    #[test]
    fn the_sampled_callee_is_inlined_and_others_are_called() {
        let program = looping(call_given, twice, one_more);
        let (mut machine, linked) = loaded(&program, Limits::default(), Some(knowing()));
        let run = |machine: &mut Machine<Ops>, callee, n| {
            machine.vm_mut().host.given = Some(linked.function(callee));
            machine.call(linked.function(LOOP), &[n])
        };
        assert_eq!(run(&mut machine, CALLEE, 1000), Ok(1000 * 1001));
        assert_eq!(inlined(&machine), 1);
        let before = stats(&machine).switches.left.iter().sum::<u64>();
        assert_eq!(run(&mut machine, INNER, 1000), Ok(1000 * 1001 / 2 + 1000));
        assert_eq!(run(&mut machine, CALLEE, 1000), Ok(1000 * 1001));
        assert!(stats(&machine).switches.left.iter().sum::<u64>() > before);
    }

    #[test]
    fn a_call_of_one_function_after_another_is_not_inlined() {
        let program = looping(call_given, twice, one_more);
        let loops = |callees: [FunctionIndex; 2]| {
            let (mut machine, linked) =
                loaded(&program, Limits::default(), Some(knowing().with_optimize_threshold(64)));
            for callee in callees.into_iter().cycle().take(50) {
                machine.vm_mut().host.given = Some(linked.function(callee));
                machine.call(linked.function(LOOP), &[10]).expect("it returns");
            }
            stats(&machine).optimized.loops
        };
        assert_eq!((loops([CALLEE, CALLEE]), loops([CALLEE, INNER])), (1, 0));
    }

    #[test]
    fn a_loop_whose_inlined_function_leaves_for_a_call_in_every_iteration_is_not_optimized() {
        // The callee calls itself until its argument is 0.
        let recursive = |code: &mut Assembler| {
            let end = code.label();
            code.number(Slot(2), 1);
            code.jump_if_less(Slot(0), Slot(2), end);
            code.number(Slot(1), -1);
            code.add(Slot(1), Slot(0), Slot(1));
            code.call(CALLEE, Slot(1), 1);
            code.add(Slot(0), Slot(0), Slot(1));
            code.bind(end);
            code.ret(Slot(0));
        };
        let (mut machine, linked) = loaded(&looping(call, recursive, one_more), Limits::default(), Some(knowing()));
        let expected = (1..=60).map(|n| n * (n + 1) / 2).sum();
        assert_eq!(machine.call(linked.function(LOOP), &[60]), Ok(expected));
        assert_eq!(stats(&machine).optimized.loops, 0);
    }

    #[test]
    fn a_loop_that_leaves_for_a_call_in_every_second_iteration_is_not_optimized() {
        let (one, turn, argument) = (Slot(4), Slot(5), Slot(6));
        let mut builder = ProgramBuilder::new();
        define(&mut builder, "loop", 1, 7, |code| {
            code.number(TOTAL, 0);
            code.number(STEP, -1);
            code.number(ZERO, 0);
            code.number(one, 1);
            code.number(turn, 0);
            let (head, skip, next) = (code.label(), code.label(), code.label());
            code.bind(head);
            code.jump_if_less(ZERO, turn, skip);
            code.add(turn, turn, one);
            code.add(argument, N, ZERO);
            code.call(CALLEE, argument, 1);
            code.add(TOTAL, TOTAL, argument);
            code.jump_if_less(ZERO, one, next);
            code.bind(skip);
            code.add(turn, turn, STEP);
            code.bind(next);
            code.add(N, N, STEP);
            code.jump_if_less(ZERO, N, head);
            code.ret(TOTAL);
        });
        // The runtime sees the frames.
        define(&mut builder, "callee", 1, 3, |code| {
            code.sum_of(Slot(1), Slot(0), 1);
            code.ret(Slot(1));
        });
        let (mut machine, linked) = loaded(&verified(builder), Limits::default(), Some(knowing()));
        assert_eq!(machine.call(linked.function(LOOP), &[1000]), Ok((1..=500).map(|half| 2 * half).sum()));
        let optimized = stats(&machine).optimized;
        assert_eq!(optimized.loops, 0);
        assert_eq!(optimized.first_refused[0].reason, "`call` leaves many iterations");
    }

    #[test]
    fn another_function_at_the_address_of_an_unloaded_one_is_not_taken_for_it() {
        let program = looping(call_given, twice, one_more);
        let (mut machine, linked) = loaded(&program, Limits::default(), Some(knowing()));
        let load = |machine: &mut Machine<Ops>, code: fn(&mut Assembler)| {
            let mut builder = ProgramBuilder::new();
            define(&mut builder, "other", 1, 3, code);
            let other = machine.load(&verified(builder)).expect("it has the spaces");
            machine.vm_mut().host.given = Some(other.function(FunctionIndex(0)));
            other
        };
        let mut other = load(&mut machine, twice);
        assert_eq!(machine.call(linked.function(LOOP), &[1000]), Ok(1000 * 1001));
        assert_eq!(inlined(&machine), 1);
        // The allocator likes to use the same memory again.
        for _ in 0..100 {
            // SAFETY: nothing refers to the function.
            unsafe { machine.unload(other) }.expect("it is loaded");
            other = load(&mut machine, one_more);
            assert_eq!(machine.call(linked.function(LOOP), &[1000]), Ok(1000 * 1001 / 2 + 1000));
        }
    }
}
