//! Ctrl-C → an interruption of what runs.

use std::sync::atomic::{AtomicBool, Ordering};

use mimeo::Control;

/// The exit status of a process that is killed by `SIGINT`.
pub const INTERRUPTED: u8 = 128 + 2;

/// Whether something runs that has not been interrupted yet.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C interrupt what [`run`] runs. At other times, and a second time, it ends the process.
///
/// ```
/// use mimeo_doc_ops::{SUM, sample_machine};
/// use mimeo_shell::interrupt;
///
/// let (mut machine, linked) = sample_machine();
/// interrupt::handle(machine.control());
/// assert_eq!(interrupt::run(|| machine.call(linked.function(SUM), &[10])), Ok(55));
/// ```
pub fn handle(control: &Control) {
    let control = control.clone();
    // Without the handler, Ctrl-C always ends the process.
    let _unavailable = ctrlc::set_handler(move || {
        if IS_RUNNING.swap(false, Ordering::SeqCst) {
            control.interrupt();
        } else {
            std::process::exit(INTERRUPTED.into());
        }
    });
}

/// Runs something, which Ctrl-C interrupts. See [`handle`] for an example.
pub fn run<T>(action: impl FnOnce() -> T) -> T {
    let before = IS_RUNNING.swap(true, Ordering::SeqCst);
    let result = action();
    IS_RUNNING.store(before, Ordering::SeqCst);
    result
}

/// Does something that an interruption cannot end, such as waiting for input: meanwhile Ctrl-C ends the process.
///
/// ```
/// use std::io;
///
/// use mimeo_shell::interrupt;
///
/// let line = interrupt::run(|| interrupt::wait(|| io::read_to_string(io::empty())))?;
/// assert_eq!(line, "");
/// # Ok::<(), io::Error>(())
/// ```
pub fn wait<T>(action: impl FnOnce() -> T) -> T {
    let before = IS_RUNNING.swap(false, Ordering::SeqCst);
    let result = action();
    IS_RUNNING.store(before, Ordering::SeqCst);
    result
}
