//! Runtime functions load and unload programs while native code is active.

use std::cell::RefCell;

use mimeo::FiberLimits;
use mimeo::jit::What;

use super::*;

const LOOPING: FunctionIndex = FunctionIndex(0);
const TWICE_GIVEN: FunctionIndex = FunctionIndex(1);

/// The program that stays loaded.
fn outer_program() -> Program {
    let mut builder = ProgramBuilder::new();
    // looping(n): calls `ask`, and the given function with the answer, n times; returns the sum.
    define(&mut builder, "looping", 1, 6, |code| {
        let again = code.label();
        let (n, i, sum, one, got) = (Slot(0), Slot(1), Slot(2), Slot(3), Slot(4));
        code.number(i, 0);
        code.number(sum, 0);
        code.number(one, 1);
        code.bind(again);
        code.add(i, i, one);
        code.ask(got, i, 1);
        code.call_given(got, 1);
        code.add(sum, sum, got);
        code.jump_if_less(i, n, again);
        code.ret(sum);
    });
    // twice_given(n): applies the given function to n twice.
    define(&mut builder, "twice_given", 1, 3, |code| {
        code.number(Slot(2), 0);
        code.add(Slot(1), Slot(0), Slot(2));
        code.call_given(Slot(1), 1);
        code.add(Slot(2), Slot(0), Slot(2));
        code.call_given(Slot(2), 1);
        code.add(Slot(1), Slot(1), Slot(2));
        code.ret(Slot(1));
    });
    verified(builder)
}

/// A program of one function, which adds `k` to its argument. The length of its code depends on `k`.
fn adding(k: i64) -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, &format!("add{k}"), 1, 2, |code| {
        code.number(Slot(1), k);
        code.add(Slot(0), Slot(0), Slot(1));
        code.number(Slot(1), 0);
        for _ in 0..k % 40 {
            code.add(Slot(0), Slot(0), Slot(1));
        }
        code.ret(Slot(0));
    });
    verified(builder)
}

/// A program of one function, which returns 1 plus the answer of `ask` for its argument minus 1, or 0 below 1.
fn asking_below() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "asking_below", 1, 3, |code| {
        let more = code.label();
        code.number(Slot(1), 0);
        code.jump_if_less(Slot(1), Slot(0), more);
        code.ret(Slot(1));
        code.bind(more);
        code.number(Slot(1), -1);
        code.add(Slot(1), Slot(0), Slot(1));
        code.ask(Slot(2), Slot(1), 1);
        code.number(Slot(1), 1);
        code.add(Slot(2), Slot(2), Slot(1));
        code.ret(Slot(2));
    });
    verified(builder)
}

const ONLY: FunctionIndex = FunctionIndex(0);

/// Runs a test in each configuration, and in one that discards all code at each `ask`.
fn in_every_configuration(mut test: impl FnMut(Option<JitConfig>, bool)) {
    configs().into_iter().for_each(|config| test(config, false));
    test(Some(on()), true);
}

/// Asserts that only the code of loaded functions is left when nothing runs.
fn assert_nothing_stays(machine: &Machine<Ops>, what: &str) {
    let Some(jit) = machine.jit() else { return };
    let stats = jit.stats();
    assert_eq!(stats.code.retired_bytes, 0, "{what}");
    // A function that is unloaded early does not always become hot.
    let came_and_went = jit.config().mode == Mode::On && stats.functions.compiled() > 0;
    assert!(!came_and_went || stats.code.reclaimed_bytes > 0, "{what}");
}

