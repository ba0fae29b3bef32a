//! The C compiler for the build's target → [`Toolchain`], which compiles C to objects that can be extracted.

mod flags;
mod identity;
mod included;
mod landing_pads;
mod probe;
mod unusable;
mod user;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mimeo_def::Feature;
use mimeo_def::stencil::{Arch, Convention};

pub use flags::Family;
pub use landing_pads::NoPads;
pub(crate) use landing_pads::flag as landing_pads_flag;
pub use unusable::{SupportFailure, Unusable};

use crate::asm;
use crate::baseline::Baseline;
use crate::object_file::Format;
use user::UserArguments;

/// Triples of the target and of the machine that builds for it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Triple of the target, cargo's `TARGET`.
    pub triple: String,
    /// Triple of the build machine, cargo's `HOST`.
    pub host: String,
}

impl Target {
    /// Returns the architecture of the stencils, if it is supported.
    pub fn arch(&self) -> Option<Arch> {
        match self.triple.split('-').next() {
            Some("x86_64" | "x86_64h") if !self.triple.ends_with("x32") => Some(Arch::X86_64),
            Some("aarch64" | "arm64" | "arm64e") if !self.triple.ends_with("ilp32") => Some(Arch::Aarch64),
            _ => None,
        }
    }

    /// Returns the format of the system's own objects if it can be read, and ELF otherwise.
    fn format(&self) -> Format {
        let has = |word: &str| self.triple.split('-').any(|part| part.starts_with(word));
        if has("apple") || has("darwin") || has("macos") {
            Format::MachO
        } else if has("windows") && self.arch() == Some(Arch::X86_64) {
            Format::Coff
        } else {
            Format::Elf
        }
    }
}

/// A compiler that has been probed, and the flags that it accepts.
#[derive(Debug)]
pub struct Toolchain {
    compiler: Compiler,
    work: PathBuf,
    flags: Vec<String>,
    arch: Arch,
    baseline: Baseline,
    format: Format,
    convention: Convention,
    landing_pads: bool,
    identity: String,
}

/// The compiler's command line and environment.
#[derive(Debug)]
struct Compiler {
    /// The program, or a wrapper such as `ccache`.
    program: OsString,
    /// Variables to set (`Some`) or to remove (`None`).
    variables: Vec<(OsString, Option<OsString>)>,
    user: UserArguments,
}

impl Compiler {
    /// Creates a command from the compiler that the `cc` crate found and the user's arguments that are kept.
    fn new(tool: &cc::Tool) -> Compiler {
        let command = tool.to_command();
        // They include the arguments that follow the program in `CC`; the tool's own arguments do not.
        let arguments: Vec<_> = command.get_args().map(OsString::from).collect();
        let user = UserArguments::sort(&arguments);
        let variables = command.get_envs().map(|(name, value)| (name.to_owned(), value.map(OsString::from))).collect();
        Compiler { program: command.get_program().to_owned(), variables, user }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        for name in user::VARIABLES {
            command.env_remove(name);
        }
        // Clang's configuration files can contain flags.
        command.env("CLANG_NO_DEFAULT_CONFIG", "1");
        command.args(&self.user.words).args(&self.user.kept);
        command
    }
}

/// A C source file.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Name of the files in the work folder, without the extension.
    pub stem: &'a str,
    /// The C.
    pub text: &'a str,
    /// Folder with headers.
    pub include: Option<&'a Path>,
}

/// An error of the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The compiler's first error, or the reason why it did not run.
    pub message: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}

impl Toolchain {
    /// Finds the C compiler for `target` by the conventions of the `cc` crate (`CC`, `CC_<target>`, `CFLAGS`, …) and
    /// probes what it supports. Writes files to the folder `work`. The code may use `features` of the processor; those
    /// of other architectures are ignored.
    ///
    /// Keeps only the user's flags that locate parts of the compiler; [`dropped`](Self::dropped) returns the others.
    ///
    /// # Errors
    ///
    /// The reason why this compiler cannot make stencils.
    pub fn probe(target: &Target, features: &[Feature], work: &Path) -> Result<Toolchain, Unusable> {
        probe::probe(None, target, features, work)
    }

