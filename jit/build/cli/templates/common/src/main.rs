//! The command: a program that runs, or an interactive session.

use std::process::ExitCode;

use mimeo_shell::{Command, Output};
use my_lang::glue::session::Session;

fn main() -> ExitCode {
    let command = Command::of_programs(env!("CARGO_PKG_NAME"));
    command.run(|options| Session::new(options.settings.jit.clone(), options.limits, Output::stdout()))
}
