//! The command: runs a program, or an interactive session.

// ANCHOR: main
use std::process::ExitCode;

use first::session::Session;
use mimeo_shell::{Command, Output};

fn main() -> ExitCode {
    let command = Command::of_programs("first");
    command.run(|options| Session::new(options.settings.jit.clone(), options.limits, Output::stdout()))
}
// ANCHOR_END: main
