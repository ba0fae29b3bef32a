//! The command `mimeo-lua`: runs programs and lines, or shows what they are compiled to.

mod arena;
mod command;
mod interrupt;
mod repl;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read as _};
use std::process::ExitCode;

use lua::ops::ops::Ops;
use lua::{Failure, Function, Lua, Stop, Value};
use mimeo_shell::interrupt::INTERRUPTED;
use mimeo_shell::{Dump, Editor, Explore, Options, show, show_error};

use command::{Chunk, Command, MIMEO_LUA, Script};

const VERSION: &str = concat!("mimeo-lua ", env!("CARGO_PKG_VERSION"), " -- Lua 5.1, as LuaJIT implements it\n");

/// Size of the native stack in bytes. Only the used part takes memory.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    arena::share();
    MIMEO_LUA.main::<Ops, _>(Command::parse, |command, options| {
        Ok(std::thread::scope(|scope| {
            let command = &command;
            // Before the program starts: afterwards this thread could receive the first signal.
            let blocked = interrupt::block();
            let run = move || {
                blocked.restore();
                run(command, options)
            };
            // Nested metamethods and other recursion use native stack: in debug builds more than the main thread has.
            match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) {
                Ok(thread) => thread.join().unwrap_or(ExitCode::FAILURE),
                Err(_) => run(),
            }
        }))
    })
}

fn run(command: &Command, options: &Options) -> ExitCode {
    let jit = Some(options.settings.jit.clone());
    if command.is_adapter {
        lua::dap::serve(jit, io::stdin(), io::stdout());
        return ExitCode::SUCCESS;
    }
    let defaults = lua::Options::default();
    let mut lua = Lua::new(lua::Options {
        jit,
        limits: defaults.limits.with_memory(options.limits.memory),
        stdin: interrupt::stdin(command.is_interactive && !io::stdin().is_terminal()),
        stdout: mimeo_shell::stdout(),
        ..defaults
    });
    // SAFETY: no value is put into it.
    options.prepare(unsafe { lua.machine() });
    lua.set_fuel(options.fuel);
    set_arguments(&mut lua, command);
    let result = match (options.dump, &options.explore) {
        (None, None) => run_all(&mut lua, command),
        (dump, explore) => inspect(&mut lua, dump, explore.as_ref(), command),
    };
    // Flushed here to keep the output in order. The program sees write errors itself when it flushes.
    let _ignored = lua.flush();
    let exit = result.as_ref().err().and_then(|failure| failure.exit);
    if let (Err(failure), None) = (&result, exit) {
        show_failure(failure);
    }
    if options.dump.is_none() && options.explore.is_none() {
        options.report(lua.jit());
    }
    if let Some(exit) = exit {
        lua.leave(exit);
        std::process::exit(exit.code);
    }
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { stop: Some(Stop::Interrupted), .. }) => ExitCode::from(INTERRUPTED),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Prints an error and its traceback to standard error.
fn show_failure(failure: &Failure) {
    // Like LuaJIT, prints nothing for an error whose value is nil.
    if failure.value == Value::Nil {
        return;
    }
    let mut text = [b"mimeo-lua: ", &failure.message[..], b"\n"].concat();
    if !failure.traceback.is_empty() {
        text.extend_from_slice(&failure.traceback);
        text.push(b'\n');
    }
    show_error(text);
}

/// Runs everything that the command line names, in the order that Lua documents.
fn run_all(lua: &mut Lua, command: &Command) -> Result<(), Failure> {
    if let Some(init) = std::env::var_os("LUA_INIT") {
        let init = init.as_encoded_bytes();
        let function = match init.strip_prefix(b"@") {
            Some(path) => load_script(lua, &Script::File(String::from_utf8_lossy(path).into_owned().into()))?,
            None => lua.load(init, "=LUA_INIT")?,
        };
        interrupt::call(lua, &function, &[])?;
    }
    if command.shows_version {
        show(VERSION);
    }
    for chunk in &command.chunks {
        match chunk {
            Chunk::Code(code) => {
                let function = load_chunk(lua, code)?;
                interrupt::call(lua, &function, &[])?;
            }
            Chunk::Module(name) => require(lua, name)?,
        }
    }
    if let Some(script) = &command.script {
        let function = load_script(lua, script)?;
        let args = command.line[command.script_at + 1..].iter();
        let args: Vec<Value> = args.map(|arg| arg.as_encoded_bytes().into()).collect();
        interrupt::call(lua, &function, &args)?;
    }
    if command.is_interactive {
        repl::run(lua, &mut Editor::new(MIMEO_LUA.name), &mut show_failure)?;
    } else if command.is_bare() {
        if io::stdin().is_terminal() {
            show(VERSION);
            repl::run(lua, &mut Editor::new(MIMEO_LUA.name), &mut show_failure)?;
        } else {
            let function = load_script(lua, &Script::Stdin)?;
            interrupt::call(lua, &function, &[])?;
        }
    }
    Ok(())
}

