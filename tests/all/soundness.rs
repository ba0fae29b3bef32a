//! Mistakes of safe code are refused: stale and foreign references, wrong proofs, too few arguments.

use std::cell::RefCell;
use std::rc::Rc;

use mimeo::VerifyErrorKind;
use mimeo::asm::{AssembleError, FunctionIndex};
use mimeo::def::Slot;
use mimeo::jit::{Gaps, JitConfig, Mode};
use mimeo::{
    After, FiberError, FiberExit, FiberLimits, Limits, LoadError, Machine, NotLoaded, Thrown, TrapKind, Window,
};
use mimeo_tests::callbacks::callback_ops::{self, Assembler, Callee, FunctionRef, Ops, Program, ProgramBuilder, Vm};
use mimeo_tests::callbacks::programs::{CAUTIOUS, SUM, many_functions, program};
use mimeo_tests::callbacks::{Ask, Host};
use mimeo_tests::stack::stack_ops;

use crate::runtime::{define, panic_of, verified};
use mimeo_tests::machines::machine;

fn on() -> JitConfig {
    JitConfig::new(Mode::On)
}

fn configs() -> [Option<JitConfig>; 3] {
    [None, Some(on()), Some(on().with_gaps(Gaps::everywhere()))]
}

fn new_machine(config: Option<JitConfig>) -> Machine<Ops> {
    machine::<Ops>((callback_ops::Context::default(), Host::default()), Limits::default(), config)
}

/// `main(n)` is the answer of `ask` plus `n`; `leaf(n)` is 2n; `given(n)` calls the test's function without
/// arguments, and `instead(n)` tail-calls it.
fn asking() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "main", 1, 3, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "leaf", 1, 2, |code| {
        code.add(Slot(0), Slot(0), Slot(0));
        code.ret(Slot(0));
    });
    define(&mut builder, "given", 1, 2, |code| {
        code.call_given(Slot(1), 0);
        code.ret(Slot(1));
    });
    define(&mut builder, "instead", 1, 1, |code| code.tail_call_given(Slot(0), 0));
    define(&mut builder, "three", 3, 3, |code| code.ret(Slot(2)));
    verified(builder)
}

const MAIN: FunctionIndex = FunctionIndex(0);
const LEAF: FunctionIndex = FunctionIndex(1);
const GIVEN: FunctionIndex = FunctionIndex(2);
const INSTEAD: FunctionIndex = FunctionIndex(3);
const THREE: FunctionIndex = FunctionIndex(4);

/// Makes the op `ask` of a machine call this function.
fn with_ask(machine: &mut Machine<Ops>, ask: impl Fn(&mut Vm, Window) -> Result<i64, Thrown> + 'static) {
    let ask: Rc<Ask> = Rc::new(ask);
    machine.vm_mut().host.ask = Some(ask);
}

/// Returns references to functions that a machine lacks: of another machine, of an unloaded program, out of range.
fn strangers(machine: &mut Machine<Ops>) -> [FunctionRef; 4] {
    let mut other = new_machine(None);
    let elsewhere = other.load(&asking()).expect("it has the spaces").function(LEAF);
    let gone = machine.load(&asking()).expect("it has the spaces");
    // SAFETY: nothing has a callee of it.
    unsafe { machine.unload(gone) }.expect("it is loaded");
    let here = machine.load(&asking()).expect("it has the spaces");
    [elsewhere, gone.function(LEAF), here.function(FunctionIndex(5)), here.function(FunctionIndex(u32::MAX))]
}

