//! A debugger stops before the same ops in every configuration, and changes nothing that it does not set.

use std::cell::RefCell;
use std::thread;
use std::time::Duration;

use mimeo::def::Pc;
use mimeo::{StepMode, Stop};

use super::budget::{COUNT, MIXED, PLENTY, SPIN, THROWS, machine_for};
use super::*;

/// A stop: the reason, the function, the position, and the number of frames.
type Place = (Stop, String, Pc, usize);

fn place(vm: &Vm, stop: Stop) -> Place {
    let top = vm.frames().next().expect("a function is running");
    (stop, top.function.body().name.clone(), top.pc, vm.frames().count())
}

/// Adds a debugger that notes where the program stops and gives the answers in turn, the last one again and again.
fn follow(machine: &mut Machine<Ops>, answers: &'static [StepMode]) -> Rc<RefCell<Vec<Place>>> {
    let places = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&places);
    machine.vm_mut().set_debugger(move |vm, stop| {
        let mut noted = noted.borrow_mut();
        noted.push(place(vm, stop));
        Ok(answers[(noted.len() - 1).min(answers.len() - 1)])
    });
    places
}

fn set(machine: &mut Machine<Ops>, linked: Linked, function: FunctionIndex, pc: Pc) {
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(function), pc, true), Ok(true));
}

/// Runs `mixed(n)` with a breakpoint. The fuel that it uses is the same with and without a debugger.
fn stops(
    config: &Option<JitConfig>,
    function: FunctionIndex,
    pc: Pc,
    answers: &'static [StepMode],
) -> (Vec<Place>, Option<u64>) {
    let (mut machine, linked) = machine_for(config);
    // Code that was compiled before is not entered any more.
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1), "{config:?}");
    machine.vm_mut().host.times = 5;
    let places = follow(&mut machine, answers);
    set(&mut machine, linked, function, pc);
    machine.vm_mut().set_fuel(Some(PLENTY));
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2), "{config:?}");
    let fuel = machine.vm().fuel();
    machine.vm_mut().remove_debugger();
    machine.vm_mut().host.times = 0;
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2), "{config:?}");
    (places.take(), fuel)
}

/// Returns the positions of the ops of a function.
fn ops_of(function: FunctionIndex) -> Vec<Pc> {
    let (machine, linked) = machine_for(&None);
    let function = machine.functions(linked).nth(function.0 as usize).expect("it is loaded");
    let units = 0..function.body().code.len() as u32;
    units.map(Pc).filter(|&pc| function.facts().depth(pc).is_some()).collect()
}

#[test]
pub(super) fn a_breakpoint_at_any_op_stops_at_the_same_places_in_every_configuration() {
    let without = {
        let (mut machine, linked) = machine_for(&None);
        machine.vm_mut().set_fuel(Some(PLENTY));
        assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
        machine.vm().fuel()
    };
    for function in [COUNT, THROWS, MIXED] {
        for pc in ops_of(function) {
            let expected = stops(&None, function, pc, &[StepMode::Continue]);
            assert!(!expected.0.is_empty() && expected.0.iter().all(|stop| (stop.0, stop.2) == (Stop::Breakpoint, pc)));
            assert_eq!(expected.1, without);
            for config in configs() {
                assert_eq!(stops(&config, function, pc, &[StepMode::Continue]), expected, "{pc}, {config:?}");
            }
        }
    }
}

#[test]
pub(super) fn steps_are_the_same_in_every_configuration() {
    const WAYS: [&[StepMode]; 5] = [
        &[StepMode::Into],
        &[StepMode::Over],
        &[StepMode::Out],
        &[StepMode::Into, StepMode::Into, StepMode::Into, StepMode::Out, StepMode::Over],
        &[StepMode::Over, StepMode::Over, StepMode::Over, StepMode::Into, StepMode::Into, StepMode::Out],
    ];
    for (number, answers) in WAYS.into_iter().enumerate() {
        for function in [COUNT, MIXED] {
            let expected = stops(&None, function, Pc(0), answers);
            for config in configs() {
                assert_eq!(stops(&config, function, Pc(0), answers), expected, "{number}, {config:?}");
            }
        }
    }
}

