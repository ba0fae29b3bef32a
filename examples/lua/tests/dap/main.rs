//! Scenarios of the debug adapter, played by a client.

mod client;

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;

use client::{Client, texts};

/// Plays a scenario without a native tier, and with all code in it.
fn each(scenario: impl Fn(&str)) {
    ["off", "on"].into_iter().for_each(scenario);
}

#[test]
fn a_breakpoint_in_a_loop_is_hit_in_each_iteration() {
    each(|jit| {
        let mut client =
            Client::launched(jit, "loop", "local sum = 0\nfor i = 1, 4 do\n  sum = sum + i\nend\nprint(sum)", &[3]);
        assert_eq!(client.stops("breakpoint"), 3);
        assert_eq!(client.shown("Locals"), "sum=0 i=1");
        for (i, sum) in [(2, 1), (3, 3), (4, 6)] {
            assert_eq!(client.go("continue", "breakpoint"), 3);
            assert_eq!(client.shown("Locals"), format!("sum={sum} i={i}"));
        }
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "10\n".to_owned()));
    });
}

#[test]
fn breakpoints_work_in_functions_that_a_hot_loop_calls() {
    let program = "\
local function add(a, b)
  local c = a + b
  return c
end
local sum = 0
for i = 1, 20000 do sum = add(sum, i) end
print(sum)
";
    each(|jit| {
        let mut client = Client::new(jit, "hot", program);
        let source = json!({ "path": client.path.to_str() });
        client.request("launch", json!({ "program": client.path.to_str() }));
        let condition = json!([{ "line": 3, "condition": "b == 19999" }]);
        let set = client.request("setBreakpoints", json!({ "source": source, "breakpoints": condition }));
        assert_eq!(set["breakpoints"][0]["verified"], false, "the file is not loaded yet");
        client.request("configurationDone", json!({}));
        assert_eq!(client.event("breakpoint")["breakpoint"]["verified"], true);
        assert_eq!(client.stops("breakpoint"), 3);
        assert_eq!(client.frames(), [("add".to_owned(), 3), ("main chunk".to_owned(), 6)]);
        assert_eq!(client.shown("Locals"), "a=199970001 b=19999 c=199990000");
        client.set_breakpoints(&[]);
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "200010000\n".to_owned()));
    });
}

#[test]
fn steps_go_by_lines_into_over_and_out_of_functions() {
    let program = "\
local function inner(x)
  local y = x * 2
  return y
end
local a = inner(1)
local b = inner(2)
local c = inner(3)
print(a + b + c)
";
    each(|jit| {
        let mut client = Client::new(jit, "step", program);
        client.launch(json!({ "stopOnEntry": true }), &[]);
        assert_eq!(client.stops("entry"), 1);
        assert_eq!(client.go("next", "step"), 5);
        assert_eq!(client.go("next", "step"), 6);
        assert_eq!(client.go("stepIn", "step"), 2);
        assert_eq!(client.frames()[1], ("main chunk".to_owned(), 6));
        assert_eq!(client.go("next", "step"), 3);
        assert_eq!(client.shown("Locals"), "x=2 y=4");
        assert_eq!(client.go("stepOut", "step"), 7);
        assert_eq!(client.go("stepIn", "step"), 2);
        assert_eq!(client.go("next", "step"), 3);
        assert_eq!(client.go("next", "step"), 8);
        client.request("next", json!({}));
        assert_eq!(client.ends(), (0, "12\n".to_owned()));
    });
}

#[test]
fn steps_over_recursion_and_caught_errors_stay_in_their_function() {
    let program = "\
local function fib(n)
  if n < 2 then return n end
  local a = fib(n - 1)
  return a + fib(n - 2)
end
local f = fib(10)
local ok, message = pcall(function()
  error('boom', 0)
end)
print(f, ok, message)
";
    each(|jit| {
        let mut client = Client::launched(jit, "over", program, &[6]);
        assert_eq!(client.stops("breakpoint"), 6);
        assert_eq!(client.go("stepIn", "step"), 2);
        assert_eq!(client.go("next", "step"), 3);
        client.set_breakpoints(&[]);
        assert_eq!(client.go("next", "step"), 4);
        assert_eq!(client.shown("Locals"), "n=10 a=34");
        assert_eq!(client.go("next", "step"), 7);
        assert_eq!(client.go("stepIn", "step"), 8);
        assert_eq!(client.go("next", "step"), 10);
        assert!(client.shown("Locals").ends_with(" f=55 ok=false message=\"boom\""));
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "55\tfalse\tboom\n".to_owned()));
    });
}

