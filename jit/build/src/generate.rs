//! Lowered instruction sets → the files in `OUT_DIR`: the table, the C and the report of each.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use mimeo_def::stencil::Arch;
use mimeo_lower::{Lowered, PRELUDE, SUPPORT, StencilSource};

use crate::mode::Mode;
use crate::table::{self, OwnedTable};
use crate::toolchain::{Target, Toolchain};

/// What to make tables from, and where.
#[derive(Clone, Debug)]
pub struct Job {
    /// Where stencils come from.
    pub mode: Mode,
    /// The machine that the table is for.
    pub target: Target,
    /// The C compiler, unless it is the one that the `cc` crate finds.
    pub compiler: Option<String>,
    /// Folder of the author's package.
    pub package: PathBuf,
    /// Folder to write to.
    pub out: PathBuf,
}

/// What went well enough to go on, but should be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Sentences for `cargo::warning`.
    pub warnings: Vec<String>,
    /// How many tables came from an earlier run.
    pub reused: usize,
}

impl Job {
    /// Writes `mimeo_<name>.rs`, `.c` and `.report.txt` for each instruction set.
    ///
    /// # Errors
    ///
    /// Sentences, one per line: files that cannot be written, and ops that must have a stencil and have none.
    pub fn run(&self, sets: &[Lowered]) -> Result<Outcome, String> {
        let mut outcome = Outcome::default();
        let tools = match self.mode {
            Mode::Build => match &self.compiler {
                None => Toolchain::probe(&self.target, &self.out),
                Some(program) => Toolchain::probe_program(program, &self.target, &self.out),
            }
            .map_err(|error| error.to_string()),
            Mode::Off => {
                Err("stencils are switched off (`MIMEO_STENCILS=off`, or `stencils(false)` in the build script)"
                    .to_owned())
            }
        };
        for set in sets {
            self.write(set, ".c", &table::generated_c(set))?;
            let tools = match &tools {
                Ok(tools) => tools,
                Err(reason) => {
                    self.write_empty(set, reason, &mut outcome)?;
                    continue;
                }
            };
            let key = self.key(set, tools);
            if self.is_current(set, &key) {
                outcome.reused += 1;
                continue;
            }
            match OwnedTable::build(set, tools, &self.package, &self.out) {
                Err(unusable) => self.write_empty(set, &unusable.to_string(), &mut outcome)?,
                Ok(table) => {
                    self.write(set, ".report.txt", &table.report())?;
                    let missing: Vec<_> = table
                        .missing()
                        .map(|(op, reason)| format!("op `{op}` requires a stencil and has none: {reason}"))
                        .collect();
                    if !missing.is_empty() {
                        return Err(missing.join("\n"));
                    }
                    self.write(set, ".rs", &table.to_rust())?;
                    self.write(set, ".key", &key)?;
                }
            }
        }
        Ok(outcome)
    }

    /// Writes a table without stencils. Unless that was asked for, there is one warning for all sets.
    fn write_empty(&self, set: &Lowered, reason: &str, outcome: &mut Outcome) -> Result<(), String> {
        // A table without code is never entered, whatever it says.
        let table = OwnedTable::empty(set, self.target.arch().unwrap_or(Arch::X86_64), reason);
        let warning = format!("mimeo: every op will be interpreted: {reason}");
        if self.mode != Mode::Off && !outcome.warnings.contains(&warning) {
            outcome.warnings.push(warning);
        }
        self.write(set, ".report.txt", &table.report())?;
        self.write(set, ".rs", &table.to_rust())?;
        self.write(set, ".key", "")
    }

    /// Everything that a table depends on, as one number: the C, what the ops declare, the compiler and its
    /// flags, and this crate's own code.
    fn key(&self, set: &Lowered, tools: &Toolchain) -> String {
        let mut hash = DefaultHasher::new();
        (PRELUDE, SUPPORT, table::generated_c(set)).hash(&mut hash);
        for op in &set.ops {
            (&op.name, op.required, format!("{:?}{:?}{:?}", op.fingerprint, op.source, op.symbols)).hash(&mut hash);
            if let StencilSource::Handwritten { path, .. } = &op.source {
                fs::read(self.package.join(path)).ok().hash(&mut hash);
            }
        }
        (tools.compiler(), tools.flags(), tools.arch().name()).hash(&mut hash);
        // The build script contains this crate.
        std::env::current_exe().and_then(fs::read).ok().hash(&mut hash);
        format!("{:016x}\n", hash.finish())
    }

    /// The table of an earlier run is the one that this run would write.
    fn is_current(&self, set: &Lowered, key: &str) -> bool {
        fs::read_to_string(self.path(set, ".key")).is_ok_and(|old| old == key) && self.path(set, ".rs").is_file()
    }

    /// Path of one of an instruction set's files.
    fn path(&self, set: &Lowered, extension: &str) -> PathBuf {
        self.out.join(format!("{}{extension}", table::stem(set)))
    }

    fn write(&self, set: &Lowered, extension: &str, text: &str) -> Result<(), String> {
        let path = self.path(set, extension);
        write_if_changed(&path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }
}

/// Writes a file, unless it has this text already: its time is what makes cargo compile again.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        _ => fs::write(path, text),
    }
}
