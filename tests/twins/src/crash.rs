//! A fatal signal while an op is tested → a line that names the op, before the process ends.
//!
//! Contract of this island:
//!
//! 1. The handler only reads constants, thread-local variables without destructors and [`BEFORE`], and calls `write` and
//!    `sigaction`, which are safe in a signal handler.
//! 2. The handler returns to the instruction that failed, with the action that was there before it. That action, which
//!    may be the default, then ends the process.

use std::cell::Cell;
use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;

/// The signals of code that is wrong, with their names.
const SIGNALS: [(c_int, &str); 5] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGTRAP, "SIGTRAP"),
];

/// The actions before those of this module, in the order of [`SIGNALS`].
static BEFORE: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

thread_local! {
    /// The op that this thread tests, and its instruction set.
    static TESTED: Cell<Option<(&'static str, &'static str)>> = const { Cell::new(None) };
}

/// The time in which this thread tests an op. A fatal signal is reported until it is dropped.
pub(crate) struct Tested(PhantomData<*const ()>);

impl Tested {
    pub(crate) fn new(op: &'static str, set: &'static str) -> Tested {
        BEFORE.get_or_init(|| SIGNALS.map(|(signal, _)| install(signal)));
        TESTED.set(Some((op, set)));
        Tested(PhantomData)
    }
}

impl Drop for Tested {
    fn drop(&mut self) {
        TESTED.set(None);
    }
}

/// Sets the handler of a signal, and returns the action before it.
fn install(signal: c_int) -> libc::sigaction {
    // SAFETY: (1) the handler; zeros are a valid action, and both pointers are to local variables.
    unsafe {
        let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
        action.sa_sigaction = report as extern "C" fn(c_int) as usize;
        // On the stack that Rust's runtime provides for overflows of the thread's own.
        action.sa_flags = libc::SA_ONSTACK;
        let mut before: libc::sigaction = MaybeUninit::zeroed().assume_init();
        libc::sigaction(signal, &raw const action, &raw mut before);
        before
    }
}

extern "C" fn report(signal: c_int) {
    let index = SIGNALS.iter().position(|(of, _)| *of == signal).unwrap_or(0);
    if let Some((op, set)) = TESTED.get() {
        let name = SIGNALS[index].1;
        let only = "\nrerun it with Settings::default().with_only(\"";
        for part in ["\nJIT_DIFFERENTIAL: `", op, "` of `", set, "` ended in ", name, only, op, "\".to_owned())\n"] {
            // SAFETY: (1) `part` is as long as it says.
            let _ = unsafe { libc::write(libc::STDERR_FILENO, part.as_ptr().cast(), part.len()) };
        }
    }
    // SAFETY: (1), (2). A signal can arrive while the handlers are being installed.
    unsafe {
        match BEFORE.get() {
            Some(before) => drop(libc::sigaction(signal, &raw const before[index], ptr::null_mut())),
            None => drop(libc::signal(signal, libc::SIG_DFL)),
        }
    }
}
