//! A file with ops and a target → the table to check in beside it, or what is stale in the existing table.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use mimeo_build::prebuilt;
use mimeo_build::table::OwnedTable;
use mimeo_build::{Baseline, Target, Toolchain};
use mimeo_def::Feature;
use mimeo_def::stencil::Arch;
use mimeo_lower::Lowered;

use crate::command::Generate;

/// The triple that this command was built for.
pub const HOST: &str = env!("MIMEO_HOST");

/// Generates or checks a table, and returns a sentence about the result.
///
/// # Errors
///
/// A sentence about a file that cannot be read or written, an unusable compiler, an op that lacks a required stencil,
/// or a stale table; or the mistakes in the ops, each at its line and column. No macro reports those here, and a table
/// without the ops concerned would be incomplete.
pub fn run(request: &Generate) -> Result<String, String> {
    let ops = request.file.clone().unwrap_or_else(|| PathBuf::from("src/ops.rs"));
    let target = Target { triple: request.target.clone().unwrap_or_else(|| HOST.to_owned()), host: HOST.to_owned() };
    let arch = target.arch().ok_or_else(|| format!("there are no stencils for `{}`", target.triple))?;
    let source = Source::read(&ops)?;
    let output = request.output.clone().unwrap_or_else(|| prebuilt::path(&ops, arch));
    if request.check {
        let stale = stale(&output, &source, request, arch)?;
        let name = output.display();
        if stale.is_empty() {
            return Ok(format!("`{name}` is up to date\n"));
        }
        let pads = if request.landing_pads { " --landing-pads" } else { "" };
        let command = format!("mimeo generate --target {}{pads}", target.triple);
        return Err(format!("`{name}` is stale; regenerate it with `{command}`:\n  {}", stale.join("\n  ")));
    }
    let work = Work::new()?;
    let mut tools = probe(request.compiler.as_deref(), &target, &request.features, &work)?;
    if request.landing_pads {
        tools.add_landing_pads().map_err(|reason| reason.to_string())?;
    }
    let tables = source.tables(&tools, &work)?;
    write(&output, &source, arch, &tables)?;
    let dropped = match tools.dropped() {
        [] => String::new(),
        flags => format!("dropped compiler flags: {}\n", flags.join(" ")),
    };
    Ok(format!("wrote `{}`: {}\n{dropped}", output.display(), summary(&tables, &tools)))
}

/// Returns the C compiler that was requested, or the one that a build script would use.
pub(crate) fn probe(
    compiler: Option<&str>,
    target: &Target,
    features: &[Feature],
    work: &Work,
) -> Result<Toolchain, String> {
    let tools = match compiler {
        Some(program) => Toolchain::probe_program(program, target, features, &work.0),
        None => Toolchain::probe(target, features, &work.0),
    };
    tools.map_err(|unusable| unusable.to_string())
}

/// Writes a table, unless the file has it already: a new modification time makes cargo compile again.
pub(crate) fn write(file: &Path, source: &Source, arch: Arch, tables: &[OwnedTable]) -> Result<(), String> {
    let text = prebuilt::write(&source.file, arch, tables);
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, &text).map_err(|error| format!("cannot write `{}`: {error}", file.display()))
}

/// Returns a clause that says what tables contain.
pub(crate) fn summary(tables: &[OwnedTable], tools: &Toolchain) -> String {
    let ops: usize = tables.iter().map(|table| table.ops.len()).sum();
    let with = tables.iter().flat_map(|table| &table.ops).filter(|op| op.stencil.is_ok()).count();
    let (baseline, compiler, format) = (tools.baseline(), tools.compiler(), tools.format().name());
    format!("stencils for {with} of {ops} ops, for {baseline}, compiled by {compiler} to {format}")
}

/// A file with ops, lowered.
pub(crate) struct Source {
    /// The folder of its package.
    pub(crate) package: PathBuf,
    /// The name of the file.
    file: String,
    /// Its text.
    pub(crate) text: String,
    pub(crate) sets: Vec<Lowered>,
}

impl Source {
    /// Reads and lowers a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or the macro would not accept the ops.
    pub(crate) fn read(ops: &Path) -> Result<Source, String> {
        let (package, inside) = package_of(ops)?;
        let text = fs::read_to_string(ops).map_err(|error| format!("cannot read `{}`: {error}", ops.display()))?;
        let name = inside.to_string_lossy().replace('\\', "/");
        check_source(ops, &text)?;
        let sets = mimeo_lower::lower_file(&text, &name).map_err(|error| error.to_string())?;
        if sets.is_empty() {
            return Err(format!("`{name}` has no `#[instruction_set]` module"));
        }
        // The table is beside the ops, so their name says which they are, also in a copy at another place.
        let file = inside.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Source { package, file, text, sets })
    }

    /// Compiles the tables.
    ///
    /// # Errors
    ///
    /// If the compiler turns out to be unusable, or an op lacks a required stencil.
    pub(crate) fn tables(&self, tools: &Toolchain, work: &Work) -> Result<Vec<OwnedTable>, String> {
        let build = |set| {
            let table = OwnedTable::build(set, tools, &self.package, &work.0);
            let mut table = table.map_err(|unusable| unusable.to_string())?;
            table.check_required()?;
            forget_folders(&mut table, &[&work.0, &self.package]);
            Ok(table)
        };
        self.sets.iter().map(build).collect()
    }
}

/// Checks that the macro would accept the ops.
fn check_source(ops: &Path, source: &str) -> Result<(), String> {
    let mistakes = mimeo_lower::mistakes(source);
    let ops = ops.display();
    let count = match mistakes.len() {
        0 => return Ok(()),
        1 => "1 mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    let list: Vec<String> = mistakes.iter().map(|mistake| format!("{ops}:{mistake}")).collect();
    Err(format!("`{ops}` has {count}:\n\n{}", list.join("\n\n")))
}

/// Compares the existing table with the ops and the options, and returns the differences.
fn stale(file: &Path, source: &Source, request: &Generate, arch: Arch) -> Result<Vec<String>, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read `{name}`: {error}"))?;
    let found = prebuilt::read(&text).map_err(|damaged| format!("`{name}` is damaged: {damaged}"))?;
    let mut stale = found.stale(&source.sets, &Baseline::new(arch, &request.features), &source.package);
    if request.landing_pads && !found.tables.iter().all(OwnedTable::has_landing_pads) {
        stale.push("its stencils have no landing pads".to_owned());
    }
    Ok(stale)
}

/// Returns the folder with the `Cargo.toml` of a file's package, and the file's path relative to it.
fn package_of(file: &Path) -> Result<(PathBuf, PathBuf), String> {
    let whole = fs::canonicalize(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    let package = whole.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file());
    let package = package.ok_or_else(|| format!("`{}` is not in a package", file.display()))?;
    let inside = whole.strip_prefix(package).map_err(|_| format!("`{}` is not in a package", file.display()))?;
    Ok((package.to_owned(), inside.to_owned()))
}

/// Removes the folders of this machine from the reasons why ops have no stencil.
fn forget_folders(table: &mut OwnedTable, folders: &[&Path]) {
    for op in &mut table.ops {
        if let Err(reason) = &mut op.stencil {
            for folder in folders {
                *reason = reason.replace(&format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR), "");
            }
        }
    }
}

/// A temporary folder for the compiler's files, removed on drop.
pub(crate) struct Work(pub(crate) PathBuf);

impl Work {
    pub(crate) fn new() -> Result<Work, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("mimeo-generate-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("cannot make `{}`: {error}", path.display()))?;
        Ok(Work(path))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // A leftover in the system's temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
