//! Runs the benchmarks in mimeo-lua's modes and in other Luas, and compares them: tables, a plot, numbers.
//!
//! `cargo bench -p mimeo-lua --bench compare -- --help`. `cargo test` runs it with `--quick`.

mod document;
mod engine;
mod measure;
mod options;
mod plot;
mod program;
mod results;
mod share;
mod table;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use document::Conditions;
use options::{Options, USAGE};
use results::Results;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    // Only `cargo bench` passes `--bench`; the options of `cargo test` are meant for other tests.
    let is_test = !args.iter().any(|arg| arg == "--bench");
    if is_test && args.iter().any(|arg| arg == "--list") {
        return ExitCode::SUCCESS;
    }
    let options = if is_test { Ok(Options::of_test()) } else { Options::from_args(args) };
    let options = match options {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.wants_help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(results) => {
            if is_test {
                check(&results, &options);
            }
            if results.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, and writes the requested files.
fn run(options: &Options) -> Result<Results, String> {
    let programs = program::matching(&options.filters)?;
    let engines = options.engines()?;
    let mut conditions = Conditions::at_start();
    let results = measure::measure(programs, engines, options);
    conditions.record_end();
    print!("{}", table::render(&results));
    if let Some(path) = &options.plot {
        write(path, &plot::render(&results))?;
    }
    if let Some(path) = &options.json {
        write(path, &format!("{:#}\n", results.json()))?;
    }
    if options.writes_docs && results.errors.is_empty() {
        document::write(&results, &conditions).map_err(|error| format!("cannot write the documents: {error}"))?;
    }
    Ok(results)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Checks that the files of a test are complete.
fn check(results: &Results, options: &Options) {
    let read =
        |path: &Option<_>| fs::read_to_string(path.as_ref().expect("a test writes both")).expect("it is written");
    let (svg, json) = (read(&options.plot), read(&options.json));
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let programs = json["programs"].as_array().expect("a list");
    assert!(programs.len() >= 10, "only {} programs", programs.len());
    assert_eq!(results.errors, [""; 0]);
    for program in programs {
        for engine in &results.engines {
            assert!(program["median_ms"][engine.name].as_f64().is_some_and(|ms| ms > 0.0), "{} {program}", engine.name);
        }
        let count = |field: &str| program["ops"][field].as_u64().expect("a number");
        assert!(0 < count("interpreted") && count("interpreted") <= count("executed"), "{program}");
    }
    // One for each engine but the baseline, for each program and the mean.
    assert_eq!(svg.matches("class=\"bar\"").count(), (results.engines.len() - 1) * (programs.len() + 1));
}
