//! Calls by the host and between functions: numbers of arguments, room on the stack, tiers, and counters.

use mimeo::def::frame::Exit;
use mimeo::jit::{Entry, Gaps, Stats};
use mimeo_tests::stack::{self, stack_ops};

use super::*;

/// Functions of 0 to 2 parameters and a variadic one, which return their first slot, and callers of `two` and `one`.
fn takers() -> Program {
    let mut builder = ProgramBuilder::new();
    for (name, arity) in [("none", 0), ("one", 1), ("two", 2)] {
        define(&mut builder, name, arity, 2, |code| code.ret(Slot(0)));
    }
    define(&mut builder, "any", 1, 1, |code| {
        code.set_variadic();
        code.ret(Slot(0));
    });
    define(&mut builder, "calls_two", 1, 2, |code| {
        code.number(Slot(1), 5);
        code.call_back(Slot(1), FunctionIndex(2), Slot(0));
        code.ret(Slot(1));
    });
    define(&mut builder, "calls_one", 1, 2, |code| {
        code.call_back(Slot(1), FunctionIndex(1), Slot(0));
        code.ret(Slot(1));
    });
    verified(builder)
}

/// Returns the function and the op that threw, and the depth of the backtrace.
fn place_of(trap: &Trap) -> (&str, u32, usize) {
    (function_of(trap), trap.backtrace.frames[0].pc.0, trap.backtrace.depth())
}

#[test]
fn calls_need_the_right_number_of_arguments() {
    let [none, one, two, any, calls_two] = [0, 1, 2, 3, 4].map(FunctionIndex);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&takers()).expect("it has the spaces");
        for _ in 0..4 {
            assert!(machine.call(linked.function(none), &[]).is_ok());
            assert_eq!(machine.call(linked.function(one), &[1]), Ok(1));
            assert_eq!(machine.call(linked.function(two), &[1, 2]), Ok(1));
            assert_eq!(machine.call(linked.function(any), &[1]), Ok(1));
            assert_eq!(machine.call(linked.function(any), &[1, 2, 3]), Ok(1));
            for (function, args, message) in [
                (none, &[1][..], "`none` takes 0 arguments, not 1"),
                (one, &[], "`one` takes 1 argument, not 0"),
                (one, &[1, 2], "`one` takes 1 argument, not 2"),
                (two, &[1], "`two` takes 2 arguments, not 1"),
                (any, &[], "`any` takes 1 argument, not 0"),
            ] {
                let trap = machine.call(linked.function(function), args).expect_err("the arguments are wrong");
                let function = &message[1..message.find("` ").expect("it names the function")];
                assert_eq!((trap.kind.to_string().as_str(), place_of(&trap)), (message, (function, 0, 1)));
            }
            // The error of a callback is at the op that requested it.
            let trap = machine.call(linked.function(calls_two), &[1]).expect_err("the arguments are wrong");
            let message = "`two` takes 2 arguments, not 1";
            assert_eq!((trap.kind.to_string().as_str(), place_of(&trap)), (message, ("calls_two", 6, 1)));
        }
    }
}

#[test]
fn calls_overflow_where_the_stack_ends() {
    let mut builder = ProgramBuilder::new();
    // Each frame starts one slot after its caller's.
    define(&mut builder, "endless", 1, 2, |code| {
        code.number(Slot(1), 0);
        code.call(FunctionIndex(0), Slot(1), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "small", 0, 1, |code| {
        code.number(Slot(0), 9);
        code.ret(Slot(0));
    });
    let program = verified(builder);
    for config in configs() {
        let limits = Limits::default().with_depth(10_000).with_slots(64);
        let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        for _ in 0..3 {
            let trap = machine.call(linked.function(FunctionIndex(0)), &[0]).expect_err("it has no end");
            assert_eq!((trap.kind, trap.backtrace.depth()), (TrapKind::StackOverflow, 63), "{config:?}");
        }
        let limits = Limits::default().with_depth(1).with_slots(1);
        let mut machine = self::machine::<Ops>((Context::default(), Host::default()), limits, config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(FunctionIndex(1)), &[]), Ok(9), "{config:?}");
    }
}

/// A callback takes two frame records: that of the calling runtime function, and its own.
#[test]
fn a_callback_needs_room_for_two_records() {
    for config in configs() {
        for (depth, expected) in [(3, Ok(7)), (2, Err("stack overflow"))] {
            let limits = Limits::default().with_depth(depth);
            let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config.clone());
            let linked = machine.load(&takers()).expect("it has the spaces");
            let result = machine.call(linked.function(FunctionIndex(5)), &[7]);
            assert_eq!(result.map_err(|trap| trap.kind.to_string()), expected.map_err(str::to_owned));
        }
    }
}

