//! Lowered instruction sets → the files in `OUT_DIR`: the table, the C and the report of each.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use mimeo_def::Feature;
use mimeo_def::stencil::Arch;
use mimeo_lower::{Lowered, PRELUDE, SUPPORT, StencilSource};

use crate::baseline::Baseline;
use crate::mode::Mode;
use crate::prebuilt::{self, Prebuilt, Unfit};
use crate::table::{self, OwnedTable};
use crate::toolchain::{Target, Toolchain, Unusable};

/// The inputs of a build, and where its files go.
#[derive(Clone, Debug)]
pub struct Job {
    /// Where stencils come from.
    pub mode: Mode,
    /// The machine that the table is for.
    pub target: Target,
    /// Processor features that the code may use; features of other architectures are ignored.
    pub features: Vec<Feature>,
    /// Whether stencils begin with landing pads, if the compiler can make them.
    pub landing_pads: bool,
    /// Whether to warn if stencils are compiled and the checked-in file is stale.
    pub warns_of_stale_file: bool,
    /// The C compiler; `None` for the one that the `cc` crate finds.
    pub compiler: Option<String>,
    /// Folder of the author's package.
    pub package: PathBuf,
    /// File with the ops, relative to that folder.
    pub ops: PathBuf,
    /// Folder to write to.
    pub out: PathBuf,
}

/// The result of a build that did not fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sentences for `cargo::warning`.
    pub warnings: Vec<String>,
    /// Number of tables reused from an earlier run.
    pub reused: usize,
}

impl Outcome {
    /// Adds a warning, once for all sets.
    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// The command that renews checked-in files with the settings that they have.
const RENEW: &str = "mimeo renew";

/// The end of a sentence for those who cannot renew a file.
const WITHOUT: &str = "or build without stencils (MIMEO_STENCILS=off)";

/// Extension of the file that tells the macro how to regenerate a table that building again does not regenerate.
const RENEWAL: &str = ".renewal";

/// Extension of the file with the ops that lack a required stencil: a line each, with a tab before the reason.
const MISSING: &str = ".missing";

/// Where tables come from.
enum Source {
    Tools(Box<Toolchain>),
    Given(Given),
}

/// A source of tables that needs no compiler.
enum Given {
    /// The checked-in file, with its path relative to the package's folder.
    Prebuilt(PathBuf, Prebuilt),
    /// No stencils, for this reason.
    Nothing(String),
}

impl Job {
    /// Writes `mimeo_<name>.rs`, `.c` and `.report.txt` for each instruction set.
    ///
    /// # Errors
    ///
    /// Sentences, one per line, about files that cannot be read or written. Lines that begin with `help: ` belong to the
    /// line above.
    pub fn run(&self, sets: &[Lowered]) -> Result<Outcome, String> {
        let mut outcome = Outcome::default();
        let source = self.source(&mut outcome)?;
        if let (Source::Tools(_), true) = (&source, self.warns_of_stale_file) {
            outcome.warnings.extend(self.stale_warning(sets));
        }
        for set in sets {
            self.write(set, ".c", &table::generated_c(set))?;
            let tools = match &source {
                Source::Tools(tools) => tools,
                Source::Given(given) => {
                    self.write_given(set, given, &mut outcome)?;
                    continue;
                }
            };
            let key = self.key(set, tools);
            if self.is_current(set, &key) {
                outcome.reused += 1;
                continue;
            }
            match OwnedTable::build(set, tools, &self.package, &self.out) {
                Err(unusable) => self.write_given(set, &self.instead_of(&unusable, &mut outcome)?, &mut outcome)?,
                Ok(table) => {
                    self.remove_renewal(set)?;
                    self.write_table(set, &table, &key, tools.dropped())?;
                }
            }
        }
        Ok(outcome)
    }

    /// Writes a table without compiling anything.
    fn write_given(&self, set: &Lowered, given: &Given, outcome: &mut Outcome) -> Result<(), String> {
        match given {
            Given::Prebuilt(file, prebuilt) => {
                let arch = self.target.arch().unwrap_or(prebuilt.arch);
                let raised = Baseline::new(arch, &self.features);
                let table = prebuilt.table(set, &raised).map_err(|unfit| self.unfit(file, &unfit))?;
                if self.landing_pads && !table.has_landing_pads() {
                    outcome.warn(format!(
                        "mimeo: the stencils in `{}` have no landing pads; make them again with `{}`",
                        file.display(),
                        self.command()
                    ));
                }
                // If the table is stale, the macro reports it at the op.
                self.write(set, RENEWAL, &format!("renew `{}` with `{RENEW}`, {WITHOUT}", file.display()))?;
                self.write_table(set, &table, "", &[])
            }
            Given::Nothing(reason) => self.write_empty(set, reason, outcome),
        }
    }

