//! The C compiler of the build's target → [`Toolchain`], which turns C into objects fit for extraction.

mod flags;
mod identity;
mod included;
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
pub use unusable::{SupportFailure, Unusable};

use crate::asm;
use crate::baseline::Baseline;
use crate::object_file::Format;
use user::UserArguments;

/// Triples of the machine that the table is for, and of the one that builds it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Triple of the target, cargo's `TARGET`.
    pub triple: String,
    /// Triple of the build machine, cargo's `HOST`.
    pub host: String,
}

impl Target {
    /// Architecture of the stencils, if there are any for it.
    pub fn arch(&self) -> Option<Arch> {
        match self.triple.split('-').next() {
            Some("x86_64" | "x86_64h") if !self.triple.ends_with("x32") => Some(Arch::X86_64),
            Some("aarch64" | "arm64" | "arm64e") if !self.triple.ends_with("ilp32") => Some(Arch::Aarch64),
            _ => None,
        }
    }

    /// Format of the system's own objects, where it is one that is read.
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

/// A compiler that was tried, and the flags that it accepts.
#[derive(Debug)]
pub struct Toolchain {
    compiler: Compiler,
    work: PathBuf,
    flags: Vec<String>,
    arch: Arch,
    baseline: Baseline,
    format: Format,
    convention: Convention,
    identity: String,
}

/// How the compiler is called.
#[derive(Debug)]
struct Compiler {
    /// The program, or another that runs it (`ccache`).
    program: OsString,
    /// Variables that it needs, or that it must not see.
    variables: Vec<(OsString, Option<OsString>)>,
    user: UserArguments,
}

impl Compiler {
    /// The compiler that the `cc` crate has found, with what survives of the user's arguments.
    fn new(tool: &cc::Tool) -> Compiler {
        let command = tool.to_command();
        // What `CC` has behind the program is among them, and not among the tool's own arguments.
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
        // Clang's configuration files hold flags as well.
        command.env("CLANG_NO_DEFAULT_CONFIG", "1");
        command.args(&self.user.words).args(&self.user.kept);
        command
    }
}

/// One file of C.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// Name of the files in the work folder, without extension.
    pub stem: &'a str,
    /// The C.
    pub text: &'a str,
    /// Folder of headers.
    pub include: Option<&'a Path>,
}

/// The compiler did not accept a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Its first error, or what kept it from running.
    pub message: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}

impl Toolchain {
    /// Finds the C compiler of `target` by the conventions of the `cc` crate (`CC`, `CC_<target>`, `CFLAGS`, …)
    /// and tries what it can do. Files go to the folder `work`. The code may need `features` of the processor; those
    /// of other architectures are ignored.
    ///
    /// Of the user's flags only those survive that say where the compiler finds itself; [`dropped`](Self::dropped) has
    /// the others.
    ///
    /// # Errors
    ///
    /// The reason why this compiler cannot make stencils.
    pub fn probe(target: &Target, features: &[Feature], work: &Path) -> Result<Toolchain, Unusable> {
        probe::probe(None, target, features, work)
    }

    /// The same for a compiler that is given by name, whatever `CC` says.
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

    /// Architecture of the code.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// What the code may need of the processor.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// Format of the objects.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How stencils call each other.
    pub fn convention(&self) -> Convention {
        self.convention
    }

    /// The compiler's own words for itself.
    pub fn compiler(&self) -> &str {
        &self.identity
    }

    /// All flags, those of the user's that survive first.
    pub fn flags(&self) -> String {
        let user = self.compiler.user.kept.iter().map(|arg| arg.to_string_lossy().into_owned());
        user.chain(self.flags.iter().cloned()).collect::<Vec<_>>().join(" ")
    }

    /// Flags of the user's that stencils are not compiled with.
    pub fn dropped(&self) -> &[String] {
        &self.compiler.user.dropped
    }

    /// Those of them that chose the machine: what they were for is what `raise_baseline` is for.
    pub fn dropped_machine_flags(&self) -> impl Iterator<Item = &str> {
        self.compiler.user.machine_flags()
    }

    /// Compiles C to an object file, with the assembly pass between.
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

    /// The files that a unit includes, other than those of the system, as the compiler names them.
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

/// Runs a command, and gives its standard output.
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

/// The first line that says what is wrong: compilers mark it, assemblers mostly do.
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
