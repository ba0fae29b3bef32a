//! Bytes of a program ↔ values of the operating system: names, commands, and results.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::Command;

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::Call;

/// Returns the bytes before the first zero, which are the whole string for C.
pub(super) fn until_zero(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Converts a name or a command for the system.
pub(super) fn os_string(text: &[u8]) -> OsString {
    let text = until_zero(text);
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(text.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(text).into_owned().into();
}

/// Converts a string of the system to bytes.
pub(super) fn bytes_of(string: OsString) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::into_vec(string);
    #[cfg(not(unix))]
    return string.to_string_lossy().into_owned().into_bytes();
}

/// Returns a command that runs `command` in the system's shell.
pub(super) fn shell(command: &[u8]) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let mut shell = Command::new(shell);
    shell.arg(option).arg(os_string(command));
    shell
}

/// Returns `true`, or nil, a message with the name, and the number of the error.
pub(super) fn give_outcome(call: &mut Call<'_>, outcome: io::Result<()>, name: Option<&[u8]>) -> Result<(), Thrown> {
    let Err(error) = outcome else { return call.give(Value::TRUE) };
    let (text, number) = error_parts(&error);
    let message = match name {
        Some(name) => [name, b": ", text.as_bytes()].concat(),
        None => text.into_bytes(),
    };
    let message = call.text(message);
    call.give_all(&[Value::NIL, message, Value::number(f64::from(number))])
}

/// An error of C: its number and its message, which are the same on all systems.
#[derive(Clone, Copy, Debug)]
pub(super) struct CError(i32, &'static str);

pub(super) const BAD_DESCRIPTOR: CError = CError(9, "Bad file descriptor");
pub(super) const INVALID: CError = CError(22, "Invalid argument");
pub(super) const ILLEGAL_SEEK: CError = CError(29, "Illegal seek");

impl fmt::Display for CError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
}

impl std::error::Error for CError {}

impl From<CError> for io::Error {
    fn from(error: CError) -> io::Error {
        io::Error::other(error)
    }
}

/// Returns C's message for an error, and its number.
pub(super) fn error_parts(error: &io::Error) -> (String, i32) {
    let own = error.get_ref().and_then(|inner| inner.downcast_ref::<CError>().copied());
    if let Some(CError(number, text)) = own.or_else(|| translated(error)) {
        return (text.to_owned(), number);
    }
    let text = error.to_string();
    match error.raw_os_error() {
        // Rust appends the number to the message.
        Some(number) => match text.strip_suffix(&format!(" (os error {number})")) {
            Some(text) => (text.to_owned(), number),
            None => (text, number),
        },
        None => (text, 0),
    }
}

/// Returns the error that C makes of one of the system's. Unix reports errors as C does.
fn translated(error: &io::Error) -> Option<CError> {
    if cfg!(unix) {
        return None;
    }
    Some(match error.kind() {
        io::ErrorKind::NotFound => CError(2, "No such file or directory"),
        io::ErrorKind::PermissionDenied => CError(13, "Permission denied"),
        io::ErrorKind::AlreadyExists => CError(17, "File exists"),
        io::ErrorKind::InvalidInput => INVALID,
        io::ErrorKind::StorageFull => CError(28, "No space left on device"),
        io::ErrorKind::BrokenPipe => CError(32, "Broken pipe"),
        _ => return None,
    })
}
