//! Fuel that runtime functions spend: when it is used up, and what is due because of it.

use std::cell::Cell;

use mimeo::{FiberExit, FiberLimits, WhenEmpty};

use super::*;

const ASKING: FunctionIndex = FunctionIndex(0);
const LOOPING: FunctionIndex = FunctionIndex(1);

/// `asking(n)` is the result of `ask`. `looping(n)` asks n times, in a loop.
fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "looping", 1, 4, |code| {
        let (head, n, count, one, answer) = (code.label(), Slot(0), Slot(1), Slot(2), Slot(3));
        code.number(count, 0);
        code.number(one, 1);
        code.bind(head);
        code.ask(answer, count, 1);
        code.add(count, count, one);
        code.jump_if_less(count, n, head);
        code.ret(count);
    });
    verified(builder)
}

/// Creates a machine in which `ask` spends this much fuel.
fn spending(config: &Option<JitConfig>, events: u32) -> (Machine<Ops>, Linked) {
    asking(config.clone(), Limits::default(), &program(), move |vm, _| {
        vm.spend_fuel(events)?;
        Ok(i64::from(events))
    })
}

#[test]
fn a_runtime_function_spends_fuel_like_events() {
    for config in configs() {
        // The call of the function is an event as well.
        for (fuel, left) in [(5000, Some(1999)), (3002, Some(1)), (3001, Some(0)), (3000, None), (1, None)] {
            let (mut machine, linked) = spending(&config, 3000);
            for _ in 0..3 {
                machine.vm_mut().set_fuel(Some(fuel));
                match machine.call(linked.function(ASKING), &[1]) {
                    Ok(spent) => assert_eq!((spent, machine.vm().fuel()), (3000, left), "{fuel}, {config:?}"),
                    Err(trap) => {
                        assert_eq!((trap.kind, left), (TrapKind::OutOfFuel, None), "{fuel}, {config:?}");
                        assert_eq!(machine.vm().fuel(), Some(0), "{fuel}, {config:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn fuel_that_is_spent_is_not_there_for_the_events_that_follow() {
    for config in configs() {
        for events in [10, 3000] {
            let (mut machine, linked) = spending(&config, events);
            // The call, three runs of the op, and two jumps.
            let needed = 1 + 3 * u64::from(events) + 2;
            machine.vm_mut().set_fuel(Some(needed));
            assert_eq!(machine.call(linked.function(LOOPING), &[3]), Ok(3), "{events}, {config:?}");
            assert_eq!(machine.vm().fuel(), Some(0));
            machine.vm_mut().set_fuel(Some(needed));
            let trap = machine.call(linked.function(LOOPING), &[4]).expect_err("there is not enough fuel");
            assert_eq!(trap.kind, TrapKind::OutOfFuel, "{events}, {config:?}");
        }
    }
}

#[test]
fn any_amount_of_fuel_is_spent_exactly() {
    for config in configs() {
        for events in [0, 1, 1 << 30, i32::MAX as u32, 1 << 31, u32::MAX] {
            let (mut machine, linked) = spending(&config, events);
            machine.vm_mut().set_fuel(Some(1 << 40));
            assert_eq!(machine.call(linked.function(LOOPING), &[5]), Ok(5));
            let left = (1 << 40) - 5 * u64::from(events) - 5;
            assert_eq!(machine.vm().fuel(), Some(left), "{events}, {config:?}");
            // Without a limit, it costs nothing.
            machine.vm_mut().set_fuel(None);
            assert_eq!(machine.call(linked.function(LOOPING), &[5]), Ok(5));
            assert_eq!(machine.vm().fuel(), None);
        }
    }
}

#[test]
fn a_runtime_function_that_spends_is_interrupted_with_or_without_fuel() {
    for config in configs() {
        for fuel in [None, Some(1 << 20), Some(10)] {
            let ask = |vm: &mut Vm, _: Window| {
                vm.control().interrupt();
                vm.spend_fuel(5000)?;
                Ok(1)
            };
            let (mut machine, linked) = asking(config.clone(), Limits::default(), &program(), ask);
            machine.vm_mut().set_fuel(fuel);
            let trap = machine.call(linked.function(ASKING), &[1]).expect_err("it is interrupted");
            assert_eq!(trap.kind, TrapKind::Interrupted, "{fuel:?}, {config:?}");
            assert!(!machine.control().is_interrupted());
        }
    }
}

#[test]
fn a_runtime_function_that_spends_gets_refills() {
    for config in configs() {
        let (mut machine, linked) = spending(&config, 3000);
        let requests = Rc::new(Cell::new(0));
        let count = Rc::clone(&requests);
        let vm = machine.vm_mut();
        vm.set_fuel(Some(1));
        vm.when_empty(WhenEmpty::Refill(Box::new(move |_| {
            count.set(count.get() + 1);
            Some(1000)
        })));
        assert_eq!(machine.call(linked.function(ASKING), &[1]), Ok(3000), "{config:?}");
        assert_eq!((requests.get(), machine.vm().fuel()), (3, Some(0)), "{config:?}");
    }
}

#[test]
fn a_fiber_whose_runtime_function_spends_too_much_waits_at_the_next_event() {
    for config in configs() {
        let (mut machine, linked) = spending(&config, 3000);
        let vm = machine.vm_mut();
        vm.when_empty(WhenEmpty::Suspend);
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        vm.set_fuel(Some(10));
        // There is no event after the op.
        let exit = vm.start_fiber(fiber, linked.function(ASKING), &[1]);
        assert_eq!(exit.ok(), Some(FiberExit::Done(3000)), "{config:?}");
        assert_eq!(vm.fuel(), Some(0));
        vm.set_fuel(Some(10));
        let mut exit = vm.start_fiber(fiber, linked.function(LOOPING), &[3]).expect("it does not trap");
        let mut waits = 0;
        while exit == FiberExit::Suspended {
            assert_eq!((vm.fuel(), vm.is_out_of_fuel(fiber)), (Some(0), Ok(true)), "{config:?}");
            waits += 1;
            vm.set_fuel(Some(10));
            exit = vm.resume_fiber(fiber).expect("it does not trap");
        }
        assert_eq!((exit, waits), (FiberExit::Done(3), 2), "{config:?}");
    }
}

#[test]
fn a_hook_that_is_due_while_fuel_is_spent_is_called_once_at_the_next_event() {
    for config in configs() {
        let (mut machine, linked) = spending(&config, 3000);
        let calls = Rc::new(Cell::new(0));
        let counter = Rc::clone(&calls);
        let inner = Rc::clone(&calls);
        machine.vm_mut().host.ask = Some(Rc::new(move |vm: &mut Vm, _: Window| {
            let before = inner.get();
            vm.spend_fuel(3000)?;
            assert_eq!(inner.get(), before, "a runtime function runs");
            Ok(1)
        }));
        machine.vm_mut().set_hook(100, move |_| {
            counter.set(counter.get() + 1);
            Ok(())
        });
        assert_eq!(machine.call(linked.function(LOOPING), &[5]), Ok(5));
        // At the four jumps.
        assert_eq!(calls.get(), 4, "{config:?}");
    }
}

#[test]
fn fuel_that_is_spent_is_no_reason_for_samples() {
    for config in configs_with_few_samples() {
        let (mut machine, linked) = spending(&config, 3000);
        assert_eq!(machine.call(linked.function(LOOPING), &[200]), Ok(200));
        let looping = machine.functions(linked).nth(LOOPING.0 as usize).expect("it is loaded");
        let samples: u64 = looping.samples().map(|(_, samples)| u64::from(samples)).sum();
        assert_eq!(samples, 0, "{config:?}");
    }
}