#[test]
fn steps_go_where_they_say() {
    let depths = |answers| {
        let (places, _) = stops(&None, COUNT, Pc(0), answers);
        places.into_iter().take(8).map(|(stop, name, _, depth)| (stop, name, depth)).collect::<Vec<_>>()
    };
    let (breakpoint, step) = (Stop::Breakpoint, Stop::Step);
    let at = |stop, name: &str, depth| (stop, name.to_owned(), depth);
    // `mixed` calls `count`, which is left by `Out`, then `tail`, which calls `count` in its place.
    let out = depths(&[StepMode::Out]);
    assert_eq!(out[..3], [at(breakpoint, "count", 2), at(step, "mixed", 1), at(breakpoint, "count", 2)]);
    let over = depths(&[StepMode::Out, StepMode::Over]);
    assert_eq!(over[..3], [at(breakpoint, "count", 2), at(step, "mixed", 1), at(breakpoint, "count", 2)]);
    let into = depths(&[StepMode::Out, StepMode::Into]);
    assert_eq!(into[..3], [at(breakpoint, "count", 2), at(step, "mixed", 1), at(step, "tail", 2)]);
}

#[test]
fn a_hook_starts_and_stops_steps_at_the_same_op_in_every_configuration() {
    let run = |config: &Option<JitConfig>| {
        let (mut machine, linked) = machine_for(config);
        let places = follow(&mut machine, &[StepMode::Into]);
        machine.vm_mut().set_hook(4, |vm| {
            vm.set_hook(9, |vm| {
                vm.stop_stepping();
                vm.remove_hook();
                Ok(())
            });
            vm.start_stepping();
            Ok(())
        });
        machine.vm_mut().set_fuel(Some(PLENTY));
        assert_eq!(machine.call(linked.function(MIXED), &[4]), Ok(4), "{config:?}");
        (places.take(), machine.vm().fuel())
    };
    let expected = run(&None);
    assert!(expected.0.iter().all(|(stop, ..)| *stop == Stop::Step) && expected.0.len() > 9, "{expected:?}");
    for config in configs() {
        assert_eq!(run(&config), expected, "{config:?}");
    }
}

#[test]
fn levels_say_which_function_was_called_by_which() {
    let (mut machine, linked) = machine_for(&None);
    let levels = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&levels);
    machine.vm_mut().set_debugger(move |vm, _| {
        noted.borrow_mut().push((vm.level(), vm.frames().count()));
        Ok(StepMode::Into)
    });
    machine.vm_mut().start_stepping();
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
    let levels = levels.take();
    // The frames of a fiber are counted alone, and its run is above that which has resumed it.
    let is_ordered = |pair: &[((usize, usize), usize)]| {
        let [(one, frames), (other, other_frames)] = [pair[0], pair[1]];
        one.0 != other.0 || one.cmp(&other) == frames.cmp(&other_frames)
    };
    assert!(levels.len() > 10 && levels.windows(2).all(is_ordered), "{levels:?}");
}

#[test]
fn functions_without_breakpoints_keep_their_native_code() {
    let (mut machine, linked) = machine_for(&Some(on()));
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
    let compiled = |machine: &Machine<Ops>, function: FunctionIndex| {
        let function = machine.functions(linked).nth(function.0 as usize).expect("it is loaded");
        machine.jit().expect("it has a tier").code_of(function).is_some()
    };
    assert!(compiled(&machine, COUNT) && compiled(&machine, MIXED));
    let _places = follow(&mut machine, &[StepMode::Continue]);
    set(&mut machine, linked, COUNT, Pc(0));
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
    assert!(!compiled(&machine, COUNT) && compiled(&machine, MIXED));
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), false), Ok(true));
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
    assert!(compiled(&machine, COUNT));
    // Without a debugger, there are no breakpoints.
    set(&mut machine, linked, COUNT, Pc(0));
    assert!(!compiled(&machine, COUNT));
    machine.vm_mut().remove_debugger();
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
    assert!(compiled(&machine, COUNT));
}

