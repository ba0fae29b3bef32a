//! Ctrl-C → an interruption of what runs.

use std::sync::atomic::{AtomicU8, Ordering};

use mimeo::Control;

/// The exit status of a process that is killed by `SIGINT`.
pub const INTERRUPTED: u8 = 128 + 2;

/// What Ctrl-C finds: one of the states below.
static STATE: AtomicU8 = AtomicU8::new(IDLE);
/// Nothing runs that could be interrupted.
const IDLE: u8 = 0;
/// Something runs that has not been interrupted yet.
const RUNNING: u8 = 1;
/// What runs was interrupted, and has not ended yet.
const STOPPING: u8 = 2;

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
        match STATE.compare_exchange(RUNNING, STOPPING, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => control.interrupt(),
            Err(_) => std::process::exit(INTERRUPTED.into()),
        }
    });
}

/// Runs something, which Ctrl-C interrupts. See [`handle`] for an example.
pub fn run<T>(action: impl FnOnce() -> T) -> T {
    STATE.store(RUNNING, Ordering::SeqCst);
    let result = action();
    STATE.store(IDLE, Ordering::SeqCst);
    result
}

/// Does something that an interruption cannot end, such as waiting for input: meanwhile Ctrl-C ends the process. So does
/// one that has come before, and that what runs has not noticed yet.
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
    let before = STATE.swap(IDLE, Ordering::SeqCst);
    if before == STOPPING {
        std::process::exit(INTERRUPTED.into());
    }
    let result = action();
    STATE.store(before, Ordering::SeqCst);
    result
}
