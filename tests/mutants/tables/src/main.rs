//! The files of instruction sets → their C or their tables, lowered with the active mutant.
//!
//! ```text
//! mimeo-mutant-tables lower OUT FILE …           writes OUT/<set>.lowered, the C of each set, and OUT/<set>.demands,
//!                                                the audit's demands on its machine code
//! mimeo-mutant-tables build OUT FILE …           writes OUT/<file>.stencils, the tables of each file
//! mimeo-mutant-tables rebuild BASE OUT FILE …    the same, but copies the stencils of unchanged ops from BASE
//! ```
//!
//! Paths of files are absolute.
#![forbid(unsafe_code)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mimeo_build::table::{OwnedOp, OwnedTable};
use mimeo_build::{Target, Toolchain, prebuilt};
use mimeo_def::stencil::Arch;
use mimeo_lower::{Lowered, PRELUDE, SUPPORT, StencilSource};

/// The text before each op in a `.lowered` file.
const OP: &str = "\n==== op ";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Result<(), String> {
    match args {
        ["lower", out, files @ ..] => files.iter().try_for_each(|file| {
            let sets = lowered(Path::new(file))?;
            sets.iter().try_for_each(|set| {
                let path = lowered_path(Path::new(out), set);
                write(&path.with_extension("demands"), &demands(set))?;
                write(&path, &text(set))
            })
        }),
        ["build", out, files @ ..] => files.iter().try_for_each(|file| build(Path::new(file), Path::new(out), None)),
        ["rebuild", base, out, files @ ..] => {
            files.iter().try_for_each(|file| build(Path::new(file), Path::new(out), Some(Path::new(base))))
        }
        _ => Err("usage: mimeo-mutant-tables lower|build|rebuild [BASE] OUT FILE…".to_owned()),
    }
}

/// Lowers the sets of a file as its build script does: the path in the C is relative to the package.
fn lowered(file: &Path) -> Result<Vec<Lowered>, String> {
    let source = read(file)?;
    let short = file.strip_prefix(package(file)).unwrap_or(file);
    mimeo_lower::lower_file(&source, &short.to_string_lossy()).map_err(|error| format!("{}: {error}", file.display()))
}

/// Returns the folder above `src`.
fn package(file: &Path) -> &Path {
    file.ancestors().find(|folder| folder.ends_with("src")).and_then(Path::parent).unwrap_or(Path::new(""))
}

fn lowered_path(folder: &Path, set: &Lowered) -> PathBuf {
    folder.join(format!("{}.lowered", set.name))
}

fn table_path(folder: &Path, file: &Path) -> PathBuf {
    folder.join(format!("{}.stencils", file.file_stem().unwrap_or_default().to_string_lossy()))
}

/// Returns everything on which the tables of a set depend: the common part, then each op.
fn text(set: &Lowered) -> String {
    let mut text = format!("{PRELUDE}{SUPPORT}{}", set.prelude);
    for op in &set.ops {
        let c = if let StencilSource::Generated(c) = &op.source { c } else { "" };
        text.push_str(&format!("{OP}{}\n{c}\n{:?}\n{:?}\n", op.name, op.source, op.symbols));
    }
    text
}

/// Returns the demands of the audit on each op's machine code, which tables do not contain.
fn demands(set: &Lowered) -> String {
    set.ops.iter().map(|op| format!("{} {} {:?}\n", op.name, op.transfers, op.symbols)).collect()
}

/// Builds the tables of a file. With a base, copies the stencils of unchanged ops from it.
fn build(file: &Path, out: &Path, base: Option<&Path>) -> Result<(), String> {
    let arch = Arch::host().ok_or("there are no stencils for this machine")?;
    let target = Target { triple: env!("TARGET").to_owned(), host: env!("TARGET").to_owned() };
    let tools = Toolchain::probe(&target, &[], out).map_err(|unusable| unusable.to_string())?;
    let mut tables = Vec::new();
    for mut set in lowered(file)? {
        let known = base.map(|base| known(&set, file, base)).transpose()?.unwrap_or_default();
        for (op, _) in set.ops.iter_mut().zip(&known).filter(|(_, known)| known.is_some()) {
            op.source = StencilSource::None("it is known".to_owned());
            op.required = false;
        }
        let mut table = OwnedTable::build(&set, &tools, package(file), out).map_err(|unusable| unusable.to_string())?;
        if let Some((op, reason)) = table.missing().next() {
            return Err(format!("op `{op}` requires a stencil and has none: {reason}"));
        }
        for (op, known) in table.ops.iter_mut().zip(known) {
            if let Some(known) = known {
                (op.stencil, op.handwritten, op.required) = (known.stencil, known.handwritten, known.required);
            }
        }
        tables.push(table);
    }
    write(&table_path(out, file), &prebuilt::write(&file.to_string_lossy(), arch, &tables))
}

/// Returns each op of the base, or `None` if it was lowered to other C there.
fn known(set: &Lowered, file: &Path, base: &Path) -> Result<Vec<Option<OwnedOp>>, String> {
    let path = table_path(base, file);
    let tables = prebuilt::read(&read(&path)?).map_err(|error| format!("`{}`: {error}", path.display()))?.tables;
    let table = tables.into_iter().find(|table| table.name == set.name);
    let table = table.ok_or_else(|| format!("`{}` has no table of `{}`", path.display(), set.name))?;
    let (before, now) = (read(&lowered_path(base, set))?, text(set));
    let (before, now): (Vec<&str>, Vec<&str>) = (before.split(OP).collect(), now.split(OP).collect());
    if before.len() != now.len() || before[0] != now[0] || table.ops.len() + 1 != now.len() {
        return Ok(Vec::new());
    }
    let ops = table.ops.into_iter().zip(before[1..].iter().zip(&now[1..]));
    Ok(ops.map(|(op, (before, now))| (before == now).then_some(op)).collect())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
