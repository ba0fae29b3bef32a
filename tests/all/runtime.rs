//! The runtime that an embedder relies on: callbacks, code that goes while frames return into it, limits that change,
//! programs that come and go, machines in many threads

use std::panic::{AssertUnwindSafe, catch_unwind};

use calc::{Options, Session};
use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{Control, HasJit, JitConfig, Mode, Stats};
use mimeo::{Limits, Linked, Machine};
use mimeo_tests::callbacks::{Host, callback_ops};

use callback_ops::{Assembler, Context, Ops, Program, ProgramBuilder};

use crate::machines::machine;
use crate::output::Output;

const SUM: FunctionIndex = FunctionIndex(0);
const CAUTIOUS: FunctionIndex = FunctionIndex(1);
const TWICE: FunctionIndex = FunctionIndex(2);

fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let functions = ["sum", "cautious", "twice"].map(|name| builder.declare(name));
    // sum(n): n + sum(n - 1) by a callback, and 0 below 1; it throws above 1000.
    let mut code = Assembler::new("sum", 1, 4);
    let more = code.label();
    let (n, one, less, result) = (Slot(0), Slot(1), Slot(2), Slot(3));
    code.check(n, 1000);
    code.number(one, 0);
    code.jump_if_less(one, n, more);
    code.ret(one);
    code.bind(more);
    code.number(one, -1);
    code.add(less, n, one);
    code.call_back(result, SUM, less);
    code.add(result, result, n);
    code.ret(result);
    builder.define(functions[0], code.finish().expect("it is whole"));
    // cautious(n): sum(n), or -1 when that throws.
    let mut code = Assembler::new("cautious", 1, 2);
    code.call_back_safely(Slot(1), SUM, Slot(0));
    code.ret(Slot(1));
    builder.define(functions[1], code.finish().expect("it is whole"));
    // twice(n): 2 * sum(n), by direct calls and with an op that only the interpreter runs.
    let mut code = Assembler::new("twice", 1, 4);
    let (n, first, second) = (Slot(0), Slot(1), Slot(2));
    code.number(second, 0);
    code.add(first, n, second);
    code.call(SUM, first, 1);
    code.negate(first, first);
    code.number(Slot(3), 0);
    code.add(second, n, Slot(3));
    code.call(SUM, second, 1);
    code.negate(first, first);
    code.add(first, first, second);
    code.ret(first);
    builder.define(functions[2], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

fn on() -> JitConfig {
    JitConfig { mode: Mode::On, ..JitConfig::default() }
}

fn configs() -> Vec<Option<JitConfig>> {
    vec![
        None,
        Some(on()),
        Some(JitConfig { threshold: 3, ..JitConfig::default() }),
        Some(JitConfig { deopt_everywhere: true, ..on() }),
        Some(JitConfig { without: ["call".to_owned()].into(), ..on() }),
        Some(JitConfig { reenter: false, ..on() }),
        Some(JitConfig { code_limit: Some(16 << 10), ..on() }),
    ]
}

fn loaded(config: Option<JitConfig>, limits: Limits) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let linked = machine.load(&program());
    (machine, linked)
}

fn stats(machine: &Machine<Ops>) -> Stats {
    machine.jit().expect("it has a tier").stats()
}

fn control(machine: &Machine<Ops>) -> Control {
    machine.jit().expect("it has a tier").control().clone()
}

// Callbacks.

#[test]
fn runtime_functions_call_back_in_every_configuration() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone(), Limits::default());
        for _ in 0..5 {
            assert_eq!(machine.call(linked, SUM, &[100]), Ok(5050), "{config:?}");
            assert_eq!(machine.call(linked, TWICE, &[10]), Ok(110), "{config:?}");
        }
    }
}

#[test]
fn an_error_in_a_callback_is_placed_where_it_happened_and_can_be_caught() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone(), Limits::default());
        for _ in 0..3 {
            let trap = machine.call(linked, SUM, &[1001]).expect_err("it is too much");
            assert_eq!((trap.message.as_str(), trap.function.as_str(), trap.depth), ("no more than 1000", "sum", 1));
            assert_eq!(machine.call(linked, CAUTIOUS, &[1001]), Ok(-1), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("no more than 1000 in sum, 2 deep"));
            assert_eq!(machine.call(linked, CAUTIOUS, &[4]), Ok(10), "{config:?}");
        }
    }
}

