//! A target and its execution on this machine → the commands of all languages for it, with native code and lean.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mimeo_corpus::process::is_installed;
use mimeo_corpus::standard::Std;
use mimeo_corpus::{Language, language, tree};

use crate::place::{Execution, Place};
use crate::tables::Tables;
use crate::{Outcome, Verdict, outcome_of};

/// Debian's paths of Wine and its server.
const DEBIAN_WINE: (&str, &str) = ("/usr/lib/wine/wine64", "/usr/lib/wine/wineserver64");

/// Variables that affect how the languages are built, and are removed.
const VARIABLES: [&str; 4] = ["MIMEO_STENCILS", "CC", "CFLAGS", "RUSTFLAGS"];

/// The built commands of a language.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) language: &'static Language,
    /// With native code.
    pub(crate) native: PathBuf,
    /// Without native code, if this is another program on the target.
    pub(crate) lean: Option<PathBuf>,
}

/// The built commands, and how to start them.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) built: Vec<Built>,
    /// The operating system that the programs see.
    pub(crate) system: &'static str,
    runner: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
    /// Wine's server, which runs as long as the programs are used.
    server: Option<Server>,
}

/// Wine's server. Without it, a server would start and end with each program, which takes longer than the program.
/// Processes that start with the server keep the pipes of the first program open, so that one gets no pipes.
#[derive(Debug)]
struct Server {
    end: Command,
}

impl Server {
    fn start(programs: &Programs) -> io::Result<Server> {
        let command = |argument: &str| {
            let mut command = Command::new(wine().1);
            command.arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.envs(programs.variables.iter().map(|(name, value)| (name, value)));
            command
        };
        // The command returns at once; the server stays.
        command("--persistent").status()?;
        let server = Server { end: command("--kill") };
        let mut first = programs.command(&programs.built[0].native);
        first.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A leftover server does no harm: the next run uses it.
        let _ = self.end.status();
    }
}

impl Programs {
    /// Returns a command that starts one of the programs.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = mimeo_corpus::process::command(&self.runner, program);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a program. Under Wine, once more if the command did not end as commands end: of some ten thousand runs
    /// there, one ended with status 1 and without a word. What is wrong with a command itself is wrong again.
    pub(crate) fn retried<T>(&self, run: impl Fn() -> Result<T, String>) -> Result<T, String> {
        match (run(), &self.server) {
            (Err(problem), Some(_)) => {
                eprintln!("once more, since {problem}");
                run()
            }
            (result, _) => result,
        }
    }
}

/// Builds programs in the repository or in a copy of it.
#[derive(Debug)]
pub(crate) struct Builder {
    root: PathBuf,
    target: PathBuf,
}

impl Builder {
    pub(crate) fn new(root: &Path, target: &Path) -> Result<Builder, String> {
        let root = fs::canonicalize(root).map_err(|error| format!("cannot read `{}`: {error}", root.display()))?;
        let target =
            std::path::absolute(target).map_err(|error| format!("cannot resolve the build folder: {error}"))?;
        Ok(Builder { root, target })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Creates a folder for the files of one target.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.target.join("support").join(name);
        fs::create_dir_all(&folder).map_err(|error| format!("cannot create `{}`: {error}", folder.display()))?;
        Ok(folder)
    }

    /// Builds the programs, or returns the reason why it cannot. `tables` were generated for the target.
    pub(crate) fn build(
        &self,
        place: &Place,
        execution: &Execution,
        tables: Option<&Tables>,
    ) -> (Result<Programs, String>, Outcome) {
        let missing = match execution {
            Execution::Nowhere => Some(format!("this machine cannot run programs for {}", place.name)),
            _ => missing(execution),
        };
        if let Some(how) = missing {
            return (Err(how.clone()), Outcome { verdict: Verdict::NotRun, how });
        }
        let result = match execution {
            Execution::Stencils(other, execution) => self.build_with_tables(place, other, execution, tables),
            _ => self.build_all(&self.root, place.triple, true, None, place.name).and_then(|(built, std)| {
                let programs = self.programs(built, execution).map_err(|error| error.to_string())?;
                Ok((programs, format!("`cargo build`, with native code and lean, {}", std.name())))
            }),
        };
        let substitute = matches!(execution, Execution::Stencils(..)).then_some("types only");
        match result {
            Ok((programs, how)) => (Ok(programs), outcome_of(Ok(how), substitute)),
            Err(reason) => (Err(format!("the build failed: {reason}")), outcome_of(Err(reason), substitute)),
        }
    }

