//! `os.execute`, `os.getenv` and what `os` does with files.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use mimeo::Thrown;

use crate::ops::ops::Value;
use crate::runtime::Call;

/// A string as the system takes it: up to its first zero.
fn os_string(call: &mut Call<'_>, index: u32) -> Result<OsString, Thrown> {
    let text = call.string(index)?;
    let bytes = text.bytes().split(|&byte| byte == 0).next().unwrap_or_default();
    #[cfg(unix)]
    return Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec()));
    #[cfg(not(unix))]
    return Ok(String::from_utf8_lossy(bytes).into_owned().into());
}

/// The bytes of what the system gives.
fn bytes(string: OsString) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::into_vec(string);
    #[cfg(not(unix))]
    return string.to_string_lossy().into_owned().into_bytes();
}

/// True, or what went wrong with a file.
fn give_result(call: &mut Call<'_>, result: io::Result<()>, path: OsString) -> Result<(), Thrown> {
    let Err(error) = result else { return call.give(Value::TRUE) };
    let said = error.to_string();
    // Rust says the number, too.
    let said = said.split_once(" (os error").map_or(&*said, |(said, _)| said);
    let mut message = bytes(path);
    message.extend_from_slice(format!(": {said}").as_bytes());
    let message = call.text(message);
    let number = Value::number(f64::from(error.raw_os_error().unwrap_or(0)));
    call.give_all(&[Value::NIL, message, number])
}

pub(super) fn remove(call: &mut Call<'_>) -> Result<(), Thrown> {
    let path = os_string(call, 0)?;
    // C's `remove` takes away empty folders as well.
    let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
    let result = if is_folder { fs::remove_dir(&path) } else { fs::remove_file(&path) };
    give_result(call, result, path)
}

pub(super) fn rename(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (from, to) = (os_string(call, 0)?, os_string(call, 1)?);
    let result = fs::rename(&from, to);
    give_result(call, result, from)
}

/// The name of a new file, which is there and empty, so that nobody else takes it.
pub(super) fn tmpname(call: &mut Call<'_>) -> Result<(), Thrown> {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let folder = if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    for attempt in 0..100 {
        // Every such state has other random keys.
        let mut random = RandomState::new().hash_one(attempt);
        let mut name = "lua_".to_owned();
        for _ in 0..6 {
            name.push(char::from(DIGITS[(random % 36) as usize]));
            random /= 36;
        }
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(_) => {
                let name = call.text(bytes(path.into_os_string()));
                return call.give(name);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => break,
        }
    }
    Err(call.error("unable to generate a unique filename"))
}

pub(super) fn getenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = os_string(call, 0)?;
    let value = std::env::var_os(name).map_or(Value::NIL, |value| call.text(bytes(value)));
    call.give(value)
}

/// Runs a command of the system's shell, and returns its status; without one, whether there is a shell.
pub(super) fn execute(call: &mut Call<'_>) -> Result<(), Thrown> {
    if !call.has(0) {
        return call.give(Value::number(1.0));
    }
    let command = os_string(call, 0)?;
    // What the program has written comes before what the command writes.
    let _unheard = call.vm.host.stdout.flush();
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("/bin/sh", "-c") };
    let status = Command::new(shell).arg(option).arg(command).status().map_or(-1, status_number);
    call.give(Value::number(f64::from(status)))
}

/// What C's `system` returns.
fn status_number(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::into_raw(status);
    #[cfg(not(unix))]
    return status.code().unwrap_or(-1);
}
