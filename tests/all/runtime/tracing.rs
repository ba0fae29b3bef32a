//! A tracer sees every op of what it traces, in every configuration, and changes nothing that a program can observe.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use mimeo::def::Pc;
use mimeo::{StepMode, Stop};

use super::budget::{COUNT, MIXED, PLENTY, every_event, machine_for};
use super::*;

/// The lines of a trace.
type Lines = Rc<RefCell<Vec<String>>>;

/// Adds a tracer that keeps its lines.
fn trace(vm: &mut Vm, function: Option<&str>) -> Lines {
    let lines = Lines::default();
    let kept = Rc::clone(&lines);
    vm.set_tracer(function, move |op| {
        kept.borrow_mut().push(op.to_string());
        ControlFlow::Continue(())
    });
    lines
}

/// Runs `mixed(2)` with a tracer, after everything that can be compiled was, and again without. Returns the lines and the
/// fuel that is left.
fn run(config: &Option<JitConfig>, function: Option<&str>) -> (Vec<String>, Option<u64>) {
    let (mut machine, linked) = machine_for(config);
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1), "{config:?}");
    let lines = trace(machine.vm_mut(), function);
    machine.vm_mut().host.times = 5;
    machine.vm_mut().set_fuel(Some(PLENTY));
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2), "{config:?}");
    let fuel = machine.vm().fuel();
    machine.vm_mut().remove_tracer();
    let lines = lines.take();
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2), "{config:?}");
    (lines, fuel)
}

#[test]
pub(super) fn every_op_is_traced_in_every_configuration() {
    // A debugger stops at the same ops.
    let (mut machine, linked) = machine_for(&None);
    assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
    machine.vm_mut().host.times = 5;
    let steps = Rc::new(RefCell::new(Vec::new()));
    let noted = Rc::clone(&steps);
    machine.vm_mut().set_debugger(move |vm, _| {
        let top = vm.frames().next().expect("a function is running");
        noted.borrow_mut().push(format!("`{}`  {}  ", top.function.body().name, top.pc));
        Ok(StepMode::Into)
    });
    machine.vm_mut().start_stepping();
    machine.vm_mut().set_fuel(Some(PLENTY));
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
    let steps = steps.take();

    let (expected, fuel) = run(&None, None);
    assert_eq!((expected.len(), fuel), (steps.len(), machine.vm().fuel()));
    assert!(expected.iter().zip(&steps).all(|(line, step)| line.starts_with(step)), "{expected:#?}");
    // What ran in fibers, callbacks and handlers is there.
    for part in ["`fiber`  0000  yields", "`same`", "`fail`", "`throws`  0017  take r1"] {
        assert!(expected.iter().any(|line| line.contains(part)), "{part}: {expected:#?}");
    }
    for config in configs() {
        assert_eq!(run(&config, None), (expected.clone(), fuel), "{config:?}");
    }
}

#[test]
pub(super) fn the_functions_of_a_name_are_traced_alone_in_every_configuration() {
    let (all, fuel) = run(&None, None);
    for name in ["count", "tail", "fiber", "throws", "mixed"] {
        let prefix = format!("`{name}`  ");
        let expected: Vec<_> = all.iter().filter(|line| line.starts_with(&prefix)).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len());
        for config in configs() {
            assert_eq!(run(&config, Some(name)), (expected.clone(), fuel), "{name}, {config:?}");
        }
    }
    assert_eq!(run(&None, Some("coun")).0, [""; 0]);
}

#[test]
fn a_line_shows_what_the_op_reads() {
    let (lines, _) = run(&None, Some("count"));
    let expected = [
        "`count`  0000  number r1, 0",
        "`count`  0006  number r2, 1",
        "`count`  0012  add r1, r1, r2  ; r1=0, r2=1",
        "`count`  0016  jump_if_less r1, r0, ->0012  ; r1=1, r0=3",
    ];
    assert_eq!(lines[..4], expected);
    let (lines, _) = run(&None, Some("tail"));
    assert!(lines[2].ends_with("  ; args=[3]"), "{lines:#?}");
}

/// `f(n)` is `g(n)`, and `g(n)` is `n`, or `f(n - 1)` if `n` is positive.
fn mutual() -> Program {
    let mut builder = ProgramBuilder::new();
    let (n, one, two) = (Slot(0), Slot(1), Slot(2));
    define(&mut builder, "f", 1, 2, |code| {
        code.number(one, 0);
        code.add(one, one, n);
        code.call(FunctionIndex(1), one, 1);
        code.ret(one);
    });
    define(&mut builder, "g", 1, 3, |code| {
        let (more, end) = (code.label(), code.label());
        code.number(one, 0);
        code.jump_if_less(one, n, more);
        code.jump_if_less(one, n, end);
        code.ret(n);
        code.bind(more);
        code.number(two, -1);
        code.add(two, two, n);
        code.call(FunctionIndex(0), two, 1);
        code.ret(two);
        code.bind(end);
        code.ret(n);
    });
    verified(builder)
}

