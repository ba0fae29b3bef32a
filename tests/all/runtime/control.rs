//! Error handlers, tail calls, windows and frames.

use super::*;

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
    // many(n): calls itself n times, and the innermost call throws if n was above 100.
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
    // guarded(n): many(n), or the result of `take` after an error.
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
    // twice_guarded(n): guarded(n) by a callback, inside another handler, which throws.
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
    // endless(n): calls itself forever.
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
    let linked = machine.load(&control_program()).expect("it has the spaces");
    (machine, linked)
}

#[test]
pub(super) fn handlers_catch_errors_of_called_functions() {
    for config in configs() {
        let limits = Limits::default().with_depth(1000);
        let (mut machine, linked) = controlled(config.clone(), limits);
        for _ in 0..4 {
            assert_eq!(machine.call(linked.function(GUARDED), &[50]), Ok(0), "{config:?}");
            assert_eq!(machine.call(linked.function(GUARDED), &[101]), Ok(-1), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("no more than 100 in many"));
            // The handler is not in the innermost run, but below the callback.
            assert_eq!(machine.call(linked.function(TWICE_GUARDED), &[200]), Ok(-1), "{config:?}");
            let caught = std::mem::take(&mut machine.vm_mut().host.caught);
            assert_eq!(caught, ["no more than 100 in many", "no more than -1000 in twice_guarded"], "{config:?}");
            // A handler does not handle its own errors.
            let trap = machine.call(linked.function(TWICE_GUARDED), &[501]).expect_err("the handler throws");
            assert_eq!((trap.kind.to_string().as_str(), trap.backtrace.depth()), ("no more than 500", 1), "{config:?}");
            machine.vm_mut().host.caught.clear();
            let trap = machine.call(linked.function(ENDLESS), &[1]).expect_err("it has no end");
            assert_eq!(
                (trap.kind.to_string().as_str(), trap.backtrace.depth()),
                ("stack overflow", 1000),
                "{config:?}"
            );
        }
    }
}

#[test]
pub(super) fn tail_calls_take_no_stack() {
    for config in configs() {
        let limits = Limits::default().with_depth(3).with_slots(64);
        let (mut machine, linked) = controlled(config.clone(), limits);
        for _ in 0..3 {
            assert_eq!(machine.call(linked.function(COUNT), &[5000, 7]), Ok(5007), "{config:?}");
        }
        let limits = Limits::default().with_depth(3).with_slots(5);
        let (mut machine, linked) = controlled(config.clone(), limits);
        assert_eq!(machine.call(linked.function(COUNT), &[10, 7]), Ok(17), "{config:?}");
    }
}

#[test]
pub(super) fn a_tail_call_whose_frame_does_not_fit_is_an_error() {
    let mut builder = ProgramBuilder::new();
    // small(n): large(n), whose last slot is its 40th.
    let large = FunctionIndex(1);
    define(&mut builder, "small", 1, 2, |code| {
        code.number(Slot(1), 7);
        code.tail_call(large, Slot(1), 1);
    });
    define(&mut builder, "large", 1, 40, |code| {
        code.number(Slot(39), 35);
        code.add(Slot(0), Slot(0), Slot(39));
        code.ret(Slot(0));
    });
    let program = verified(builder);
    for config in configs() {
        for (slots, fits) in [(40, true), (39, false), (2, false)] {
            let limits = Limits::default().with_depth(3).with_slots(slots);
            let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config.clone());
            let linked = machine.load(&program).expect("it has the spaces");
            for _ in 0..4 {
                let result = machine.call(linked.function(FunctionIndex(0)), &[1]);
                let expected = if fits { Ok(42) } else { Err("stack overflow") };
                let shown = result.as_ref().map(|&value| value).map_err(|trap| trap.kind.to_string());
                assert_eq!(shown, expected.map_err(str::to_owned));
                let trap = result.err().map(|trap| (trap.backtrace.frames[0].function.clone(), trap.backtrace.depth()));
                assert_eq!(trap, (!fits).then(|| ("small".to_owned(), 1)), "{slots}, {config:?}");
            }
        }
    }
}

#[test]
pub(super) fn runtime_functions_see_windows_and_frames() {
    for config in configs() {
        let (mut machine, linked) = controlled(config.clone(), Limits::default());
        for _ in 0..3 {
            assert_eq!(machine.call(linked.function(LOOKING), &[21]), Ok(84), "{config:?}");
            let caught = std::mem::take(&mut machine.vm_mut().host.caught);
            assert_eq!(caught, ["looking:14", "looking:18"], "{config:?}");
        }
    }
}