#[test]
fn variables_can_be_set_and_tables_expand() {
    let program = "\
local limit, t = 2, { 10, 20, name = 'x', [true] = { 1 } }
local function use(n)
  local s = 'a'
  return s .. n .. limit
end
print(use(1))
print(limit, t[2], t.name)
";
    each(|jit| {
        let mut client = Client::launched(jit, "set", program, &[4, 7]);
        assert_eq!(client.stops("breakpoint"), 4);
        assert_eq!(client.shown("Locals"), "n=1 s=\"a\"");
        assert_eq!(client.shown("Upvalues"), "limit=2");
        for (scope, name, value) in [("Locals", "s", "'b' .. n"), ("Upvalues", "limit", "limit + 1")] {
            let reference = client.scope(scope);
            client.request("setVariable", json!({ "variablesReference": reference, "name": name, "value": value }));
        }
        assert_eq!(
            (client.shown("Locals"), client.shown("Upvalues")),
            ("n=1 s=\"b1\"".to_owned(), "limit=3".to_owned())
        );
        assert_eq!(client.go("continue", "breakpoint"), 7);
        let locals = client.scope("Locals");
        let locals = client.variables(&locals);
        assert_eq!(locals[0]["value"], "3");
        let table = locals[1]["variablesReference"].clone();
        let fields = client.variables(&table);
        assert!(texts(&fields).starts_with("[1]=10 [2]=20 name=\"x\" [true]=table: 0x"), "{fields:?}");
        let inner = client.variables(&fields[3]["variablesReference"]);
        assert_eq!(texts(&inner), "[1]=1");
        let page = json!({ "variablesReference": table, "start": 1, "count": 2 });
        let page = client.request("variables", page);
        assert_eq!(texts(page["variables"].as_array().expect("a list")), "[2]=20 name=\"x\"");
        for (name, value) in [("[2]", "t[1] or 5"), ("name", "'y'")] {
            let request = json!({ "variablesReference": table, "name": name, "value": value });
            let response = client.ask("setVariable", request);
            // A table's fields are set outside of any function, where `t` is a global.
            assert_eq!(response["success"], name == "name", "{response}");
        }
        let globals = client.scope("Globals");
        assert!(texts(&client.variables(&globals)).contains("print=function: 0x"));
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "b113\n3\t20\ty\n".to_owned()));
    });
}

#[test]
fn expressions_and_statements_run_in_a_function() {
    let program = "\
local up = 5
local function count() up = up + 1 return up end
local function f(a, b)
  local a = a + 1
  return a + b + up
end
print(f(1, 2))
";
    each(|jit| {
        let mut client = Client::launched(jit, "evaluate", program, &[5]);
        assert_eq!(client.stops("breakpoint"), 5);
        assert_eq!(client.evaluate("a, b, up"), "2, 2, 5");
        assert_eq!(client.evaluate("('x'):rep(a) .. type(print)"), "\"xxfunction\"");
        client.evaluate("a = a + 40; up = 100; new = 7");
        assert_eq!(client.evaluate("a + up + new"), "149");
        let id = client.stack()[1]["id"].clone();
        let result = client.request("evaluate", json!({ "expression": "count()", "frameId": id }));
        assert_eq!(result["result"], "101");
        for (wrong, message) in [("a +", "expected near"), ("error('no', 0)", "no"), ("nothing.x", "attempt to index")]
        {
            let response = client.ask("evaluate", json!({ "expression": wrong }));
            let text = response["message"].as_str().expect("a message");
            assert!(response["success"] == false && text.contains(message), "{response}");
        }
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "145\n".to_owned()));
    });
}

#[test]
fn a_loop_without_end_can_be_paused_and_changed_and_ended() {
    each(|jit| {
        let program = "local on, n = true, 0\nwhile on do\n  n = n + 1\nend\nprint('off')\nwhile true do end\n";
        let mut client = Client::launched(jit, "pause", program, &[]);
        client.request("threads", json!({}));
        let response = client.ask("stackTrace", json!({ "threadId": 1 }));
        assert_eq!((&response["success"], &response["message"]), (&false.into(), &"the program is not stopped".into()));
        client.request("pause", json!({ "threadId": 1 }));
        let line = client.stops("pause");
        assert!([2, 3].contains(&line), "{line}");
        // A breakpoint that is set in the paused loop, and then while it runs.
        client.set_breakpoints(&[3]);
        assert_eq!(client.go("continue", "breakpoint"), 3);
        client.set_breakpoints(&[]);
        client.request("continue", json!({}));
        let set = client.set_breakpoints(&[3]);
        assert_eq!(set["breakpoints"][0]["verified"], true);
        assert_eq!(client.stops("breakpoint"), 3);
        client.set_breakpoints(&[]);
        client.evaluate("on = false");
        client.request("continue", json!({}));
        client.event("output");
        client.request("pause", json!({ "threadId": 1 }));
        assert_eq!(client.stops("pause"), 6);
        assert_eq!(client.go("next", "step"), 6);
        client.request("continue", json!({}));
        client.request("terminate", json!({}));
        assert_eq!(client.ends(), (1, "off\n".to_owned()));
    });
}