#[test]
fn references_to_functions_that_are_not_loaded_are_refused() {
    for config in configs() {
        let mut machine = new_machine(config);
        for stranger in strangers(&mut machine) {
            assert_eq!(machine.call(stranger, &[1]).expect_err("it is refused").kind, TrapKind::NotLoaded);
            assert_eq!(machine.compile(stranger), Err(NotLoaded));
            let vm = machine.vm_mut();
            // SAFETY: it is refused.
            assert_eq!(unsafe { vm.callee(stranger) }, Err(NotLoaded));
            let thrown = vm.run(stranger, &[1]).expect_err("it is refused");
            assert_eq!(vm.catch(thrown).kind, TrapKind::NotLoaded);
            let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
            let thrown = vm.start_fiber(fiber, stranger, &[1]).expect_err("it is refused");
            assert_eq!(vm.catch(thrown).kind, TrapKind::NotLoaded);
            assert_eq!(vm.fiber_stack(fiber), Ok(&[][..]));
            let linked = machine.load(&asking()).expect("it has the spaces");
            with_ask(&mut machine, move |vm, _| Err(vm.request(stranger, &[1], |_, _| After::Next)));
            let trap = machine.call(linked.function(MAIN), &[1]).expect_err("the request is refused");
            assert_eq!((&trap.kind, trap.backtrace.frames[0].function.as_str()), (&TrapKind::NotLoaded, "main"));
        }
    }
}

#[test]
fn a_program_of_another_machine_is_refused() {
    let mut machine = new_machine(None);
    let mut other = new_machine(None);
    let here = machine.load(&asking()).expect("it has the spaces");
    let elsewhere = other.load(&program()).expect("it has the spaces");
    assert_eq!(machine.program(elsewhere).err(), Some(NotLoaded));
    assert_eq!(machine.functions(elsewhere).count(), 0);
    // SAFETY: it is refused.
    assert_eq!(unsafe { machine.unload(elsewhere) }, Err(NotLoaded));
    assert_eq!(machine.functions(here).count(), 5);
}

/// Returns a callee of a machine, in the form that ops hold.
fn callee_of(machine: &mut Machine<Ops>) -> Callee {
    let linked = machine.load(&asking()).expect("it has the spaces");
    // SAFETY: the test only uses it where it is refused.
    unsafe { machine.vm().callee(linked.function(LEAF)) }.expect("it is loaded")
}

#[test]
fn callees_of_other_and_dropped_machines_are_refused() {
    for config in configs() {
        let gone = callee_of(&mut new_machine(config.clone()));
        let mut other = new_machine(config.clone());
        let elsewhere = callee_of(&mut other);
        let mut machine = new_machine(config);
        for callee in [gone, elsewhere] {
            let vm = machine.vm_mut();
            let thrown = vm.run(callee, &[10]).expect_err("it is refused");
            assert_eq!(vm.catch(thrown).kind, TrapKind::NotLoaded);
        }
        assert!(matches!(other.vm_mut().run(elsewhere, &[10]), Ok(20)));
    }
}

#[test]
fn a_callee_that_was_called_last_is_refused_once_it_is_unloaded() {
    for config in configs() {
        let mut machine = new_machine(config);
        let linked = machine.load(&asking()).expect("it has the spaces");
        // SAFETY: the test uses it after the function was unloaded only where it is refused.
        let callee = unsafe { machine.vm().callee(linked.function(LEAF)) }.expect("it is loaded");
        assert!(matches!(machine.vm_mut().run(callee, &[10]), Ok(20)));
        // SAFETY: nothing runs, and nothing else has a callee.
        unsafe { machine.unload(linked) }.expect("it is loaded");
        let thrown = machine.vm_mut().run(callee, &[10]).expect_err("it is refused");
        assert_eq!(machine.vm_mut().catch(thrown).kind, TrapKind::NotLoaded);
    }
}

