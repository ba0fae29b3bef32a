//! A target → the [source](Std) of its standard library on this machine.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's compiler, for targets that the tool chain in use lacks.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// The source of a target's standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Std {
    /// The tool chain in use.
    Own,
    /// Debian's tool chain.
    Debian,
    /// A build from Debian's sources.
    Source,
}

impl Std {
    /// Returns the first available source.
    ///
    /// # Errors
    ///
    /// A sentence that says that there is none.
    pub fn of(triple: &str) -> Result<Std, String> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        if ask(&rustc, &["--print", "target-libdir", "--target", triple]).is_some_and(|folder| has_files(&folder)) {
            return Ok(Std::Own);
        }
        let debian = OsString::from(DEBIAN_RUSTC);
        if ask(&debian, &["--print", "target-libdir", "--target", triple]).is_some_and(|folder| has_files(&folder)) {
            return Ok(Std::Debian);
        }
        let sources = ask(&debian, &["--print", "sysroot"]).map(|root| root.join("lib/rustlib/src/rust/library"));
        if sources.is_some_and(|folder| has_files(&folder)) {
            return Ok(Std::Source);
        }
        Err(format!("there is no standard library for {triple}, and no sources of one"))
    }

    /// Makes a cargo command that builds for the target use it. `panics` is the crate of the way to panic.
    pub fn set_up(self, cargo: &mut Command, panics: &str) {
        if self != Std::Own {
            cargo.env("RUSTC", DEBIAN_RUSTC);
        }
        if self == Std::Source {
            // Only building the standard library needs this, not the programs.
            cargo.env("RUSTC_BOOTSTRAP", "1").arg(format!("-Zbuild-std=std,{panics}"));
        }
    }

    /// Returns the description for the table of targets.
    pub fn name(self) -> &'static str {
        match self {
            Std::Own => "by the Rust in use",
            Std::Debian => "by Debian's Rust",
            Std::Source => "by Debian's Rust, with a standard library built from its sources",
        }
    }
}

/// Returns the path that a command prints.
fn ask(program: &OsString, args: &[&str]) -> Option<PathBuf> {
    let output = Command::new(program).args(args).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
