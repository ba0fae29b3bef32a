//! The compilers of this machine → [`Toolchain`]s to test with.
//!
//! `cc` must exist: a machine without a C compiler cannot test this crate. Cross compilers and clang are used when they are found, and must be found when `CI` is set, so that a job cannot pass by
//! not testing.

use std::path::{Path, PathBuf};
use std::process::Command;

use mimeo_build::{Feature, Target, Toolchain};

/// A compiler to test with.
pub(crate) struct Machine {
    /// The program, for messages.
    pub(crate) program: String,
    /// The probed toolchain.
    pub(crate) tools: Toolchain,
}

pub(crate) const X86_64: &str = "x86_64-unknown-linux-gnu";
pub(crate) const AARCH64: &str = "aarch64-unknown-linux-gnu";

/// Returns the triple of the machine's own compiler.
pub(crate) fn host() -> &'static str {
    if cfg!(target_arch = "aarch64") { AARCH64 } else { X86_64 }
}

/// Creates a folder for a test's files.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder is writable");
    path
}

/// Returns every compiler that is found, each with its own folder.
pub(crate) fn machines(test: &str) -> Vec<Machine> {
    let mut found = Vec::new();
    let default = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let candidates = [
        (default.as_str(), host(), true),
        ("gcc", X86_64, false),
        ("clang-19", X86_64, false),
        ("clang-14", X86_64, false),
        ("aarch64-linux-gnu-gcc", AARCH64, false),
        ("clang-19", AARCH64, false),
        ("clang-14", AARCH64, false),
        // Formats other than the machine's own.
        ("clang-19", "x86_64-apple-darwin", false),
        ("clang-19", "aarch64-apple-darwin", false),
        ("clang-19", "x86_64-pc-windows-gnu", false),
        ("x86_64-w64-mingw32-gcc", "x86_64-pc-windows-gnu", false),
    ];
    let mut seen = Vec::new();
    for (program, triple, mandatory) in candidates {
        let version = version(program);
        assert!(version.is_some() || !(mandatory || std::env::var_os("CI").is_some()), "there is no `{program}`");
        let Some(version) = version else { continue };
        // `cc` is usually one of the others. A gcc for another machine cannot serve as `gcc`.
        let foreign = program == "gcc" && !cfg!(target_arch = "x86_64");
        if !foreign && !seen.contains(&(version.clone(), triple)) {
            found.push(machine(program, triple, &folder(&format!("{test}-{program}-{triple}").replace('/', "_"))));
            seen.push((version, triple));
        }
    }
    found
}

/// Returns a compiler's description of itself without the name of the program, or `None` if it does not exist.
pub(crate) fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.split_once(' ').map_or(text.clone(), |(_, rest)| rest.to_owned()))
}

/// Probes a compiler in `work`.
pub(crate) fn machine(program: &str, triple: &str, work: &Path) -> Machine {
    raised(program, triple, &[], work)
}

/// Probes a compiler with a higher baseline.
pub(crate) fn raised(program: &str, triple: &str, features: &[Feature], work: &Path) -> Machine {
    let target = Target { triple: triple.to_owned(), host: host().to_owned() };
    let tools = Toolchain::probe_program(program, &target, features, work).expect("a compiler that exists is usable");
    Machine { program: format!("{program} for {triple}"), tools }
}