#[test]
fn fibers_of_other_machines_and_dropped_ones_are_refused() {
    let limits = FiberLimits::new().with_slots(100).with_depth(10);
    let mut other = new_machine(None);
    let elsewhere = other.vm_mut().new_fiber(limits).expect("there is memory");
    let mut machine = new_machine(None);
    let linked = machine.load(&asking()).expect("it has the spaces");
    let vm = machine.vm_mut();
    let gone = vm.new_fiber(limits).expect("there is memory");
    assert_eq!(vm.drop_fiber(gone), Ok(()));
    // It reuses the place of the dropped one.
    let next = vm.new_fiber(limits).expect("there is memory");
    assert_ne!(next, gone);
    for fiber in [elsewhere, gone] {
        assert_eq!(vm.drop_fiber(fiber), Err(FiberError::Dropped));
        assert_eq!(vm.fiber_stack(fiber), Err(FiberError::Dropped));
        assert_eq!(vm.fiber_slot(fiber, 0), Err(FiberError::Dropped));
        assert_eq!(vm.set_fiber_slot(fiber, 0, 1), Err(FiberError::Dropped));
        let thrown = vm.start_fiber(fiber, linked.function(LEAF), &[1]).expect_err("it is refused");
        assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(FiberError::Dropped));
        let thrown = vm.resume_fiber(fiber).expect_err("it is refused");
        assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(FiberError::Dropped));
    }
}

#[test]
fn functions_are_compiled_while_fibers_are_suspended() {
    let mut builder = ProgramBuilder::new();
    let outer = FunctionIndex(0);
    define(&mut builder, "outer", 1, 3, |code| {
        code.number(Slot(2), 0);
        code.add(Slot(1), Slot(0), Slot(2));
        code.call(FunctionIndex(1), Slot(1), 1);
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "inner", 1, 5, |code| {
        code.yields(Slot(0), Slot(0), 0);
        // A loop, so that the function is native when it returns to the caller.
        let again = code.label();
        code.number(Slot(1), 0);
        code.number(Slot(2), 1);
        code.number(Slot(3), 10_000);
        code.bind(again);
        code.add(Slot(1), Slot(1), Slot(2));
        code.jump_if_less(Slot(1), Slot(3), again);
        code.ret(Slot(0));
    });
    let program = verified(builder);
    let mut machine = new_machine(Some(on().with_code_limit(16 << 10)));
    let linked = machine.load(&program).expect("it has the spaces");
    let more = machine.load(&many_functions(64)).expect("it has the spaces");
    let vm = machine.vm_mut();
    let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
    assert!(matches!(vm.start_fiber(fiber, linked.function(outer), &[7]), Ok(FiberExit::Suspended)));
    // More code than the limit allows: the code that the fiber returns into must stay.
    for index in 0..64 {
        assert_eq!(machine.compile(more.function(FunctionIndex(index))).map(|_| ()), Ok(()));
    }
    let vm = machine.vm_mut();
    assert_eq!(vm.set_fiber_slot(fiber, 0, 35), Ok(()));
    assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(42))));
}

#[test]
fn a_stale_thrown_panics() {
    for config in configs() {
        let mut machine = new_machine(config.clone());
        let linked = machine.load(&asking()).expect("it has the spaces");
        let kept = Rc::new(RefCell::new(None));
        // The first call keeps the proof of its error, and catches the error; the second call returns the proof.
        let keep = Rc::clone(&kept);
        with_ask(&mut machine, move |vm, _| {
            *keep.borrow_mut() = Some(vm.throw("kept"));
            assert!(vm.take_error().is_some());
            Ok(1)
        });
        assert_eq!(machine.call(linked.function(MAIN), &[1]), Ok(2), "{config:?}");
        let returned = Rc::clone(&kept);
        with_ask(&mut machine, move |vm, _| {
            let _another = vm.throw("another");
            Err(returned.take().expect("it was kept"))
        });
        let panic = panic_of(|| machine.call(linked.function(MAIN), &[1]));
        assert!(panic.contains("a `Thrown` that belongs to another error"), "{panic}, {config:?}");
        // A proof of another machine.
        let mut other = new_machine(None);
        *kept.borrow_mut() = Some(other.vm_mut().throw("elsewhere"));
        let panic = panic_of(|| machine.call(linked.function(MAIN), &[1]));
        assert!(panic.contains("a `Thrown` that belongs to another error"), "{panic}, {config:?}");
        // A proof of an earlier request.
        with_ask(&mut machine, move |vm, _| {
            let leaf = linked.function(LEAF);
            let first = vm.request(leaf, &[1], |_, _| After::Next);
            let _second = vm.request(leaf, &[2], |_, _| After::Next);
            Err(first)
        });
        let panic = panic_of(|| machine.call(linked.function(MAIN), &[1]));
        assert!(panic.contains("a `Thrown` that belongs to another error"), "{panic}, {config:?}");
        with_ask(&mut machine, |_, _| Ok(5));
        assert_eq!(machine.call(linked.function(MAIN), &[1]), Ok(6), "the machine is usable, {config:?}");
    }
}