    /// Returns the source of the tables: the one that the mode selects, or its fallback.
    fn source(&self, outcome: &mut Outcome) -> Result<Source, String> {
        match self.mode {
            Mode::Off => {
                let reason =
                    "stencils are switched off (`MIMEO_STENCILS=off`, or `stencils(false)` in the build script)"
                        .to_owned();
                Ok(Source::Given(Given::Nothing(reason)))
            }
            Mode::Prebuilt => self.prebuilt().map(Source::Given),
            Mode::Build => {
                let tools = match &self.compiler {
                    None => Toolchain::probe(&self.target, &self.features, &self.out),
                    Some(program) => Toolchain::probe_program(program, &self.target, &self.features, &self.out),
                };
                match tools {
                    Ok(mut tools) => {
                        if self.landing_pads
                            && let Err(reason) = tools.add_landing_pads()
                        {
                            outcome.warn(format!("mimeo: stencils are built without landing pads: {reason}"));
                        }
                        outcome.warnings.extend(dropped_warning(&tools));
                        Ok(Source::Tools(Box::new(tools)))
                    }
                    Err(unusable) => self.instead_of(&unusable, outcome).map(Source::Given),
                }
            }
        }
    }

    /// Returns the fallback for an unusable compiler, and adds a warning.
    fn instead_of(&self, unusable: &Unusable, outcome: &mut Outcome) -> Result<Given, String> {
        let given = self.prebuilt()?;
        let Given::Prebuilt(file, _) = &given else { return Ok(Given::Nothing(unusable.to_string())) };
        let warning = format!("mimeo: using the checked-in stencils `{}`: {unusable}", file.display());
        outcome.warn(warning);
        Ok(given)
    }

    /// Reads the checked-in file. A damaged file is an error, even though the interpreter could run without it.
    fn prebuilt(&self) -> Result<Given, String> {
        let Some(arch) = self.target.arch() else {
            return Ok(Given::Nothing(Unusable::Target { triple: self.target.triple.clone() }.to_string()));
        };
        let file = prebuilt::path(&self.ops, arch);
        let text = match fs::read_to_string(self.package.join(&file)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let make = self.command();
                return Ok(Given::Nothing(format!("`{}` does not exist; `{make}` creates it", file.display())));
            }
            Err(error) => return Err(unusable(&file, &format!("cannot be read: {error}"), &self.command())),
        };
        let damaged = |damaged| Unfit::Renewable(format!("is damaged: {damaged}"));
        let read = prebuilt::read(&text).map_err(|reason| self.unfit(&file, &damaged(reason)))?;
        Ok(Given::Prebuilt(file, read))
    }

    /// Returns the command that generates the file.
    fn command(&self) -> String {
        let arch = self.target.arch();
        let features: Vec<_> =
            self.features.iter().filter(|of| Some(of.arch()) == arch).map(|feature| feature.name()).collect();
        let raising = match features.is_empty() {
            true => String::new(),
            false => format!(" --raise-baseline {}", features.join(",")),
        };
        let pads = if self.landing_pads { " --landing-pads" } else { "" };
        format!("mimeo generate --target {}{raising}{pads} {}", self.target.triple, self.ops.display())
    }

    /// Returns the error about a checked-in file with a table that cannot be used.
    fn unfit(&self, file: &Path, unfit: &Unfit) -> String {
        let command = match unfit {
            Unfit::Baseline(_) => self.command(),
            Unfit::Renewable(_) => RENEW.to_owned(),
        };
        unusable(file, &unfit.to_string(), &command)
    }

    /// Returns the warning about a checked-in file that machines without a C compiler could not use.
    fn stale_warning(&self, sets: &[Lowered]) -> Option<String> {
        let arch = self.target.arch()?;
        let file = prebuilt::path(&self.ops, arch);
        let text = fs::read_to_string(self.package.join(&file)).ok()?;
        let stale = match prebuilt::read(&text) {
            Ok(found) => found.stale(sets, &Baseline::new(arch, &self.features), &self.package),
            Err(damaged) => vec![format!("it is damaged: {damaged}")],
        };
        let (first, more) = stale.split_first()?;
        let more = if more.is_empty() { String::new() } else { format!(", and {} more", more.len()) };
        Some(format!(
            "mimeo: `{}`, which machines without a C compiler use, is stale ({first}{more}): renew it with `{RENEW}`",
            file.display()
        ))
    }

