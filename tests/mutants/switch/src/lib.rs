//! The environment → which mutant is active, checked by the sources of a mutated copy at every mutant.
#![forbid(unsafe_code)]

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The variable with the number of the active mutant.
pub const MUTANT: &str = "MIMEO_MUTANT";

/// The variable with the path of a file, to which the numbers of reached mutants are appended.
pub const TRACE: &str = "MIMEO_MUTANT_TRACE";

/// The values of the variables, read once.
struct Settings {
    mutant: Option<u32>,
    trace: Option<File>,
}

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings {
    mutant: env::var(MUTANT).ok().and_then(|number| number.parse().ok()),
    trace: env::var_os(TRACE).map(|path| {
        let file = OpenOptions::new().append(true).create(true).open(path);
        file.unwrap_or_else(|error| panic!("the trace of mutants cannot be written: {error}"))
    }),
});

/// Whether each mutant below the length was traced. Mutants beyond it are traced every time.
static TRACED: [AtomicBool; 1 << 13] = [const { AtomicBool::new(false) }; 1 << 13];

/// Returns `true` if this mutant is active.
#[inline]
pub fn on(mutant: u32) -> bool {
    let settings = &*SETTINGS;
    if let Some(file) = &settings.trace {
        trace(file, mutant);
    }
    settings.mutant == Some(mutant)
}

fn trace(mut file: &File, mutant: u32) {
    let traced = TRACED.get(mutant as usize);
    if !traced.is_some_and(|traced| traced.load(Ordering::Relaxed) || traced.swap(true, Ordering::Relaxed)) {
        let written = file.write_all(format!("{mutant}\n").as_bytes());
        written.unwrap_or_else(|error| panic!("the trace of mutants cannot be written: {error}"));
    }
}
