//! Sources in C → a program for WASI, or for this machine.

use std::path::Path;
use std::process::Command;

/// What a program is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Wasm,
    Native,
}

impl Target {
    pub const ALL: [Target; 2] = [Target::Wasm, Target::Native];

    pub fn name(self) -> &'static str {
        match self {
            Target::Wasm => "program.wasm",
            Target::Native => "program",
        }
    }
}

/// Compiles a program. The options come before the sources.
/// It panics if the compiler or the library for WASI is not installed: `.ci/run install` installs them.
#[track_caller]
pub fn compile(target: Target, sources: &[&Path], options: &[&str], program: &Path) {
    let mut clang = Command::new("clang-19");
    match target {
        Target::Wasm => clang.args(["--target=wasm32-wasi", "-D_WASI_EMULATED_PROCESS_CLOCKS"]),
        Target::Native => clang.arg("-D_GNU_SOURCE"),
    };
    // Results must not depend on whether the machine multiplies and adds in one step.
    clang.args(["-O2", "-ffp-contract=off"]).args(options).args(sources).arg("-o").arg(program);
    match target {
        Target::Wasm => clang.arg("-lwasi-emulated-process-clocks"),
        Target::Native => clang.arg("-lm"),
    };
    let output = clang.output().unwrap_or_else(|error| panic!("clang-19: {error}; `.ci/run install` installs it"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n`.ci/run install` installs what clang needs for WASI");
}
