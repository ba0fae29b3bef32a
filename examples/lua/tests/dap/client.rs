//! [`Client`]: a client that speaks the Debug Adapter Protocol with the command.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

/// A client with the adapter that it started.
pub struct Client {
    pub adapter: Child,
    pub input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    seq: u64,
    /// Events that no one has waited for yet.
    events: VecDeque<Json>,
    /// What the program has printed.
    printed: String,
    pub path: PathBuf,
}

impl Client {
    /// Starts an adapter for a program, and initializes it.
    pub fn new(jit: &str, name: &str, program: &str) -> Client {
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
    pub fn launched(jit: &str, name: &str, program: &str, lines: &[u32]) -> Client {
        let mut client = Client::new(jit, name, program);
        client.launch(json!({}), lines);
        client
    }

    pub fn launch(&mut self, mut arguments: Json, lines: &[u32]) {
        arguments["program"] = self.path.to_str().into();
        self.request("launch", arguments);
        self.set_breakpoints(lines);
        self.request("setExceptionBreakpoints", json!({ "filters": ["uncaught"] }));
        self.request("configurationDone", json!({}));
    }

    pub fn set_breakpoints(&mut self, lines: &[u32]) -> Json {
        let breakpoints: Vec<Json> = lines.iter().map(|line| json!({ "line": line })).collect();
        let source = json!({ "path": self.path.to_str() });
        self.request("setBreakpoints", json!({ "source": source, "breakpoints": breakpoints }))
    }

    pub fn send(&mut self, body: &str) {
        let input = self.input.as_mut().expect("it is open");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the adapter reads");
    }

    /// Sends a request, and returns the response.
    pub fn ask(&mut self, command: &str, arguments: Json) -> Json {
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
    pub fn request(&mut self, command: &str, arguments: Json) -> Json {
        let mut response = self.ask(command, arguments);
        assert_eq!(response["success"], true, "{response}");
        response["body"].take()
    }

    pub fn read(&mut self) -> Json {
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
    pub fn event(&mut self, name: &str) -> Json {
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
    pub fn stops(&mut self, reason: &str) -> u64 {
        let stopped = self.event("stopped");
        assert_eq!(stopped["reason"], reason, "{stopped}");
        self.frames()[0].1
    }

    /// Runs the program on. Returns the line at which it stops for a reason.
    pub fn go(&mut self, command: &str, reason: &str) -> u64 {
        self.request(command, json!({ "threadId": 1 }));
        self.stops(reason)
    }

    pub fn stack(&mut self) -> Vec<Json> {
        let mut trace = self.request("stackTrace", json!({ "threadId": 1 }));
        serde_json::from_value(trace["stackFrames"].take()).expect("a list")
    }

    /// Returns the names and lines of the active functions.
    pub fn frames(&mut self) -> Vec<(String, u64)> {
        let frames = self.stack().into_iter();
        let name = |frame: &Json| frame["name"].as_str().expect("a name").to_owned();
        frames.map(|frame| (name(&frame), frame["line"].as_u64().expect("a line"))).collect()
    }

    /// Returns the reference of a scope of the innermost function.
    pub fn scope(&mut self, name: &str) -> Json {
        let id = self.stack()[0]["id"].clone();
        let scopes = self.request("scopes", json!({ "frameId": id }));
        let scopes = scopes["scopes"].as_array().expect("a list").iter();
        let found = scopes.clone().find(|scope| scope["name"] == name);
        found.expect("the scope exists")["variablesReference"].clone()
    }

    pub fn variables(&mut self, reference: &Json) -> Vec<Json> {
        let mut variables = self.request("variables", json!({ "variablesReference": reference }));
        serde_json::from_value(variables["variables"].take()).expect("a list")
    }

    /// Returns the names and values of a scope, as `x=1 y=2`.
    pub fn shown(&mut self, scope: &str) -> String {
        let reference = self.scope(scope);
        texts(&self.variables(&reference))
    }

    /// Returns the text of an expression's values in the innermost function.
    pub fn evaluate(&mut self, expression: &str) -> String {
        let id = self.stack()[0]["id"].clone();
        let result = self.request("evaluate", json!({ "expression": expression, "frameId": id }));
        result["result"].as_str().expect("text").to_owned()
    }

    /// Waits until the program has ended, and ends the session. Returns the exit status and what the program printed.
    pub fn ends(mut self) -> (i64, String) {
        let code = self.event("exited")["exitCode"].as_i64().expect("a number");
        self.event("terminated");
        self.disconnects();
        (code, std::mem::take(&mut self.printed))
    }

    pub fn disconnects(&mut self) {
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

/// Returns the names and values of variables, as `x=1 y=2`.
pub fn texts(variables: &[Json]) -> String {
    let text = |of: &Json| format!("{}={}", of["name"].as_str().expect("text"), of["value"].as_str().expect("text"));
    variables.iter().map(text).collect::<Vec<_>>().join(" ")
}
