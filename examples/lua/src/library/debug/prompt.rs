//! `debug.debug`: lines from standard input → what they do when they run.

use mimeo::Thrown;

use crate::load::LoadError;
use crate::runtime::{Call, push_text, run_protected};

/// Runs lines until one is `cont`, or there are no more.
pub(super) fn debug(call: &mut Call<'_>) -> Result<(), Thrown> {
    loop {
        eprint!("lua_debug> ");
        let Some(line) = read_line(call) else { return call.give_all(&[]) };
        if line == b"cont" {
            return call.give_all(&[]);
        }
        let globals = call.vm.host.globals;
        let message = match crate::load::load(call.vm, &line, b"=(debug command)", globals) {
            Ok(function) => match run_protected(call.vm, function.into(), &[]) {
                Ok(_) => continue,
                Err(failure) => {
                    let mut message = Vec::new();
                    push_text(&mut message, failure.unless_stopped(call.vm)?.value);
                    message
                }
            },
            Err(LoadError::Stopped(stop)) => return Err(stop),
            Err(LoadError::Message(message)) => message,
        };
        eprintln!("{}", String::from_utf8_lossy(&message));
    }
}

/// Reads a line of standard input without its end.
fn read_line(call: &mut Call<'_>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    loop {
        let mut byte = [0];
        match call.vm.host.stdin.read(&mut byte) {
            Ok(1) if byte[0] == b'\n' => return Some(line),
            Ok(1) => line.push(byte[0]),
            _ => return (!line.is_empty()).then_some(line),
        }
    }
}
