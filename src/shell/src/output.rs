//! Output of a command and its programs → standard output and standard error, whose reader may be gone.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

/// The exit status of a process that is killed by `SIGPIPE`.
const BROKEN_PIPE: i32 = 128 + 13;

/// Standard output. The process exits when its reader is gone.
struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        exit_if_broken(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        exit_if_broken(self.0.flush())
    }
}

fn exit_if_broken<T>(result: io::Result<T>) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(BROKEN_PIPE),
        result => result,
    }
}

/// Standard output to a terminal, which shows everything at once.
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

/// Returns standard output for programs: buffered, but at once on a terminal. The process exits when the reader is gone,
/// as one that `SIGPIPE` kills.
///
/// ```
/// use std::io::Write as _;
///
/// let mut stdout = mimeo_shell::stdout();
/// writeln!(stdout, "output of a program")?;
/// stdout.flush()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn stdout() -> Box<dyn Write> {
    let stdout = Stdout(io::stdout());
    if io::stdout().is_terminal() {
        Box::new(Terminal(stdout))
    } else {
        Box::new(BufWriter::with_capacity(1 << 16, stdout))
    }
}

/// Where a program prints: standard output, or memory that a test reads.
///
/// ```
/// use std::io::Write as _;
///
/// let mut output = mimeo_shell::Output::memory();
/// writeln!(output, "42")?;
/// assert_eq!(output.written(), b"42\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Output(Target);

enum Target {
    Stream(Box<dyn Write>),
    Memory(Vec<u8>),
}

impl Output {
    /// Returns [standard output](stdout). See [`Output`] for an example.
    pub fn stdout() -> Output {
        Output(Target::Stream(stdout()))
    }

    /// Returns an output that keeps what is written. See [`Output`] for an example.
    pub fn memory() -> Output {
        Output(Target::Memory(Vec::new()))
    }

    /// Returns what was written to memory: nothing if it went elsewhere. See [`Output`] for an example.
    pub fn written(&self) -> &[u8] {
        match &self.0 {
            Target::Stream(_) => &[],
            Target::Memory(memory) => memory,
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Output").field(&String::from_utf8_lossy(self.written())).finish()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Target::Stream(stream) => stream.write(bytes),
            Target::Memory(memory) => memory.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Target::Stream(stream) => stream.flush(),
            Target::Memory(_) => Ok(()),
        }
    }
}

/// Writes the command's own output to standard output.
///
/// ```
/// mimeo_shell::show("example 0.1.0\n");
/// ```
pub fn show(text: &str) {
    let mut stdout = Stdout(io::stdout());
    // There is no other place to report an error to.
    let _ignored = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes to standard error.
///
/// ```
/// mimeo_shell::show_error("example: no such option\n");
/// ```
pub fn show_error(text: impl AsRef<[u8]>) {
    // There is no other place to report an error to.
    let _ignored = io::stderr().write_all(text.as_ref());
}
