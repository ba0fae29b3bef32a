//! What the command and its programs write → standard output and standard error, of which the reader may be gone.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

/// The exit status of a program that the system ends because nobody reads what it writes.
const BROKEN_PIPE: i32 = 128 + 13;

/// Standard output. When nobody reads it any more, the program ends.
struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        end_if_unread(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        end_if_unread(self.0.flush())
    }
}

fn end_if_unread<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(BROKEN_PIPE),
        result => result,
    }
}

/// A terminal, which shows at once what is written.
struct Terminal(Stdout);

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        self.0.flush()?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Standard output for programs.
pub(crate) fn standard() -> Box<dyn Write> {
    let stdout = Stdout(io::stdout());
    if io::stdout().is_terminal() {
        Box::new(Terminal(stdout))
    } else {
        Box::new(BufWriter::with_capacity(1 << 16, stdout))
    }
}

/// Writes what the command itself has to say.
pub(crate) fn show(text: &str) {
    let mut stdout = Stdout(io::stdout());
    // Nobody is there to hear of it.
    let _unheard = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes to standard error.
pub(crate) fn complain(text: impl AsRef<[u8]>) {
    // Nobody is there to hear of it.
    let _unheard = io::stderr().write_all(text.as_ref());
}