#[test]
fn room_for_a_request_is_checked_when_it_is_carried_out() {
    for config in configs() {
        // The op uses the stack after the request; the requested call still gets its arguments.
        let mut machine = new_machine(config.clone());
        let linked = machine.load(&asking()).expect("it has the spaces");
        let sums = machine.load(&program()).expect("it has the spaces");
        with_ask(&mut machine, move |vm, _| {
            let request = vm.request(linked.function(LEAF), &[20], |vm, result| {
                vm.set_result(0, result);
                After::Next
            });
            assert!(matches!(vm.run(sums.function(SUM), &[30]), Ok(465)));
            Err(request)
        });
        assert_eq!(machine.call(linked.function(MAIN), &[1]), Ok(41), "{config:?}");
        // There is no room when it is carried out.
        let limits = Limits::default().with_depth(1);
        let mut machine = machine_of(limits, config.clone());
        let linked = machine.load(&asking()).expect("it has the spaces");
        with_ask(&mut machine, move |vm, _| Err(vm.request(linked.function(LEAF), &[20], |_, _| After::Next)));
        let trap = machine.call(linked.function(MAIN), &[1]).expect_err("there is no record for it");
        assert_eq!(trap.kind, TrapKind::StackOverflow, "{config:?}");
    }
}

fn machine_of(limits: Limits, config: Option<JitConfig>) -> Machine<Ops> {
    machine::<Ops>((callback_ops::Context::default(), Host::default()), limits, config)
}

#[test]
fn a_request_needs_a_running_op() {
    let mut machine = new_machine(None);
    let linked = machine.load(&asking()).expect("it has the spaces");
    let vm = machine.vm_mut();
    let request = panic_of(|| vm.request(linked.function(LEAF), &[1], |_, _| After::Next));
    assert_eq!(request, "no op is running that could request a call");
    assert_eq!(panic_of(|| vm.set_result(0, 1)), "no op is running that could have a result");
    assert!(vm.suspend().is_none());
    assert_eq!((vm.frame_slots(), vm.frames().count()), (0, 0));
}

#[test]
fn results_that_an_op_lacks_cannot_be_set() {
    let mut machine = new_machine(None);
    let linked = machine.load(&asking()).expect("it has the spaces");
    with_ask(&mut machine, |vm, _| {
        vm.set_result(1, 7);
        Ok(0)
    });
    assert_eq!(panic_of(|| machine.call(linked.function(MAIN), &[1])), "`ask` has no result 1");
}