#[test]
fn too_many_nested_runs_are_an_error_that_can_be_caught() {
    for config in configs() {
        let limits = Limits { nesting: 50, ..Limits::default() };
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked, SUM, &[48]), Ok(48 * 49 / 2), "{config:?}");
        let trap = machine.call(linked, SUM, &[60]).expect_err("it is too deep");
        assert_eq!((trap.message.as_str(), trap.depth), ("stack overflow", 50), "{config:?}");
        assert_eq!(machine.call(linked, CAUTIOUS, &[60]), Ok(-1), "{config:?}");
        // The value stack and the records have limits of their own.
        let limits = Limits { slots: 40, ..Limits::default() };
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked, SUM, &[8]), Ok(36), "{config:?}");
        assert_eq!(machine.call(linked, SUM, &[10]).expect_err("no room").message, "stack overflow", "{config:?}");
        let limits = Limits { depth: 20, ..Limits::default() };
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked, SUM, &[9]), Ok(45), "{config:?}");
        assert_eq!(machine.call(linked, SUM, &[30]).expect_err("no room").message, "stack overflow", "{config:?}");
    }
}

#[test]
fn a_panic_passes_through_nested_runs_and_leaves_the_machine_usable() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone(), Limits::default());
        machine.vm_mut().host.on_callback = Some(Box::new(|a| assert_ne!(a, 3, "three")));
        for _ in 0..3 {
            let panicked = catch_unwind(AssertUnwindSafe(|| machine.call(linked, TWICE, &[6])));
            assert!(panicked.is_err(), "{config:?}");
            assert_eq!(machine.call(linked, SUM, &[2]), Ok(3), "{config:?}");
        }
    }
}

// Handlers, tail calls, windows.

const MANY: FunctionIndex = FunctionIndex(0);
const GUARDED: FunctionIndex = FunctionIndex(1);
const TWICE_GUARDED: FunctionIndex = FunctionIndex(2);
const ENDLESS: FunctionIndex = FunctionIndex(3);
const COUNT: FunctionIndex = FunctionIndex(4);
const LOOKING: FunctionIndex = FunctionIndex(5);

