//! Events are counted once, whichever tier makes them: fuel, interruption, hooks and samples.

use std::cell::{Cell, RefCell};
use std::thread;

use mimeo::jit::WithJit as _;
use mimeo::{FiberExit, FiberLimits, WhenEmpty};

use super::*;

pub(super) const COUNT: FunctionIndex = FunctionIndex(0);
const FAIL: FunctionIndex = FunctionIndex(1);
const TAIL: FunctionIndex = FunctionIndex(2);
const FIBER: FunctionIndex = FunctionIndex(3);
pub(super) const THROWS: FunctionIndex = FunctionIndex(4);
pub(super) const MIXED: FunctionIndex = FunctionIndex(5);
pub(super) const SPIN: FunctionIndex = FunctionIndex(6);
const RECURSE: FunctionIndex = FunctionIndex(7);
const SAME: FunctionIndex = FunctionIndex(8);

/// Every kind of event, and every way in which a tier is left.
pub(super) fn every_event() -> Program {
    let mut builder = ProgramBuilder::new();
    let (n, one, two, three, four) = (Slot(0), Slot(1), Slot(2), Slot(3), Slot(4));
    // count(n): n, by a loop.
    define(&mut builder, "count", 1, 3, |code| {
        let head = code.label();
        code.number(one, 0);
        code.number(two, 1);
        code.bind(head);
        code.add(one, one, two);
        code.jump_if_less(one, n, head);
        code.ret(one);
    });
    define(&mut builder, "fail", 1, 1, |code| {
        code.check(n, -1);
        code.ret(n);
    });
    // tail(n): count(n), by a tail call.
    define(&mut builder, "tail", 1, 2, |code| {
        code.number(one, 0);
        code.add(one, one, n);
        code.tail_call(COUNT, one, 1);
    });
    // fiber(n): yields n, then 2 n.
    define(&mut builder, "fiber", 1, 2, |code| {
        code.yields(one, n, 1);
        code.add(one, one, n);
        code.ret(one);
    });
    // throws(n): n throws, each to a handler before the op. The first jump enters the loop at its middle.
    define(&mut builder, "throws", 1, 3, |code| {
        let [from, to, handler, end] = [(); 4].map(|()| code.label());
        code.number(one, 0);
        code.number(two, 1);
        code.jump_if_less(one, two, from);
        code.bind(handler);
        code.take(one);
        code.add(n, n, one);
        code.bind(from);
        code.jump_if_less(n, two, end);
        code.check(n, 0);
        code.bind(to);
        code.bind(end);
        code.ret(n);
        code.catch(from, to, handler);
    });
    define(&mut builder, "mixed", 1, 6, |code| {
        let (head, again) = (code.label(), code.label());
        let fiber = Slot(5);
        code.number(two, 0);
        code.bind(head);
        code.number(three, 3);
        code.call(COUNT, three, 1);
        code.call(TAIL, three, 1);
        code.call_back(three, TAIL, three);
        code.request(three, COUNT, three);
        code.call_back_safely(four, FAIL, three);
        code.negate(four, four);
        code.fiber(fiber);
        code.start_fiber(three, three, fiber, FIBER);
        code.resume_fiber(three, three, fiber);
        code.call(THROWS, three, 1);
        // Jumps backwards with the result of a call, twice.
        code.number(three, 3);
        code.number(four, -1);
        code.bind(again);
        code.add(three, three, four);
        code.jump_if_requested(SAME, three, again);
        code.jump_while(again);
        // Jumps backwards by the first label and by the last, once each.
        let (back, on) = (code.label(), code.label());
        code.number(three, 3);
        code.bind(back);
        code.add(three, three, four);
        code.jump_to_one(three, &[on, back, back]);
        code.bind(on);
        code.number(three, 1);
        code.add(two, two, three);
        code.jump_if_less(two, n, head);
        code.ret(two);
    });
    define(&mut builder, "spin", 1, 1, |code| {
        let head = code.label();
        code.number(n, 1);
        code.bind(head);
        code.jump_if_less(n, Slot(0), head);
        code.number(n, 0);
        code.jump_while(head);
        code.ret(n);
    });
    define(&mut builder, "recurse", 1, 2, |code| {
        code.number(one, 0);
        code.tail_call(RECURSE, one, 1);
    });
    define(&mut builder, "same", 1, 1, |code| code.ret(n));
    verified(builder)
}

pub(super) fn machine_for(config: &Option<JitConfig>) -> (Machine<Ops>, Linked) {
    // `jump_while` jumps this often.
    let host = Host { times: 5, ..Host::default() };
    let mut machine = machine::<Ops>((Context::default(), host), Limits::default(), config.clone());
    let linked = machine.load(&every_event()).expect("it has the spaces");
    (machine, linked)
}

