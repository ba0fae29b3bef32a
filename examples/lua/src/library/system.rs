//! Bytes of a program ↔ values of the operating system: names, commands, and results.

use std::ffi::OsString;
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

/// Returns C's message for an error, and its number.
pub(super) fn error_parts(error: &io::Error) -> (String, i32) {
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