fn control_program() -> Program {
    let mut builder = ProgramBuilder::new();
    let names = ["many", "guarded", "twice_guarded", "endless", "count", "looking"];
    let functions = names.map(|name| builder.declare(name));
    // many(n): calls itself n times, and throws at the bottom when n was above 100.
    let mut code = Assembler::new("many", 1, 3);
    let more = code.label();
    code.check(Slot(0), 100);
    code.number(Slot(1), 0);
    code.jump_if_less(Slot(1), Slot(0), more);
    code.ret(Slot(1));
    code.bind(more);
    code.number(Slot(1), -1);
    code.add(Slot(2), Slot(0), Slot(1));
    code.call(MANY, Slot(2), 1);
    code.ret(Slot(2));
    builder.define(functions[0], code.finish().expect("it is whole"));
    // guarded(n): many(n), or what `take` tells.
    let mut code = Assembler::new("guarded", 1, 2);
    let [from, to, handler] = [code.label(), code.label(), code.label()];
    code.bind(from);
    code.number(Slot(1), 0);
    code.add(Slot(1), Slot(0), Slot(1));
    code.call(MANY, Slot(1), 1);
    code.ret(Slot(1));
    code.bind(to);
    code.bind(handler);
    code.take(Slot(1));
    code.ret(Slot(1));
    code.catch(from, to, handler);
    builder.define(functions[1], code.finish().expect("it is whole"));
    // twice_guarded(n): guarded(n), by a callback, inside of a handler of its own; throws in that handler.
    let mut code = Assembler::new("twice_guarded", 1, 2);
    let [from, to, handler] = [code.label(), code.label(), code.label()];
    code.bind(from);
    code.call_back(Slot(1), GUARDED, Slot(0));
    code.check(Slot(1), -1000);
    code.ret(Slot(1));
    code.bind(to);
    code.bind(handler);
    code.take(Slot(1));
    code.check(Slot(0), 500);
    code.ret(Slot(1));
    code.catch(from, to, handler);
    builder.define(functions[2], code.finish().expect("it is whole"));
    // endless(n): for ever.
    let mut code = Assembler::new("endless", 1, 2);
    code.negate(Slot(1), Slot(0));
    code.call(ENDLESS, Slot(1), 1);
    code.ret(Slot(1));
    builder.define(functions[3], code.finish().expect("it is whole"));
    // count(n, m): m + n by n tail calls.
    let mut code = Assembler::new("count", 2, 5);
    let more = code.label();
    code.number(Slot(2), 0);
    code.jump_if_less(Slot(2), Slot(0), more);
    code.ret(Slot(1));
    code.bind(more);
    code.number(Slot(2), -1);
    code.add(Slot(3), Slot(0), Slot(2));
    code.negate(Slot(2), Slot(2));
    code.add(Slot(4), Slot(1), Slot(2));
    code.tail_call(COUNT, Slot(3), 2);
    builder.define(functions[4], code.finish().expect("it is whole"));
    // looking(n): n + n by a window; the runtime sees the frames.
    let mut code = Assembler::new("looking", 1, 4);
    code.number(Slot(1), 0);
    code.add(Slot(2), Slot(0), Slot(1));
    code.add(Slot(3), Slot(0), Slot(1));
    code.sum_of(Slot(1), Slot(2), 2);
    code.look_and_call(COUNT, Slot(2), 2);
    code.add(Slot(1), Slot(1), Slot(2));
    code.ret(Slot(1));
    builder.define(functions[5], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

fn controlled(config: Option<JitConfig>, limits: Limits) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let linked = machine.load(&control_program());
    (machine, linked)
}

#[test]
fn handlers_catch_what_functions_under_them_throw() {
    for config in configs() {
        let limits = Limits { depth: 1000, ..Limits::default() };
        let (mut machine, linked) = controlled(config.clone(), limits);
        for _ in 0..4 {
            assert_eq!(machine.call(linked, GUARDED, &[50]), Ok(0), "{config:?}");
            assert_eq!(machine.call(linked, GUARDED, &[101]), Ok(-2), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("no more than 100 in many, 2 deep"));
            // Not in the innermost run: the handler is under the callback.
            assert_eq!(machine.call(linked, TWICE_GUARDED, &[200]), Ok(-1), "{config:?}");
            let caught = std::mem::take(&mut machine.vm_mut().host.caught);
            assert_eq!(
                caught,
                ["no more than 100 in many, 3 deep", "no more than -1000 in twice_guarded, 1 deep"],
                "{config:?}"
            );
            // A handler is not its own.
            let trap = machine.call(linked, TWICE_GUARDED, &[501]).expect_err("the handler throws");
            assert_eq!((trap.message.as_str(), trap.depth), ("no more than 500", 1), "{config:?}");
            machine.vm_mut().host.caught.clear();
            let trap = machine.call(linked, ENDLESS, &[1]).expect_err("it has no end");
            assert_eq!((trap.message.as_str(), trap.depth), ("stack overflow", 1000), "{config:?}");
        }
    }
}

#[test]
fn tail_calls_take_no_stack() {
    for config in configs() {
        let limits = Limits { depth: 3, slots: 64, ..Limits::default() };
        let (mut machine, linked) = controlled(config.clone(), limits);
        for _ in 0..3 {
            assert_eq!(machine.call(linked, COUNT, &[5000, 7]), Ok(5007), "{config:?}");
        }
        let limits = Limits { depth: 3, slots: 5, ..Limits::default() };
        let (mut machine, linked) = controlled(config.clone(), limits);
        assert_eq!(machine.call(linked, COUNT, &[10, 7]), Ok(17), "{config:?}");
    }
}

#[test]
fn runtime_functions_see_windows_and_frames() {
    for config in configs() {
        let (mut machine, linked) = controlled(config.clone(), Limits::default());
        for _ in 0..3 {
            assert_eq!(machine.call(linked, LOOKING, &[21]), Ok(84), "{config:?}");
            let caught = std::mem::take(&mut machine.vm_mut().host.caught);
            assert_eq!(caught, ["looking:14", "looking:18"], "{config:?}");
        }
    }
}

// Fibers.

const PRODUCER: FunctionIndex = FunctionIndex(0);
const INNER: FunctionIndex = FunctionIndex(1);
const CONSUMER: FunctionIndex = FunctionIndex(2);
const NESTED: FunctionIndex = FunctionIndex(3);

fn fiber_program() -> Program {
    let mut builder = ProgramBuilder::new();
    let functions = ["producer", "inner", "consumer", "nested"].map(|name| builder.declare(name));
    // producer(n): yields n and, from a function that it calls, -n, until it is resumed with something negative; adds up
    // what it was resumed with.
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
    // nested(n): a consumer in a callback; then yields, although it is in no fiber.
    let mut code = Assembler::new("nested", 1, 2);
    code.call_back(Slot(1), CONSUMER, Slot(0));
    code.yields(Slot(0), Slot(1), 0);
    code.ret(Slot(0));
    builder.define(functions[3], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn fibers_stop_and_go_on() {
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&fiber_program());
        for _ in 0..3 {
            // With an even number of resumptions the producer itself is resumed with -1.
            assert_eq!(machine.call(linked, CONSUMER, &[100]), Ok(5050), "{config:?}");
            let trap = machine.call(linked, NESTED, &[20]).expect_err("there is no fiber to suspend");
            assert_eq!((trap.message.as_str(), trap.function.as_str()), ("nothing to suspend", "nested"), "{config:?}");
            let trap = machine.call(linked, CONSUMER, &[500]).expect_err("the sum is too large");
            assert_eq!((trap.message.as_str(), trap.depth), ("no more than 100000", 1), "{config:?}");
        }
    }
}

#[test]
fn code_goes_while_fibers_are_suspended_in_it() {
    for config in configs().into_iter().flatten() {
        let mut machine =
            machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config.clone()));
        let linked = machine.load(&fiber_program());
        let handle = control(&machine);
        for _ in 0..3 {
            // The frame of `producer` is suspended below that of `inner`, which returns into its code.
            let fiber = machine.vm_mut().new_fiber(mimeo::FiberLimits { slots: 100, depth: 10 });
            let producer = machine.callee(linked, PRODUCER);
            let exit = machine.vm_mut().start_fiber(fiber, producer, &[3]);
            assert!(matches!(exit, Ok(mimeo::FiberExit::Suspended)), "{config:?}");
            for step in 0..8 {
                handle.evict_all();
                assert_eq!(machine.call(linked, CONSUMER, &[2]), Ok(3), "{config:?}");
                let slot = if step % 2 == 0 { 2 } else { 0 };
                machine.vm_mut().set_fiber_slot(fiber, slot, 10);
                let exit = machine.vm_mut().resume_fiber(fiber);
                assert!(matches!(exit, Ok(mimeo::FiberExit::Suspended)), "{config:?}");
            }
            machine.vm_mut().set_fiber_slot(fiber, 2, -1);
            let exit = machine.vm_mut().resume_fiber(fiber);
            assert!(matches!(exit, Ok(mimeo::FiberExit::Done(80))), "{config:?}");
            machine.vm_mut().drop_fiber(fiber);
        }
    }
}

