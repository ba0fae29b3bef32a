//! Hooks and refills: when they are due, and what the functions that they run count for.

use std::cell::Cell;

use mimeo::{FiberExit, FiberLimits, WhenEmpty};

use super::budget::{COUNT, machine_for};
use super::requests::program as requesting;
use super::*;

/// Sets a hook that counts its calls.
fn count_calls(vm: &mut Vm, interval: u32) -> Rc<Cell<u32>> {
    let calls = Rc::new(Cell::new(0));
    let counter = Rc::clone(&calls);
    vm.set_hook(interval, move |_| {
        counter.set(counter.get() + 1);
        Ok(())
    });
    calls
}

/// Sets the same answer to every request for fuel. Returns the number of requests.
fn answer(vm: &mut Vm, more: Option<u64>) -> Rc<Cell<u32>> {
    let requests = Rc::new(Cell::new(0));
    let counter = Rc::clone(&requests);
    vm.when_empty(WhenEmpty::Refill(Box::new(move |_| {
        counter.set(counter.get() + 1);
        assert!(counter.get() < 1000, "it never has enough");
        more
    })));
    requests
}

#[test]
fn a_hook_is_called_once_in_each_interval() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        // An interval of 0 is one of 1. The hook is due from its start on, not from the end of an earlier deadline.
        for (interval, expected) in [(0, 10), (1, 10), (2, 5), (3, 3), (10, 1), (11, 0)] {
            let calls = count_calls(machine.vm_mut(), interval);
            assert_eq!(machine.vm().hook_due(), Some(interval.max(1)));
            assert_eq!(machine.call(linked.function(COUNT), &[10]), Ok(10));
            assert_eq!(calls.get(), expected, "{interval}, {config:?}");
        }
    }
}

#[test]
fn a_program_uses_its_last_fuel_where_a_hook_is_due() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        let calls = count_calls(vm, 7);
        vm.set_fuel(Some(7));
        assert_eq!(machine.call(linked.function(COUNT), &[7]), Ok(7), "{config:?}");
        assert_eq!((calls.get(), machine.vm().fuel()), (1, Some(0)), "{config:?}");
        // A fiber does not wait for fuel that it does not need.
        let vm = machine.vm_mut();
        let calls = count_calls(vm, 7);
        vm.set_fuel(Some(7));
        vm.when_empty(WhenEmpty::Suspend);
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        let exit = vm.start_fiber(fiber, linked.function(COUNT), &[7]);
        assert_eq!((exit.ok(), calls.get()), (Some(FiberExit::Done(7)), 1), "{config:?}");
    }
}

#[test]
fn a_limit_that_changes_loses_no_events_of_the_others() {
    type Change = fn(&mut Vm);
    let changes: [(Change, _, _); 5] = [
        (|vm| vm.set_fuel(Some(500)), Some(500), Some(90)),
        (|vm| vm.set_fuel(None), None, Some(90)),
        (|vm| vm.set_hook(50, |_| Ok(())), Some(990), Some(50)),
        (|vm| vm.remove_hook(), Some(990), None),
        (|vm| vm.start_stepping(), Some(990), Some(90)),
    ];
    for config in configs() {
        for (number, (change, fuel, hook_due)) in changes.into_iter().enumerate() {
            let (mut machine, linked) = machine_for(&config);
            let vm = machine.vm_mut();
            vm.set_debugger(|vm, _| {
                vm.remove_debugger();
                Ok(mimeo::StepMode::Continue)
            });
            vm.set_fuel(Some(1000));
            vm.set_hook(100, |_| Ok(()));
            assert_eq!(machine.call(linked.function(COUNT), &[10]), Ok(10));
            change(machine.vm_mut());
            let vm = machine.vm();
            assert_eq!((vm.fuel(), vm.hook_due()), (fuel, hook_due), "{number}, {config:?}");
            assert_eq!(machine.call(linked.function(COUNT), &[10]), Ok(10));
            let (fuel, hook_due) = (fuel.map(|fuel| fuel - 10), hook_due.map(|due| due - 10));
            let vm = machine.vm();
            assert_eq!((vm.fuel(), vm.hook_due()), (fuel, hook_due), "{number}, {config:?}");
        }
    }
}

#[test]
fn what_a_hook_runs_costs_fuel() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.host.given = Some(linked.function(COUNT));
        vm.set_hook(5, |vm| {
            vm.run(vm.host.given.expect("it is set"), &[20])?;
            Ok(())
        });
        vm.set_fuel(Some(1000));
        assert_eq!(machine.call(linked.function(COUNT), &[7]), Ok(7));
        // The events of the hook do not count for the hook itself.
        assert_eq!((machine.vm().fuel(), machine.vm().hook_due()), (Some(1000 - 27), Some(3)), "{config:?}");
    }
}

