//! The Debug Adapter Protocol → a program that stops where the client wants: [`serve`].
//!
//! A thread reads the client's requests. The program's thread answers them: in the machine's debugger while the program
//! runs, so that the state that it shows does not change meanwhile. Each request pauses the machine for that.
//!
//! A program stops only at the first ops of statements and iterations, where no expression is being evaluated, so the
//! client can run code there.

mod code;
mod evaluate;
mod frame;
mod request;
mod step;
mod variables;
mod wire;

use std::cell::{Cell, RefCell};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use mimeo::def::Pc;
use mimeo::jit::JitConfig;
use mimeo::{Control, StepMode};
use serde_json::{Value as Json, json};

use crate::embed::{Failure, Function, Outside, Scope, Value};
use crate::heap::{LocalName, LocalRange};
use crate::load::{Debugged, Debugger};
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::frame_at;
use crate::state::{Lua, Options};

use code::{Breakpoint, Code, FunctionKey, LoadedFunction, Local};
use frame::{Level, key_of, levels};
use step::{Place, Step};
use variables::References;
use wire::{Client, Request, Stdout};

/// A session of a debug adapter.
struct Session {
    client: Client,
    requests: Receiver<Request>,
    /// Whether the client wants the program to end.
    is_ending: Arc<AtomicBool>,
    code: RefCell<Code>,
    references: RefCell<References>,
    step: Cell<Step>,
    /// Where the program is stopped.
    stopped: Cell<Option<Option<Place>>>,
    /// The first place of the program, if it stops there.
    entry: Cell<Option<(FunctionKey, u32)>>,
    /// Whether code of the client is running, not of the program.
    is_evaluating: Cell<bool>,
    stops_at_errors: Cell<bool>,
    is_configured: Cell<bool>,
    /// Whether the client has disconnected.
    has_left: Cell<bool>,
    launch: RefCell<Option<Json>>,
}

/// Serves a client until it disconnects, or its input ends. `jit` is the native tier of the Lua that runs the program.
pub fn serve(jit: Option<JitConfig>, input: impl Read + Send + 'static, output: impl Write + Send + 'static) {
    let client = Client::new(output);
    let stdout = Box::new(Stdout { client: client.clone(), pending: Vec::new() });
    let mut lua = Lua::new(Options { jit, stdin: Box::new(std::io::empty()), stdout, ..Options::default() });
    let vm = lua.machine.vm_mut();
    let (sender, requests) = channel();
    let is_ending = Arc::new(AtomicBool::new(false));
    let listener =
        Listener { client: client.clone(), control: vm.control().clone(), sender, is_ending: Arc::clone(&is_ending) };
    // The thread ends with the process if the client does not close the input.
    std::thread::spawn(move || listener.run(input));
    let session = Rc::new(Session {
        client,
        requests,
        is_ending,
        code: RefCell::default(),
        references: RefCell::default(),
        step: Cell::new(Step::Run),
        stopped: Cell::new(None),
        entry: Cell::new(None),
        is_evaluating: Cell::new(false),
        stops_at_errors: Cell::new(false),
        is_configured: Cell::new(false),
        has_left: Cell::new(false),
        launch: RefCell::new(None),
    });
    let debugger = Rc::clone(&session);
    vm.set_debugger(move |vm, _| Ok(debugger.at_op(vm)));
    vm.host.embedding.debugger = Some(Rc::<Session>::clone(&session));
    session.run(&mut lua);
}

/// What reads the requests.
struct Listener {
    client: Client,
    control: Control,
    sender: Sender<Request>,
    is_ending: Arc<AtomicBool>,
}

impl Listener {
    fn run(self, input: impl Read) {
        let mut input = BufReader::new(input);
        // Errors are the end of the input.
        while let Ok(Some(request)) = wire::read(&mut input) {
            match request {
                Ok(request) => {
                    let ends = matches!(&*request.command, "disconnect" | "terminate");
                    if ends {
                        self.is_ending.store(true, Ordering::Relaxed);
                    }
                    if self.sender.send(request).is_err() {
                        return;
                    }
                    if ends { self.control.interrupt() } else { self.control.pause() }
                }
                Err(error) => self.client.refuse(&error),
            }
        }
        self.is_ending.store(true, Ordering::Relaxed);
        self.control.interrupt();
    }
}

