//! A file of `benchmarks` → a [`Program`]: its name, its smallest size, and its output with that.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A benchmark.
#[derive(Debug)]
pub struct Program {
    /// The name of the file, without its extension.
    pub name: String,
    pub path: PathBuf,
    /// The argument for a short run.
    pub check: String,
    /// The output with that argument.
    pub checked_output: String,
}

/// Returns the directory of the benchmarks.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benchmarks")
}

/// Returns the programs whose names contain one of the filters, sorted by name. Without filters, returns all.
pub fn matching(filters: &[String]) -> Result<Vec<Program>, String> {
    let mut paths = Vec::new();
    let failed = |error: io::Error| format!("{}: {error}", folder().display());
    for entry in fs::read_dir(folder()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "lua") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut programs = paths.into_iter().map(Program::read).collect::<Result<Vec<_>, _>>()?;
    if let Some(filter) = filters.iter().find(|filter| !programs.iter().any(|program| program.name.contains(*filter))) {
        return Err(format!("no benchmark's name contains `{filter}`"));
    }
    programs.retain(|program| filters.is_empty() || filters.iter().any(|filter| program.name.contains(filter)));
    Ok(programs)
}

impl Program {
    fn read(path: PathBuf) -> Result<Program, String> {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let check = text.lines().find_map(|line| line.strip_prefix("-- check: "));
        let check = check.ok_or_else(|| format!("{name} has no `-- check: ` line"))?.to_owned();
        let expected = text.lines().filter_map(|line| line.strip_prefix("-->"));
        let checked_output =
            expected.map(|line| line.strip_prefix(' ').unwrap_or(line)).flat_map(|line| [line, "\n"]).collect();
        Ok(Program { name, path, check, checked_output })
    }

    /// Returns the name of its file in the directory.
    pub fn file(&self) -> String {
        format!("{}.lua", self.name)
    }
}
