//! The command line → a run of a program or of a function, or what a module is compiled to.

mod request;
mod values;

use std::io::{self, IsTerminal as _, Read};
use std::process::ExitCode;

use mimeo::TrapKind;
use mimeo::jit::HasJit as _;
use mimeo_shell::{Failure, Options, interrupt, show, show_error};

use crate::ops::ops::Ops;
use crate::wasi::{Exit, Wasi, WasiBuilder, add_to_linker};
use crate::{AsContextMut as _, Config, Engine, Error, Extern, Linker, Module, Store, Val};
use request::{COMMAND, Request};

/// The exit status of a process that is killed by `SIGABRT`.
const ABORTED: u8 = 128 + 6;

/// Runs the command with the arguments of the process, and returns its exit status: that of the program, 134 if it
/// trapped, 130 if it was interrupted, 2 if the command line is wrong, and 1 for another failure.
pub fn main() -> ExitCode {
    COMMAND.main::<Ops, _>(Request::parse, run)
}

fn run(request: Request, options: &Options) -> Result<ExitCode, Failure> {
    let path = request.file.display();
    let bytes = std::fs::read(&request.file);
    let bytes = bytes.map_err(|error| Failure::Command(format!("cannot read {path}: {error}")))?;
    let config = Config::default().with_jit(options.settings.jit.clone());
    let limits = config.limits.with_memory(options.limits.memory);
    let engine = Engine::new(config.with_limits(limits));
    let module = Module::new(&engine, bytes);
    let module = module.map_err(|error| Failure::Program(format!("{path}: error: {error}\n")))?;
    let mut store = Store::new(&engine, wasi(&request)?);
    if options.dump.is_some() || options.explore.is_some() {
        let linked = store.as_context_mut().load(&module.inner.program, std::ptr::null()).map_err(failure)?;
        options.inspect(&mut store.machine, linked, None)?;
        return Ok(ExitCode::SUCCESS);
    }
    options.prepare(&mut store.machine);
    interrupt::handle(store.control());
    store.set_fuel(options.fuel);
    let result = interrupt::run(|| call(&request, &mut store, &module));
    options.report(store.machine.jit());
    match result {
        // It ended before it noticed.
        _ if store.control().is_interrupted() => Ok(ExitCode::from(interrupt::INTERRUPTED)),
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => end(error),
    }
}

/// Returns what the command line grants the program.
fn wasi(request: &Request) -> Result<Wasi, Failure> {
    let mut builder = WasiBuilder::new()
        .arg(request.file.as_os_str().as_encoded_bytes())
        .args(request.args.iter().map(|arg| arg.as_encoded_bytes()))
        .stdin(Stdin)
        .stdout(mimeo_shell::stdout())
        .stderr(io::stderr())
        .terminals([io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()]);
    for (name, value) in &request.environment {
        builder = builder.env(name, value);
    }
    for (folder, guest) in &request.folders {
        let granted = builder.preopened_dir(folder, guest);
        builder = granted.map_err(|error| Failure::Command(format!("cannot open {folder}: {error}")))?;
    }
    Ok(builder.build())
}

/// Standard input. While the program waits for it, Ctrl-C ends the process.
struct Stdin;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        interrupt::wait(|| io::stdin().read(buffer))
    }
}

/// Calls the function that the command line names, and prints its results.
fn call(request: &Request, store: &mut Store<Wasi>, module: &Module) -> Result<(), Error> {
    let mut linker = Linker::new();
    add_to_linker(&mut linker, &mut *store, |wasi| wasi)?;
    let instance = linker.instantiate(&mut *store, module)?;
    let Some(name) = &request.function else {
        return instance.get_typed_func::<(), ()>(&*store, "_start")?.call(store, ());
    };
    // A library, which is not started, prepares itself by this function.
    if let Ok(initialize) = instance.get_typed_func::<(), ()>(&*store, "_initialize") {
        initialize.call(&mut *store, ())?;
    }
    let Some(Extern::Func(function)) = instance.get_export(&*store, name) else {
        return Err(Error::link(format!("no function is exported as `{name}`")));
    };
    let args = values::parse(&request.args, &function.ty(&*store).params).map_err(Error::Link)?;
    let results: Vec<Val> = function.call(store, &args)?;
    show(&results.iter().map(|&value| values::text(value) + "\n").collect::<String>());
    Ok(())
}

/// Returns the exit status for an error of a program.
fn end(error: Error) -> Result<ExitCode, Failure> {
    let Error::Run(trap) = &error else { return Err(failure(error)) };
    if let Some(&Exit(status)) = error.host_error() {
        // As a system does, which has a byte for it.
        return Ok(ExitCode::from(status as u8));
    }
    show_error(format!("{}: {error}\n{trap}", COMMAND.name));
    Ok(ExitCode::from(if matches!(trap.kind, TrapKind::Interrupted) { interrupt::INTERRUPTED } else { ABORTED }))
}

fn failure(error: Error) -> Failure {
    Failure::Command(error.to_string())
}
