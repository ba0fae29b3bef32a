//! A debugger stops at the right ops around runtime functions, hooks, refills and what it runs itself.

use std::cell::{Cell, RefCell};

use mimeo::def::Pc;
use mimeo::{StepMode, Stop, WhenEmpty};

use super::*;

pub(super) const INNER: FunctionIndex = FunctionIndex(0);
pub(super) const OUTER: FunctionIndex = FunctionIndex(1);
const CALLER: FunctionIndex = FunctionIndex(2);
const MAIN: FunctionIndex = FunctionIndex(3);
const OTHER: FunctionIndex = FunctionIndex(4);
const REQUESTING: FunctionIndex = FunctionIndex(5);

/// The number of the op in `outer` where its loop begins.
const HEAD: usize = 2;
/// The number of the op in `caller` after its call.
const AFTER_CALL: usize = 3;
/// The number of the op in `requesting` after that which requests.
const AFTER_REQUEST: usize = 2;

/// `inner(n)` is `n + 1`; `outer(n)` asks n times, in a loop; `caller(n)` is `n + outer(n)`; `main(n)` calls `inner`, and
/// `caller` twice; `other(n)` is `n`, by a loop; `requesting(n)` is `n + outer(n)`,
/// by a request.
pub(super) fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let (n, one, two, three) = (Slot(0), Slot(1), Slot(2), Slot(3));
    define(&mut builder, "inner", 1, 2, |code| {
        code.number(one, 1);
        code.add(one, one, n);
        code.ret(one);
    });
    define(&mut builder, "outer", 1, 4, |code| {
        let head = code.label();
        code.number(one, 0);
        code.number(two, 1);
        code.bind(head);
        code.ask(three, n, 1);
        code.add(one, one, two);
        code.jump_if_less(one, n, head);
        code.ret(one);
    });
    define(&mut builder, "caller", 1, 2, |code| {
        code.number(one, 0);
        code.add(one, one, n);
        code.call(OUTER, one, 1);
        code.add(n, n, one);
        code.ret(n);
    });
    define(&mut builder, "main", 1, 2, |code| {
        for function in [INNER, CALLER, CALLER] {
            code.number(one, 1);
            code.call(function, one, 1);
            code.add(n, n, one);
        }
        code.ret(n);
    });
    define(&mut builder, "other", 1, 3, |code| {
        let head = code.label();
        code.number(one, 0);
        code.number(two, 1);
        code.bind(head);
        code.add(one, one, two);
        code.jump_if_less(one, n, head);
        code.ret(one);
    });
    define(&mut builder, "requesting", 1, 2, |code| {
        code.number(one, 0);
        code.request(one, OUTER, n);
        code.add(n, n, one);
        code.ret(n);
    });
    verified(builder)
}

/// A stop: the reason, the function, and the number of the op in it.
type Place = (Stop, &'static str, usize);

fn place(vm: &Vm, stop: Stop) -> Place {
    let top = vm.frames().next().expect("a function is running");
    let facts = top.function.facts();
    let number = (0..top.pc.0).filter(|&pc| facts.depth(Pc(pc)).is_some()).count();
    let names = ["inner", "outer", "caller", "main", "other", "requesting"];
    let name = names.into_iter().find(|name| *name == top.function.body().name);
    (stop, name.expect("it is one of the program"), number)
}

/// What `ask` does in a test.
type Act = fn(&mut Vm, Linked) -> Result<i64, Thrown>;

/// Runs a function with a debugger that gives the answers in turn, the last one again and again. `prepare` sets
/// breakpoints. Returns where it stopped.
fn stops(
    config: &Option<JitConfig>,
    (function, arg, result): (FunctionIndex, i64, i64),
    answers: &'static [StepMode],
    prepare: impl FnOnce(&mut Vm, Linked),
    act: Act,
) -> Vec<Place> {
    let (mut machine, linked) = asking(config.clone(), Limits::default(), &program(), |_, _| Ok(0));
    // Everything that can be compiled is.
    assert_eq!(machine.call(linked.function(MAIN), &[5]), Ok(5 + 2 + 2 + 2), "{config:?}");
    assert_eq!(machine.call(linked.function(function), &[arg]), Ok(result), "{config:?}");
    let places = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&places);
    let vm = machine.vm_mut();
    vm.host.ask = Some(Rc::new(move |vm, _| act(vm, linked)));
    vm.set_debugger(move |vm, stop| {
        noted.borrow_mut().push(place(vm, stop));
        let count = noted.borrow().len();
        Ok(answers[(count - 1).min(answers.len() - 1)])
    });
    prepare(vm, linked);
    assert_eq!(machine.call(linked.function(function), &[arg]), Ok(result), "{config:?}");
    places.take()
}