impl Session {
    /// Serves the client before, during and after the run of the program.
    fn run(&self, lua: &mut Lua) {
        while !(self.is_configured.get() && self.launch.borrow().is_some()) {
            let Ok(request) = self.requests.recv() else { return };
            self.answer(lua.machine.vm_mut(), &request);
            if self.has_left.get() {
                return;
            }
        }
        let result = self.run_program(lua);
        let _flushed = lua.flush();
        let code = match result {
            Ok(()) => 0,
            Err(Failure { exit: Some(exit), .. }) => exit.code,
            Err(failure) => {
                if !self.is_ending.load(Ordering::Relaxed) {
                    let text = [b"mimeo-lua: ", &failure.message[..], b"\n", &failure.traceback[..], b"\n"].concat();
                    self.client.show("stderr", &text);
                }
                1
            }
        };
        self.client.event("exited", json!({ "exitCode": code }));
        self.client.event("terminated", json!({}));
        while !self.has_left.get() {
            let Ok(request) = self.requests.recv() else { return };
            self.answer(lua.machine.vm_mut(), &request);
        }
    }

    fn run_program(&self, lua: &mut Lua) -> Result<(), Failure> {
        let launch = self.launch.borrow().clone().unwrap_or_default();
        let program = launch["program"].as_str().unwrap_or_default();
        let source = std::fs::read(program)
            .map_err(|error| Failure::from(format!("cannot open {program}: {error}").as_str()))?;
        let args: Vec<&str> = launch["args"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let mut scope = lua.scope();
        let table = scope.table();
        for (index, text) in [program].iter().chain(&args).enumerate() {
            scope.set(&table, index as f64, *text).expect("an index is a key");
        }
        scope.set_global("arg", table);
        let function: Function = scope.load(&source, format!("@{program}"))?;
        if launch["stopOnEntry"] == true {
            self.stop_on_entry(scope.vm(), &function);
        }
        let args: Vec<Value> = args.into_iter().map(Into::into).collect();
        scope.call(&function, &args).map(|_| ())
    }

    /// Makes a function stop at its first statement.
    fn stop_on_entry(&self, vm: &mut Vm, function: &Function) {
        let bits = Scope::new(vm).bits(&Value::Function(function.clone()));
        let Some(key) = bits.to_closure().and_then(key_of) else { return };
        let Some(loaded) = self.code.borrow().function(key) else { return };
        let Some(first) = loaded.stops.first() else { return };
        if vm.set_breakpoint(loaded.function, Pc(first.pc), true) == Ok(true) {
            self.entry.set(Some((key, first.pc)));
        }
    }

    /// Stops the program before an op, or not: the machine's debugger.
    fn at_op(&self, vm: &mut Vm) -> StepMode {
        // At an error, the client's code can reach a breakpoint.
        if self.is_evaluating.get() {
            return StepMode::Continue;
        }
        let outside = Outside::new(vm);
        let vm: &mut Vm = outside.0;
        while let Ok(request) = self.requests.try_recv() {
            self.answer(vm, &request);
        }
        if let Some(place) = self.place(vm) {
            self.at_place(vm, place);
        }
        self.step.get().mode(vm)
    }

    fn at_place(&self, vm: &mut Vm, place: Place) {
        let at = (place.key, place.pc);
        // The machine may call because of a request, so it does not tell whether the op has a breakpoint.
        let hit = self.code.borrow().breakpoint(place.key, place.pc);
        if self.entry.get() == Some(at) {
            self.entry.set(None);
            let loaded = self.code.borrow().function(place.key);
            if let (None, Some(loaded)) = (&hit, loaded) {
                // The function is running, so it is loaded.
                let _removed = vm.set_breakpoint(loaded.function, Pc(place.pc), false);
            }
            return self.stop(vm, "entry", Some(place), json!({}));
        }
        match hit.filter(|hit| self.holds(vm, hit)) {
            Some(hit) => self.stop(vm, "breakpoint", Some(place), json!({ "hitBreakpointIds": [hit.id] })),
            None if self.step.get().ends_at(place) => {
                let reason = if matches!(self.step.get(), Step::Pause) { "pause" } else { "step" };
                self.stop(vm, reason, Some(place), json!({}));
            }
            None => {}
        }
    }

    /// Returns the place at which the program is, if it can stop there.
    fn place(&self, vm: &Vm) -> Option<Place> {
        let frame = frame_at(vm, 0)?;
        let key = key_of(frame.closure()?)?;
        let pc = frame.pc.0;
        let line = self.code.borrow().function(key)?.stop_at(pc)?;
        Some(Place { depth: step::depth(vm), key, pc, line })
    }

    /// Returns `true` if the condition of a breakpoint holds. One that fails counts, so that the user sees it.
    fn holds(&self, vm: &mut Vm, hit: &Breakpoint) -> bool {
        let Some(condition) = &hit.condition else { return true };
        let level = levels(self, vm).into_iter().next();
        match self.evaluate(vm, level.as_ref(), condition) {
            Ok(values) => values.first().is_some_and(Value::truth),
            Err(error) => {
                self.client.show("console", format!("condition of a breakpoint: {error}\n").as_bytes());
                true
            }
        }
    }

    /// Runs code of the client in the stopped program.
    fn evaluate(&self, vm: &mut Vm, level: Option<&Level>, text: &str) -> Result<Vec<Value>, String> {
        let outer = self.is_evaluating.replace(true);
        let result = evaluate::evaluate(vm, level, text);
        self.is_evaluating.set(outer);
        result
    }

    /// Serves the client until the program is to run again.
    fn stop(&self, vm: &mut Vm, reason: &str, place: Option<Place>, mut body: Json) {
        // The program is being interrupted.
        if self.is_ending.load(Ordering::Relaxed) {
            return;
        }
        let _flushed = vm.host.stdout.flush();
        self.step.set(Step::Run);
        self.stopped.set(Some(place));
        body["reason"] = reason.into();
        (body["threadId"], body["allThreadsStopped"]) = (1.into(), true.into());
        self.client.event("stopped", body);
        while self.stopped.get().is_some() {
            match self.requests.recv() {
                Ok(request) => self.answer(vm, &request),
                // The client has gone, and the program is interrupted.
                Err(_) => self.stopped.set(None),
            }
        }
        *self.references.borrow_mut() = References::default();
    }
}

impl Debugger for Session {
    fn loaded(&self, vm: &mut Vm, program: u64, name: &[u8], constants: &[Bits], functions: Vec<Debugged>) {
        if name == evaluate::NAME {
            return;
        }
        let path = name.strip_prefix(b"@").map(|path| whole_path(&String::from_utf8_lossy(path)));
        let functions = functions.into_iter().map(|(function, locals, stops)| {
            let locals = locals.iter().filter_map(|&LocalRange { name, slot, from, to }| match name {
                LocalName::Constant(name) => {
                    Some(Local { name: frame::text_of(constants[name as usize]), slot, from, to })
                }
                LocalName::Hidden(_) => None,
            });
            LoadedFunction { function, locals: locals.collect(), stops }
        });
        let moved = self.code.borrow_mut().add(vm, program, path, functions.collect());
        for breakpoint in moved {
            let breakpoint = request::shown_breakpoint(&breakpoint);
            self.client.event("breakpoint", json!({ "reason": "changed", "breakpoint": breakpoint }));
        }
    }

    fn failed(&self, vm: &mut Vm, message: &[u8]) {
        if self.stops_at_errors.get() && !self.is_evaluating.get() {
            let outside = Outside::new(vm);
            let text = String::from_utf8_lossy(message);
            self.stop(outside.0, "exception", None, json!({ "description": "uncaught error", "text": text }));
        }
    }
}

/// Returns the path under which a file is known, however it is named.
fn whole_path(path: &str) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| Path::new(path).to_owned())
}