// Code that goes.

#[test]
fn code_goes_while_frames_return_into_it() {
    // At every callback the code of all functions is replaced or thrown away, while up to 30 drivers and their
    // frames are in the middle of it: on the native stack, in frame records, and behind side exits.
    type Act = fn(&Control);
    let acts: [Act; 4] = [
        |control| control.recompile(0),
        |control| (0..3).for_each(|function| control.recompile(function)),
        Control::evict_all,
        |control| control.evict(0),
    ];
    for act in acts {
        for config in configs().into_iter().flatten() {
            let (mut machine, linked) = loaded(Some(config.clone()), Limits::default());
            let handle = control(&machine);
            machine.vm_mut().host.on_callback = Some(Box::new(move |_| act(&handle)));
            for _ in 0..4 {
                assert_eq!(machine.call(linked, TWICE, &[30]), Ok(930), "{config:?}");
                assert_eq!(machine.call(linked, CAUTIOUS, &[30]), Ok(465), "{config:?}");
            }
            // Nothing runs any more: one more round through the driver frees all that was retired.
            machine.vm_mut().host.on_callback = None;
            control(&machine).evict_all();
            assert_eq!(machine.call(linked, SUM, &[1]), Ok(1));
            assert_eq!(machine.call(linked, SUM, &[1]), Ok(1));
            let code = stats(&machine).code;
            assert_eq!(code.retired_bytes, 0, "{config:?}");
            assert!(code.reclaimed_bytes > 0, "{config:?}");
        }
    }
}