#[test]
fn a_function_that_its_callee_calls_again_is_seen_again() {
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        // It is loaded after the trace has begun.
        let lines = trace(machine.vm_mut(), Some("f"));
        let linked = machine.load(&mutual()).expect("it needs no space");
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[3]), Ok(0), "{config:?}");
        assert_eq!(lines.take().len(), 4 * 4, "{config:?}");
        // A breakpoint in it is seen as often.
        machine.vm_mut().remove_tracer();
        let stops = Rc::new(RefCell::new(0));
        let counted = Rc::clone(&stops);
        machine.vm_mut().set_debugger(move |_, stop| {
            assert_eq!(stop, Stop::Breakpoint);
            *counted.borrow_mut() += 1;
            Ok(StepMode::Continue)
        });
        assert_eq!(machine.vm_mut().set_breakpoint(linked.function(FunctionIndex(0)), Pc(0), true), Ok(true));
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[3]), Ok(0), "{config:?}");
        assert_eq!(stops.take(), 4, "{config:?}");
    }
}

#[test]
fn only_traced_functions_lose_their_native_code() {
    let (mut machine, linked) = machine_for(&Some(on()));
    let compiled = |machine: &Machine<Ops>| {
        [COUNT, MIXED].map(|function| {
            let function = machine.functions(linked).nth(function.0 as usize).expect("it is loaded");
            machine.jit().expect("it has a tier").code_of(function).is_some()
        })
    };
    let call = |machine: &mut Machine<Ops>| {
        assert_eq!(machine.call(linked.function(MIXED), &[1]), Ok(1));
        // Not even on request.
        machine.compile_all(linked).expect("it is loaded");
    };
    call(&mut machine);
    assert_eq!(compiled(&machine), [true, true]);
    let _lines = trace(machine.vm_mut(), Some("count"));
    call(&mut machine);
    assert_eq!(compiled(&machine), [false, true]);
    // A breakpoint keeps it interpreted after the trace, and the trace after the breakpoint.
    machine.vm_mut().set_debugger(|_, _| Ok(StepMode::Continue));
    let set = |machine: &mut Machine<Ops>, is_set| {
        assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), is_set), Ok(true));
    };
    set(&mut machine, true);
    machine.vm_mut().remove_tracer();
    call(&mut machine);
    assert_eq!(compiled(&machine), [false, true]);
    let _lines = trace(machine.vm_mut(), Some("count"));
    set(&mut machine, false);
    call(&mut machine);
    assert_eq!(compiled(&machine), [false, true]);
    set(&mut machine, true);
    machine.vm_mut().remove_debugger();
    call(&mut machine);
    assert_eq!(compiled(&machine), [false, true]);
    machine.vm_mut().remove_tracer();
    call(&mut machine);
    assert_eq!(compiled(&machine), [true, true]);
}

#[test]
fn while_everything_is_traced_nothing_is_compiled() {
    let (mut machine, linked) = machine_for(&Some(on()));
    let _lines = trace(machine.vm_mut(), None);
    assert_eq!(machine.call(linked.function(MIXED), &[4]), Ok(4));
    let stats = stats(&machine);
    assert_eq!((stats.functions.compiled(), stats.switches.entered), (0, [0; 4]));
}

#[test]
fn a_debugger_and_a_tracer_do_not_disturb_each_other() {
    let stops = |config: &Option<JitConfig>, traced: Option<Option<&str>>| {
        let (mut machine, linked) = machine_for(config);
        let lines = traced.map(|function| trace(machine.vm_mut(), function));
        let places = Rc::new(RefCell::new(Vec::new()));
        let noted = Rc::clone(&places);
        machine.vm_mut().set_debugger(move |vm, stop| {
            let top = vm.frames().next().expect("a function is running");
            noted.borrow_mut().push((stop, top.function.body().name.clone(), top.pc));
            // The fourth stop is the last.
            match noted.borrow().len() {
                4 => vm.remove_debugger(),
                5.. => panic!("it was removed"),
                _ => {}
            }
            Ok(StepMode::Over)
        });
        assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), true), Ok(true));
        assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2), "{config:?}");
        (places.take(), lines.map(|lines| lines.take()))
    };
    for config in configs() {
        let (expected, _) = stops(&config, None);
        assert_eq!(expected.len(), 4);
        for function in [None, Some("count"), Some("mixed")] {
            let (mut machine, linked) = machine_for(&config);
            let alone = trace(machine.vm_mut(), function);
            assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
            assert_eq!(stops(&config, Some(function)), (expected.clone(), Some(alone.take())), "{config:?}");
        }
    }
}

