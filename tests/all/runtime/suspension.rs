//! Requests to suspend a fiber, followed by another action before the op's end.

use std::cell::{Cell, RefCell};

use mimeo::FiberExit;

use super::fiber_errors::{ASKING, ASKING_BACK, ENDLESS, FAILING, LIMITS, PLAIN, fiber_program, never, suspended_in};
use super::*;

/// Calls `function` in a fiber, with `ask` as its op, and checks the result. Then drops the fiber.
fn asked_in_fiber(
    config: Option<JitConfig>,
    function: FunctionIndex,
    ask: impl Fn(&mut Vm, Linked) -> Result<i64, Thrown> + 'static,
    mut check: impl FnMut(&mut Vm, Result<FiberExit<i64>, Thrown>),
) {
    let (mut machine, linked) = asking(config, Limits::default(), &fiber_program(), never);
    machine.vm_mut().host.ask = Some(Rc::new(move |vm: &mut Vm, _: Window| ask(vm, linked)));
    for _ in 0..5 {
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(LIMITS).expect("there is memory");
        let callee = linked.function(function);
        let result = vm.start_fiber(fiber, callee, &[1]);
        check(vm, result);
        assert_eq!(vm.drop_fiber(fiber), Ok(()));
        assert!(!vm.can_suspend());
    }
}

fn request(vm: &mut Vm) -> Thrown {
    vm.suspend().expect("a fiber runs")
}

/// Runs a function that fails, on top of the one that asks.
fn fail(vm: &mut Vm, linked: Linked) -> Thrown {
    let failing = linked.function(FAILING);
    vm.run(failing, &[1]).expect_err("it fails")
}

fn is_suspended(_: &mut Vm, result: Result<FiberExit<i64>, Thrown>) {
    assert!(matches!(result, Ok(FiberExit::Suspended)), "{result:?}");
}

fn has_thrown(message: &'static str) -> impl FnMut(&mut Vm, Result<FiberExit<i64>, Thrown>) {
    move |vm, result| {
        let thrown = result.expect_err("an error comes out");
        assert_eq!(vm.catch(thrown).kind.to_string(), message);
    }
}

#[test]
pub(super) fn an_error_thrown_after_a_suspension_request_replaces_it() {
    for config in configs() {
        let asked = |ask: fn(&mut Vm, Linked) -> Result<i64, Thrown>, message: &'static str| {
            asked_in_fiber(config.clone(), ASKING, ask, has_thrown(message));
        };
        let throw = |vm: &mut Vm, _: Linked| {
            let _request = request(vm);
            Err(vm.throw("another error"))
        };
        asked(throw, "another error");
        let run = |vm: &mut Vm, linked: Linked| {
            let _request = request(vm);
            Err(fail(vm, linked))
        };
        asked(run, "no more than -1");
        let throw_into = |vm: &mut Vm, linked: Linked| {
            let fiber = suspended_in(vm, linked, PLAIN);
            let _request = request(vm);
            let error = vm.throw("from outside");
            let thrown = vm.throw_into_fiber(fiber, error).expect_err("there is no handler");
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
            Err(thrown)
        };
        asked(throw_into, "from outside");
        // A request that is not returned has no effect: the fiber continues, and its next error is reported.
        let forget = |vm: &mut Vm, _: Linked| {
            let _request = request(vm);
            Ok(101)
        };
        asked(forget, "no more than 100");
        asked_in_fiber(config.clone(), ENDLESS, forget, has_thrown("stack overflow"));
    }
}

#[test]
pub(super) fn runs_after_a_suspension_request_are_not_suspended() {
    for config in configs() {
        let run = |vm: &mut Vm, linked: Linked| {
            let _request = request(vm);
            let plain = linked.function(PLAIN);
            // It would suspend itself if this were the fiber's run.
            let thrown = vm.run(plain, &[3]).expect_err("the run is not a fiber's");
            assert_eq!(vm.catch(thrown).kind.to_string(), "nothing to suspend");
            // The error has taken the place of the request.
            let again = vm.suspend().expect("it is the fiber's run");
            let failing = linked.function(FAILING);
            assert!(matches!(vm.run(failing, &[-1]), Ok(-1)));
            Err(again)
        };
        asked_in_fiber(config.clone(), ASKING, run, is_suspended);
        let start_another = |vm: &mut Vm, linked: Linked| {
            let request = request(vm);
            let inner = suspended_in(vm, linked, PLAIN);
            assert_eq!(vm.set_fiber_slot(inner, 1, 12), Ok(()));
            assert!(matches!(vm.resume_fiber(inner), Ok(FiberExit::Done(12))));
            assert_eq!(vm.drop_fiber(inner), Ok(()));
            Err(request)
        };
        asked_in_fiber(config.clone(), ASKING, start_another, is_suspended);
    }
}

