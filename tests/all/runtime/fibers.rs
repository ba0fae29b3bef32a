//! Fibers are suspended and resumed, even while their code is discarded.

use std::rc::Rc;

use mimeo::jit::Switches;
use mimeo::{After, FiberError, FiberExit, FiberLimits, WhenEmpty};

use super::*;

const PRODUCER: FunctionIndex = FunctionIndex(0);
const INNER: FunctionIndex = FunctionIndex(1);
const CONSUMER: FunctionIndex = FunctionIndex(2);
const NESTED: FunctionIndex = FunctionIndex(3);

fn fiber_program() -> Program {
    let mut builder = ProgramBuilder::new();
    let functions = ["producer", "inner", "consumer", "nested"].map(|name| builder.declare(name));
    // producer(n): yields n, and -n from a function that it calls, until it is resumed with a negative number; adds up
    // the numbers it was resumed with.
    let mut code = Assembler::new("producer", 1, 5);
    let (again, end) = (code.label(), code.label());
    let (n, sum, got, zero) = (Slot(0), Slot(1), Slot(2), Slot(3));
    code.number(sum, 0);
    code.number(zero, 0);
    code.bind(again);
    code.yields(got, n, 2);
    code.jump_if_less(got, zero, end);
    code.add(sum, sum, got);
    code.add(Slot(4), n, zero);
    code.call(INNER, Slot(4), 1);
    code.add(sum, sum, Slot(4));
    code.jump_if_less(zero, n, again);
    code.bind(end);
    code.check(sum, 100_000);
    code.ret(sum);
    builder.define(functions[0], code.finish().expect("it is whole"));
    let mut code = Assembler::new("inner", 1, 2);
    code.negate(Slot(1), Slot(0));
    code.yields(Slot(0), Slot(1), 0);
    code.ret(Slot(0));
    builder.define(functions[1], code.finish().expect("it is whole"));
    // consumer(n): resumes a producer of n with 1, 2, …, n and then -1.
    let mut code = Assembler::new("consumer", 1, 6);
    let again = code.label();
    let (n, fiber, i, one, minus, got) = (Slot(0), Slot(1), Slot(2), Slot(3), Slot(4), Slot(5));
    code.fiber(fiber);
    code.start_fiber(got, n, fiber, PRODUCER);
    code.number(i, 0);
    code.number(one, 1);
    code.number(minus, -1);
    code.bind(again);
    code.add(i, i, one);
    code.resume_fiber(got, i, fiber);
    code.jump_if_less(i, n, again);
    code.resume_fiber(got, minus, fiber);
    code.ret(got);
    builder.define(functions[2], code.finish().expect("it is whole"));
    // nested(n): a consumer in a callback; then yields, although it is not in a fiber.
    let mut code = Assembler::new("nested", 1, 2);
    code.call_back(Slot(1), CONSUMER, Slot(0));
    code.yields(Slot(0), Slot(1), 0);
    code.ret(Slot(0));
    builder.define(functions[3], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
pub(super) fn fibers_suspend_and_resume() {
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&fiber_program()).expect("it has the spaces");
        for _ in 0..3 {
            // With an even number of resumptions the producer itself is resumed with -1.
            assert_eq!(machine.call(linked.function(CONSUMER), &[100]), Ok(5050), "{config:?}");
            let trap = machine.call(linked.function(NESTED), &[20]).expect_err("there is no fiber to suspend");
            assert_eq!(
                (trap.kind.to_string().as_str(), function_of(&trap)),
                ("nothing to suspend", "nested"),
                "{config:?}"
            );
            let trap = machine.call(linked.function(CONSUMER), &[500]).expect_err("the sum is too large");
            assert_eq!(
                (trap.kind.to_string().as_str(), trap.backtrace.depth()),
                ("no more than 100000", 2),
                "{config:?}"
            );
        }
        if let Some(jit) = machine.jit() {
            let Switches { entered, left, .. } = jit.stats().switches;
            assert_eq!(entered.iter().sum::<u64>(), left.iter().sum::<u64>(), "{config:?}: {entered:?}, {left:?}");
        }
    }
}