    /// Checks the types for the target with the target's tables, and builds programs for another system with them.
    fn build_with_tables(
        &self,
        place: &Place,
        other: &Place,
        execution: &Execution,
        tables: Option<&Tables>,
    ) -> Result<(Programs, String), String> {
        let tables = tables.ok_or("a table is missing")?;
        let copied = self.scratch("tree")?;
        tree::copy(&self.root, &copied).map_err(|error| format!("cannot copy the repository: {error}"))?;
        for (language, table) in tables {
            let checked_in = mimeo_build::prebuilt::path(&copied.join(language.ops), place.arch);
            let written = fs::read(table).and_then(|bytes| tree::write(&checked_in, bytes));
            written.map_err(|error| format!("cannot copy a table: {error}"))?;
        }
        let std = Std::of(place.triple)?;
        for lean in [false, true] {
            self.cargo(&copied, "check", place.triple, std, lean, Some("prebuilt"))?;
        }
        let (built, _) = self.build_all(&copied, other.triple, false, Some("prebuilt"), place.name)?;
        let programs = self.programs(built, execution).map_err(|error| error.to_string())?;
        let how = "`cargo check` with the tables checked in, with native code and lean; no linker was available";
        Ok((programs, format!("{how}; {}", std.name())))
    }

    /// Builds all programs with native code, and those without if they are requested. Each is copied, because both
    /// builds write to the same path.
    fn build_all(
        &self,
        tree: &Path,
        triple: &str,
        lean: bool,
        stencils: Option<&str>,
        name: &str,
    ) -> Result<(Vec<Built>, Std), String> {
        let std = Std::of(triple)?;
        let scratch = self.scratch(name)?;
        let ending = if triple.contains("windows") { ".exe" } else { "" };
        let kept = |language: &Language, what: &str| scratch.join(format!("{}{what}{ending}", language.command));
        let variants = [(false, ""), (true, "-lean")].into_iter().filter(|(is_lean, _)| lean || !is_lean);
        for (is_lean, what) in variants {
            let folder = self.cargo(tree, "build", triple, std, is_lean, stencils)?;
            for language in language::ALL {
                fs::copy(folder.join(format!("{}{ending}", language.command)), kept(language, what))
                    .map_err(|error| format!("cannot copy `{}`: {error}", language.command))?;
            }
        }
        let built = language::ALL.map(|language| Built {
            language,
            native: kept(language, ""),
            lean: lean.then(|| kept(language, "-lean")),
        });
        Ok((built.into(), std))
    }

    /// Runs cargo on all languages and returns the folder with the programs.
    fn cargo(
        &self,
        tree: &Path,
        verb: &str,
        triple: &str,
        std: Std,
        lean: bool,
        stencils: Option<&str>,
    ) -> Result<PathBuf, String> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for name in VARIABLES {
            cargo.env_remove(name);
        }
        let target = if std == Std::Own { self.target.clone() } else { self.target.join("cross") };
        cargo.current_dir(tree).env("CARGO_TARGET_DIR", &target).envs(stencils.map(|value| ("MIMEO_STENCILS", value)));
        cargo.args([verb, "--color=never", "--release", "--target", triple]);
        // What the programs do is tested, not how fast they are, and they are built ten times.
        cargo.args(["--config", "profile.release.opt-level=1", "--config", "profile.release.debug=false"]);
        cargo.args(language::ALL.iter().flat_map(|language| ["-p", language.command]));
        cargo.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", aarch64_linker());
        if lean {
            cargo.arg("--no-default-features");
        }
        std.set_up(&mut cargo, "panic_unwind");
        let output = cargo.output().map_err(|error| format!("cannot run cargo: {error}"))?;
        if output.status.success() {
            return Ok(target.join(triple).join("release"));
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let error = text.lines().find(|line| line.starts_with("error")).or(text.lines().last());
        Err(format!("`cargo {verb} --target {triple}`: {}", error.unwrap_or("no error message")))
    }

