//! Ctrl-C → an interruption of the running program.
//!
//! The handler is installed only while a program runs. At other times Ctrl-C ends the process, as it does if the program
//! has not reacted to the last one. On Windows it always ends the process.
//!
//! Contract of its unsafe blocks: (1) the handler calls only functions that are async-signal-safe; (2) the actions and
//! sets of signals that are passed to the system are initialised and outlive the call.

use std::io::{self, Read};

use lua::{Failure, Function, Lua, Value};

/// Calls a function, which Ctrl-C interrupts.
pub(crate) fn call(lua: &mut Lua, function: &Function, args: &[Value]) -> Result<Vec<Value>, Failure> {
    #[cfg(unix)]
    let _handler = unix::Handler::install(lua.control());
    lua.call(function, args)
}

/// Returns standard input for programs. An interruption ends waiting for it, unless it `has_lines` for a session, which
/// reads more than it needs into the process's buffer.
pub(crate) fn stdin(has_lines: bool) -> Box<dyn Read> {
    #[cfg(unix)]
    if !has_lines && let Ok(stdin) = unix::Stdin::open() {
        return Box::new(stdin);
    }
    Box::new(io::stdin())
}

/// The signals that a thread had blocked before Ctrl-C was blocked in it.
#[derive(Clone, Copy)]
pub(crate) struct Blocked(#[cfg(unix)] libc::sigset_t);

/// Blocks Ctrl-C in this thread and in those that it starts.
///
/// Only one thread may receive the signal: the one that waits for input, since only its own handler ends the wait.
pub(crate) fn block() -> Blocked {
    Blocked(
        #[cfg(unix)]
        unix::block(),
    )
}

impl Blocked {
    /// Blocks only these signals in this thread.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        unix::set_blocked(&self.0);
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Read};
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd as _, AsRawFd as _};
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

    /// Blocks the signal in this thread, and returns what was blocked before.
    pub(super) fn block() -> libc::sigset_t {
        // SAFETY: zeros are a valid set; (2).
        unsafe {
            let mut set: libc::sigset_t = MaybeUninit::zeroed().assume_init();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, libc::SIGINT);
            let mut before: libc::sigset_t = MaybeUninit::zeroed().assume_init();
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, &raw mut before);
            before
        }
    }

    /// Blocks only these signals in this thread.
    pub(super) fn set_blocked(signals: &libc::sigset_t) {
        // SAFETY: (2): it is what the system returned.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::from_ref(signals), std::ptr::null_mut()) };
    }

    /// Standard input. Reading it fails if the program is interrupted before or while it waits.
    pub(super) struct Stdin(File);

    impl Stdin {
        pub(super) fn open() -> io::Result<Stdin> {
            Ok(Stdin(io::stdin().as_fd().try_clone_to_owned()?.into()))
        }

        /// Waits for input. The signal is blocked except while the system waits, so it cannot be missed before.
        fn wait(&self) -> io::Result<()> {
            let before = block();
            let result = if CONTROL.get().is_some_and(Control::is_interrupted) {
                Err(io::ErrorKind::Interrupted.into())
            } else {
                self.wait_with_signals(&before)
            };
            set_blocked(&before);
            result
        }

        /// Waits for input with these signals blocked.
        fn wait_with_signals(&self, signals: &libc::sigset_t) -> io::Result<()> {
            let fd = self.0.as_raw_fd();
            let fits = usize::try_from(fd).is_ok_and(|fd| fd < libc::FD_SETSIZE);
            if !fits {
                return Ok(());
            }
            let none = std::ptr::null_mut();
            // SAFETY: zeros are a valid set; the number fits into it; (2).
            let ready = unsafe {
                let mut fds: libc::fd_set = MaybeUninit::zeroed().assume_init();
                libc::FD_ZERO(&raw mut fds);
                libc::FD_SET(fd, &raw mut fds);
                libc::pselect(fd + 1, &raw mut fds, none, none, std::ptr::null(), signals)
            };
            if ready < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
        }
    }

    impl Read for Stdin {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.wait()?;
            self.0.read(buffer)
        }
    }
}
