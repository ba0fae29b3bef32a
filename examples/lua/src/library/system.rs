//! Bytes of a program ↔ what the operating system takes and gives: names, commands, and how an operation went.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::Call;

/// What C sees of a string: the bytes before the first zero.
pub(super) fn until_zero(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A name or a command, as the system takes it.
pub(super) fn os_string(text: &[u8]) -> OsString {
    let text = until_zero(text);
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(text.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(text).into_owned().into();
}

/// The bytes of what the system gives.
pub(super) fn bytes_of(string: OsString) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::into_vec(string);
    #[cfg(not(unix))]
    return string.to_string_lossy().into_owned().into_bytes();
}

/// The system's shell with a command for it.
pub(super) fn shell(command: &[u8]) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let mut shell = Command::new(shell);
    shell.arg(option).arg(os_string(command));
    shell
}

/// Gives `true`, or nil, what went wrong with what, and its number.
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

/// The text that C has for an error, and its number.
pub(super) fn error_parts(error: &io::Error) -> (String, i32) {
    let text = error.to_string();
    match error.raw_os_error() {
        // Rust adds the number to the text.
        Some(number) => match text.strip_suffix(&format!(" (os error {number})")) {
            Some(text) => (text.to_owned(), number),
            None => (text, number),
        },
        None => (text, 0),
    }
}
