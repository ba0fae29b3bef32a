//! The command `mimeo`: parses its arguments, runs the requested action, and prints the result.

use std::path::Path;
use std::process::ExitCode;

use mimeo_cli::command::{self, Request};
use mimeo_cli::{explore, generate, listing, new, renew, selftest};

fn main() -> ExitCode {
    match run() {
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

fn run() -> Result<String, String> {
    match command::parse(std::env::args_os().skip(1)).map_err(|error| format!("{error}\n\n{}", command::USAGE))? {
        Request::Help => Ok(command::USAGE.to_owned()),
        Request::New(request) => new::run(&request),
        Request::SelfTest => selftest::run(),
        Request::Extract(files) => files.iter().map(|file| extract(file)).collect(),
        Request::Generate(request) => generate::run(&request),
        Request::Explore(request) => explore::run(&request),
        Request::Renew(request) => renew::run(&request),
    }
}

fn extract(file: &Path) -> Result<String, String> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    listing::listing(&name, &bytes).map_err(|refusal| format!("{name}: {refusal}"))
}