#[test]
fn calls_with_too_few_arguments_are_refused_in_every_tier() {
    for config in configs() {
        let mut machine = new_machine(config.clone());
        let linked = machine.load(&asking()).expect("it has the spaces");
        let call = |machine: &mut Machine<Ops>, function, args: &[i64]| {
            let trap = machine.call(linked.function(function), args).expect_err("an argument is missing");
            (trap.kind.to_string(), trap.backtrace.frames[0].function.clone())
        };
        machine.vm_mut().host.given = Some(linked.function(LEAF));
        for _ in 0..3 {
            // A call by an op, with an empty window.
            let message = "`leaf` takes 1 argument, not 0".to_owned();
            assert_eq!(call(&mut machine, GIVEN, &[4]), (message.clone(), "given".to_owned()), "{config:?}");
            // A call by the host.
            assert_eq!(call(&mut machine, LEAF, &[]), (message, "leaf".to_owned()), "{config:?}");
            assert_eq!(call(&mut machine, LEAF, &[1, 2]).0, "`leaf` takes 1 argument, not 2", "{config:?}");
            // A tail call from a function whose frame has one slot.
            machine.vm_mut().host.given = Some(linked.function(THREE));
            let message = "`three` takes 3 arguments, not 0".to_owned();
            assert_eq!(call(&mut machine, INSTEAD, &[4]), (message, "instead".to_owned()), "{config:?}");
            machine.vm_mut().host.given = Some(linked.function(LEAF));
            assert_eq!(machine.call(linked.function(INSTEAD), &[4]), Ok(8), "{config:?}");
        }
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
        let thrown = vm.start_fiber(fiber, linked.function(LEAF), &[]).expect_err("an argument is missing");
        assert_eq!(vm.catch(thrown).kind.to_string(), "`leaf` takes 1 argument, not 0");
        with_ask(&mut machine, move |vm, _| Err(vm.request(linked.function(LEAF), &[], |_, _| After::Next)));
        assert_eq!(call(&mut machine, MAIN, &[4]), ("`leaf` takes 1 argument, not 0".to_owned(), "main".to_owned()));
    }
}

#[test]
fn tail_calls_of_known_functions_are_verified() {
    let verify = |len| {
        let mut builder = ProgramBuilder::new();
        define(&mut builder, "one", 1, 3, |code| code.tail_call(FunctionIndex(1), Slot(0), len));
        define(&mut builder, "two", 2, 2, |code| code.ret(Slot(1)));
        builder.finish().expect("it is whole").verify().map(|_| ())
    };
    assert_eq!(verify(2), Ok(()));
    for given in [0, 1, 3] {
        let error = verify(given).expect_err("it is refused");
        assert_eq!(error.kind, VerifyErrorKind::WrongArity { callee: "two".to_owned(), takes: 2, given });
    }
}

#[test]
fn tail_calls_without_a_window_pass_the_slots_of_the_frame() {
    let verify = |locals| {
        let mut builder = stack_ops::ProgramBuilder::new();
        let [caller, callee] = ["caller", "callee"].map(|name| builder.declare(name));
        let mut code = stack_ops::Assembler::new("caller", 0, locals);
        code.tail_call(callee);
        builder.define(caller, code.finish().expect("it is whole"));
        let mut code = stack_ops::Assembler::new("callee", 2, 2);
        code.tail_call(callee);
        builder.define(callee, code.finish().expect("it is whole"));
        builder.finish().expect("it is whole").verify().map(|_| ())
    };
    assert_eq!((verify(2), verify(3)), (Ok(()), Ok(())));
    for given in [0, 1] {
        let error = verify(given).expect_err("it is refused");
        assert_eq!(error.kind, VerifyErrorKind::WrongArity { callee: "callee".to_owned(), takes: 2, given });
    }
}

#[test]
fn labels_of_another_assembler_are_refused() {
    let mut other = Assembler::new("other", 0, 1);
    let foreign = other.label();
    let refused = |ops: &dyn Fn(&mut Assembler)| {
        let mut code = Assembler::new("f", 0, 2);
        // Both assemblers have the same number of labels.
        let own = code.label();
        code.bind(own);
        ops(&mut code);
        code.ret(Slot(0));
        let error = code.finish().expect_err("it is refused");
        assert!(matches!(error, AssembleError::ForeignLabel { .. }), "{error}");
        error.to_string()
    };
    let jump = refused(&|code| code.jump_if_less(Slot(0), Slot(1), foreign));
    assert_eq!(jump, "function `f`: the label used at 0003 belongs to another function; make one with `label`");
    refused(&|code| code.bind(foreign));
    refused(&|code| code.catch(foreign, foreign, foreign));
}