/// The result of a run with this fuel, and the fuel that is left.
fn run_with(config: &Option<JitConfig>, fuel: u64) -> (Result<i64, Trap>, u64) {
    let (mut machine, linked) = machine_for(config);
    machine.vm_mut().set_fuel(Some(fuel));
    let result = machine.call(linked.function(MIXED), &[4]);
    (result, machine.vm().fuel().expect("it has a limit"))
}

pub(super) const PLENTY: u64 = 1_000_000;

/// The number of events of the program.
fn events() -> u64 {
    let (result, left) = run_with(&None, PLENTY);
    assert_eq!(result, Ok(4));
    PLENTY - left
}

#[test]
pub(super) fn fuel_is_used_up_at_the_same_event_in_every_configuration() {
    let events = events();
    assert!(events > 100, "{events}");
    for fuel in (0..=events).chain([PLENTY]) {
        let expected = run_with(&None, fuel);
        match &expected.0 {
            Ok(_) => assert!(fuel >= events, "{fuel} of {events}"),
            Err(trap) => assert!(fuel < events && trap.kind == TrapKind::OutOfFuel, "{fuel}: {trap}"),
        }
        assert_eq!(expected.1, fuel.saturating_sub(events));
        for config in configs() {
            assert_eq!(run_with(&config, fuel), expected, "{fuel} of {events}, {config:?}");
        }
    }
}

#[test]
pub(super) fn a_fiber_of_the_host_waits_for_fuel_at_any_event() {
    // Without fibers and callbacks, inside which the fiber cannot be suspended.
    let run = |config: &Option<JitConfig>, portion: u64| {
        let (mut machine, linked) = machine_for(config);
        let vm = machine.vm_mut();
        vm.when_empty(WhenEmpty::Suspend);
        vm.set_fuel(Some(portion));
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        let mut waits = 0;
        let mut exit = vm.start_fiber(fiber, linked.function(THROWS), &[50]).expect("it does not trap");
        while exit == FiberExit::Suspended {
            assert_eq!((vm.fuel(), vm.is_out_of_fuel(fiber)), (Some(0), Ok(true)));
            // Nothing happens until there is fuel.
            assert_eq!(vm.resume_fiber(fiber).expect("it does not trap"), FiberExit::Suspended);
            waits += 1;
            vm.set_fuel(Some(portion));
            exit = vm.resume_fiber(fiber).expect("it does not trap");
        }
        (exit, waits, vm.fuel())
    };
    for config in configs() {
        // The call and 50 handlers are 51 events.
        assert_eq!(run(&config, 51), (FiberExit::Done(0), 0, Some(0)), "{config:?}");
        assert_eq!(run(&config, 1), (FiberExit::Done(0), 50, Some(0)), "{config:?}");
        assert_eq!(run(&config, 4), (FiberExit::Done(0), 12, Some(1)), "{config:?}");
    }
}

#[test]
pub(super) fn a_run_inside_another_traps_instead_of_waiting_for_fuel() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.when_empty(WhenEmpty::Suspend);
        let thrown = {
            vm.set_fuel(Some(3));
            vm.run(linked.function(COUNT), &[50]).expect_err("it is not a fiber")
        };
        assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfFuel, "{config:?}");
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        // The events until the first callback has started, in which the fiber cannot be suspended.
        for fuel in 0..events() {
            vm.set_fuel(Some(fuel));
            match vm.start_fiber(fiber, linked.function(MIXED), &[1]) {
                Ok(FiberExit::Suspended) => {
                    assert_eq!(vm.is_out_of_fuel(fiber), Ok(true));
                    let error = vm.throw("no more");
                    let thrown = vm.throw_into_fiber(fiber, error).expect_err("no handler is there");
                    assert_eq!(vm.catch(thrown).to_string(), "no more");
                }
                Ok(FiberExit::Done(result)) => {
                    assert_eq!((result, fuel >= 20), (1, true), "{config:?}");
                    break;
                }
                Err(thrown) => assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfFuel, "{config:?}"),
            }
        }
    }
}

#[test]
fn a_fiber_of_the_host_traps_without_fuel_unless_it_is_to_wait() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.set_fuel(Some(3));
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        let thrown = vm.start_fiber(fiber, linked.function(COUNT), &[50]).expect_err("there is not enough fuel");
        assert_eq!((vm.catch(thrown).kind, vm.fuel()), (TrapKind::OutOfFuel, Some(0)), "{config:?}");
        vm.when_empty(WhenEmpty::Refill(Box::new(|_| None)));
        let thrown = vm.start_fiber(fiber, linked.function(COUNT), &[50]).expect_err("there is no fuel");
        assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfFuel, "{config:?}");
    }
}

