//! Records the compiler and the target of the build, for the evidence.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs: it builds this crate");
    let version = String::from_utf8_lossy(&output.stdout);
    println!("cargo::rustc-env=MIMEO_CHECK_RUSTC={}", version.trim());
    println!("cargo::rustc-env=MIMEO_CHECK_TARGET={}", env::var("TARGET").expect("cargo sets it"));
}
