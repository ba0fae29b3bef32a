//! Ctrl-C → an interruption of the chunk that runs in a session.

use std::sync::atomic::{AtomicBool, Ordering};

use mimeo::Control;

/// The exit status of a process that is killed by `SIGINT`.
const INTERRUPTED: i32 = 128 + 2;

/// Whether a chunk runs that has not been interrupted yet.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C interrupt what [`run`] runs. At other times, and a second time, it ends the process.
pub(crate) fn handle(control: &Control) {
    let control = control.clone();
    // Without the handler, Ctrl-C always ends the process.
    let _unavailable = ctrlc::set_handler(move || {
        if IS_RUNNING.swap(false, Ordering::SeqCst) { control.interrupt() } else { std::process::exit(INTERRUPTED) }
    });
}

/// Runs a chunk.
pub(crate) fn run<T>(chunk: impl FnOnce() -> T) -> T {
    IS_RUNNING.store(true, Ordering::SeqCst);
    let result = chunk();
    IS_RUNNING.store(false, Ordering::SeqCst);
    result
}
