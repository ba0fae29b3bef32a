//! The command `mimeo-support`: fills the table of supported targets with test results.

use std::path::Path;
use std::process::ExitCode;

use lexopt::prelude::{Long, Short};
use lexopt::{Arg, Parser, ValueExt};
use mimeo_support::{Request, USAGE};

fn main() -> ExitCode {
    let done = match parse() {
        Ok(Some(request)) => mimeo_support::run(Path::new("."), &request, |line| eprintln!("{line}")),
        Ok(None) => Ok(USAGE.to_owned()),
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    };
    match done {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Option<Request>, lexopt::Error> {
    let mut request = Request::default();
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("check") => request.check = true,
            Long("target") => request.targets.push(parser.value()?.string()?),
            other => return Err(Arg::unexpected(other)),
        }
    }
    Ok(Some(request))
}
