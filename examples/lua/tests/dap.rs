//! Scenarios of the debug adapter, played by a client that speaks the protocol with the command.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

/// A client with the adapter that it started.
struct Client {
    adapter: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    seq: u64,
    /// Events that no one has waited for yet.
    events: VecDeque<Json>,
    /// What the program has printed.
    printed: String,
    path: PathBuf,
}

impl Client {
    /// Starts an adapter for a program, and initializes it.
    fn new(jit: &str, name: &str, program: &str) -> Client {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("dap-{name}-{jit}.lua"));
        std::fs::write(&path, program).expect("the folder for temporary files can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-lua"));
        command.args([&format!("--jit={jit}"), "--dap"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut adapter = command.spawn().expect("the command starts");
        let input = adapter.stdin.take();
        let output = BufReader::new(adapter.stdout.take().expect("a pipe"));
        let (events, printed) = (VecDeque::new(), String::new());
        let mut client = Client { adapter, input, output, seq: 0, events, printed, path };
        let capabilities = client.request("initialize", json!({ "adapterID": "lua" }));
        assert_eq!(capabilities["supportsSetVariable"], true);
        client.event("initialized");
        client
    }

    /// Starts a program with breakpoints in these lines, which stops at errors that it does not catch.
    fn launched(jit: &str, name: &str, program: &str, lines: &[u32]) -> Client {
        let mut client = Client::new(jit, name, program);
        client.launch(json!({}), lines);
        client
    }

    fn launch(&mut self, mut arguments: Json, lines: &[u32]) {
        arguments["program"] = self.path.to_str().into();
        self.request("launch", arguments);
        self.set_breakpoints(lines);
        self.request("setExceptionBreakpoints", json!({ "filters": ["uncaught"] }));
        self.request("configurationDone", json!({}));
    }

    fn set_breakpoints(&mut self, lines: &[u32]) -> Json {
        let breakpoints: Vec<Json> = lines.iter().map(|line| json!({ "line": line })).collect();
        let source = json!({ "path": self.path.to_str() });
        self.request("setBreakpoints", json!({ "source": source, "breakpoints": breakpoints }))
    }

    fn send(&mut self, body: &str) {
        let input = self.input.as_mut().expect("it is open");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the adapter reads");
    }

    /// Sends a request, and returns the response.
    fn ask(&mut self, command: &str, arguments: Json) -> Json {
        self.seq += 1;
        let seq = self.seq;
        self.send(&json!({ "seq": seq, "type": "request", "command": command, "arguments": arguments }).to_string());
        loop {
            let message = self.read();
            if message["type"] == "response" {
                assert_eq!((&message["request_seq"], &message["command"]), (&seq.into(), &command.into()), "{message}");
                return message;
            }
            self.events.push_back(message);
        }
    }

    /// Sends a request that succeeds, and returns the body of the response.
    fn request(&mut self, command: &str, arguments: Json) -> Json {
        let mut response = self.ask(command, arguments);
        assert_eq!(response["success"], true, "{response}");
        response["body"].take()
    }

    fn read(&mut self) -> Json {
        let mut len = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).expect("text"), 0, "the adapter has ended");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(text) => len = text.parse().expect("a number"),
                None => break,
            }
        }
        let mut body = vec![0; len];
        self.output.read_exact(&mut body).expect("the whole body");
        let message: Json = serde_json::from_slice(&body).expect("JSON");
        if message["event"] == "output" {
            self.printed += message["body"]["output"].as_str().expect("text");
        }
        message
    }

    /// Waits for an event, and returns its body.
    fn event(&mut self, name: &str) -> Json {
        if let Some(at) = self.events.iter().position(|event| event["event"] == name) {
            return self.events.drain(..=at).next_back().expect("it was found")["body"].take();
        }
        self.events.clear();
        loop {
            let mut message = self.read();
            if message["event"] == name {
                return message["body"].take();
            }
            assert_eq!(message["type"], "event", "{message}");
            assert_ne!(message["event"], "terminated", "waiting for {name}");
        }
    }

    /// Waits until the program has stopped for a reason. Returns the line.
    fn stops(&mut self, reason: &str) -> u64 {
        let stopped = self.event("stopped");
        assert_eq!(stopped["reason"], reason, "{stopped}");
        self.frames()[0].1
    }

    /// Runs the program on. Returns the line at which it stops for a reason.
    fn go(&mut self, command: &str, reason: &str) -> u64 {
        self.request(command, json!({ "threadId": 1 }));
        self.stops(reason)
    }

    fn stack(&mut self) -> Vec<Json> {
        let mut trace = self.request("stackTrace", json!({ "threadId": 1 }));
        serde_json::from_value(trace["stackFrames"].take()).expect("a list")
    }

    /// Returns the names and lines of the active functions.
    fn frames(&mut self) -> Vec<(String, u64)> {
        let frames = self.stack().into_iter();
        let name = |frame: &Json| frame["name"].as_str().expect("a name").to_owned();
        frames.map(|frame| (name(&frame), frame["line"].as_u64().expect("a line"))).collect()
    }

    /// Returns the reference of a scope of the innermost function.
    fn scope(&mut self, name: &str) -> Json {
        let id = self.stack()[0]["id"].clone();
        let scopes = self.request("scopes", json!({ "frameId": id }));
        let scopes = scopes["scopes"].as_array().expect("a list").iter();
        let found = scopes.clone().find(|scope| scope["name"] == name);
        found.expect("the scope exists")["variablesReference"].clone()
    }

    fn variables(&mut self, reference: &Json) -> Vec<Json> {
        let mut variables = self.request("variables", json!({ "variablesReference": reference }));
        serde_json::from_value(variables["variables"].take()).expect("a list")
    }

    /// Returns the names and values of a scope, as `x=1 y=2`.
    fn shown(&mut self, scope: &str) -> String {
        let reference = self.scope(scope);
        texts(&self.variables(&reference))
    }

    /// Returns the text of an expression's values in the innermost function.
    fn evaluate(&mut self, expression: &str) -> String {
        let id = self.stack()[0]["id"].clone();
        let result = self.request("evaluate", json!({ "expression": expression, "frameId": id }));
        result["result"].as_str().expect("text").to_owned()
    }

    /// Waits until the program has ended, and ends the session. Returns the exit status and what the program printed.
    fn ends(mut self) -> (i64, String) {
        let code = self.event("exited")["exitCode"].as_i64().expect("a number");
        self.event("terminated");
        self.disconnects();
        (code, std::mem::take(&mut self.printed))
    }

    fn disconnects(&mut self) {
        self.request("disconnect", json!({}));
        assert!(self.adapter.wait().expect("it ends").success());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A scenario that failed leaves the adapter running.
        let _ended = self.adapter.kill().and_then(|()| self.adapter.wait());
    }
}

fn texts(variables: &[Json]) -> String {
    let text = |of: &Json| format!("{}={}", of["name"].as_str().expect("text"), of["value"].as_str().expect("text"));
    variables.iter().map(text).collect::<Vec<_>>().join(" ")
}

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
