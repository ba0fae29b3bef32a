//! [`WasiBuilder`]: what the host grants → [`Wasi`].

use std::io::{self, IsTerminal as _, Read, Write};
use std::path::Path;
use std::time::Instant;

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::Wasi;
use super::descriptors::{Descriptor, Descriptors, Folder, Stream};

/// What the host grants a program: nothing at first.
///
/// ```
/// use wasm::wasi::WasiBuilder;
///
/// let folder = tempfile::tempdir()?;
/// let wasi = WasiBuilder::new()
///     .args(["program", "--quiet"])
///     .env("HOME", "/")
///     .inherit_stdio()
///     .preopened_dir(folder.path(), "/")?
///     .build();
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WasiBuilder {
    args: Vec<Vec<u8>>,
    environment: Vec<Vec<u8>>,
    stdin: Box<dyn Read>,
    stdout: Box<dyn Write>,
    stderr: Box<dyn Write>,
    /// Which standard streams are terminals.
    terminals: [bool; 3],
    folders: Vec<Folder>,
}

impl Default for WasiBuilder {
    fn default() -> WasiBuilder {
        WasiBuilder {
            args: Vec::new(),
            environment: Vec::new(),
            stdin: Box::new(io::empty()),
            stdout: Box::new(io::sink()),
            stderr: Box::new(io::sink()),
            terminals: [false; 3],
            folders: Vec::new(),
        }
    }
}

impl WasiBuilder {
    /// Creates a builder that grants nothing: the standard input is empty, and output is dropped.
    pub fn new() -> WasiBuilder {
        WasiBuilder::default()
    }

    /// Adds an argument. The first one is the name of the program.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Vec<u8>>) -> WasiBuilder {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments. The first one is the name of the program.
    #[must_use]
    pub fn args(self, args: impl IntoIterator<Item: Into<Vec<u8>>>) -> WasiBuilder {
        args.into_iter().fold(self, WasiBuilder::arg)
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> WasiBuilder {
        self.environment.push([name.as_ref(), b"=", value.as_ref()].concat());
        self
    }

    /// Grants the standard streams of this process.
    #[must_use]
    pub fn inherit_stdio(mut self) -> WasiBuilder {
        self = self.stdin(io::stdin()).stdout(io::stdout()).stderr(io::stderr());
        self.terminals = [io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()];
        self
    }

    /// Sets the standard input.
    #[must_use]
    pub fn stdin(self, stdin: impl Read + 'static) -> WasiBuilder {
        let terminals = [false, self.terminals[1], self.terminals[2]];
        WasiBuilder { stdin: Box::new(stdin), terminals, ..self }
    }

    /// Sets the standard output. It is flushed after each write of the program.
    #[must_use]
    pub fn stdout(self, stdout: impl Write + 'static) -> WasiBuilder {
        let terminals = [self.terminals[0], false, self.terminals[2]];
        WasiBuilder { stdout: Box::new(stdout), terminals, ..self }
    }

    /// Sets the standard error output. It is flushed after each write of the program.
    #[must_use]
    pub fn stderr(self, stderr: impl Write + 'static) -> WasiBuilder {
        let terminals = [self.terminals[0], self.terminals[1], false];
        WasiBuilder { stderr: Box::new(stderr), terminals, ..self }
    }

    /// Says which of the standard input, output and error output the program sees as terminals. It then writes lines
    /// at once.
    #[must_use]
    pub fn terminals(self, terminals: [bool; 3]) -> WasiBuilder {
        WasiBuilder { terminals, ..self }
    }

    /// Grants the folder at `path`, which the program knows as `guest`, and everything in it. Paths and symbolic links
    /// do not lead out of it.
    ///
    /// # Errors
    ///
    /// If the folder cannot be opened.
    pub fn preopened_dir(mut self, path: impl AsRef<Path>, guest: impl Into<String>) -> io::Result<WasiBuilder> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        self.folders.push(Folder::granted(dir, guest.into()));
        Ok(self)
    }

    /// Creates what the program has.
    pub fn build(self) -> Wasi {
        let [stdin, stdout, stderr] = self.terminals;
        let streams = [
            Descriptor::Input(Stream { stream: self.stdin, is_terminal: stdin }),
            Descriptor::Output(Stream { stream: self.stdout, is_terminal: stdout }),
            Descriptor::Output(Stream { stream: self.stderr, is_terminal: stderr }),
        ];
        let folders = self.folders.into_iter().map(Descriptor::Folder);
        Wasi {
            args: self.args,
            environment: self.environment,
            descriptors: Descriptors::new(streams.into_iter().chain(folders)),
            start: Instant::now(),
        }
    }
}