/// Returns the position of an op.
fn pc_of(function: FunctionIndex, number: usize) -> Pc {
    let (machine, linked) = asking(None, Limits::default(), &program(), |_, _| Ok(0));
    let function = machine.functions(linked).nth(function.0 as usize).expect("it is loaded");
    let mut pcs = (0..).map(Pc).filter(|&pc| function.facts().depth(pc).is_some());
    pcs.nth(number).expect("it has the op")
}

fn set_breakpoint(vm: &mut Vm, linked: Linked, function: FunctionIndex, number: usize) {
    assert_eq!(vm.set_breakpoint(linked.function(function), pc_of(function, number), true), Ok(true));
}

fn run_inner(vm: &mut Vm, linked: Linked) -> Result<i64, Thrown> {
    vm.run(linked.function(INNER), &[1])
}

const IN_INNER: Place = (Stop::Breakpoint, "inner", 0);
const AT_HEAD: Place = (Stop::Step, "outer", HEAD);

#[test]
fn a_step_out_of_a_callback_stops_at_the_next_event_whatever_its_runtime_function_does() {
    let acts: [Act; 5] = [
        run_inner,
        |vm, linked| run_inner(vm, linked).and_then(|_| vm.spend_fuel(5).map(|()| 0)),
        |vm, linked| run_inner(vm, linked).and_then(|_| vm.spend_fuel(5000).map(|()| 0)),
        |vm, linked| {
            run_inner(vm, linked)?;
            vm.set_fuel(Some(100_000));
            Ok(0)
        },
        |vm, linked| {
            run_inner(vm, linked)?;
            vm.set_hook(1000, |_| Ok(()));
            Ok(0)
        },
    ];
    for config in configs() {
        for (number, act) in acts.into_iter().enumerate() {
            let answers = &[StepMode::Out, StepMode::Continue];
            let prepare = |vm: &mut Vm, linked| set_breakpoint(vm, linked, INNER, 0);
            let places = stops(&config, (OUTER, 3, 3), answers, prepare, act);
            assert_eq!(places, [IN_INNER, AT_HEAD, IN_INNER, IN_INNER], "{number}, {config:?}");
        }
    }
}

#[test]
fn what_a_hook_or_a_refill_runs_is_not_where_a_step_ends() {
    let acts: [Act; 2] = [
        |vm, linked| {
            let result = run_inner(vm, linked)?;
            vm.set_hook(1, move |vm| {
                vm.remove_hook();
                vm.run(linked.function(OTHER), &[20]).map(drop)
            });
            Ok(result)
        },
        |vm, linked| {
            let result = run_inner(vm, linked)?;
            vm.set_fuel(Some(0));
            vm.when_empty(WhenEmpty::Refill(Box::new(move |vm| {
                assert!(vm.run(linked.function(OTHER), &[20]).is_ok());
                Some(1000)
            })));
            Ok(result)
        },
    ];
    for config in configs() {
        for (number, act) in acts.into_iter().enumerate() {
            let answers = &[StepMode::Out, StepMode::Continue];
            let prepare = |vm: &mut Vm, linked| set_breakpoint(vm, linked, INNER, 0);
            let places = stops(&config, (OUTER, 2, 2), answers, prepare, act);
            assert_eq!(places, [IN_INNER, AT_HEAD, IN_INNER], "{number}, {config:?}");
        }
    }
}

#[test]
fn a_runtime_function_that_starts_steps_stops_at_the_next_event_or_where_its_function_returns_to() {
    let act = |vm: &mut Vm, _: Linked| {
        let is_first = vm.host.times == 0;
        vm.host.times = 1;
        if is_first {
            vm.start_stepping();
        }
        Ok(0)
    };
    // A gap at every op stops earlier.
    for config in configs().into_iter().filter(|config| config != &Some(on().with_gaps(Gaps::everywhere()))) {
        let answers = &[StepMode::Continue];
        let places = stops(&config, (CALLER, 1, 2), answers, |_, _| (), act);
        assert_eq!(places, [(Stop::Step, "caller", AFTER_CALL)], "{config:?}");
        let places = stops(&config, (REQUESTING, 1, 2), answers, |_, _| (), act);
        assert_eq!(places, [(Stop::Step, "requesting", AFTER_REQUEST)], "{config:?}");
        let places = stops(&config, (CALLER, 3, 6), answers, |_, _| (), act);
        assert_eq!(places, [AT_HEAD], "{config:?}");
    }
}

