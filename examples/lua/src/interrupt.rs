//! Ctrl-C → an interruption of the running program.
//!
//! The handler is installed only while a program runs. At other times Ctrl-C ends the process, as it does if the program
//! has not reacted to the last one. On Windows it always ends the process.
//!
//! Contract of its unsafe blocks: (1) the handler calls only functions that are async-signal-safe; (2) the actions and
//! sets of signals that are passed to the system are initialised and outlive the call.

use lua::{Failure, Function, Lua, Value};

/// Calls a function, which Ctrl-C interrupts.
pub(crate) fn call(lua: &mut Lua, function: &Function, args: &[Value]) -> Result<Vec<Value>, Failure> {
    #[cfg(unix)]
    let _handler = unix::Handler::install(lua.control());
    lua.call(function, args)
}

/// Leaves Ctrl-C to the other threads of the process, so that it wakes the one that waits for input.
pub(crate) fn leave_to_other_threads() {
    #[cfg(unix)]
    unix::block_in_this_thread();
}

#[cfg(unix)]
mod unix {
    use std::mem::MaybeUninit;
    use std::sync::OnceLock;

    use libc::c_int;
    use lua::Control;

    /// The handle of the only Lua of the process.
    static CONTROL: OnceLock<Control> = OnceLock::new();

    /// The installed handler. The previous action is restored when it is dropped.
    pub(super) struct Handler(libc::sigaction);

    impl Handler {
        pub(super) fn install(control: &Control) -> Handler {
            CONTROL.get_or_init(|| control.clone());
            let handler: extern "C" fn(c_int) = interrupt;
            // SAFETY: zeros are a valid action; (2).
            unsafe {
                let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
                action.sa_sigaction = handler as *const () as usize;
                // Without `SA_RESTART`, a call that waits for input returns. The second signal has the usual action.
                action.sa_flags = libc::SA_RESETHAND;
                libc::sigemptyset(&raw mut action.sa_mask);
                let mut before: libc::sigaction = MaybeUninit::zeroed().assume_init();
                libc::sigaction(libc::SIGINT, &raw const action, &raw mut before);
                Handler(before)
            }
        }
    }

    impl Drop for Handler {
        fn drop(&mut self) {
            // SAFETY: (2): it is what the system returned.
            unsafe { libc::sigaction(libc::SIGINT, &raw const self.0, std::ptr::null_mut()) };
        }
    }

    extern "C" fn interrupt(_: c_int) {
        // (1): both read or write an atomic variable.
        if let Some(control) = CONTROL.get() {
            control.interrupt();
        }
    }

    pub(super) fn block_in_this_thread() {
        // SAFETY: zeros are a valid set; (2).
        unsafe {
            let mut set: libc::sigset_t = MaybeUninit::zeroed().assume_init();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, libc::SIGINT);
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        }
    }
}