/// Returns how often native code was entered.
fn entered<I: mimeo::InstructionSet>(machine: &Machine<I>) -> u64 {
    let stats: Stats = machine.jit().expect("it has a tier").stats();
    stats.switches.entered.iter().sum()
}

/// Defines `caller(n)`, which is `n` plus the result of function 1 for 3. The caller defines function 1.
fn calling() -> ProgramBuilder {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "caller", 1, 2, |code| {
        code.number(Slot(1), 3);
        code.call(FunctionIndex(1), Slot(1), 1);
        code.add(Slot(0), Slot(0), Slot(1));
        code.ret(Slot(0));
    });
    builder
}

#[test]
fn a_native_callee_returns_to_its_native_caller() {
    let mut builder = calling();
    define(&mut builder, "callee", 1, 1, |code| code.ret(Slot(0)));
    // The interpreter makes the call, on behalf of native code.
    let config = on().with_gaps(Gaps::at(["call"]));
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
    let linked = machine.load(&verified(builder)).expect("it has the spaces");
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[4]), Ok(7));
    // Once into the caller, and once into the callee, which returns to the caller's code directly.
    assert_eq!(entered(&machine), 2);
}

#[test]
fn native_code_resumes_after_each_op_without_a_stencil() {
    let [negating, calling] = [0, 1].map(FunctionIndex);
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "negating", 1, 1, |code| {
        code.negate(Slot(0), Slot(0));
        code.negate(Slot(0), Slot(0));
        code.ret(Slot(0));
    });
    define(&mut builder, "calling", 1, 2, |code| {
        for _ in 0..3 {
            code.number(Slot(1), 5);
            code.call(negating, Slot(1), 1);
        }
        code.ret(Slot(1));
    });
    let config = JitConfig::default().with_threshold(1000);
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
    let linked = machine.load(&verified(builder)).expect("it has the spaces");
    // Only the callee has native code, which the interpreter enters.
    assert_eq!(machine.compile(linked.function(negating)), Ok(true));
    assert_eq!(machine.call(linked.function(calling), &[1]), Ok(5));
    let switches = stats(&machine).switches;
    assert_eq!(switches.left_by(Exit::Deopt), 6);
    assert_eq!(Entry::ALL.map(|entry| switches.entered_by(entry)), [3, 0, 6, 0]);
}

#[test]
fn every_interpreted_op_is_counted_once() {
    let mut builder = calling();
    define(&mut builder, "callee", 1, 2, |code| {
        for number in 0..100 {
            code.number(Slot(1), number);
        }
        code.ret(Slot(0));
    });
    let program = verified(builder);
    // Only the callee is too large for native code.
    let native = on().with_function_limit(1000);
    let deopted = on().with_gaps(Gaps::at(["add"]));
    for (config, count) in [(None, 105), (Some(native), 101), (Some(deopted), 1)] {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        machine.count_interpreted_ops();
        let linked = machine.load(&program).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[4]), Ok(7));
        assert_eq!(machine.interpreted_ops(), count, "{config:?}");
    }
}

/// A jump to a loop's head is counted even if the loop is a single op.
#[test]
fn an_op_that_jumps_to_itself_is_a_loop() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "waiting", 0, 1, |code| {
        let again = code.label();
        code.bind(again);
        code.jump_while(again);
        code.number(Slot(0), 8);
        code.ret(Slot(0));
    });
    let program = verified(builder);
    for counts in [false, true] {
        let config = JitConfig::default().with_threshold(10);
        let host = Host { times: 100, ..Host::default() };
        let mut machine = machine::<Ops>((Context::default(), host), Limits::default(), Some(config));
        if counts {
            machine.count_interpreted_ops();
        }
        let linked = machine.load(&program).expect("it has the spaces");
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[]), Ok(8));
        assert_eq!((stats(&machine).functions.compiled(), entered(&machine)), (1, 1));
        assert!(machine.interpreted_ops() < 20, "{}", machine.interpreted_ops());
    }
}

#[test]
fn an_error_of_the_host_has_no_position() {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), None);
    let thrown = machine.vm_mut().throw("no reason");
    let trap = machine.vm_mut().catch(thrown);
    assert_eq!((trap.kind.to_string().as_str(), trap.backtrace.depth(), trap.position()), ("no reason", 0, None));
}