#[test]
fn refills_and_hooks_come_at_the_same_events_in_every_configuration() {
    let run = |config: &Option<JitConfig>| {
        let (mut machine, linked) = machine_for(config);
        let places = Rc::new(RefCell::new(Vec::new()));
        let place = |vm: &mut Vm| vm.frames().next().map(|frame| (frame.function.body().name.clone(), frame.pc));
        let (of_hook, of_refill) = (Rc::clone(&places), Rc::clone(&places));
        let vm = machine.vm_mut();
        vm.set_hook(7, move |vm| {
            of_hook.borrow_mut().push((true, place(vm)));
            Ok(())
        });
        vm.set_fuel(Some(0));
        vm.when_empty(WhenEmpty::Refill(Box::new(move |vm| {
            of_refill.borrow_mut().push((false, place(vm)));
            Some(5)
        })));
        assert_eq!(machine.call(linked.function(MIXED), &[4]), Ok(4), "{config:?}");
        places.take()
    };
    let expected = run(&None);
    let of_hook = expected.iter().filter(|(of_hook, _)| *of_hook).count() as u64;
    assert_eq!(of_hook, events() / 7);
    assert_eq!(expected.len() as u64 - of_hook, events().div_ceil(5));
    for config in configs() {
        assert_eq!(run(&config), expected, "{config:?}");
    }
}

#[test]
fn a_refusal_to_refill_ends_the_program_and_leaves_the_machine_usable() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.host.times = u32::MAX;
        vm.set_fuel(Some(10));
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        vm.when_empty(WhenEmpty::Refill(Box::new(move |vm| {
            count.set(count.get() + 1);
            // What the host runs here costs no fuel.
            assert!(matches!(vm.run(vm.host.given.expect("it is set"), &[100]), Ok(100)));
            assert_eq!(vm.fuel(), None);
            None
        })));
        vm.host.given = Some(linked.function(COUNT));
        let trap = machine.call(linked.function(SPIN), &[0]).expect_err("it has no end");
        assert_eq!((trap.kind, asked.get()), (TrapKind::OutOfFuel, 1), "{config:?}");
        machine.vm_mut().set_fuel(None);
        assert_eq!(machine.call(linked.function(COUNT), &[5000]), Ok(5000), "{config:?}");
    }
}

#[test]
fn a_hook_can_end_the_program_replace_itself_and_panic() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        machine.vm_mut().host.times = u32::MAX;
        machine.vm_mut().set_hook(3, |vm| Err(vm.throw("the hook")));
        let trap = machine.call(linked.function(SPIN), &[0]).expect_err("the hook throws");
        assert_eq!((trap.to_string(), function_of(&trap)), ("the hook".to_owned(), "spin"), "{config:?}");
        machine.vm_mut().set_hook(3, |vm| {
            // It does not run in what it runs itself, and then the other one takes its place.
            let function = vm.host.given.expect("it is set");
            vm.run(function, &[100])?;
            vm.set_hook(4, |_| panic!("the second hook"));
            Ok(())
        });
        machine.vm_mut().host.given = Some(linked.function(COUNT));
        assert_eq!(panic_of(|| machine.call(linked.function(SPIN), &[0])), "the second hook", "{config:?}");
        machine.vm_mut().remove_hook();
        assert_eq!(machine.call(linked.function(COUNT), &[5000]), Ok(5000), "{config:?}");
    }
}

#[test]
fn a_hook_can_remove_itself() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        assert_eq!(vm.hook_due(), None);
        vm.host.given = Some(linked.function(COUNT));
        vm.set_hook(3, |vm| {
            vm.remove_hook();
            let function = vm.host.given.take().expect("it is called once");
            vm.run(function, &[100])?;
            Ok(())
        });
        assert_eq!(vm.hook_due(), Some(3));
        assert_eq!(machine.call(linked.function(COUNT), &[5000]), Ok(5000), "{config:?}");
        assert_eq!((machine.vm().hook_due(), machine.vm().host.given), (None, None), "{config:?}");
    }
}

#[test]
pub(super) fn an_interruption_ends_loops_and_recursion_in_eight_threads_at_once() {
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                for config in configs() {
                    let (mut machine, linked) = machine_for(&config);
                    let control = machine.control().clone();
                    let function = linked.function(if number % 2 == 0 { SPIN } else { RECURSE });
                    machine.vm_mut().host.times = u32::MAX;
                    let interrupter = thread::spawn(move || control.interrupt());
                    let trap = machine.call(function, &[0]).expect_err("it has no end");
                    interrupter.join().expect("it only sets a flag");
                    assert_eq!(trap.kind, TrapKind::Interrupted, "{config:?}");
                    assert!(!machine.control().is_interrupted());
                    assert_eq!(machine.call(linked.function(COUNT), &[5000]), Ok(5000), "{config:?}");
                }
            });
        }
    });
}

