//! The environment of the process: files by name, environment variables, commands.

use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use mimeo::Thrown;

use crate::library::system::{bytes_of, give_outcome, os_string, shell, until_zero};
use crate::ops::ops::Value;
use crate::runtime::Call;

pub(super) fn remove(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let path = os_string(name.bytes());
    // C's `remove` deletes empty directories as well.
    let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
    let result = if is_folder { fs::remove_dir(&path) } else { fs::remove_file(&path) };
    give_outcome(call, result, Some(until_zero(name.bytes())))
}

pub(super) fn rename(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (from, to) = (call.string(0)?, call.string(1)?);
    let result = fs::rename(os_string(from.bytes()), os_string(to.bytes()));
    give_outcome(call, result, Some(until_zero(from.bytes())))
}

/// Returns the name of a new empty file, which reserves the name.
pub(super) fn tmpname(call: &mut Call<'_>) -> Result<(), Thrown> {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let folder = if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    for attempt in 0..100 {
        // Every such state has different random keys.
        let mut random = RandomState::new().hash_one(attempt);
        let mut name = "lua_".to_owned();
        for _ in 0..6 {
            name.push(char::from(DIGITS[(random % 36) as usize]));
            random /= 36;
        }
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(_) => {
                let name = call.text(bytes_of(path.into_os_string()));
                return call.give(name);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => break,
        }
    }
    Err(call.error("unable to generate a unique filename"))
}

pub(super) fn getenv(call: &mut Call<'_>) -> Result<(), Thrown> {
    let name = call.string(0)?;
    let value = std::env::var_os(os_string(name.bytes()));
    let value = value.map_or(Value::NIL, |value| call.text(bytes_of(value)));
    call.give(value)
}

/// Runs a command in the system's shell, and returns its status. Without a command, returns whether there is a shell.
pub(super) fn execute(call: &mut Call<'_>) -> Result<(), Thrown> {
    if !call.has(0) {
        return call.give(Value::number(1.0));
    }
    let command = call.string(0)?;
    // The program's output comes before the command's.
    let _ignored = call.vm.host.stdout.flush();
    let status = shell(command.bytes()).status().map_or(-1, status_number);
    call.give(Value::number(f64::from(status)))
}

/// Returns the result of C's `system`.
fn status_number(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::into_raw(status);
    #[cfg(not(unix))]
    return status.code().unwrap_or(-1);
}