#[test]
fn breakpoints_move_to_lines_with_code_and_wait_for_chunks() {
    each(|jit| {
        let name = format!("dap_module_{jit}");
        let module = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.lua"));
        std::fs::write(&module, "local m = {}\n\n-- adds one\nfunction m.f(x)\n\n  return x + 1\nend\nreturn m\n")
            .expect("written");
        let program = format!("local m = require '{name}'\nprint(m.f(1))\nload 'print(2)'()\n");
        let mut client = Client::new(jit, "require", &program);
        client.request("launch", json!({ "program": client.path.to_str(), "cwd": env!("CARGO_TARGET_TMPDIR") }));
        let source = json!({ "path": module.to_str() });
        let wanted = json!({ "source": source, "breakpoints": [{ "line": 5 }, { "line": 90 }] });
        client.request("setBreakpoints", wanted.clone());
        client.request("configurationDone", json!({}));
        let moved = client.event("breakpoint");
        assert_eq!((&moved["breakpoint"]["line"], &moved["breakpoint"]["verified"]), (&6.into(), &true.into()));
        assert_eq!(client.stops("breakpoint"), 6);
        assert_eq!(client.stack()[0]["source"]["path"], module.canonicalize().expect("a path").to_str().expect("text"));
        let set = client.request("setBreakpoints", wanted);
        let verified: Vec<bool> = (0..2).map(|at| set["breakpoints"][at]["verified"] == true).collect();
        assert_eq!(verified, [true, false]);
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "2\n2\n".to_owned()));
    });
}

#[test]
fn errors_that_nothing_catches_stop_the_program_and_end_it() {
    let program = "\
print(pcall(error, 'caught', 0))
local function f(t)
  return t.x.y
end
f({})
";
    each(|jit| {
        let mut client = Client::launched(jit, "error", program, &[]);
        let stopped = client.event("stopped");
        assert_eq!(stopped["reason"], "exception");
        assert!(
            stopped["text"].as_str().expect("text").ends_with(":3: attempt to index field 'x' (a nil value)"),
            "{stopped}"
        );
        let frames = client.frames();
        assert_eq!(frames[..2], [("f".to_owned(), 3), ("main chunk".to_owned(), 5)]);
        assert!(client.shown("Locals").starts_with("t=table: 0x"));
        assert_eq!(client.evaluate("type(t)"), "\"table\"");
        client.request("continue", json!({}));
        let (code, printed) = client.ends();
        assert_eq!(code, 1);
        assert!(printed.starts_with("false\tcaught\nmimeo-lua: ") && printed.contains("stack traceback:"), "{printed}");
        let client = Client::launched(jit, "exit", "io.write('a') os.exit(7)", &[]);
        assert_eq!(client.ends(), (7, "a".to_owned()));
        let client = Client::launched(jit, "syntax", "x = = 1", &[]);
        let (code, printed) = client.ends();
        assert!(code == 1 && printed.contains("unexpected symbol near '='"), "{printed}");
    });
}

#[test]
fn coroutines_stop_and_steps_follow_them() {
    let program = "\
local co = coroutine.wrap(function(a)
  local b = coroutine.yield(a + 1)
  return b * 2
end)
local x = co(1)
local y = co(10)
print(x, y)
";
    each(|jit| {
        let mut client = Client::launched(jit, "coroutine", program, &[2, 5]);
        assert_eq!(client.stops("breakpoint"), 5);
        assert_eq!(client.go("next", "breakpoint"), 2);
        assert_eq!(client.shown("Locals"), "a=1");
        // The coroutine yields.
        assert_eq!(client.go("next", "step"), 6);
        client.set_breakpoints(&[]);
        assert_eq!(client.go("stepIn", "step"), 3);
        assert_eq!(client.shown("Locals"), "a=1 b=10");
        assert_eq!(client.go("stepOut", "step"), 7);
        assert_eq!(client.evaluate("x, y"), "2, 20");
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "2\t20\n".to_owned()));
        let mut client = Client::launched(jit, "coroutine", program, &[6]);
        assert_eq!(client.stops("breakpoint"), 6);
        assert_eq!(client.go("next", "step"), 7);
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "2\t20\n".to_owned()));
    });
}

