//! The command `mimeo-check`: runs the checks that a release needs, and prints the results. `docs/check.md` describes
//! each of them, and the JSON.

mod check;
mod checks;
mod command;
mod judge;
mod processes;
mod report;
mod sets;
mod variants;
mod versions;

use std::process::ExitCode;

use check::World;
use command::{Command, USAGE};
use variants::Variants;

fn main() -> ExitCode {
    let command = match Command::from_env() {
        Ok(Some(command)) => command,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("mimeo-check: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let world = World {
        corpus: mimeo_corpus::program::CALC.programs(100),
        variants: Variants::new(&command),
        latency_bound: command.latency_bound,
        emulated: !command.runner.is_empty(),
    };
    let reports: Vec<_> = checks::ALL.iter().map(|check| check.report(&world)).collect();
    let decision = judge::decide(&reports, &command.allow_skip);
    if command.json {
        print!("{}", report::json(&reports, &command, &decision));
    } else {
        print!("{}", report::table(&reports, &decision));
    }
    if decision.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
