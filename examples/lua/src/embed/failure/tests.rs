//! Tracebacks are created before the stack unwinds, here by a `debug.traceback` of the tests.

use crate::{Lua, Options, Value};

/// Creates a Lua whose `debug.traceback` is the value that this code returns.
fn with_traceback(code: &str) -> Lua {
    let mut lua = Lua::new(Options::default());
    let function = lua.load(code, "=traceback").expect("it is Lua");
    let traceback = lua.call(&function, &[]).expect("it runs").remove(0);
    let mut scope = lua.scope();
    let traceback = scope.bits(&traceback);
    scope.vm().host.embedding.traceback = Some(traceback);
    lua
}

fn failure(lua: &mut Lua, code: &str) -> super::Failure {
    let function = lua.load(code, "=test").expect("it is Lua");
    lua.call(&function, &[]).expect_err("it throws")
}

const COUNTING: &str = "depth = 0 return function(message, level) \
    return message .. '\\nstack traceback:\\n\\t' .. level .. ' levels above ' .. depth end";

#[test]
fn a_failure_has_the_traceback_of_where_it_was_thrown() {
    let mut lua = with_traceback(COUNTING);
    let nested =
        "local function f() depth = depth + 1 if depth == 5 then error('deep') end f() depth = depth - 1 end f()";
    let thrown = failure(&mut lua, nested);
    assert_eq!(thrown.message, b"test:1: deep");
    assert_eq!(String::from_utf8_lossy(&thrown.traceback), "stack traceback:\n\t2 levels above 5");
    assert_eq!(thrown.value, thrown.message.clone().into());
    // Only an uncaught error has a traceback, and each has its own.
    let last = failure(&mut lua, "depth = 1 pcall(error, 'caught') depth = 2 error('last', 0)");
    assert_eq!((&last.message[..], &last.traceback[..]), (&b"last"[..], &b"stack traceback:\n\t2 levels above 2"[..]));
    let none = failure(&mut lua, "error({})");
    assert_eq!((none.message, none.traceback), (super::NO_TEXT.to_vec(), Vec::new()));
    assert!(lua.load("x =", "=test").expect_err("it is unfinished").traceback.is_empty());
}

#[test]
fn the_text_of_an_object_has_a_traceback_too() {
    let mut lua = with_traceback(COUNTING);
    let thrown = failure(&mut lua, "depth = 7 error(setmetatable({}, {__tostring = function() return 'object' end}))");
    assert_eq!(thrown.message, b"object");
    assert_eq!(thrown.traceback, b"stack traceback:\n\t2 levels above 7");
    assert!(matches!(thrown.value, Value::Table(_)));
}

#[test]
fn errors_in_a_report_are_ignored() {
    let mut lua = with_traceback("return function() error('in the traceback') end");
    let thrown = failure(&mut lua, "error('first', 0)");
    assert_eq!((&thrown.message[..], &thrown.traceback[..]), (&b"first"[..], &b""[..]));
    let thrown = failure(&mut lua, "error(setmetatable({}, {__tostring = function() error('second') end}))");
    assert_eq!(thrown.message, super::NO_TEXT);
}
