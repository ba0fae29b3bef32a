//! The function that is called before functions are left because of an error, ops that run again, and the frames of
//! fibers.

use mimeo::{After, FiberError, FiberLimits};

use super::*;

const DEEP: FunctionIndex = FunctionIndex(0);
const SAFE: FunctionIndex = FunctionIndex(1);
const LEAF: FunctionIndex = FunctionIndex(2);
const MAIN: FunctionIndex = FunctionIndex(3);

/// `deep(n)` calls itself forever; `safe(n)` catches the error of `deep(n)`; `leaf(n)` is 2n; `main(n)` is the answer of
/// `ask` for `n`.
fn unwound() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "deep", 1, 2, |code| {
        code.call(DEEP, Slot(1), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "safe", 1, 2, |code| {
        let (from, to, failed) = (code.label(), code.label(), code.label());
        code.bind(from);
        code.call(DEEP, Slot(1), 1);
        code.bind(to);
        code.ret(Slot(1));
        code.bind(failed);
        code.catch(from, to, failed);
        code.take(Slot(1));
        code.ret(Slot(1));
    });
    define(&mut builder, "leaf", 1, 2, |code| {
        code.add(Slot(0), Slot(0), Slot(0));
        code.ret(Slot(0));
    });
    define(&mut builder, "main", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    verified(builder)
}

fn nothing(_: &mut Vm, _: Window) -> Result<i64, Thrown> {
    Ok(0)
}

#[test]
fn all_functions_are_active_before_unwinding_even_after_an_overflow() {
    const DEPTH: u32 = 500;
    for config in configs() {
        let limits = Limits::default().with_depth(DEPTH).with_slots(2000);
        let (mut machine, linked) = asking(config.clone(), limits, &unwound(), nothing);
        machine.vm_mut().set_before_unwinding(|vm, kind| {
            assert_eq!(kind.to_string(), "stack overflow");
            vm.host.caught.push(format!("{} functions", vm.frames().count()));
            Ok(None)
        });
        for _ in 0..3 {
            let trap = machine.call(linked.function(DEEP), &[1]).expect_err("it is endless");
            assert_eq!((trap.kind, trap.backtrace.depth()), (TrapKind::StackOverflow, DEPTH as usize), "{config:?}");
            assert_eq!(machine.call(linked.function(SAFE), &[1]), Ok(-1), "{config:?}");
            let caught = std::mem::take(&mut machine.vm_mut().host.caught);
            assert_eq!(caught.iter().filter(|text| *text == "500 functions").count(), 2, "{config:?}: {caught:?}");
        }
    }
}

#[test]
fn an_error_can_be_replaced_before_unwinding() {
    for config in configs() {
        let limits = Limits::default().with_depth(500);
        let (mut machine, linked) = asking(config.clone(), limits, &unwound(), |vm, _| Err(vm.throw("first")));
        machine.vm_mut().set_before_unwinding(|_, kind| Ok(Some(format!("instead of: {kind}"))));
        let trap = machine.call(linked.function(MAIN), &[1]).expect_err("it throws");
        assert_eq!(trap.kind, TrapKind::Language("instead of: first".to_owned()), "{config:?}");
        let trap = machine.call(linked.function(DEEP), &[1]).expect_err("it is endless");
        assert_eq!(trap.kind, TrapKind::Language("instead of: stack overflow".to_owned()), "{config:?}");
        // By the error that the function itself throws.
        machine.vm_mut().set_before_unwinding(|vm, _| Err(vm.throw("second")));
        let trap = machine.call(linked.function(MAIN), &[1]).expect_err("it throws");
        assert_eq!(trap.kind, TrapKind::Language("second".to_owned()), "{config:?}");
    }
}

#[test]
fn functions_run_before_unwinding_in_a_reserve_of_the_full_stack() {
    for config in configs() {
        let limits = Limits::default().with_depth(500).with_slots(1200);
        let (mut machine, linked) = asking(config.clone(), limits, &unwound(), |vm, args| {
            let value = vm.slot(args.start());
            vm.host.caught.push(format!("asked for {value}"));
            Ok(value)
        });
        let vm = machine.vm_mut();
        vm.host.given = Some(linked.function(MAIN));
        vm.set_before_unwinding(|vm, _| {
            let main = vm.host.given.expect("it was set");
            let value = vm.run(main, &[7])?;
            Ok(Some(format!("returned {value}")))
        });
        for _ in 0..3 {
            let trap = machine.call(linked.function(DEEP), &[1]).expect_err("it is endless");
            assert_eq!(trap.kind, TrapKind::Language("returned 7".to_owned()), "{config:?}");
            assert_eq!(std::mem::take(&mut machine.vm_mut().host.caught), ["asked for 7"], "{config:?}");
        }
        assert_eq!(machine.call(linked.function(MAIN), &[8]), Ok(8), "{config:?}");
    }
}

#[test]
fn a_function_runs_before_unwinding_where_no_more_runs_may_nest() {
    const NESTING: u32 = 5;
    for config in configs() {
        let limits = Limits::default().with_nesting(NESTING);
        let (mut machine, linked) = asking(config.clone(), limits, &unwound(), |vm, args| {
            let value = vm.slot(args.start());
            let main = vm.host.given.expect("it was set");
            if value == 0 { Ok(7) } else { vm.run(main, &[value]) }
        });
        let vm = machine.vm_mut();
        vm.host.given = Some(linked.function(MAIN));
        vm.set_before_unwinding(|vm, kind| {
            let main = vm.host.given.expect("it was set");
            vm.host.caught.push(kind.to_string());
            let value = vm.run(main, &[0])?;
            Ok(Some(format!("returned {value}")))
        });
        for _ in 0..3 {
            let trap = machine.call(linked.function(MAIN), &[1]).expect_err("it nests for ever");
            assert_eq!(trap.kind, TrapKind::Language("returned 7".to_owned()), "{config:?}");
            assert_eq!(trap.backtrace.depth(), NESTING as usize, "{config:?}");
            // Once: the error that replaces it is not a new one where it leaves the outer runs.
            assert_eq!(std::mem::take(&mut machine.vm_mut().host.caught).len(), 1, "{config:?}");
        }
    }
}

#[test]
fn nothing_runs_before_a_stop_unwinds() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &unwound(), nothing);
        machine.vm_mut().set_before_unwinding(|_, kind| panic!("{kind} is a stop"));
        machine.vm_mut().set_fuel(Some(100));
        let trap = machine.call(linked.function(DEEP), &[1]).expect_err("it is endless");
        assert_eq!(trap.kind, TrapKind::OutOfFuel, "{config:?}");
    }
}