    /// Returns the programs with the command that starts them.
    fn programs(&self, built: Vec<Built>, execution: &Execution) -> io::Result<Programs> {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect();
        let mut system = std::env::consts::OS;
        let (runner, variables) = match execution {
            // Without the variable, a C library that is installed for the whole system can get between the cross compiler's
            // loader and its own library: a program that starts a thread then hangs.
            Execution::QemuUser => {
                let library = "LD_LIBRARY_PATH=/usr/aarch64-linux-gnu/lib";
                (words(&["qemu-aarch64", "-E", library, "-L", "/usr/aarch64-linux-gnu"]), Vec::new())
            }
            Execution::Wine => {
                add_process_prng(built[0].native.parent().unwrap_or(&self.target))?;
                system = "windows";
                let prefix = self.target.join("support/wine");
                // The server does not start without it.
                fs::create_dir_all(&prefix)?;
                (words(&[wine().0]), vec![("WINEPREFIX", prefix.into()), ("WINEDEBUG", "-all".into())])
            }
            Execution::Native | Execution::Stencils(..) | Execution::Nowhere => (Vec::new(), Vec::new()),
        };
        let mut programs = Programs { built, system, runner, variables, server: None };
        if *execution == Execution::Wine {
            programs.server = Some(Server::start(&programs)?);
        }
        Ok(programs)
    }
}

/// Returns the linker for aarch64 Linux, which is the machine's own on that target.
fn aarch64_linker() -> &'static str {
    if cfg!(target_arch = "aarch64") { "cc" } else { "aarch64-linux-gnu-gcc" }
}

/// Returns the commands of Wine and its server.
fn wine() -> (&'static str, &'static str) {
    if is_installed("wine64") { ("wine64", "wineserver") } else { DEBIAN_WINE }
}

/// Returns an error about a missing program that the execution needs.
fn missing(execution: &Execution) -> Option<String> {
    let programs: &[&str] = match execution {
        Execution::QemuUser => &["aarch64-linux-gnu-gcc", "qemu-aarch64"],
        Execution::Wine => &["x86_64-w64-mingw32-gcc", wine().0],
        Execution::Stencils(_, execution) => return missing(execution),
        Execution::Native | Execution::Nowhere => &[],
    };
    let program = programs.iter().find(|program| !is_installed(program))?;
    Some(format!("there is no `{program}`"))
}

/// Builds a library that Wine lacks, beside the programs.
fn add_process_prng(folder: &Path) -> io::Result<()> {
    let source = folder.join("process_prng.c");
    fs::write(&source, include_str!("process_prng.c"))?;
    let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
    compiler.arg("-shared").arg("-o").arg(folder.join("bcryptprimitives.dll")).arg(source).arg("-ladvapi32");
    match compiler.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("the library that Wine lacks cannot be built")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_runner_comes_before_the_program() {
        let runner = vec!["qemu-aarch64".into(), "-L".into(), "/root".into()];
        let programs = Programs { built: Vec::new(), system: "linux", runner, variables: Vec::new(), server: None };
        let command = programs.command("lean".as_ref());
        assert_eq!(command.get_program(), "qemu-aarch64");
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["-L", "/root", "lean"]);
    }

    #[test]
    fn only_under_wine_a_failed_run_is_repeated_and_only_once() {
        for (server, runs) in [(None, 1), (Some(Server { end: Command::new("true") }), 2)] {
            let variables = Vec::new();
            let programs = Programs { built: Vec::new(), system: "linux", runner: Vec::new(), variables, server };
            let count = Cell::new(0);
            let failing = || {
                count.set(count.get() + 1);
                Err::<(), _>(format!("failure {}", count.get()))
            };
            assert_eq!(programs.retried(failing), Err(format!("failure {runs}")));
        }
    }
}