#[test]
fn programs_that_need_larger_index_spaces_are_refused() {
    let program = calc::compile("let a = 1; let b = 2; print a + b;").expect("it compiles");
    let globals = program.space("globals");
    assert_eq!(globals, 2);
    for (len, expected) in [(2, None), (3, None), (1, Some(1)), (0, Some(0))] {
        // SAFETY: they go into one machine.
        let (context, host) = unsafe { calc::state(vec![0; len as usize], Box::new(std::io::sink())) };
        let builder = calc::ops::ops::Machine::builder(context, host).space("globals", len);
        let error = builder.build().load(&program).err();
        let refused = |machine| LoadError::SpaceTooSmall { space: "globals", program: 2, machine };
        assert_eq!(error, expected.map(refused));
    }
    let error = LoadError::SpaceTooSmall { space: "globals", program: 2, machine: 1 };
    let message =
        "the program uses 2 elements of `globals`, but the machine has 1; build it with `.space(\"globals\", 2)`";
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_backtrace_has_exactly_the_frames_that_the_error_left() {
    for config in configs() {
        let mut machine = new_machine(config.clone());
        let linked = machine.load(&program()).expect("it has the spaces");
        let trap = machine.call(linked.function(SUM), &[1001]).expect_err("it is too much");
        assert_eq!((trap.backtrace.depth(), trap.backtrace.omitted), (1, None), "{config:?}");
        // sum(3) calls back sum(2), and so on, until there is no room.
        let mut machine = machine_of(Limits::default().with_nesting(3), config.clone());
        let linked = machine.load(&program()).expect("it has the spaces");
        let trap = machine.call(linked.function(SUM), &[10]).expect_err("it is too deep");
        let functions: Vec<_> = trap.backtrace.frames.iter().map(|site| site.function.as_str()).collect();
        assert_eq!((trap.kind, &functions[..]), (TrapKind::Nesting, &["sum"; 3][..]), "{config:?}");
        assert_eq!(machine.call(linked.function(CAUTIOUS), &[10]), Ok(-1), "{config:?}");
    }
}

#[test]
fn errors_name_the_file_and_the_position() {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("checked");
    let mut code = Assembler::new("checked", 1, 1);
    code.set_file("sums.txt");
    code.at(mimeo::Position { line: 3, column: 7 });
    code.check(Slot(0), 10);
    code.ret(Slot(0));
    builder.define(function, code.finish().expect("it is whole"));
    let program = verified(builder);
    for config in configs() {
        let mut machine = new_machine(config);
        let linked = machine.load(&program).expect("it has the spaces");
        let trap = machine.call(linked.function(function), &[11]).expect_err("it is too much");
        assert_eq!(trap.to_string(), "sums.txt:3:7: no more than 10");
        assert_eq!(trap.backtrace.to_string(), "  sums.txt:3:7 in `checked`\n");
    }
}

#[test]
fn a_deep_backtrace_keeps_both_ends() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "first", 1, 2, |code| {
        code.number(Slot(1), 0);
        code.call(FunctionIndex(1), Slot(1), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "endless", 1, 2, |code| {
        code.call(FunctionIndex(1), Slot(1), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let mut machine = machine_of(Limits::default().with_depth(1000), config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        let trap = machine.call(linked.function(FunctionIndex(0)), &[1]).expect_err("it has no end");
        assert_eq!(trap.kind, TrapKind::StackOverflow, "{config:?}");
        assert_eq!((trap.backtrace.depth(), trap.backtrace.omitted), (1000, Some((872, 96))), "{config:?}");
        let last = trap.backtrace.frames.last().expect("there are some");
        assert_eq!((trap.backtrace.frames.len(), last.function.as_str()), (128, "first"), "{config:?}");
        assert!(trap.backtrace.to_string().contains("\n  … 872 more\n"), "{config:?}");
    }
}
