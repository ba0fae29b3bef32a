//! Calls that ops request: their results, errors and depth, and fibers that are suspended in them.

use super::*;

pub(super) const SUM_UP: FunctionIndex = FunctionIndex(0);
const COUNT: FunctionIndex = FunctionIndex(1);
const CATCH: FunctionIndex = FunctionIndex(2);

/// `sum_up(n)` is `n + sum_up(n - 1)`, by requests, and -7 below 1 if `check` lets that pass; `count(n)` jumps by the
/// result of one; `catch(n)` catches what `sum_up(n)` throws.
pub(super) fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "sum_up", 1, 4, |code| {
        let more = code.label();
        let (n, zero, less, result) = (Slot(0), Slot(1), Slot(2), Slot(3));
        code.number(zero, 0);
        code.check(n, 200_000);
        code.jump_if_less(zero, n, more);
        code.ret(zero);
        code.bind(more);
        code.number(zero, -1);
        code.add(less, n, zero);
        code.request(result, SUM_UP, less);
        code.add(result, result, n);
        code.ret(result);
    });
    define(&mut builder, "count", 1, 3, |code| {
        let (again, n, one, count) = (code.label(), Slot(0), Slot(1), Slot(2));
        code.number(one, 1);
        code.number(count, 0);
        code.bind(again);
        code.add(count, count, one);
        code.number(one, -1);
        code.add(n, n, one);
        code.number(one, 1);
        code.jump_if_requested(SUM_UP, n, again);
        code.ret(count);
    });
    define(&mut builder, "catch", 1, 2, |code| {
        let (from, to, failed) = (code.label(), code.label(), code.label());
        code.bind(from);
        code.request(Slot(1), SUM_UP, Slot(0));
        code.bind(to);
        code.ret(Slot(1));
        code.bind(failed);
        code.catch(from, to, failed);
        code.take(Slot(1));
        code.ret(Slot(1));
    });
    verified(builder)
}

fn loaded(config: Option<JitConfig>) -> (Machine<Ops>, Linked) {
    // One run at a time: requested calls do not nest.
    let limits = Limits::default().with_nesting(1).with_depth(150_000);
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let linked = machine.load(&program()).expect("it has the spaces");
    (machine, linked)
}

#[test]
pub(super) fn a_requested_call_gives_the_result_of_the_op_or_decides_its_jump() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone());
        for _ in 0..5 {
            assert_eq!(machine.call(linked.function(SUM_UP), &[50]), Ok(50 * 51 / 2), "{config:?}");
            assert_eq!(machine.call(linked.function(COUNT), &[9]), Ok(9), "{config:?}");
        }
    }
}

#[test]
pub(super) fn requests_are_as_deep_as_calls() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone());
        assert_eq!(machine.call(linked.function(SUM_UP), &[100_000]), Ok(100_000 * 100_001 / 2), "{config:?}");
        let trap = machine.call(linked.function(SUM_UP), &[160_000]).expect_err("it is too deep");
        assert_eq!((trap.kind.to_string().as_str(), trap.backtrace.depth()), ("stack overflow", 150_000), "{config:?}");
        assert_eq!(machine.call(linked.function(CATCH), &[160_000]), Ok(-1), "{config:?}");
        assert_eq!(machine.call(linked.function(SUM_UP), &[3]), Ok(6), "{config:?}");
    }
}

#[test]
pub(super) fn the_error_of_a_requested_call_is_caught_by_a_handler_around_the_op() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone());
        for _ in 0..5 {
            assert_eq!(machine.call(linked.function(CATCH), &[200_001]), Ok(-1), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("no more than 200000 in sum_up"));
            assert_eq!(machine.call(linked.function(CATCH), &[4]), Ok(10), "{config:?}");
        }
    }
}