    /// Like [`probe`](Self::probe), with `program` as the compiler instead of the one in `CC`.
    ///
    /// # Errors
    ///
    /// The reason why this compiler cannot make stencils.
    pub fn probe_program(
        program: &str,
        target: &Target,
        features: &[Feature],
        work: &Path,
    ) -> Result<Toolchain, Unusable> {
        probe::probe(Some(program), target, features, work)
    }

    /// Returns the architecture of the code.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Returns what the code may require of the processor.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// Returns the format of the objects.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Returns the calling convention between stencils.
    pub fn convention(&self) -> Convention {
        self.convention
    }

    /// Returns the compiler's description of itself.
    pub fn compiler(&self) -> &str {
        &self.identity
    }

    /// Returns all flags, starting with the user's flags that are kept.
    pub fn flags(&self) -> String {
        let user = self.compiler.user.kept.iter().map(|arg| arg.to_string_lossy().into_owned());
        user.chain(self.flags.iter().cloned()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the user's flags that stencils are not compiled with.
    pub fn dropped(&self) -> &[String] {
        &self.compiler.user.dropped
    }

    /// Returns the dropped flags that select a processor, for which `raise_baseline` is the replacement.
    pub fn dropped_machine_flags(&self) -> impl Iterator<Item = &str> {
        self.compiler.user.machine_flags()
    }

    /// Compiles C to assembly, runs the assembly pass, and assembles the result to an object file.
    ///
    /// # Errors
    ///
    /// The compiler's first error.
    pub fn compile(&self, unit: Unit<'_>) -> Result<Vec<u8>, CompileError> {
        let path = |extension: &str| self.work.join(format!("{}.{extension}", unit.stem));
        let (source, raw, assembly, object) = (path("c"), path("raw.s"), path("s"), path("o"));
        write(&source, unit.text)?;
        let mut args = vec![OsString::from("-S")];
        if let Some(include) = unit.include {
            args.extend([OsString::from("-I"), include.into()]);
        }
        self.run(&args, &source, &raw)?;
        let text = fs::read_to_string(&raw).map_err(|error| io_error("read", &raw, &error))?;
        write(&assembly, &asm::improve(self.arch, self.format, &text))?;
        self.run(&["-c".into()], &assembly, &object)?;
        fs::read(&object).map_err(|error| io_error("read", &object, &error))
    }

    /// Returns the files that a unit includes, other than system headers, as the compiler names them.
    ///
    /// # Errors
    ///
    /// The compiler's first error.
    pub fn included(&self, unit: Unit<'_>) -> Result<Vec<PathBuf>, CompileError> {
        let path = |extension: &str| self.work.join(format!("{}.{extension}", unit.stem));
        let (source, whole) = (path("c"), path("i"));
        write(&source, unit.text)?;
        let mut args = vec![OsString::from("-E")];
        if let Some(include) = unit.include {
            args.extend([OsString::from("-I"), include.into()]);
        }
        self.run(&args, &source, &whole)?;
        let text = fs::read(&whole).map_err(|error| io_error("read", &whole, &error))?;
        Ok(included::files(&String::from_utf8_lossy(&text)))
    }

    /// Runs the compiler on one file.
    fn run(&self, args: &[OsString], input: &Path, output: &Path) -> Result<(), CompileError> {
        let mut command = self.compiler.command();
        command.args(&self.flags).args(args).arg(input).arg("-o").arg(output);
        run(&mut command).map(drop)
    }
}

/// Runs a command and returns its standard output.
fn run(command: &mut Command) -> Result<String, CompileError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().map_err(|error| CompileError { message: format!("cannot run `{program}`: {error}") })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let message = match first_error(&text) {
        Some(line) => line.to_owned(),
        None => format!("`{program}` failed ({})", output.status),
    };
    Err(CompileError { message })
}

/// Returns the first line that reports an error, or else the first line. Compilers mark errors; assemblers usually do.
fn first_error(text: &str) -> Option<&str> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines().find(|line| line.contains("error:") || line.contains("Error:")).or_else(|| lines().next())
}

fn write(path: &Path, text: &str) -> Result<(), CompileError> {
    fs::write(path, text).map_err(|error| io_error("write", path, &error))
}

fn io_error(what: &str, path: &Path, error: &std::io::Error) -> CompileError {
    CompileError { message: format!("cannot {what} `{}`: {error}", path.display()) }
}