#[test]
fn a_breakpoint_in_a_caller_applies_when_its_callee_returns() {
    let in_caller: Act = |vm, linked| {
        set_breakpoint(vm, linked, CALLER, AFTER_CALL);
        Ok(0)
    };
    let in_requesting: Act = |vm, linked| {
        set_breakpoint(vm, linked, REQUESTING, AFTER_REQUEST);
        Ok(0)
    };
    for config in configs() {
        for (function, act, place) in [
            (CALLER, in_caller, (Stop::Breakpoint, "caller", AFTER_CALL)),
            (REQUESTING, in_requesting, (Stop::Breakpoint, "requesting", AFTER_REQUEST)),
        ] {
            let places = stops(&config, (function, 1, 2), &[StepMode::Continue], |_, _| (), act);
            assert_eq!(places, [place], "{config:?}");
        }
    }
}

#[test]
fn a_function_with_a_breakpoint_that_calls_others_stops_at_each_of_its_calls() {
    for config in configs() {
        let prepare = |vm: &mut Vm, linked| set_breakpoint(vm, linked, CALLER, 0);
        let places = stops(&config, (MAIN, 5, 11), &[StepMode::Continue], prepare, |_, _| Ok(0));
        assert_eq!(places, [(Stop::Breakpoint, "caller", 0); 2], "{config:?}");
    }
}

#[test]
fn a_step_out_of_a_callback_stops_in_a_function_that_is_not_stepped_although_another_was() {
    // The first call of `inner` is run op by op, and then `outer` is not.
    for config in configs() {
        let answers = &[StepMode::Continue, StepMode::Out, StepMode::Continue];
        let prepare = |vm: &mut Vm, linked| set_breakpoint(vm, linked, INNER, 0);
        let places = stops(&config, (MAIN, 5, 11), answers, prepare, run_inner);
        // The next event after the callback is the second call of `caller`.
        assert_eq!(places, [IN_INNER, IN_INNER, (Stop::Step, "caller", 0), IN_INNER], "{config:?}");
    }
}

#[test]
fn what_the_debugger_runs_does_not_make_it_stop_again() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &program(), |_, _| Ok(0));
        assert_eq!(machine.call(linked.function(OUTER), &[3]), Ok(3), "{config:?}");
        let places = Rc::new(Cell::new(0));
        let count = Rc::clone(&places);
        let vm = machine.vm_mut();
        vm.set_debugger(move |vm, stop| {
            count.set(count.get() + 1);
            assert_eq!(place(vm, stop), (Stop::Step, "outer", 0));
            assert!(matches!(vm.run(linked.function(OTHER), &[20]), Ok(20)));
            Ok(StepMode::Continue)
        });
        vm.start_stepping();
        assert_eq!(machine.call(linked.function(OUTER), &[3]), Ok(3), "{config:?}");
        assert_eq!(places.get(), 1, "{config:?}");
    }
}

#[test]
fn a_step_out_of_a_paused_function_stops_in_its_native_caller() {
    for config in configs() {
        let answers = &[StepMode::Out, StepMode::Continue];
        let prepare = |vm: &mut Vm, _: Linked| {
            vm.set_hook(3, |vm| {
                vm.remove_hook();
                vm.control().pause();
                Ok(())
            });
        };
        // The calls of `caller` and `outer` are events as well.
        let places = stops(&config, (CALLER, 4, 8), answers, prepare, |_, _| Ok(0));
        assert_eq!(places, [(Stop::Pause, "outer", HEAD), (Stop::Step, "caller", AFTER_CALL)], "{config:?}");
    }
}

#[test]
fn steps_that_are_stopped_do_not_stop_the_program() {
    for config in configs() {
        let prepare = |vm: &mut Vm, _: Linked| {
            vm.start_stepping();
            vm.stop_stepping();
        };
        let places = stops(&config, (OUTER, 4, 4), &[StepMode::Into], prepare, |_, _| Ok(0));
        assert_eq!(places, [], "{config:?}");
        // The runtime function runs after the stop at its op.
        let prepare = |vm: &mut Vm, _: Linked| vm.start_stepping();
        let act: Act = |vm, _| {
            vm.stop_stepping();
            Ok(0)
        };
        let places = stops(&config, (OUTER, 4, 4), &[StepMode::Into], prepare, act);
        assert_eq!(places, [0, 1, HEAD].map(|number| (Stop::Step, "outer", number)), "{config:?}");
    }
}

#[test]
fn a_slot_that_the_debugger_sets_is_the_one_that_the_program_reads() {
    for config in configs() {
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &program(), |_, _| Ok(0));
        let vm = machine.vm_mut();
        vm.set_debugger(|vm, _| {
            assert!(vm.set_frame_slot(0, 1, 40) && vm.set_frame_slot(1, 0, 100));
            Ok(StepMode::Continue)
        });
        // The op that returns slot 1, to a caller that adds it to slot 0.
        set_breakpoint(vm, linked, OUTER, 5);
        assert_eq!(machine.call(linked.function(CALLER), &[3]), Ok(140), "{config:?}");
    }
}