/// Creates a machine with a program of the stack machine.
fn stack_machine(
    config: Option<JitConfig>,
    program: &stack_ops::Program,
) -> (Machine<stack_ops::Ops>, stack_ops::Linked) {
    let mut host = stack::Host { cells: vec![0; 8], ..stack::Host::default() };
    let context = stack_ops::Context { cells: host.cells.as_mut_ptr(), count: 0 };
    let mut machine = machine::<stack_ops::Ops>((context, host), Limits::default(), config);
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

/// `caller` has a value on its operand stack when it tail-calls `looping`, which has one during a loop.
fn stack_program() -> stack_ops::Program {
    let mut builder = stack_ops::ProgramBuilder::new();
    let [caller, looping, leaving] = ["caller", "looping", "leaving"].map(|name| builder.declare(name));
    let mut code = stack_ops::Assembler::new("caller", 1, 1);
    code.push(1);
    code.push(2);
    code.tail_call(looping);
    builder.define(caller, code.finish().expect("it is whole"));
    let mut code = stack_ops::Assembler::new("looping", 1, 1);
    let (again, end) = (code.label(), code.label());
    code.push(77);
    code.bind(again);
    code.get_local(Slot(0));
    code.push(u64::MAX);
    code.add_to(Slot(0), Slot(0));
    code.push(1);
    code.jump_three_ways(end, again);
    code.jump(again);
    code.bind(end);
    code.ret();
    builder.define(looping, code.finish().expect("it is whole"));
    let mut code = stack_ops::Assembler::new("leaving", 0, 1);
    code.push(3);
    code.leave_if_odd();
    code.push(5);
    code.ret();
    builder.define(leaving, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn a_tail_call_leaves_nothing_on_the_operand_stack() {
    for threshold in [1, 3, 20, 1000] {
        let config = JitConfig::default().with_threshold(threshold);
        let (mut machine, linked) = stack_machine(Some(config), &stack_program());
        // At some threshold the tier is consulted during a loop, and not at the tail call before it.
        for iterations in [2, 2, 40] {
            let result = machine.call(linked.function(FunctionIndex(0)), &[iterations]);
            assert_eq!(result, Ok(77), "{iterations}, {threshold}");
        }
    }
    let (mut machine, linked) = stack_machine(None, &stack_program());
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[40]), Ok(77));
}

#[test]
fn an_op_that_requests_the_interpreter_runs_in_it() {
    let (mut machine, linked) = stack_machine(Some(on()), &stack_program());
    machine.count_interpreted_ops();
    assert_eq!(machine.call(linked.function(FunctionIndex(2)), &[]), Ok(5));
    assert_eq!((entered(&machine), machine.interpreted_ops()), (1, 2));
}

/// An op of a stack machine uses the new stack after a runtime function has moved it.
#[test]
fn an_op_pushes_onto_the_moved_stack() {
    let mut builder = stack_ops::ProgramBuilder::new();
    let function = builder.declare("noting");
    let mut code = stack_ops::Assembler::new("noting", 1, 1);
    code.push(30);
    code.push(9);
    code.note();
    code.push(12);
    code.add_to(Slot(0), Slot(0));
    code.push(7);
    code.note_by_helper();
    code.add_to(Slot(0), Slot(0));
    // The operand stack still has 30.
    code.add_to(Slot(0), Slot(0));
    code.get_local(Slot(0));
    code.ret();
    builder.define(function, code.finish().expect("it is whole"));
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    for config in [None, Some(on()), Some(on().with_gaps(Gaps::everywhere()))] {
        let (mut machine, linked) = stack_machine(config.clone(), &program);
        machine.move_stacks_at_calls();
        machine.vm_mut().host.logged_in = Some(20);
        for (first, second) in [(20, 200), (2000, 20_000)] {
            let result = machine.call(linked.function(FunctionIndex(0)), &[4]);
            assert_eq!(result, Ok(4 + 12 + 2 * (7 + 1) + 30), "{config:?}");
            assert_eq!([first, second].map(|slot| machine.vm().slot(slot)), [9, 7], "{config:?}");
        }
    }
}

#[test]
fn a_machine_without_a_native_tier_compiles_nothing() {
    let (mut machine, linked) = loaded(None, Limits::default());
    assert_eq!((machine.compile(linked.function(SUM)), machine.compile_all(linked)), (Ok(false), Ok(0)));
    assert_eq!(machine.call(linked.function(SUM), &[3]), Ok(6));
    // SAFETY: nothing is suspended, and nothing holds a callee.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    assert_eq!(machine.compile(linked.function(SUM)), Err(mimeo::NotLoaded));
    assert_eq!(machine.compile_all(linked), Err(mimeo::NotLoaded));
}

#[test]
fn a_pending_error_can_be_read() {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), None);
    let vm = machine.vm_mut();
    assert_eq!(vm.pending_error(), None);
    let thrown = vm.throw("no reason");
    assert_eq!(vm.pending_error().map(String::as_str), Some("no reason"));
    assert_eq!(vm.catch(thrown).kind.to_string(), "no reason");
    assert_eq!(vm.pending_error(), None);
    // Only errors of the language can contain values for a collector.
    let fiber = vm.new_fiber(mimeo::FiberLimits::new().with_slots(10).with_depth(1)).expect("there is memory");
    let thrown = vm.resume_fiber(fiber).expect_err("nothing is suspended");
    assert_eq!(vm.pending_error(), None);
    assert_eq!(vm.catch(thrown).kind, TrapKind::Fiber(mimeo::FiberError::NotSuspended));
}