#[test]
pub(super) fn code_is_discarded_while_fibers_are_suspended_in_it() {
    for config in configs().into_iter().flatten() {
        let mut machine =
            machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config.clone()));
        let linked = machine.load(&fiber_program()).expect("it has the spaces");
        let handle = control(&machine);
        for _ in 0..3 {
            // The frame of `producer` is suspended below that of `inner`, which returns into its code.
            let fiber =
                machine.vm_mut().new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
            let producer = linked.function(PRODUCER);
            let exit = machine.vm_mut().start_fiber(fiber, producer, &[3]);
            assert!(matches!(exit, Ok(FiberExit::Suspended)), "{config:?}");
            for step in 0..8 {
                handle.evict_all();
                assert_eq!(machine.call(linked.function(CONSUMER), &[2]), Ok(3), "{config:?}");
                let slot = if step % 2 == 0 { 2 } else { 0 };
                assert_eq!(machine.vm_mut().set_fiber_slot(fiber, slot, 10), Ok(()));
                let exit = machine.vm_mut().resume_fiber(fiber);
                assert!(matches!(exit, Ok(FiberExit::Suspended)), "{config:?}");
            }
            assert_eq!(machine.vm_mut().set_fiber_slot(fiber, 2, -1), Ok(()));
            let exit = machine.vm_mut().resume_fiber(fiber);
            assert!(matches!(exit, Ok(FiberExit::Done(80))), "{config:?}");
            assert_eq!(machine.vm_mut().drop_fiber(fiber), Ok(()));
        }
    }
}

#[test]
fn a_fiber_gets_several_values_when_it_is_resumed() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "adding", 1, 4, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.add(Slot(1), Slot(1), Slot(2));
        code.add(Slot(1), Slot(1), Slot(3));
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
        for _ in 0..3 {
            let exit = vm.start_fiber(fiber, linked.function(FunctionIndex(0)), &[1]);
            assert!(matches!(exit, Ok(FiberExit::Suspended)), "{config:?}");
            for (first, values) in [(90, &[0; 20][..]), (u32::MAX, &[0])] {
                let thrown = vm.resume_fiber_with(fiber, first, values).expect_err("there are not so many slots");
                assert_eq!(vm.catch(thrown).kind, TrapKind::StackOverflow, "{config:?}");
            }
            // The fiber is still suspended.
            assert_eq!(vm.resume_fiber_with(fiber, 1, &[100, 20, 3]).ok(), Some(FiberExit::Done(123)), "{config:?}");
            let thrown = vm.resume_fiber_with(fiber, 1, &[1]).expect_err("it has ended");
            assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(FiberError::NotSuspended), "{config:?}");
        }
    }
}

/// Two functions: `counting(n)` is `n`, counted by the first op of a loop, and `asking(n)` asks the test.
fn counting_and_asking() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "counting", 1, 4, |code| {
        let (again, n, count, i, one) = (code.label(), Slot(0), Slot(1), Slot(2), Slot(3));
        code.number(count, 0);
        code.number(i, 0);
        code.number(one, 1);
        code.bind(again);
        code.add(count, count, one);
        code.add(i, i, one);
        code.jump_if_less(i, n, again);
        code.ret(count);
    });
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    verified(builder)
}

#[test]
fn a_fiber_that_waits_for_fuel_is_resumed_by_a_program_at_the_op_where_it_stopped() {
    for config in configs() {
        let ask = |vm: &mut Vm, _: Window| match vm.resume_fiber(vm.host.fibers[0])? {
            FiberExit::Done(value) => Ok(value),
            FiberExit::Suspended => Ok(-1),
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &counting_and_asking(), ask);
        let [counting, asking] = [0, 1].map(|index| linked.function(FunctionIndex(index)));
        for _ in 0..3 {
            let vm = machine.vm_mut();
            vm.when_empty(WhenEmpty::Suspend);
            vm.set_fuel(Some(5));
            let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
            vm.host.fibers = vec![fiber];
            assert!(matches!(vm.start_fiber(fiber, counting, &[10]), Ok(FiberExit::Suspended)), "{config:?}");
            assert_eq!(vm.is_out_of_fuel(fiber), Ok(true));
            vm.set_fuel(None);
            assert_eq!(machine.call(asking, &[0]), Ok(10), "{config:?}");
        }
    }
}

