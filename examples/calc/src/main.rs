//! The command `mimeo-calc`: runs a program, or shows what is made of it.

use std::process::ExitCode;

use calc::ops::ops::Ops;
use calc::{Options, Session};
use mimeo::Position;
use mimeo_shell::{Command, Diagnostic, Failure, Source, stdout};

const COMMAND: Command = Command {
    name: "mimeo-calc",
    usage: "[options] FILE      run a program\n\
            [options] -         run the program on standard input\n\
            [options] -e CODE   run CODE",
    options: "",
    notes: "",
};

fn main() -> ExitCode {
    COMMAND.main::<Ops, _>(|arguments| Source::parse(arguments)?.ok_or("no program was given".into()), run)
}

fn run(source: Source, options: &mimeo_shell::Options) -> Result<ExitCode, Failure> {
    let text = source.read()?;
    let program = calc::compile(&text.text).map_err(|errors| text.failure(errors.iter().map(diagnostic)))?;
    let jit = Some(options.settings.jit.clone());
    let mut session = Session::new(&program, Options { jit, limits: options.limits, ..Options::default() }, stdout());
    let linked = session.linked();
    if options.inspect(session.machine(), linked, Some(&text))? {
        return Ok(ExitCode::SUCCESS);
    }
    options.prepare(session.machine());
    session.machine().vm_mut().set_fuel(options.fuel);
    let result = session.run();
    options.report(session.jit());
    result.map(|()| ExitCode::SUCCESS).map_err(|error| text.failure([diagnostic(&error)]))
}

fn diagnostic(error: &calc::Diagnostic) -> Diagnostic {
    let calc::Position { line, column } = error.position;
    Diagnostic::new(Position { line, column }, &*error.message)
}