#[test]
fn retired_code_is_kept_exactly_as_long_as_it_is_needed() {
    let (mut machine, linked) = loaded(Some(on()), Limits::default());
    assert_eq!(machine.call(linked, SUM, &[1]), Ok(1));
    let live = stats(&machine).code.live_bytes;
    let handle = control(&machine);
    // In the middle of `sum`, whose code the native stack refers to.
    machine.vm_mut().host.on_callback = Some(Box::new(move |a| {
        if a == 2 {
            handle.recompile(0);
        }
    }));
    assert_eq!(machine.call(linked, SUM, &[5]), Ok(15));
    let code = stats(&machine).code;
    assert_eq!((code.live_bytes, code.retired_bytes, code.reclaimed_bytes), (live, 0, live));
    assert_eq!(stats(&machine).functions.recompiled, 1);
}

// Limits.

fn functions(count: usize) -> Program {
    let mut builder = ProgramBuilder::new();
    for index in 0..count {
        let function = builder.declare(format!("f{index}"));
        let mut code = Assembler::new(format!("f{index}"), 1, 2);
        code.number(Slot(1), index as i64);
        for _ in 0..20 {
            code.add(Slot(0), Slot(0), Slot(1));
        }
        code.ret(Slot(0));
        builder.define(function, code.finish().expect("it is whole"));
    }
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn a_full_cache_evicts_the_oldest_and_never_exceeds_its_limit() {
    let limit = 40 << 10;
    let config = JitConfig { code_limit: Some(limit), ..on() };
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
    let linked = machine.load(&functions(100));
    for round in 0..3 {
        for index in 0..100 {
            let expected = Ok(round + 20 * i64::from(index));
            assert_eq!(machine.call(linked, FunctionIndex(index), &[round]), expected);
            let code = stats(&machine).code;
            assert!(code.live_bytes + code.retired_bytes <= limit as u64);
        }
    }
    let functions = stats(&machine).functions;
    assert!(functions.evicted >= 90 && functions.blocked == 0, "{functions:?}");
}

#[test]
fn what_does_not_fit_the_cache_at_all_is_interpreted_until_the_limit_rises() {
    let config = JitConfig { code_limit: Some(100), ..on() };
    let (mut machine, linked) = loaded(Some(config), Limits::default());
    for _ in 0..3 {
        assert_eq!(machine.call(linked, SUM, &[10]), Ok(55));
    }
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_CODE_CACHE");
    control(&machine).set_code_limit(None);
    assert_eq!(machine.call(linked, SUM, &[10]), Ok(55));
    assert_eq!(stats(&machine).functions.compiled(), 1);
}

#[test]
fn a_function_that_would_take_too_long_is_interpreted_until_the_budget_rises() {
    let config = JitConfig { latency_budget: Some(std::time::Duration::from_nanos(1)), ..on() };
    let (mut machine, linked) = loaded(Some(config), Limits::default());
    assert_eq!(machine.call(linked, SUM, &[10]), Ok(55));
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_LATENCY_BUDGET");
    control(&machine).set_latency_budget(None);
    assert_eq!(machine.call(linked, SUM, &[10]), Ok(55));
    assert_eq!(stats(&machine).functions.compiled(), 1);
}

#[test]
fn modes_and_thresholds_change_while_the_machine_lives() {
    let (mut machine, linked) = loaded(Some(JitConfig { mode: Mode::Off, ..on() }), Limits::default());
    let call = |machine: &mut Machine<Ops>, times: usize| {
        for _ in 0..times {
            assert_eq!(machine.call(linked, TWICE, &[3]), Ok(12));
        }
        let stats = stats(machine);
        (stats.functions.compiled(), stats.switches.entered.iter().sum::<u64>())
    };
    assert_eq!(call(&mut machine, 20), (0, 0));
    let handle = control(&machine);
    handle.set_threshold(100);
    handle.set_mode(Mode::Auto);
    assert_eq!(call(&mut machine, 1).0, 0);
    let (compiled, entered) = call(&mut machine, 100);
    assert_eq!(compiled, 2);
    assert!(entered > 0);
    // From another thread.
    let elsewhere = handle.clone();
    std::thread::spawn(move || elsewhere.set_mode(Mode::Off)).join().expect("it only sets the mode");
    assert_eq!(call(&mut machine, 20), (2, entered));
    handle.set_mode(Mode::On);
    let (compiled, again) = call(&mut machine, 1);
    assert_eq!(compiled, 2, "the code was kept");
    assert!(again > entered);
    assert_eq!(machine.jit().expect("it has a tier").config().mode, Mode::On);
}

#[test]
fn what_changes_in_a_callback_holds_at_once() {
    let (mut machine, linked) = loaded(Some(on()), Limits::default());
    let handle = control(&machine);
    machine.vm_mut().host.on_callback = Some(Box::new(move |a| {
        let mode = if a % 2 == 0 { Mode::Off } else { Mode::On };
        handle.set_mode(mode);
    }));
    for _ in 0..5 {
        assert_eq!(machine.call(linked, TWICE, &[21]), Ok(462));
    }
}

// Programs that come and go.

#[cfg(target_os = "linux")]
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_thousand_functions_leave_nothing_behind() {
    const FUNCTIONS: usize = 50;
    let program = functions(FUNCTIONS);
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(on()));
    let mut before = 0;
    for round in 0..100_000 / FUNCTIONS {
        let linked = machine.load(&program);
        for index in 0..FUNCTIONS {
            let result = machine.call(linked, FunctionIndex(index as u32), &[1]);
            assert_eq!(result, Ok(1 + 20 * index as i64));
        }
        // SAFETY: nothing keeps a callee.
        unsafe { machine.unload(linked) };
        if round == 100 {
            before = resident_bytes();
        }
    }
    let stats = stats(&machine);
    assert_eq!(stats.functions.compiled(), 100_000);
    assert_eq!((stats.code.live_bytes, stats.code.retired_bytes), (0, 0));
    assert!(stats.code.reclaimed_bytes > 100_000 * 20);
    // The other tests of the process run beside this one.
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more than after the first rounds");
}