#[test]
fn a_request_that_a_callback_did_not_return_does_not_hide_that_of_the_op() {
    for config in configs() {
        let (mut machine, linked) =
            asking(config.clone(), Limits::default(), &counting_and_asking(), |_, _| unreachable!());
        let [counting, asking] = [0, 1].map(|index| linked.function(FunctionIndex(index)));
        machine.vm_mut().host.ask = Some(Rc::new(move |vm, args| {
            let is_callback = vm.slot(args.start()) == 1;
            let requested = vm.request(counting, &[3], |vm, result| {
                vm.set_result(0, result);
                After::Next
            });
            if is_callback {
                return Ok(0);
            }
            vm.run(asking, &[1])?;
            Err(requested)
        }));
        for _ in 0..3 {
            assert_eq!(machine.call(asking, &[0]), Ok(3), "{config:?}");
        }
    }
}

#[test]
fn a_fiber_suspended_in_a_requested_call_leaves_the_requests_of_others_alone() {
    let [yielding, requesting, starting, outer] = [0, 1, 2, 3].map(FunctionIndex);
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "yielding", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    // The function of the fiber.
    define(&mut builder, "requesting", 1, 2, |code| {
        code.request(Slot(1), yielding, Slot(0));
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "starting", 1, 3, |code| {
        code.fiber(Slot(1));
        code.start_fiber(Slot(2), Slot(0), Slot(1), requesting);
        code.ret(Slot(2));
    });
    // outer(n): 2 n, which a fiber yields and the requested call returns.
    define(&mut builder, "outer", 1, 2, |code| {
        code.request(Slot(1), starting, Slot(0));
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "main", 1, 2, |code| {
        code.number(Slot(1), 5);
        code.call(outer, Slot(1), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        for number in 0..4 {
            assert_eq!(machine.call(linked.function(FunctionIndex(4)), &[0]), Ok(10), "{config:?}");
            let vm = machine.vm_mut();
            let fiber = vm.host.fibers[number];
            assert_eq!(vm.set_fiber_slot(fiber, 1, 7), Ok(()));
            assert_eq!(vm.resume_fiber(fiber).ok(), Some(FiberExit::Done(12)), "{config:?}");
        }
    }
}

#[test]
pub(super) fn a_running_fiber_cannot_be_resumed() {
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&resuming_itself()).expect("it has the spaces");
        let fiber =
            machine.vm_mut().new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
        let itself = linked.function(FunctionIndex(0));
        machine.vm_mut().host.fibers = vec![fiber];
        machine.vm_mut().host.yielded = Some((0, 1));
        let thrown = machine.vm_mut().start_fiber(fiber, itself, &[0]).expect_err("it is running");
        assert_eq!(machine.vm_mut().catch(thrown).kind.to_string(), "the fiber is running", "{config:?}");
    }
}

#[test]
fn a_running_fiber_cannot_be_dropped_and_a_suspended_one_cannot_be_started() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let ask = |vm: &mut Vm, fiber: Window| {
            let fiber = vm.host.fibers[vm.slot(fiber.start()) as usize];
            assert_eq!(vm.drop_fiber(fiber), Err(FiberError::Running));
            Ok(0)
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &program, ask);
        let function = linked.function(FunctionIndex(0));
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
        vm.host.fibers = vec![fiber];
        assert!(matches!(vm.start_fiber(fiber, function, &[0]), Ok(FiberExit::Suspended)), "{config:?}");
        let thrown = vm.start_fiber(fiber, function, &[0]).expect_err("it is suspended");
        assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(FiberError::Suspended), "{config:?}");
        // Dropping the fiber also drops the suspended run.
        assert_eq!(vm.drop_fiber(fiber), Ok(()), "{config:?}");
        assert_eq!(vm.drop_fiber(fiber), Err(FiberError::Dropped), "{config:?}");
    }
}

/// A function that resumes the fiber with the given number, in which it runs.
fn resuming_itself() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "resuming_itself", 1, 2, |code| {
        code.resume_fiber(Slot(1), Slot(0), Slot(0));
        code.ret(Slot(1));
    });
    verified(builder)
}