#[test]
fn an_op_that_a_debugger_prevents_is_not_traced() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let lines = trace(machine.vm_mut(), None);
        machine.vm_mut().set_debugger(|vm, _| Err(vm.throw("stop")));
        assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(6), true), Ok(true));
        machine.call(linked.function(COUNT), &[3]).expect_err("the debugger throws");
        assert_eq!(lines.take(), ["`count`  0000  number r1, 0"], "{config:?}");
    }
}

#[test]
fn without_a_debugger_a_trace_needs_none() {
    let (mut machine, linked) = machine_for(&None);
    let lines = trace(machine.vm_mut(), None);
    assert_eq!(machine.vm_mut().set_breakpoint(linked.function(COUNT), Pc(0), true), Ok(false));
    machine.vm_mut().start_stepping();
    // A pause has no effect, either, also not on a debugger that comes later.
    machine.vm_mut().control().pause();
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
    assert!(!lines.take().is_empty());
    machine.vm_mut().set_debugger(|_, stop| panic!("there is no reason for {stop:?}"));
    assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
}

#[test]
fn a_trace_that_a_runtime_function_starts_goes_on_after_it() {
    for config in configs() {
        let kept = Lines::default();
        let lines = Rc::clone(&kept);
        let inner = Rc::new(Cell::new(None));
        let called = Rc::clone(&inner);
        let ask = move |vm: &mut Vm, args: Window| {
            let Some(inner) = called.take() else { return Ok(0) };
            let kept = Rc::clone(&lines);
            vm.set_tracer(None, move |op| {
                kept.borrow_mut().push(op.to_string());
                ControlFlow::Continue(())
            });
            // The event at which the driver gets control is inside.
            vm.run(inner, &[vm.slot(args.start())])
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &stepping::program(), ask);
        assert_eq!(machine.call(linked.function(stepping::OUTER), &[5]), Ok(5), "{config:?}");
        inner.set(Some(linked.function(stepping::INNER)));
        assert_eq!(machine.call(linked.function(stepping::OUTER), &[5]), Ok(5), "{config:?}");
        let lines = kept.take();
        // All of `inner`, and at least from the next iteration on, all of `outer`.
        assert!(lines[..3].iter().all(|line| line.starts_with("`inner`")), "{config:?}: {lines:#?}");
        assert!(lines[3..].iter().all(|line| line.starts_with("`outer`")), "{config:?}: {lines:#?}");
        assert_eq!(lines.iter().filter(|line| line.contains("  ask ")).count(), 4, "{config:?}: {lines:#?}");
    }
}

#[test]
fn the_trace_ends_where_the_tracer_says_so() {
    for config in configs() {
        let (mut machine, linked) = machine_for(&config);
        let lines = Rc::new(RefCell::new(0));
        let counted = Rc::clone(&lines);
        machine.vm_mut().set_tracer(None, move |_| {
            *counted.borrow_mut() += 1;
            if *counted.borrow() == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(machine.call(linked.function(MIXED), &[4]), Ok(4), "{config:?}");
        assert_eq!(lines.take(), 7, "{config:?}");
    }
}

#[test]
fn a_tracer_that_panics_leaves_the_machine_usable() {
    for function in [None, Some("count")] {
        let (mut machine, linked) = machine_for(&Some(on()));
        machine.vm_mut().set_tracer(function, |_| panic!("no more"));
        assert_eq!(panic_of(|| machine.call(linked.function(MIXED), &[2])), "no more");
        assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
        // The trace has ended.
        assert!(stats(&machine).switches.entered.iter().sum::<u64>() > 0);
        let lines = trace(machine.vm_mut(), function);
        assert_eq!(machine.call(linked.function(MIXED), &[2]), Ok(2));
        assert!(!lines.take().is_empty());
    }
}

#[test]
fn functions_that_get_the_id_of_a_traced_one_are_not_traced() {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), None);
    let linked = machine.load(&mutual()).expect("it needs no space");
    let lines = trace(machine.vm_mut(), Some("g"));
    let id = machine.functions(linked).nth(1).expect("it is loaded").id();
    // SAFETY: nothing runs.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    let linked = machine.load(&every_event()).expect("it has the spaces");
    assert_eq!(machine.functions(linked).next().expect("it is loaded").id(), id);
    assert_eq!(machine.call(linked.function(COUNT), &[3]), Ok(3));
    assert_eq!(lines.take(), [""; 0]);
    let linked = machine.load(&mutual()).expect("it needs no space");
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[3]), Ok(0));
    assert!(!lines.take().is_empty());
}
