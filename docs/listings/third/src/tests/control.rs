//! Closures, coroutines, handlers, and an operator that a program defines.

use mimeo::TrapKind;
use mimeo::asm::FunctionIndex;

use super::{S, function, run};
use crate::ops::ops::Value;
use crate::runtime::PLUS;

// ANCHOR: closures
#[test]
fn a_closure_keeps_what_it_captures() {
    let result = run(|| {
        let mut main = function("main", 0);
        main.load(S[1], Value::int(40));
        main.closure(S[1], FunctionIndex(1), 1, S[1], 1);
        main.load(S[2], Value::int(2));
        // The function and its argument are in slots 1 and 2, and the result replaces the function.
        main.call(S[1], S[1], 2);
        main.ret(S[1]);
        let mut adder = function("adder", 1);
        adder.captured(S[2], S[0], 0);
        adder.add(S[2], S[2], S[1]);
        adder.ret(S[2]);
        vec![main, adder]
    });
    assert_eq!(result, Ok(Value::int(42)));
}
// ANCHOR_END: closures

#[test]
fn only_functions_with_so_many_parameters_are_called() {
    for given in [1, 3] {
        let result = run(|| {
            let mut main = function("main", 0);
            main.closure(S[1], FunctionIndex(0), 1, S[1], 0);
            main.call(S[1], S[1], given);
            main.ret(S[1]);
            vec![main]
        });
        let error = result.expect_err("it takes one").kind;
        assert!(matches!(error, TrapKind::Language(text) if text.ends_with("with so many parameters")));
    }
}

// ANCHOR: generator
#[test]
fn a_coroutine_gives_out_values() {
    let result = run(|| {
        let mut main = function("main", 0);
        main.closure(S[1], FunctionIndex(1), 1, S[1], 0);
        main.coroutine(S[1], S[1]);
        main.load(S[2], Value::int(0));
        for _ in 0..3 {
            // What it gives out is added up, and sent back in.
            main.resume(S[3], S[1], S[2]);
            main.add(S[2], S[2], S[3]);
        }
        main.ret(S[2]);
        let mut generator = function("generator", 1);
        generator.load(S[2], Value::int(1));
        generator.suspend(S[2], 1);
        generator.add(S[2], S[2], Value::int(10));
        generator.suspend(S[2], 1);
        generator.ret(S[2]);
        vec![main, generator]
    });
    // 1 is given out; 1 comes in, and 11 is given out; 12 comes in, and is returned.
    assert_eq!(result, Ok(Value::int(1 + 11 + 12)));
}
// ANCHOR_END: generator

#[test]
fn a_coroutine_that_is_done_cannot_be_resumed() {
    let result = run(|| {
        let mut main = function("main", 0);
        main.closure(S[1], FunctionIndex(1), 1, S[1], 0);
        main.coroutine(S[1], S[1]);
        main.resume(S[2], S[1], S[0]);
        main.resume(S[2], S[1], S[0]);
        main.ret(S[2]);
        let mut nothing = function("nothing", 1);
        nothing.ret(S[1]);
        vec![main, nothing]
    });
    let error = TrapKind::Language("the coroutine is not suspended".to_owned());
    assert_eq!(result.expect_err("it is done").kind, error);
}

// ANCHOR: catch
#[test]
fn a_handler_catches_an_error() {
    let result = run(|| {
        let mut main = function("main", 0);
        let (from, to, handler) = (main.label(), main.label(), main.label());
        main.bind(from);
        main.add(S[1], S[0], Value::int(1));
        main.bind(to);
        main.ret(S[1]);
        main.bind(handler);
        main.message(S[1]);
        main.load(S[1], Value::int(-1));
        main.ret(S[1]);
        main.catch(from, to, handler);
        vec![main]
    });
    assert_eq!(result, Ok(Value::int(-1)));
}
// ANCHOR_END: catch

// ANCHOR: plus
#[test]
fn a_program_defines_what_adding_means() {
    let result = run(|| {
        let mut main = function("main", 0);
        main.record(S[1]);
        main.closure(S[2], FunctionIndex(1), 2, S[2], 0);
        main.set_field(S[1], PLUS, S[2]);
        main.load(S[2], Value::int(7));
        main.add(S[1], S[1], S[2]);
        main.ret(S[1]);
        let mut plus = function("plus", 2);
        plus.add(S[2], S[2], Value::int(100));
        plus.ret(S[2]);
        vec![main, plus]
    });
    assert_eq!(result, Ok(Value::int(107)));
}
// ANCHOR_END: plus