/// Returns the error of a call that passes `given` arguments to `two`, which is only known at run time.
fn takes_two(given: u32) -> TrapKind {
    TrapKind::Arity { function: "two".to_owned(), takes: 2, given }
}

#[test]
fn a_call_with_too_few_arguments_says_how_many_it_passes() {
    let mut builder = ProgramBuilder::new();
    let [calling, tail_calling, two, calling_for] = [0, 1, 2, 3].map(FunctionIndex);
    define(&mut builder, "calling", 1, 2, |code| {
        code.call_given(Slot(1), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "tail_calling", 0, 1, |code| code.tail_call_given(Slot(0), 0));
    define(&mut builder, "two", 2, 2, |code| code.ret(Slot(1)));
    // The verifier has checked `calling`, which takes one argument, but the op calls another function.
    define(&mut builder, "calling_for", 1, 2, |code| {
        code.call_given_for(calling, Slot(1), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        machine.vm_mut().host.given = Some(linked.function(two));
        for (function, args, given) in [(calling, &[3][..], 1), (tail_calling, &[], 0), (calling_for, &[3], 1)] {
            let trap = machine.call(linked.function(function), args).expect_err("it takes two");
            assert_eq!(trap.kind, takes_two(given), "{config:?}");
        }
    }
}

#[test]
fn a_stack_machines_call_with_too_few_arguments_says_how_many_it_passes() {
    let mut builder = stack_ops::ProgramBuilder::new();
    let [calling, tail_calling, one, two] = ["calling", "tail_calling", "one", "two"].map(|name| builder.declare(name));
    let mut code = stack_ops::Assembler::new("calling", 1, 1);
    code.push(20);
    code.call_either(Slot(0), one, two, 1);
    code.ret();
    builder.define(calling, code.finish().expect("it is whole"));
    let mut code = stack_ops::Assembler::new("tail_calling", 1, 1);
    code.tail_call_either(Slot(0), one, two);
    builder.define(tail_calling, code.finish().expect("it is whole"));
    for (function, name, arity) in [(one, "one", 1), (two, "two", 2)] {
        let mut code = stack_ops::Assembler::new(name, arity, arity);
        code.get_local(Slot(0));
        code.ret();
        builder.define(function, code.finish().expect("it is whole"));
    }
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    for config in [None, Some(on()), Some(on().with_gaps(Gaps::everywhere()))] {
        let (mut machine, linked) = stack_machine(config.clone(), &program);
        for (function, result) in [(calling, 20), (tail_calling, 5)] {
            let [odd, even] = [5, 6].map(|arg| machine.call(linked.function(function), &[arg]));
            assert_eq!(odd, Ok(result), "{config:?}");
            assert_eq!(even.map_err(|trap| trap.kind), Err(takes_two(1)), "{config:?}");
        }
    }
}

/// The op has a single unit, and the ops around it have other handlers.
#[test]
fn the_handler_of_an_op_catches_the_error_of_its_requested_call() {
    let mut builder = stack_ops::ProgramBuilder::new();
    let [guarded, failing] = ["guarded", "failing"].map(|name| builder.declare(name));
    let mut code = stack_ops::Assembler::new("guarded", 0, 1);
    let [before, at, after, end] = [code.label(), code.label(), code.label(), code.label()];
    let handlers = [code.label(), code.label(), code.label()];
    code.push(1);
    code.bind(before);
    code.pop();
    code.bind(at);
    code.run_given();
    code.bind(after);
    code.push(2);
    code.ret();
    code.bind(end);
    for (answer, handler) in [(10, handlers[0]), (11, handlers[1]), (12, handlers[2])] {
        code.bind(handler);
        code.push(answer);
        code.ret();
    }
    code.catch(before, at, handlers[0]);
    code.catch(at, after, handlers[1]);
    code.catch(after, end, handlers[2]);
    builder.define(guarded, code.finish().expect("it is whole"));
    let mut code = stack_ops::Assembler::new("failing", 0, 1);
    code.push(3);
    code.third();
    code.ret();
    builder.define(failing, code.finish().expect("it is whole"));
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    for config in [None, Some(on()), Some(on().with_gaps(Gaps::everywhere()))] {
        let (mut machine, linked) = stack_machine(config.clone(), &program);
        machine.vm_mut().host.given = Some(linked.function(failing));
        for _ in 0..3 {
            assert_eq!(machine.call(linked.function(guarded), &[]), Ok(11), "{config:?}");
        }
    }
}
