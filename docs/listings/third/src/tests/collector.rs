//! The collector frees what no program can reach, and memory that runs out is an error.

use mimeo::TrapKind;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{JitConfig, Mode};

use super::{S, function, load, run};
use crate::ops::ops::{Assembler, Value};

/// Creates `count` records. Each has the one before it in a field, if they are kept.
fn records(count: i32, are_kept: bool) -> Vec<Assembler> {
    let mut main = function("main", 0);
    let head = main.label();
    main.load(S[1], Value::NIL);
    main.load(S[3], Value::int(0));
    main.load(S[4], Value::int(count));
    main.bind(head);
    main.record(S[2]);
    main.set_field(S[2], 1, if are_kept { S[1] } else { S[3] });
    main.copy(S[1], S[2]);
    main.add(S[3], S[3], Value::int(1));
    main.jump_if_less(S[3], S[4], head);
    // The first one has nil or 0.
    let next = main.label();
    main.bind(next);
    main.copy(S[2], S[1]);
    main.get_field(S[1], S[2], 1);
    main.jump_if_object(S[1], next);
    main.ret(S[1]);
    vec![main]
}

// ANCHOR: limit
#[test]
fn garbage_needs_no_memory_and_too_much_is_an_error() {
    for mode in [Mode::Off, Mode::On] {
        let (mut machine, linked) = load(records(100_000, false), JitConfig::new(mode), false);
        machine.memory().set_limit(Some(machine.memory().used() + 100_000));
        let result = machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]);
        assert_eq!(result, Ok(Value::int(99_999)));

        let (mut machine, linked) = load(records(100_000, true), JitConfig::new(mode), false);
        machine.memory().set_limit(Some(machine.memory().used() + 100_000));
        let error = machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]).expect_err("all are reachable");
        assert_eq!(error.kind, TrapKind::Language("not enough memory".to_owned()));
    }
}
// ANCHOR_END: limit

#[test]
fn what_is_reachable_is_kept() {
    // In an eager machine a collection runs before each record.
    assert_eq!(run(|| records(50, true)), Ok(Value::NIL));
}

// ANCHOR: abandoned
#[test]
fn the_fibers_of_abandoned_coroutines_are_dropped() {
    let mut main = function("main", 0);
    let head = main.label();
    main.closure(S[1], FunctionIndex(1), 1, S[1], 0);
    main.load(S[3], Value::int(0));
    main.load(S[4], Value::int(10_000));
    main.bind(head);
    main.coroutine(S[2], S[1]);
    main.resume(S[5], S[2], S[3]);
    main.add(S[3], S[3], Value::int(1));
    main.jump_if_less(S[3], S[4], head);
    main.ret(S[5]);
    let mut waits = function("waits", 1);
    waits.suspend(S[1], 1);
    waits.ret(S[1]);
    let (mut machine, linked) = load(vec![main, waits], JitConfig::new(Mode::On), false);
    machine.memory().set_limit(Some(machine.memory().used() + 1_000_000));
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]), Ok(Value::int(9_999)));
}
// ANCHOR_END: abandoned