#[test]
fn an_error_that_is_thrown_again_has_the_frames_of_the_first_time() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &unwound(), |vm, args| {
            let value = vm.slot(args.start());
            let main = vm.host.given.expect("it was set");
            if value == 3 {
                return Err(vm.throw("three"));
            }
            vm.run(main, &[value + 1]).map_err(|thrown| {
                let trap = vm.catch(thrown);
                vm.throw_again(trap)
            })
        });
        machine.vm_mut().host.given = Some(linked.function(MAIN));
        let trap = machine.call(linked.function(MAIN), &[1]).expect_err("it throws");
        assert_eq!((trap.kind, trap.backtrace.depth()), (TrapKind::Language("three".to_owned()), 3), "{config:?}");
    }
}

#[test]
fn an_op_runs_again_after_each_of_its_calls() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &unwound(), |vm, args| {
            let value = vm.slot(args.start());
            if value > 100 {
                return Ok(value);
            }
            let leaf = vm.host.given.expect("it was set");
            Err(vm.request(leaf, &[value], |vm, result| {
                vm.set_slot(0, result);
                After::Again
            }))
        });
        machine.vm_mut().host.given = Some(linked.function(LEAF));
        for _ in 0..20 {
            assert_eq!(machine.call(linked.function(MAIN), &[3]), Ok(192), "{config:?}");
        }
    }
}

#[test]
fn the_frames_of_a_suspended_fiber_can_be_read_and_set() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &unwound(), |vm, args| {
            let value = vm.slot(args.start());
            if value > 10 {
                return Ok(value);
            }
            Err(vm.suspend().expect("it runs in a fiber"))
        });
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
        vm.start_fiber(fiber, linked.function(MAIN), &[5]).expect("it is suspended");
        let frames: Vec<_> =
            vm.fiber_frames(fiber).expect("it is not running").map(|frame| (frame.pc.0, frame.slots[0])).collect();
        assert_eq!(frames, [(0, 5)], "{config:?}");
        assert_eq!(vm.set_fiber_frame_slot(fiber, 0, 0, 50), Ok(true));
        assert_eq!(vm.set_fiber_frame_slot(fiber, 0, 1000, 50), Ok(false));
        assert_eq!(vm.set_fiber_frame_slot(fiber, 1, 0, 50), Ok(false));
        assert_eq!(vm.fiber_slot(fiber, 0), Ok(50));
        vm.drop_fiber(fiber).expect("it is not running");
        assert!(matches!(vm.fiber_frames(fiber).map(Iterator::count), Err(FiberError::Dropped)));
        assert_eq!(vm.set_fiber_frame_slot(fiber, 0, 0, 1), Err(FiberError::Dropped));
    }
}