/// Shows the code that would run.
fn inspect(lua: &mut Lua, dump: Option<Dump>, explore: Option<&Explore>, command: &Command) -> Result<(), Failure> {
    let of_ops = dump.and_then(Dump::of_ops::<Ops>);
    if let Some(text) = &of_ops {
        show(text);
        if explore.is_none() {
            return Ok(());
        }
    }
    let programs = load_programs(lua, command)?;
    for Loaded { function, .. } in programs.iter().filter(|_| of_ops.is_none()) {
        let text = match dump {
            None => break,
            Some(Dump::Asm) => lua.machine_code(function),
            #[cfg(feature = "optimize")]
            Some(Dump::Clif) => lua.optimized_loops(function),
            Some(_) => lua.bytecode(function),
        };
        show(&text.map_err(|reason| Failure::from(reason.to_string()))?);
    }
    if let Some(explore) = explore {
        let (mut title, mut sections) = ("", Vec::new());
        for Loaded { function, name, source } in &programs {
            title = name;
            sections.extend(lua.stages(function, source).map_err(|reason| Failure::from(reason.to_string()))?);
        }
        explore.write(title, sections)?;
    }
    Ok(())
}

/// A program that is shown.
struct Loaded {
    function: Function,
    name: String,
    source: Vec<u8>,
}

/// Loads everything that the command line names, of which there is at least one.
fn load_programs(lua: &mut Lua, command: &Command) -> Result<Vec<Loaded>, Failure> {
    let mut programs = Vec::new();
    for chunk in &command.chunks {
        match chunk {
            Chunk::Code(code) => {
                let (function, name) = (load_chunk(lua, code)?, "(command line)".to_owned());
                programs.push(Loaded { function, name, source: code.clone() });
            }
            Chunk::Module(name) => require(lua, name)?,
        }
    }
    let stdin = (command.is_bare() && !io::stdin().is_terminal()).then_some(Script::Stdin);
    if let Some(script) = command.script.clone().or(stdin) {
        let name = match &script {
            Script::File(path) => path.display().to_string(),
            Script::Stdin => "stdin".to_owned(),
        };
        let source = read_script(&script)?;
        programs.push(Loaded { function: load_source(lua, &script, &source)?, name, source });
    }
    if programs.is_empty() { Err("no program was given".into()) } else { Ok(programs) }
}

/// Loads a module by the program's `require`.
fn require(lua: &mut Lua, name: &[u8]) -> Result<(), Failure> {
    let Value::Function(require) = lua.scope().global("require") else {
        return Err("`require` is not a function".into());
    };
    interrupt::call(lua, &require, &[name.into()]).map(drop)
}

fn load_chunk(lua: &mut Lua, chunk: &[u8]) -> Result<Function, Failure> {
    lua.load(chunk, "=(command line)")
}

fn load_script(lua: &mut Lua, script: &Script) -> Result<Function, Failure> {
    let source = read_script(script)?;
    load_source(lua, script, &source)
}

fn load_source(lua: &mut Lua, script: &Script, source: &[u8]) -> Result<Function, Failure> {
    match script {
        Script::File(path) => lua.load(source, [b"@", path.as_os_str().as_encoded_bytes()].concat()),
        Script::Stdin => lua.load(source, "=stdin"),
    }
}

fn read_script(script: &Script) -> Result<Vec<u8>, Failure> {
    let mut source = Vec::new();
    match script {
        Script::File(path) => {
            let name = path.as_os_str().as_encoded_bytes();
            let failed = |what: &str, error: &io::Error| -> Failure {
                [what.as_bytes(), name, b": ", without_number(&error.to_string()).as_bytes()].concat().into()
            };
            let mut file = std::fs::File::open(path).map_err(|error| failed("cannot open ", &error))?;
            file.read_to_end(&mut source).map_err(|error| failed("cannot read ", &error))?;
        }
        Script::Stdin => {
            let failed = |error| Failure::from(format!("cannot read stdin: {error}"));
            io::stdin().read_to_end(&mut source).map_err(failed)?;
        }
    }
    Ok(source)
}

/// Returns the message of a system error as C prints it, without the error number.
fn without_number(message: &str) -> &str {
    message.split(" (os error").next().unwrap_or(message)
}

/// Sets the global `arg` to the whole command line, with the script at index 0.
fn set_arguments(lua: &mut Lua, command: &Command) {
    let mut scope = lua.scope();
    let table = scope.table();
    for (at, argument) in command.line.iter().map(OsString::as_os_str).enumerate() {
        let index = at as f64 - command.script_at as f64;
        scope.set(&table, index, argument.as_encoded_bytes()).expect("an index is a key");
    }
    scope.set_global("arg", table);
}