#[test]
pub(super) fn a_fiber_can_be_suspended_in_a_requested_call_and_dropped() {
    const INNER: FunctionIndex = FunctionIndex(0);
    const OUTER: FunctionIndex = FunctionIndex(1);
    const MAIN: FunctionIndex = FunctionIndex(2);
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "inner", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.add(Slot(1), Slot(1), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "outer", 1, 2, |code| {
        code.request(Slot(1), INNER, Slot(0));
        code.request(Slot(1), INNER, Slot(1));
        code.ret(Slot(1));
    });
    define(&mut builder, "main", 1, 4, |code| {
        let (n, fiber, first, second) = (Slot(0), Slot(1), Slot(2), Slot(3));
        code.fiber(fiber);
        // This fiber stays suspended.
        code.start_fiber(first, n, fiber, OUTER);
        code.fiber(fiber);
        code.start_fiber(first, n, fiber, OUTER);
        code.number(second, 100);
        code.resume_fiber(first, second, fiber);
        code.number(second, 1000);
        code.resume_fiber(second, second, fiber);
        code.add(first, first, second);
        code.ret(first);
    });
    let program = verified(builder);
    for config in configs() {
        let limits = Limits::default().with_nesting(2);
        let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        for iteration in 0..4 {
            assert_eq!(machine.call(linked.function(MAIN), &[5]), Ok(105 + 1105), "{config:?}");
            let fiber = machine.vm().host.fibers[2 * iteration];
            machine.vm_mut().drop_fiber(fiber).expect("it is suspended");
        }
    }
}

#[test]
pub(super) fn an_op_gets_the_result_of_its_own_call_after_errors_and_panics_in_others() {
    let [failing, catching, asking, requesting, guarding] = [0, 1, 2, 3, 4].map(FunctionIndex);
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "failing", 1, 1, |code| {
        code.check(Slot(0), -1);
        code.ret(Slot(0));
    });
    // catching(n): -1, because the call that it requests fails.
    define(&mut builder, "catching", 1, 2, |code| {
        let (from, to) = (code.label(), code.label());
        code.bind(from);
        code.request(Slot(1), failing, Slot(0));
        code.ret(Slot(1));
        code.bind(to);
        code.catch(from, to, to);
        code.take(Slot(1));
        code.ret(Slot(1));
    });
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    // requesting(n): the result of `asking`, by a request.
    define(&mut builder, "requesting", 1, 2, |code| {
        code.request(Slot(1), asking, Slot(0));
        code.ret(Slot(1));
    });
    // guarding(n): -1, because the run of `failing_inside` fails.
    define(&mut builder, "guarding", 1, 2, |code| {
        code.call_back_safely(Slot(1), FunctionIndex(5), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "failing_inside", 1, 2, |code| {
        code.request(Slot(1), failing, Slot(0));
        code.ret(Slot(1));
    });
    // outer(n): the sum of their results, plus n.
    define(&mut builder, "outer", 1, 2, |code| {
        for function in [catching, guarding, requesting] {
            code.request(Slot(1), function, Slot(0));
            code.add(Slot(0), Slot(0), Slot(1));
        }
        code.ret(Slot(0));
    });
    let program = verified(builder);
    for config in configs() {
        let (mut machine, linked) = asking_for(config.clone(), &program, requesting);
        for _ in 0..4 {
            // 50 - 1 - 1 + 7.
            assert_eq!(machine.call(linked.function(FunctionIndex(6)), &[50]), Ok(55), "{config:?}");
        }
    }
}

/// Creates a machine in which the op `ask` runs a function whose `ask` panics, and then answers 7.
fn asking_for(config: Option<JitConfig>, program: &Program, function: FunctionIndex) -> (Machine<Ops>, Linked) {
    let (mut machine, linked) = asking(config, Limits::default(), program, |_, _| unreachable!("it is set below"));
    let ask = move |vm: &mut Vm, values: Window| {
        if vm.slot(values.start()) == 0 {
            std::panic::resume_unwind(Box::new("in the inner run"));
        }
        let function = linked.function(function);
        assert_eq!(panic_of(|| vm.run(function, &[0]).is_ok()), "in the inner run");
        Ok(7)
    };
    machine.vm_mut().host.ask = Some(Rc::new(ask));
    (machine, linked)
}
