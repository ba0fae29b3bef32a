//! Errors that are thrown into fibers from outside.

use std::cell::Cell;

use mimeo::{FiberError, FiberExit, FiberLimits};

use super::*;

const GUARDED: FunctionIndex = FunctionIndex(0);
pub(super) const PLAIN: FunctionIndex = FunctionIndex(1);
const OUTER: FunctionIndex = FunctionIndex(2);
const STUBBORN: FunctionIndex = FunctionIndex(3);
pub(super) const ASKING: FunctionIndex = FunctionIndex(4);
pub(super) const FAILING: FunctionIndex = FunctionIndex(5);
pub(super) const ENDLESS: FunctionIndex = FunctionIndex(6);
pub(super) const ASKING_BACK: FunctionIndex = FunctionIndex(7);

pub(super) const LIMITS: FiberLimits = FiberLimits::new().with_slots(400).with_depth(50);

/// Results of the handlers of `guarded`, apart from the one around the op that suspends.
const BEFORE: i64 = 1;
const AFTER: i64 = 3;

pub(super) fn fiber_program() -> Program {
    let mut builder = ProgramBuilder::new();
    // guarded(n): yields n; each op has a separate handler.
    define(&mut builder, "guarded", 1, 2, |code| {
        let [at, from, to, end] = [code.label(), code.label(), code.label(), code.label()];
        let [before, caught, after] = [code.label(), code.label(), code.label()];
        code.bind(at);
        code.number(Slot(1), 0);
        code.bind(from);
        code.yields(Slot(1), Slot(0), 1);
        code.bind(to);
        code.negate(Slot(1), Slot(1));
        code.ret(Slot(1));
        code.bind(end);
        for (handler, answer) in [(before, BEFORE), (after, AFTER)] {
            code.bind(handler);
            code.number(Slot(1), answer);
            code.ret(Slot(1));
        }
        code.bind(caught);
        code.take(Slot(1));
        code.ret(Slot(1));
        code.catch(at, from, before);
        code.catch(from, to, caught);
        code.catch(to, end, after);
    });
    // plain(n): yields n, and returns the value that it is resumed with.
    define(&mut builder, "plain", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    // outer(n): plain(n), or the result of `take` after an error.
    define(&mut builder, "outer", 1, 2, |code| {
        let [from, to] = [code.label(), code.label()];
        code.negate(Slot(1), Slot(0));
        code.bind(from);
        code.call(PLAIN, Slot(1), 1);
        code.ret(Slot(1));
        code.bind(to);
        code.take(Slot(1));
        code.ret(Slot(1));
        code.catch(from, to, to);
    });
    // stubborn(n): yields n again after each error, until it is resumed; counts the errors.
    define(&mut builder, "stubborn", 1, 4, |code| {
        let [from, to] = [code.label(), code.label()];
        code.number(Slot(2), 0);
        code.number(Slot(3), 1);
        code.bind(from);
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(2));
        code.bind(to);
        code.take(Slot(1));
        code.add(Slot(2), Slot(2), Slot(3));
        code.jump_if_less(Slot(1), Slot(3), from);
        code.ret(Slot(1));
        code.catch(from, to, to);
    });
    // asking(n): the result of `ask`, which it checks.
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.check(Slot(1), 100);
        code.ret(Slot(1));
    });
    define(&mut builder, "failing", 1, 1, |code| {
        code.check(Slot(0), -1);
        code.ret(Slot(0));
    });
    // endless(n): calls itself forever after one `ask`.
    define(&mut builder, "endless", 1, 2, |code| {
        let again = code.label();
        code.ask(Slot(1), Slot(0), 1);
        code.bind(again);
        code.number(Slot(1), 0);
        code.jump_if_less(Slot(0), Slot(1), again);
        code.call(ENDLESS, Slot(1), 1);
        code.ret(Slot(1));
    });
    // asking_back(n): asking(n), by a callback.
    define(&mut builder, "asking_back", 1, 2, |code| {
        code.call_back(Slot(1), ASKING, Slot(0));
        code.ret(Slot(1));
    });
    verified(builder)
}

/// Starts a function in a new fiber, in which it suspends itself.
pub(super) fn suspended_in(vm: &mut Vm, linked: Linked, function: FunctionIndex) -> FiberRef {
    let fiber = vm.new_fiber(LIMITS).expect("there is memory");
    let callee = linked.function(function);
    assert!(matches!(vm.start_fiber(fiber, callee, &[7]), Ok(FiberExit::Suspended)));
    assert_eq!(vm.host.yielded.take().map(|(value, _)| value.abs()), Some(7));
    fiber
}

pub(super) fn never(_: &mut Vm, _: Window) -> Result<i64, Thrown> {
    unreachable!("no program of this test asks")
}