#[test]
pub(super) fn a_native_loop_can_be_paused_inspected_changed_and_stopped() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let function = linked.function(SPIN);
        machine.vm_mut().host.times = u32::MAX;
        let control = machine.control().clone();
        let other = machine.control().clone();
        let mut pauses = 0;
        machine.vm_mut().set_debugger(move |vm, stop| {
            assert_eq!(place(vm, stop).1, "spin");
            pauses += 1;
            match pauses {
                1 => {
                    // A breakpoint in the loop that is running.
                    assert_eq!(stop, Stop::Pause);
                    assert_eq!(vm.set_breakpoint(function, Pc(0), true), Ok(true));
                    let head = vm.frames().next().expect("it is running").pc;
                    assert_eq!(vm.set_breakpoint(function, head, true), Ok(true));
                    Ok(StepMode::Continue)
                }
                2..10 => {
                    assert_eq!(stop, Stop::Breakpoint);
                    assert!(vm.set_frame_slot(0, 0, 1) && !vm.set_frame_slot(0, 1, 1) && !vm.set_frame_slot(1, 0, 1));
                    Ok(StepMode::Continue)
                }
                _ => {
                    other.interrupt();
                    vm.check_interrupt()?;
                    Ok(StepMode::Continue)
                }
            }
        });
        let pauser = thread::spawn(move || {
            thread::sleep(Duration::from_millis(2));
            control.pause();
        });
        let trap = machine.call(function, &[0]).expect_err("it has no end");
        pauser.join().expect("it only sets a flag");
        assert_eq!((&trap.kind, function_of(&trap)), (&TrapKind::Interrupted, "spin"), "{config:?}");
    }
}

#[test]
fn an_error_of_the_debugger_is_one_of_the_program() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        machine.vm_mut().set_debugger(|vm, _| Err(vm.throw("stop")));
        set(&mut machine, linked, COUNT, Pc(0));
        let trap = machine.call(linked.function(COUNT), &[3]).expect_err("the debugger throws");
        assert_eq!((trap.to_string(), function_of(&trap)), ("stop".to_owned(), "count"), "{config:?}");
        // A handler catches it.
        let inner = machine.functions(linked).nth(THROWS.0 as usize).expect("it is loaded").body().handlers[0].from;
        machine.vm_mut().remove_debugger();
        machine.vm_mut().set_debugger(|vm, _| {
            vm.remove_debugger();
            Err(vm.throw("once"))
        });
        set(&mut machine, linked, THROWS, inner);
        assert_eq!(machine.call(linked.function(THROWS), &[3]), Ok(0), "{config:?}");
        assert_eq!(machine.vm().host.caught[0], "once in throws");
    }
}

#[test]
fn breakpoints_need_a_debugger_an_op_and_a_loaded_function() {
    let (mut machine, linked) = machine_for(&Some(on()));
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), true), Ok(false));
    let _places = follow(&mut machine, &[StepMode::Continue]);
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(1), true), Ok(false));
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(10_000), true), Ok(false));
    set(&mut machine, linked, COUNT, Pc(0));
    // SAFETY: nothing runs.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    assert!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), true).is_err());
    // Another function with the same id has no breakpoint.
    let linked = machine.load(&super::budget::every_event()).expect("it has the spaces");
    let places = follow(&mut machine, &[StepMode::Continue]);
    assert_eq!(machine.call(linked.function(COUNT), &[3]), Ok(3));
    assert!(places.borrow().is_empty());
}