#[test]
fn steps_go_into_coroutines_and_out_of_them() {
    let program = "\
local function gen(n)
  for i = 1, n do
    coroutine.yield(i)
  end
  return 'done'
end
local co = coroutine.create(gen)
local _, a = coroutine.resume(co, 2)
local _, b = coroutine.resume(co)
local _, c = coroutine.resume(co)
local outer = coroutine.wrap(function()
  local inner = coroutine.wrap(gen)
  local v = inner(1)
  coroutine.yield(v)
  return inner()
end)
local x = outer()
local y = outer()
print(a, b, c, x, y)
";
    each(|jit| {
        let mut client = Client::launched(jit, "fibers", program, &[8]);
        assert_eq!(client.stops("breakpoint"), 8);
        client.set_breakpoints(&[]);
        assert_eq!(client.go("stepIn", "step"), 2);
        assert_eq!(client.shown("Locals"), "n=2");
        assert_eq!(client.go("next", "step"), 3);
        assert_eq!(client.go("next", "step"), 9, "it yields");
        assert_eq!(client.go("stepIn", "step"), 2, "where it goes on");
        assert_eq!(client.go("stepOut", "step"), 10, "it yields again");
        assert_eq!(client.go("stepIn", "step"), 2, "at the end of the loop");
        assert_eq!(client.go("next", "step"), 5);
        assert_eq!(client.go("next", "step"), 11, "it ends");
        assert_eq!(client.go("next", "step"), 17);
        assert_eq!(client.go("stepIn", "step"), 12);
        assert_eq!(client.go("next", "step"), 13);
        // A coroutine in a coroutine.
        assert_eq!(client.go("stepIn", "step"), 2);
        assert_eq!(client.go("stepOut", "step"), 14);
        assert_eq!(client.evaluate("v"), "1");
        assert_eq!(client.go("stepOut", "step"), 18);
        assert_eq!(client.go("stepIn", "step"), 15);
        assert_eq!(client.go("next", "step"), 19);
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "1\t2\tdone\t1\tdone\n".to_owned()));
    });
}

#[test]
fn sessions_end_when_the_client_leaves() {
    each(|jit| {
        // In a loop, in a stop, before the launch, and without a request.
        let mut client =
            Client::launched(jit, "leave", "while true do pcall(function() while true do end end) end", &[]);
        client.disconnects();
        let mut client = Client::launched(jit, "leave", "local a = 1\nwhile true do end", &[1]);
        client.stops("breakpoint");
        client.disconnects();
        Client::new(jit, "leave", "").disconnects();
        let mut client = Client::launched(jit, "leave", "while true do end", &[]);
        client.input = None;
        assert!(client.adapter.wait().expect("it ends").success());
    });
}

#[test]
fn hooks_of_the_program_have_counts_only() {
    each(|jit| {
        let source = "local ok, message = pcall(debug.sethook, print, 'l')\nprint(ok, message)\nlocal n = 0\n\
                      debug.sethook(function() n = n + 1 end, '', 10)\nfor i = 1, 1000 do end\nprint(n >= 90)";
        let mut client = Client::launched(jit, "hooks", source, &[6]);
        client.stops("breakpoint");
        client.request("continue", json!({}));
        let refused = "false\tonly a hook with a count can be set while a debugger is attached\ntrue\n";
        assert_eq!(client.ends(), (0, refused.to_owned()));
    });
}

#[test]
fn messages_that_are_no_requests_get_errors() {
    each(|jit| {
        let mut client = Client::launched(jit, "malformed", "local a = 1\nprint(a)", &[2]);
        client.stops("breakpoint");
        for wrong in ["{", "[]", "{\"type\":\"request\"}", "\u{1}"] {
            client.send(wrong);
            let answer = client.read();
            assert_eq!((&answer["type"], &answer["success"]), (&"response".into(), &false.into()), "{answer}");
        }
        let input = client.input.as_mut().expect("it is open");
        input.write_all(b"Content-Length: x\r\n\r\n").expect("the adapter reads");
        assert_eq!(client.read()["message"], "the header has no valid Content-Length");
        for (command, arguments) in [
            ("fly", json!({})),
            ("variables", json!({ "variablesReference": 99 })),
            ("scopes", json!({ "frameId": 99 })),
            ("setBreakpoints", json!(null)),
            ("launch", json!({ "program": 1 })),
        ] {
            assert_eq!(client.ask(command, arguments)["success"], false, "{command}");
        }
        client.request("continue", json!({}));
        assert_eq!(client.ends(), (0, "1\n".to_owned()));
    });
}