#[test]
fn what_a_refill_runs_costs_no_fuel_and_counts_for_the_hook() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.host.given = Some(linked.function(COUNT));
        vm.set_hook(1000, |_| Ok(()));
        vm.set_fuel(Some(3));
        vm.when_empty(WhenEmpty::Refill(Box::new(|vm| {
            assert!(vm.run(vm.host.given.expect("it is set"), &[20]).is_ok());
            Some(100)
        })));
        assert_eq!(machine.call(linked.function(COUNT), &[7]), Ok(7));
        assert_eq!((machine.vm().fuel(), machine.vm().hook_due()), (Some(96), Some(1000 - 27)), "{config:?}");
    }
}

#[test]
fn a_refill_is_requested_only_for_an_event_without_fuel() {
    for config in configs() {
        for more in [1, 2, 3, 10, 11] {
            let (mut machine, linked) = machine_for(&config);
            machine.vm_mut().set_fuel(Some(0));
            let requests = answer(machine.vm_mut(), Some(more));
            assert_eq!(machine.call(linked.function(COUNT), &[10]), Ok(10), "{more}, {config:?}");
            let expected = 10_u64.div_ceil(more);
            let left = expected * more - 10;
            assert_eq!((u64::from(requests.get()), machine.vm().fuel()), (expected, Some(left)), "{more}, {config:?}");
        }
    }
}

#[test]
fn a_refill_of_nothing_is_a_refusal() {
    for config in configs() {
        for more in [None, Some(0)] {
            let (mut machine, linked) = machine_for(&config);
            machine.vm_mut().set_fuel(Some(4));
            let requests = answer(machine.vm_mut(), more);
            let trap = machine.call(linked.function(COUNT), &[10]).expect_err("there is not enough fuel");
            assert_eq!((trap.kind, requests.get()), (TrapKind::OutOfFuel, 1), "{more:?}, {config:?}");
            assert_eq!(machine.vm().fuel(), Some(0), "{more:?}, {config:?}");
        }
    }
}

#[test]
fn a_fiber_that_waited_for_fuel_pays_once_for_the_event_at_which_it_waited() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let vm = machine.vm_mut();
        vm.when_empty(WhenEmpty::Suspend);
        vm.set_fuel(Some(3));
        let fiber = vm.new_fiber(FiberLimits::default()).expect("there is memory");
        let exit = vm.start_fiber(fiber, linked.function(COUNT), &[10]);
        assert_eq!(exit.ok(), Some(FiberExit::Suspended), "{config:?}");
        let requests = answer(vm, Some(10));
        assert_eq!(vm.resume_fiber(fiber).ok(), Some(FiberExit::Done(10)), "{config:?}");
        assert_eq!((requests.get(), vm.fuel()), (1, Some(3 + 10 - 10)), "{config:?}");
    }
}

#[test]
fn the_error_of_a_hook_at_a_requested_call_is_caught_around_the_op() {
    let catch = FunctionIndex(2);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&requesting()).expect("it has the spaces");
        for _ in 0..4 {
            // The call by the host is the first event, and the requested call the second.
            machine.vm_mut().set_hook(2, |vm| {
                vm.remove_hook();
                Err(vm.throw("the hook"))
            });
            assert_eq!(machine.call(linked.function(catch), &[4]), Ok(-1), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("the hook in sum_up"), "{config:?}");
        }
    }
}

/// A function that calls another one as often as `calls` says.
fn calling(calls: u32) -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "caller", 1, 2, |code| {
        for _ in 0..calls {
            code.number(Slot(1), 3);
            code.call(FunctionIndex(1), Slot(1), 1);
        }
        code.ret(Slot(0));
    });
    define(&mut builder, "callee", 1, 1, |code| code.ret(Slot(0)));
    verified(builder)
}

/// Returns the smallest argument for which `run` compiles a function.
fn first_compiled(interval: u32, run: impl Fn(&mut Machine<Ops>, u32)) -> Option<u32> {
    (1..100).find(|&number| {
        let config = JitConfig::default().with_threshold(40);
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
        machine.vm_mut().set_hook(interval, |_| Ok(()));
        run(&mut machine, number);
        stats(&machine).functions.compiled() > 0
    })
}

#[test]
fn a_hook_does_not_change_when_functions_are_compiled() {
    let looping = |machine: &mut Machine<Ops>, number: u32| {
        let linked = machine.load(&super::budget::every_event()).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(COUNT), &[i64::from(number)]), Ok(i64::from(number)));
    };
    let calling = |machine: &mut Machine<Ops>, number: u32| {
        let linked = machine.load(&calling(number)).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[1]), Ok(1));
    };
    for interval in [1, 2, 7] {
        assert_eq!(first_compiled(interval, looping), first_compiled(1000, looping), "{interval}");
        assert_eq!(first_compiled(interval, calling), first_compiled(1000, calling), "{interval}");
    }
    assert!(first_compiled(1000, looping).is_some() && first_compiled(1000, calling).is_some());
}