#[test]
pub(super) fn a_loop_calls_programs_that_replace_each_other() {
    const ITERATIONS: i64 = 300;
    in_every_configuration(|config, forgetful| {
        let what = format!("{config:?}");
        let (mut machine, linked) = asking(config, Limits::default(), &outer_program(), |_, _| Ok(0));
        let handle = machine.jit().map(|jit| jit.control().clone());
        let current = RefCell::new(None);
        let ask = move |vm: &mut Vm, values: Window| {
            let k = vm.slot(values.start());
            if let Some(handle) = handle.as_ref().filter(|_| forgetful) {
                handle.evict_all();
            }
            if let Some(last) = current.take() {
                // SAFETY: its function has returned, and the host's callee of it is replaced below.
                unsafe { vm.unload(last) }.expect("it is loaded");
            }
            let loaded = vm.load(&adding(k)).expect("it has the spaces");
            vm.host.given = Some(loaded.function(ONLY));
            current.replace(Some(loaded));
            Ok(10 * k)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for _ in 0..4 {
            assert_eq!(
                machine.call(linked.function(LOOPING), &[ITERATIONS]),
                Ok(11 * ITERATIONS * (ITERATIONS + 1) / 2),
                "{what}"
            );
        }
        assert_nothing_stays(&machine, &what);
    });
}

#[test]
pub(super) fn a_runtime_function_loads_and_unloads_a_program() {
    in_every_configuration(|config, forgetful| {
        let what = format!("{config:?}");
        let (mut machine, linked) = asking(config, Limits::default(), &outer_program(), |_, _| Ok(0));
        let handle = machine.jit().map(|jit| jit.control().clone());
        let outer = linked.function(TWICE_GIVEN);
        let ask = move |vm: &mut Vm, values: Window| {
            let k = vm.slot(values.start());
            let [once, other] = [k, k + 1].map(|k| vm.load(&adding(k)).expect("it has the spaces"));
            let function = once.function(ONLY);
            vm.host.given = Some(function);
            let direct = vm.run(function, &[0])?;
            // Called by native code of the permanent program, so that it is compiled too.
            let twice = vm.run(outer, &[direct])?;
            if let Some(handle) = handle.as_ref().filter(|_| forgetful) {
                handle.evict_all();
            }
            vm.host.given = Some(other.function(ONLY));
            // SAFETY: nothing of it runs, and the host's callee belongs to the other program.
            unsafe { vm.unload(once) }.expect("it is loaded");
            // The code of both is retired or freed: new code must not replace it too early.
            let again = vm.load(&adding(k + 2)).expect("it has the spaces");
            let both = again.function(ONLY);
            let both = vm.run(both, &[twice])? + vm.run(outer, &[0])?;
            let mut fiber = None;
            if k % 3 == 0 {
                let made = vm.new_fiber(FiberLimits::new().with_slots(100).with_depth(10)).expect("there is memory");
                let callee = again.function(ONLY);
                assert!(vm.start_fiber(made, callee, &[1]).is_ok());
                fiber = Some(made);
            }
            // SAFETY: nothing of them runs, and the host's callee is replaced before it is called again.
            unsafe {
                vm.unload(other).expect("it is loaded");
                vm.unload(again).expect("it is loaded");
            }
            let stays = vm.load(&adding(0)).expect("it has the spaces");
            vm.host.given = Some(stays.function(ONLY));
            assert!(fiber.is_none_or(|fiber| vm.drop_fiber(fiber).is_ok()));
            // 4k from the first, k + 2 from the last, 2k + 2 from the other.
            Ok(both - (7 * k + 4))
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for _ in 0..3 {
            assert_eq!(machine.call(linked.function(LOOPING), &[100]), Ok(0), "{what}");
        }
        assert_nothing_stays(&machine, &what);
    });
}

#[test]
pub(super) fn nested_runs_load_programs_and_unload_them_when_they_return() {
    in_every_configuration(|config, forgetful| {
        let what = format!("{config:?}");
        let (mut machine, linked) = asking(config, Limits::default(), &asking_below(), |_, _| Ok(0));
        let handle = machine.jit().map(|jit| jit.control().clone());
        let program = asking_below();
        let ask = move |vm: &mut Vm, values: Window| {
            let n = vm.slot(values.start());
            // A program that is unloaded again: the next one reuses its numbers.
            let gone = vm.load(&program).expect("it has the spaces");
            // SAFETY: nothing ever had a callee of it.
            unsafe { vm.unload(gone) }.expect("it is loaded");
            let loaded = vm.load(&program).expect("it has the spaces");
            assert_ne!(loaded, gone);
            let callee = loaded.function(ONLY);
            let result = vm.run(callee, &[n])?;
            if let Some(handle) = handle.as_ref().filter(|_| forgetful) {
                handle.evict_all();
            }
            // SAFETY: it has returned, and only this function had its callee.
            unsafe { vm.unload(loaded) }.expect("it is loaded");
            Ok(result)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        for _ in 0..5 {
            assert_eq!(machine.call(linked.function(ONLY), &[60]), Ok(60), "{what}");
        }
        assert_nothing_stays(&machine, &what);
    });
}

#[test]
pub(super) fn unloading_frees_code_only_after_native_code_exits() {
    const ITERATIONS: i64 = 50;
    let config = on().with_trace(true);
    let (mut machine, linked) = asking(Some(config), Limits::default(), &outer_program(), |_, _| Ok(0));
    let last = RefCell::new(None);
    let ask = move |vm: &mut Vm, values: Window| {
        let k = vm.slot(values.start());
        if let Some(last) = last.take() {
            // SAFETY: its function has returned, and the host's callee of it is replaced below.
            unsafe { vm.unload(last) }.expect("it is loaded");
        }
        let loaded = vm.load(&adding(k)).expect("it has the spaces");
        let callee = loaded.function(ONLY);
        vm.host.given = Some(callee);
        // This call compiles it, and exits native code for the first time after the unloading.
        assert!(matches!(vm.run(callee, &[0]), Ok(value) if value == k));
        last.replace(Some(loaded));
        Ok(0)
    };
    machine.vm_mut().host.ask = Some(Rc::new(ask));
    assert_eq!(machine.call(linked.function(LOOPING), &[ITERATIONS]), Ok(ITERATIONS * (ITERATIONS + 1) / 2));
    let trace = stats(&machine).trace.expect("the trace is on");
    let at = |what: What, k: i64| {
        let name = format!("add{k}");
        let mut found = (0..).zip(&trace.events).filter(|(_, event)| (event.what, &event.function) == (what, &name));
        let (place, _) = found.next()?;
        assert!(found.next().is_none(), "{name} is {} once", what.name());
        Some(place)
    };
    for k in 1..ITERATIONS {
        let dropped: usize = at(What::Dropped, k).expect("it was unloaded");
        let next = at(What::Compiled, k + 1).expect("it was called");
        let reclaimed = at(What::Reclaimed, k).expect("its code is gone");
        assert!(dropped < next && next < reclaimed, "add{k}: {:#?}", trace.events);
    }
    assert_eq!(at(What::Dropped, ITERATIONS), None, "the last one stays");
    assert_eq!(stats(&machine).code.retired_bytes, 0);
}