#[test]
pub(super) fn a_run_is_not_suspended_by_the_request_of_another() {
    for config in configs() {
        let requests = Cell::new(None);
        let ask = move |vm: &mut Vm, linked: Linked| {
            if !vm.can_suspend() {
                // In the nested run: the request that it returns was made in the outer one.
                return Err(requests.take().expect("the outer run stored it"));
            }
            requests.set(Some(request(vm)));
            let asking = linked.function(ASKING);
            let panic = panic_of(|| vm.run(asking, &[1]).is_ok());
            assert!(panic.contains("`Thrown` that belongs to another error"), "{panic}");
            Ok(9)
        };
        let done = |_: &mut Vm, result| assert!(matches!(result, Ok(FiberExit::Done(9))), "{result:?}");
        asked_in_fiber(config, ASKING, ask, done);
    }
}

#[test]
pub(super) fn a_panic_after_a_suspension_request_is_not_lost() {
    for config in configs() {
        let panics = Rc::new(Cell::new(true));
        let stop = Rc::clone(&panics);
        let ask = move |vm: &mut Vm, _: Window| {
            let request = request(vm);
            if stop.get() {
                std::panic::resume_unwind(Box::new("after the request"));
            }
            Err(request)
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &fiber_program(), ask);
        for _ in 0..5 {
            let vm = machine.vm_mut();
            let fiber = vm.new_fiber(LIMITS).expect("there is memory");
            let callee = linked.function(ASKING);
            panics.set(true);
            assert_eq!(panic_of(|| vm.start_fiber(fiber, callee, &[1]).is_ok()), "after the request", "{config:?}");
            // The fiber is idle again.
            panics.set(false);
            assert!(matches!(vm.start_fiber(fiber, callee, &[1]), Ok(FiberExit::Suspended)), "{config:?}");
            assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(_))), "{config:?}");
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
        }
    }
}

#[test]
pub(super) fn a_fiber_can_only_be_suspended_in_its_own_run() {
    for config in configs() {
        // The result of `can_suspend` at each `ask`.
        let said = Rc::new(RefCell::new(Vec::new()));
        let saying = Rc::clone(&said);
        let ask = move |vm: &mut Vm, values: Window| {
            let can = vm.can_suspend();
            saying.borrow_mut().push(can);
            assert_eq!(vm.can_suspend(), can, "the query changes nothing");
            Ok(vm.slot(values.start()))
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &fiber_program(), ask);
        for _ in 0..4 {
            let vm = machine.vm_mut();
            assert!(!vm.can_suspend() && vm.suspend().is_none(), "{config:?}");
            let [asking, asking_back] = [ASKING, ASKING_BACK].map(|function| linked.function(function));
            assert!(matches!(vm.run(asking, &[1]), Ok(1)), "{config:?}");
            let fiber = vm.new_fiber(LIMITS).expect("there is memory");
            assert!(matches!(vm.start_fiber(fiber, asking, &[2]), Ok(FiberExit::Done(2))), "{config:?}");
            assert!(matches!(vm.start_fiber(fiber, asking_back, &[3]), Ok(FiberExit::Done(3))), "{config:?}");
            assert!(matches!(vm.run(asking_back, &[4]), Ok(4)), "{config:?}");
            assert_eq!(vm.drop_fiber(fiber), Ok(()));
            assert_eq!(said.take(), [false, true, false, false], "{config:?}");
        }
        // In a callback in a fiber, another fiber; after it, the callback again; after that, the fiber.
        let inside = Rc::clone(&said);
        let ask = move |vm: &mut Vm, values: Window| {
            let depth = vm.slot(values.start());
            inside.borrow_mut().push(vm.can_suspend());
            if depth > 0 {
                let fiber = vm.new_fiber(LIMITS).expect("there is memory");
                let callee = linked.function(if depth % 2 == 0 { ASKING_BACK } else { ASKING });
                assert!(matches!(vm.start_fiber(fiber, callee, &[depth - 1]), Ok(FiberExit::Done(_))));
                assert_eq!(vm.drop_fiber(fiber), Ok(()));
                inside.borrow_mut().push(vm.can_suspend());
            }
            Ok(depth)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for _ in 0..4 {
            assert_eq!(machine.call(linked.function(ASKING), &[3]), Ok(3), "{config:?}");
            let (in_callback, in_fiber, outside) = (false, true, false);
            let expected = [outside, in_fiber, in_callback, in_fiber, in_callback, in_fiber, outside];
            assert_eq!(said.take(), expected, "{config:?}");
        }
    }
}
