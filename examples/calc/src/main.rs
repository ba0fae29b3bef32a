//! The command `mimeo-calc`: runs a program, or shows its bytecode, C or machine code.

mod command;

use std::fmt;
use std::io::{self, BufWriter, Read, Write};
use std::process::ExitCode;

use calc::{Options, Session};
use mimeo::jit::{Jit, Report};
use mimeo::listing::{Listing, bodies};
use mimeo::{Disassembly, InstructionSet};

use calc::ops::ops::{Ops, Program};
use command::{Command, Dump, Request, Source, USAGE};

fn main() -> ExitCode {
    let command = match Command::from_env() {
        Ok(Request::Run(command)) => command,
        Ok(Request::Capability(settings)) => {
            print!("{}", mimeo::jit::capability::<Ops>(&settings.jit));
            return ExitCode::SUCCESS;
        }
        Ok(Request::Help) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("mimeo-calc: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    let (file, text) = read(&command.source)?;
    let program = calc::compile(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| error.in_file(&file).to_string()).collect();
        Failure(lines.join("\n"))
    })?;
    let options = Options { jit: Some(command.settings.jit.clone()), ..Options::default() };
    let mut session = Session::new(&program, options, Box::new(BufWriter::new(io::stdout())));
    if let Some(dump) = command.dump {
        return show(dump, &program, &mut session);
    }
    if let Some(failure) = session.jit().and_then(Jit::observer_failure) {
        eprintln!("mimeo-calc: warning: {failure}");
    }
    let result = session.run().map_err(|error| Failure(error.in_file(&file).to_string()));
    if let (Report(Some(format)), Some(jit)) = (command.settings.report, session.jit()) {
        eprint!("{}", jit.report(format));
    }
    result
}

/// Returns the name of the source for error messages, and the program's text.
fn read(source: &Source) -> Result<(String, String), Failure> {
    let (name, text) = match source {
        Source::Text(text) => return Ok(("-e".to_owned(), text.clone())),
        Source::Stdin => {
            let mut bytes = Vec::new();
            ("<stdin>".to_owned(), io::stdin().read_to_end(&mut bytes).map(|_| bytes))
        }
        Source::File(path) => (path.display().to_string(), std::fs::read(path)),
    };
    let bytes = text.map_err(|error| Failure(format!("{name}: error: cannot read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Failure(not_text(&name, &error))),
    }
}

/// Returns the error at the first byte that is not UTF-8.
fn not_text(name: &str, error: &std::string::FromUtf8Error) -> String {
    let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!("{name}:{line}:{column}: error: invalid UTF-8")
}

fn show(dump: Dump, program: &Program, session: &mut Session) -> Result<(), Failure> {
    let mut text = String::new();
    match dump {
        Dump::Bytecode => {
            for body in program.functions() {
                text += &Disassembly::<Ops>::new(body).to_string();
            }
        }
        Dump::Ir => text += &bodies::<Ops>().expect("the ops have no errors"),
        Dump::C => text += Ops::C,
        #[cfg(feature = "optimize")]
        Dump::Clif => {
            text += &mimeo::optimize::clif(mimeo::jit::OptimizerSet::of::<Ops>(), session.functions());
        }
        Dump::Asm => {
            if let Some(reason) = session.jit().and_then(Jit::unavailable) {
                return Err(Failure(format!("mimeo-calc: no native code: {reason}")));
            }
            session.with_native_code(|function, code| text += &Listing::<Ops>::new(function.body(), &code).to_string());
        }
    }
    io::stdout().write_all(text.as_bytes()).map_err(|error| Failure(format!("mimeo-calc: cannot print: {error}")))
}

/// An error that ends the command with status 1: complete lines for standard error.
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
