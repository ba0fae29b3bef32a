//! Names and modes of C's `fopen` and `popen` → streams.

use std::fs::OpenOptions;
use std::io;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use super::stream::Stream;
use crate::library::system::{INVALID, os_string, shell};

/// Returns the options of a mode, and whether the file is writable.
fn options_of(mode: &[u8]) -> Option<(OpenOptions, bool)> {
    let (&first, rest) = mode.split_first()?;
    let updates = rest.contains(&b'+');
    let is_new = rest.contains(&b'x');
    let mut options = OpenOptions::new();
    match first {
        b'r' => options.read(true).write(updates),
        b'w' => options.read(updates).write(true).create(true).truncate(true).create_new(is_new),
        b'a' => options.read(updates).append(true).create(true).create_new(is_new),
        _ => return None,
    };
    Some((options, updates || first != b'r'))
}

pub(super) fn open_file(name: &[u8], mode: &[u8]) -> io::Result<Stream> {
    let (options, is_writable) = options_of(mode).ok_or(INVALID)?;
    Ok(Stream::disk(options.open(os_string(name))?, is_writable))
}

/// Creates a file without a name, which is deleted when it is closed.
pub(super) fn open_temporary() -> io::Result<Stream> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    loop {
        let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("lua_{:x}_{count:x}_{time:x}", std::process::id());
        let path = std::env::temp_dir().join(name);
        match options.open(&path) {
            Ok(file) => {
                // The open file continues to exist without a name.
                std::fs::remove_file(&path)?;
                return Ok(Stream::disk(file, true));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Runs a command in the shell: `r` reads its output, `w` writes its input.
pub(super) fn run_command(command: &[u8], mode: &[u8]) -> io::Result<Stream> {
    let (reads, writes) = match mode {
        b"r" | b"rb" => (true, false),
        b"w" | b"wb" => (false, true),
        _ => return Err(INVALID.into()),
    };
    let mut shell = shell(command);
    if reads {
        shell.stdout(Stdio::piped());
    }
    if writes {
        shell.stdin(Stdio::piped());
    }
    Ok(Stream::process(shell.spawn()?))
}