#[test]
fn no_handler_and_no_runtime_function_keeps_a_stopped_program_alive() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        // The op catches the errors of its callee, in Rust.
        machine.vm_mut().host.on_callback = Some(Box::new(|_| ()));
        let vm = machine.vm_mut();
        vm.set_hook(1, |vm| {
            vm.control().interrupt();
            vm.remove_hook();
            Ok(())
        });
        let trap = machine.call(linked.function(MIXED), &[1 << 40]).expect_err("it is interrupted");
        assert_eq!(trap.kind, TrapKind::Interrupted, "{config:?}");
        // Throws in a loop whose handler catches everything else.
        machine.vm_mut().set_fuel(Some(100));
        let trap = machine.call(linked.function(THROWS), &[1 << 40]).expect_err("there is not enough fuel");
        assert_eq!((trap.kind.is_stop(), function_of(&trap)), (true, "throws"), "{config:?}");
    }
}

#[test]
fn an_interruption_that_is_caught_comes_again_unless_handlers_catch_stops() {
    let mut builder = ProgramBuilder::new();
    // asking(n): n, by a loop, after `ask` and with a handler around that.
    define(&mut builder, "asking", 1, 4, |code| {
        let [from, to, head] = [(); 3].map(|()| code.label());
        let (n, one, count, answer) = (Slot(0), Slot(1), Slot(2), Slot(3));
        code.number(count, 0);
        code.number(one, 1);
        code.bind(from);
        code.ask(answer, n, 1);
        code.bind(to);
        code.bind(head);
        code.add(count, count, one);
        code.jump_if_less(count, n, head);
        code.ret(count);
        code.catch(from, to, head);
    });
    let program = verified(builder);
    type Act = fn(&mut Vm, Window) -> Result<i64, Thrown>;
    // A runtime function catches the error, or a handler does.
    let acts: [Act; 2] = [
        |vm, _| {
            vm.control().interrupt();
            let thrown = vm.check_interrupt().expect_err("it is interrupted");
            assert_eq!(vm.catch(thrown).kind, TrapKind::Interrupted);
            Ok(0)
        },
        |vm, _| {
            vm.control().interrupt();
            vm.check_interrupt().map(|()| 0)
        },
    ];
    for config in configs() {
        for act in acts {
            for catches in [false, true] {
                let host = Host { ask: Some(Rc::new(act)), ..Host::default() };
                let builder = Machine::builder(Context::default(), host).handlers_catch_stops(catches);
                let mut machine = match &config {
                    Some(config) => builder.jit(config.clone()).build(),
                    None => builder.build(),
                };
                let linked = machine.load(&program).expect("it has the spaces");
                let result = machine.call(linked.function(FunctionIndex(0)), &[5000]);
                let expected = if catches { Ok(5000) } else { Err(TrapKind::Interrupted) };
                assert_eq!(result.map_err(|trap| trap.kind), expected, "{catches}, {config:?}");
                assert!(!machine.control().is_interrupted(), "{catches}, {config:?}");
            }
        }
    }
}

#[test]
fn an_interruption_before_a_run_ends_it_at_once() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        machine.control().interrupt();
        assert_eq!(machine.call(linked.function(COUNT), &[1]).expect_err("it is set").kind, TrapKind::Interrupted);
        assert_eq!(machine.call(linked.function(COUNT), &[1]), Ok(1));
        machine.control().interrupt();
        assert!(machine.control().clear() && !machine.control().clear());
        assert_eq!(machine.call(linked.function(COUNT), &[1]), Ok(1));
    }
}

#[test]
fn a_loop_is_compiled_at_the_jump_that_reaches_the_threshold() {
    let config = Some(JitConfig::default().with_threshold(10));
    let compiled = |n| {
        let (mut machine, linked) = machine_for(&config);
        assert_eq!(machine.call(linked.function(COUNT), &[n]), Ok(n));
        stats(&machine).functions.compiled()
    };
    // The call is the first event, and an iteration has one jump.
    let jumps = |n: i64| n - 1;
    assert_eq!((1..).find(|&n| compiled(n) > 0).map(jumps), Some(9));
}

#[test]
fn samples_find_the_hot_loop_in_both_tiers() {
    for config in configs_with_few_samples() {
        let (mut machine, linked) = machine_for(&config);
        assert_eq!(machine.call(linked.function(COUNT), &[200_000]), Ok(200_000), "{config:?}");
        let count = machine.functions(linked).next().expect("it is loaded");
        let samples: Vec<_> = count.samples().map(|(_, samples)| samples).collect();
        // 200,000 events, and about one sample for 1,024 of them, none of which is at the entry.
        assert_eq!(samples, [0, 197], "{config:?}");
        assert!(machine.functions(linked).skip(1).all(|other| other.samples().all(|(_, samples)| samples == 0)));
    }
}