/// Throws errors into fibers that are suspended in each function, and checks the results.
fn throw_into_all(vm: &mut Vm, linked: Linked, what: &str) {
    for (function, name) in [(GUARDED, "guarded"), (OUTER, "plain")] {
        let fiber = suspended_in(vm, linked, function);
        let error = vm.throw("from outside");
        let exit = vm.throw_into_fiber(fiber, error).expect("it is caught");
        assert_eq!(exit, FiberExit::Done(-1), "{what}");
        let caught = vm.host.caught.pop();
        assert_eq!(caught, Some(format!("from outside in {name}")), "{what}");
        assert!(vm.take_error().is_none(), "{what}");
        assert_eq!(vm.drop_fiber(fiber), Ok(()));
    }
    // Without a handler the error leaves the fiber, in which nothing runs afterwards.
    let fiber = suspended_in(vm, linked, PLAIN);
    let error = vm.throw("from outside");
    let thrown = vm.throw_into_fiber(fiber, error).expect_err("there is no handler");
    let trap = vm.catch(thrown);
    assert_eq!((trap.kind.to_string().as_str(), function_of(&trap)), ("from outside", "plain"), "{what}");
    assert_eq!((trap.backtrace.frames[0].pc.0, trap.backtrace.depth()), (0, 1), "{what}");
    assert!(vm.fiber_stack(fiber).is_ok_and(<[u64]>::is_empty), "{what}");
    let callee = linked.function(PLAIN);
    assert!(matches!(vm.start_fiber(fiber, callee, &[9]), Ok(FiberExit::Suspended)), "{what}");
    assert_eq!(vm.set_fiber_slot(fiber, 1, 33), Ok(()));
    assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(33))), "{what}");
    assert_eq!(vm.drop_fiber(fiber), Ok(()));
    // A handler can suspend the fiber again.
    let fiber = suspended_in(vm, linked, STUBBORN);
    for iteration in 0..10 {
        let error = vm.throw(format!("error {iteration}"));
        assert!(matches!(vm.throw_into_fiber(fiber, error), Ok(FiberExit::Suspended)), "{what}");
        assert_eq!(vm.host.caught.pop(), Some(format!("error {iteration} in stubborn")), "{what}");
        assert_eq!(vm.fiber_slot(fiber, 2), Ok(iteration + 1), "{what}");
    }
    assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(10))), "{what}");
    assert_eq!(vm.drop_fiber(fiber), Ok(()));
}

#[test]
pub(super) fn an_error_is_thrown_at_the_op_that_suspended_the_fiber() {
    for config in configs() {
        let what = format!("{config:?}");
        let (mut machine, linked) = asking(config, Limits::default(), &fiber_program(), never);
        for _ in 0..5 {
            throw_into_all(machine.vm_mut(), linked, &what);
        }
        // The same from within a program, and from within a callback.
        let ask = move |vm: &mut Vm, _: Window| {
            throw_into_all(vm, linked, &what);
            Ok(5)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for function in [ASKING, ASKING_BACK, ASKING, ASKING_BACK] {
            assert_eq!(machine.call(linked.function(function), &[1]), Ok(5));
        }
    }
}

#[test]
pub(super) fn an_error_keeps_its_position_when_it_is_thrown_into_a_fiber() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &fiber_program(), never);
        for _ in 0..4 {
            let vm = machine.vm_mut();
            let fiber = suspended_in(vm, linked, GUARDED);
            let failing = linked.function(FAILING);
            let thrown = vm.run(failing, &[1]).expect_err("it fails");
            assert!(matches!(vm.throw_into_fiber(fiber, thrown), Ok(FiberExit::Done(-1))), "{config:?}");
            assert_eq!(vm.host.caught.pop().as_deref(), Some("no more than -1 in failing"), "{config:?}");
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
        }
    }
}

#[test]
pub(super) fn errors_can_only_be_thrown_into_suspended_fibers() {
    for config in configs() {
        let what = format!("{config:?}");
        let not_suspended = {
            let what = what.clone();
            move |vm: &mut Vm, fiber: FiberRef, why: FiberError| {
                let error = vm.throw("refused");
                let thrown = vm.throw_into_fiber(fiber, error).expect_err(&what);
                assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(why), "{what}");
            }
        };
        let refused = not_suspended.clone();
        let ask = move |vm: &mut Vm, values: Window| {
            // The running fiber.
            let fiber = vm.host.fibers[vm.slot(values.start()) as usize];
            refused(vm, fiber, FiberError::Running);
            Ok(6)
        };
        let (mut machine, linked) = asking(config, Limits::default(), &fiber_program(), ask);
        for _ in 0..3 {
            let vm = machine.vm_mut();
            let fiber = vm.new_fiber(LIMITS).expect("there is memory");
            vm.host.fibers = vec![fiber];
            not_suspended(vm, fiber, FiberError::NotSuspended);
            let function = linked.function(ASKING);
            let exit = vm.start_fiber(fiber, function, &[0]);
            assert!(matches!(exit, Ok(FiberExit::Done(6))), "{what}");
            not_suspended(vm, fiber, FiberError::NotSuspended);
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
            not_suspended(vm, fiber, FiberError::Dropped);
            throw_into_all(vm, linked, &what);
        }
    }
}

#[test]
pub(super) fn a_fiber_stays_suspended_if_resuming_it_exceeds_the_nesting_limit() {
    for config in configs() {
        let fiber = Rc::new(Cell::new(None));
        let suspended = Rc::clone(&fiber);
        let ask = move |vm: &mut Vm, _: Window| {
            let fiber: FiberRef = suspended.get().expect("it was made");
            assert_eq!(vm.set_fiber_slot(fiber, 1, 40), Ok(()));
            let thrown = vm.resume_fiber(fiber).expect_err("it is one run too many");
            assert_eq!(vm.catch(thrown).kind, TrapKind::Nesting);
            let error = vm.throw("from outside");
            let thrown = vm.throw_into_fiber(fiber, error).expect_err("it is one run too many");
            Err(thrown)
        };
        let limits = Limits::default().with_nesting(1);
        let (mut machine, linked) = asking(config.clone(), limits, &fiber_program(), ask);
        for _ in 0..4 {
            let suspended = suspended_in(machine.vm_mut(), linked, PLAIN);
            fiber.set(Some(suspended));
            let trap = machine.call(linked.function(ASKING), &[1]).expect_err("the error propagates");
            assert_eq!(
                (trap.kind.to_string().as_str(), function_of(&trap)),
                ("too many nested runs", "asking"),
                "{config:?}"
            );
            assert!(matches!(machine.vm_mut().resume_fiber(suspended), Ok(FiberExit::Done(40))), "{config:?}");
            assert_eq!(machine.vm_mut().drop_fiber(suspended), Ok(()));
        }
    }
}