#[test]
fn an_unloaded_program_is_not_known_any_more() {
    for config in [None, Some(on())] {
        let (mut machine, first) = loaded(config, Limits::default());
        assert_eq!(machine.call(first, SUM, &[4]), Ok(10));
        // SAFETY: nothing keeps a callee.
        unsafe { machine.unload(first) };
        let second = machine.load(&program());
        assert_ne!(first, second);
        assert_eq!(machine.call(second, SUM, &[4]), Ok(10));
        let stale = catch_unwind(AssertUnwindSafe(|| machine.call(first, SUM, &[4])));
        assert_eq!(
            stale.expect_err("it is gone").downcast_ref(),
            Some(&"the program is loaded in this machine".to_owned())
        );
    }
}

#[test]
fn each_thread_has_a_machine_of_its_own() {
    let text = include_str!("../../examples/calc/programs/primes.calc");
    let run = |config: Option<JitConfig>| {
        let out = Output::default();
        let program = calc::compile(text).expect("it compiles");
        let options = Options { jit: config, ..Options::default() };
        Session::new(&program, options, Box::new(out.clone())).run().expect("it runs");
        out.text()
    };
    let expected = run(None);
    assert!(!expected.is_empty());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(|| run(Some(on())))).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("it runs"), expected);
        }
    });
}
