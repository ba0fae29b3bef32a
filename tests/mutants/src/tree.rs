//! The tree → a copy of it with mutants, in which the crates under test depend on the switch.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::find::{self, Mutant};
use crate::schema::{Schemata, schemata};

/// The files with mutants, or folders of such files.
const TARGETS: [&str; 11] = [
    "ops-def/lower/src/c",
    "ops-def/lower/src/ssa",
    "jit/src/compile/emit.rs",
    "jit/src/compile/patch.rs",
    "jit/src/compile/plan.rs",
    "jit/src/compile/hole_value.rs",
    "interp/src/cursor.rs",
    "interp/src/driver.rs",
    "interp/src/driver",
    "interp/src/error.rs",
    "interp/src/verify.rs",
];

/// Manifests of packages that use the switch or replaced tables, with the folders of these dependencies.
const MANIFESTS: [(&str, &[&str]); 5] = [
    ("ops-def/lower/Cargo.toml", &["switch"]),
    ("interp/Cargo.toml", &["switch"]),
    ("jit/Cargo.toml", &["switch", "tables"]),
    ("tests/twins/Cargo.toml", &["tables"]),
    // For the profiles.
    ("Cargo.toml", &[]),
];

/// The end of the root's manifest. Tests run many times, so they are optimised.
const PROFILES: &str = "
[profile.dev.package]
mimeo-mutant-switch = { opt-level = 3 }
mimeo-lower = { opt-level = 1 }
mimeo = { opt-level = 1 }
";

/// Sources that use an instruction set's table, which a mutated lowering can replace.
const READERS: [&str; 5] = [
    "jit/src/tier/native/mod.rs",
    "jit/src/tier/capability.rs",
    "jit/src/tier/jit.rs",
    "tests/twins/src/failure.rs",
    "tests/twins/src/twins.rs",
];

/// The expression for the table in these sources.
const TABLE: &str = "I::STENCILS";

/// The tree and its copy.
#[derive(Debug)]
pub struct Tree {
    /// Root of the tree.
    pub root: PathBuf,
    /// Root of the copy.
    pub copy: PathBuf,
    /// The mutants. The index of a mutant is its number.
    pub mutants: Vec<Mutant>,
    /// The mutated files of the copy.
    pub files: Vec<Mutated>,
}

/// A mutated file.
#[derive(Debug)]
pub struct Mutated {
    /// The path from the root.
    pub path: String,
    source: String,
    /// The number of its first mutant.
    pub first: usize,
    /// The number of its mutants.
    pub count: usize,
    /// The text in the copy.
    pub schemata: Schemata,
}

impl Tree {
    /// Finds the mutants, and copies everything else. The files with mutants are written by [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written, or does not have the expected form.
    pub fn new(root: &Path, copy: &Path) -> Result<Tree, String> {
        let mut tree = Tree { root: root.to_owned(), copy: copy.to_owned(), mutants: Vec::new(), files: Vec::new() };
        for path in tree.targets()? {
            let source = tree.read(&path)?;
            let found = find::mutants(&path, &source).map_err(|error| format!("{path}: {error}"))?;
            let (first, count) = (tree.mutants.len(), found.len());
            tree.mutants.extend(found);
            tree.files.push(Mutated { path, source, first, count, schemata: Schemata::default() });
        }
        tree.copy_folder(Path::new(""))?;
        Ok(tree)
    }

    /// Writes the files with mutants, without those that are left out.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&mut self, left_out: &BTreeSet<usize>) -> Result<(), String> {
        for file in &mut self.files {
            let numbers = file.first..file.first + file.count;
            let number = |index: usize| Some(file.first + index).filter(|number| !left_out.contains(number));
            let mutants = &self.mutants[numbers];
            file.schemata = schemata(&file.source, mutants, |index| number(index).map(|number| number as u32));
            write(&self.copy.join(&file.path), file.schemata.text.as_bytes())?;
        }
        Ok(())
    }

    fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| format!("cannot read `{path}`: {error}"))
    }

    /// Returns the files with mutants, as paths from the root.
    fn targets(&self) -> Result<Vec<String>, String> {
        let mut files = Vec::new();
        for target in TARGETS {
            if !self.root.join(target).is_dir() {
                files.push(target.to_owned());
                continue;
            }
            let mut names = names(&self.root.join(target)).map_err(|error| format!("`{target}`: {error}"))?;
            names.retain(|name| name.ends_with(".rs") && name != "tests.rs");
            files.extend(names.into_iter().map(|name| format!("{target}/{name}")));
        }
        Ok(files)
    }

    /// Copies a folder. Removes files from the copy that the folder lacks.
    fn copy_folder(&self, folder: &Path) -> Result<(), String> {
        let (from, to) = (self.root.join(folder), self.copy.join(folder));
        let failed = |error: io::Error| format!("cannot copy `{}`: {error}", from.display());
        fs::create_dir_all(&to).map_err(failed)?;
        let names: BTreeSet<String> = names(&from).map_err(failed)?.into_iter().collect();
        for name in &names {
            let path = folder.join(name);
            if from.join(name).is_dir() {
                self.copy_folder(&path)?;
            } else if let Some(bytes) = self.copied(&path)? {
                write(&to.join(name), &bytes)?;
            }
        }
        for name in self::names(&to).map_err(failed)?.into_iter().filter(|name| !names.contains(name)) {
            let path = to.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(failed)?;
        }
        Ok(())
    }

    /// Returns the content of a file's copy, or `None` for a file with mutants, which is written later.
    fn copied(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        let is = |of: &str| path == Path::new(of);
        if self.files.iter().any(|file| is(&file.path)) {
            return Ok(None);
        }
        let bytes =
            fs::read(self.root.join(path)).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        if let Some((_, folders)) = MANIFESTS.iter().find(|(manifest, _)| is(manifest)) {
            return self.manifest(path, &String::from_utf8_lossy(&bytes), folders).map(Some);
        }
        if !READERS.iter().any(|reader| is(reader)) {
            return Ok(Some(bytes));
        }
        let text = String::from_utf8_lossy(&bytes);
        if !text.contains(TABLE) {
            return Err(format!("`{}` does not use `{TABLE}`: the list of such files is out of date", path.display()));
        }
        Ok(Some(text.replace(TABLE, &format!("::mimeo_mutant_tables::table({TABLE})")).into_bytes()))
    }

    /// Adds dependencies to a manifest.
    fn manifest(&self, path: &Path, text: &str, folders: &[&str]) -> Result<Vec<u8>, String> {
        let mut dependencies = "[dependencies]\n".to_owned();
        for folder in folders {
            let path = self.copy.join("tests/mutants").join(folder);
            dependencies += &format!("mimeo-mutant-{folder} = {{ path = {path:?} }}\n");
        }
        match text.split_once("\n[dependencies]\n") {
            Some((before, after)) => {
                let profiles = if path == Path::new("Cargo.toml") { PROFILES } else { "" };
                Ok(format!("{before}\n{dependencies}{after}{profiles}").into_bytes())
            }
            None => Err(format!("`{}` has no `[dependencies]`", path.display())),
        }
    }
}

/// Returns the names in a folder, without `target` and `.git`.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name != "target" && name != ".git" {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Writes a file, unless it has this content: cargo compiles again when its time changes.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