    /// Writes a table, its report, and the ops that lack a required stencil, which the macro reports.
    fn write_table(&self, set: &Lowered, table: &OwnedTable, key: &str, dropped: &[String]) -> Result<(), String> {
        self.write(set, ".report.txt", &table.report(dropped))?;
        let missing: String =
            table.missing().map(|(op, reason)| format!("{op}\t{}\n", reason.replace('\n', " "))).collect();
        self.write(set, MISSING, &missing)?;
        self.write(set, ".rs", &table.to_rust())?;
        self.write(set, ".key", key)
    }

    /// Removes the hint about regenerating the table, because building again does it.
    fn remove_renewal(&self, set: &Lowered) -> Result<(), String> {
        let path = self.path(set, RENEWAL);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("cannot remove `{}`: {error}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Writes a table without stencils, with one warning for all sets unless stencils were switched off.
    fn write_empty(&self, set: &Lowered, reason: &str, outcome: &mut Outcome) -> Result<(), String> {
        // A table without code is never entered, whatever its architecture.
        let table = OwnedTable::empty(set, self.target.arch().unwrap_or(Arch::X86_64), &self.package, reason);
        let warning = format!("mimeo: every op will be interpreted: {reason}");
        if self.mode != Mode::Off {
            outcome.warn(warning);
        }
        self.remove_renewal(set)?;
        self.write(set, MISSING, "")?;
        self.write(set, ".report.txt", &table.report(&[]))?;
        self.write(set, ".rs", &table.to_rust())?;
        self.write(set, ".key", "")
    }

    /// Hashes everything that a table depends on: the C, what the ops declare, the compiler and its flags, and this
    /// crate's own code.
    fn key(&self, set: &Lowered, tools: &Toolchain) -> String {
        let mut hash = DefaultHasher::new();
        (PRELUDE, SUPPORT, table::generated_c(set)).hash(&mut hash);
        for op in &set.ops {
            (&op.name, op.required, format!("{:?}{:?}{:?}", op.fingerprint, op.source, op.symbols)).hash(&mut hash);
            if let StencilSource::Handwritten { path, .. } = &op.source {
                fs::read(self.package.join(path)).ok().hash(&mut hash);
            }
        }
        (tools.compiler(), tools.flags(), tools.dropped(), tools.arch().name()).hash(&mut hash);
        // The build script contains this crate.
        std::env::current_exe().and_then(fs::read).ok().hash(&mut hash);
        format!("{:016x}\n", hash.finish())
    }

    /// Whether the table of an earlier run is the one that this run would write.
    fn is_current(&self, set: &Lowered, key: &str) -> bool {
        fs::read_to_string(self.path(set, ".key")).is_ok_and(|old| old == key) && self.path(set, ".rs").is_file()
    }

    /// Returns the path of one of an instruction set's files.
    fn path(&self, set: &Lowered, extension: &str) -> PathBuf {
        self.out.join(format!("{}{extension}", table::stem(set)))
    }

    fn write(&self, set: &Lowered, extension: &str, text: &str) -> Result<(), String> {
        let path = self.path(set, extension);
        write_if_changed(&path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }
}

/// Returns the error about a checked-in file that cannot be used.
fn unusable(file: &Path, reason: &str, command: &str) -> String {
    let file = file.display();
    format!("`{file}` {reason}\nhelp: make it again with `{command}`, {WITHOUT}")
}

/// Warns users whose flags choose a processor that stencils are not compiled for it.
fn dropped_warning(tools: &Toolchain) -> Option<String> {
    let flags: Vec<_> = tools.dropped_machine_flags().map(|flag| format!("`{flag}`")).collect();
    let flags = if flags.is_empty() { return None } else { flags.join(", ") };
    let baseline = tools.baseline();
    Some(format!(
        "mimeo: stencils are compiled for the baseline {baseline}, without {flags}; to use more features of the \
         processor, call `raise_baseline` in the build script"
    ))
}

/// Writes a file unless it already has this text, since a new modification time makes cargo compile again.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        _ => fs::write(path, text),
    }
}
