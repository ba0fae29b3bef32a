//! The tree → a copy of it with mutants, in which the crates under test know the switch.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::find::{self, Mutant};
use crate::schema::{Schemata, schemata};

/// The files that have mutants, or folders of such files.
const TARGETS: [&str; 10] = [
    "ops-def/lower/src/c",
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

/// Manifests of packages that ask the switch, or for tables, and the folders of what they depend on for that.
const MANIFESTS: [(&str, &[&str]); 4] = [
    ("ops-def/lower/Cargo.toml", &["switch"]),
    ("interp/Cargo.toml", &["switch"]),
    ("jit/Cargo.toml", &["switch", "tables"]),
    ("Cargo.toml", &["tables"]),
];

/// What the root's manifest ends with: tests run many times, and without any optimization they are slow.
const PROFILES: &str = "
[profile.dev.package]
mimeo-mutant-switch = { opt-level = 3 }
mimeo-lower = { opt-level = 1 }
mimeo = { opt-level = 1 }
mimeo-twins = { opt-level = 1 }
";

/// Sources that take an instruction set's table from where a mutated lowering may have put another.
const READERS: [&str; 5] = [
    "jit/src/tier/native/mod.rs",
    "jit/src/tier/capability.rs",
    "jit/src/tier/jit.rs",
    "tests/twins/src/failure.rs",
    "tests/twins/src/twins.rs",
];

/// How they name it.
const TABLE: &str = "I::STENCILS";

/// The tree, and the copy of it.
#[derive(Debug)]
pub struct Tree {
    /// Root of the tree.
    pub root: PathBuf,
    /// Root of the copy.
    pub copy: PathBuf,
    /// The mutants; their places in the list are their numbers.
    pub mutants: Vec<Mutant>,
    /// The mutated files of the copy.
    pub files: Vec<Mutated>,
}

/// A mutated file.
#[derive(Debug)]
pub struct Mutated {
    /// Its path, from the root.
    pub path: String,
    source: String,
    /// The number of its first mutant.
    pub first: usize,
    /// How many it has.
    pub count: usize,
    /// What is in the copy.
    pub schemata: Schemata,
}

impl Tree {
    /// Finds the mutants, and copies everything else. The files with mutants are written by [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// A sentence: files that cannot be read or written, or are not as they were when this was written.
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
    /// A sentence: files that cannot be written.
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

    /// The files with mutants, as paths from the root.
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

    /// Copies a folder; removes from the copy what the folder does not have.
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

    /// What the copy has of a file; nothing of one that is written later.
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
            return Err(format!("`{}` does not name `{TABLE}`: which files do?", path.display()));
        }
        Ok(Some(text.replace(TABLE, &format!("::mimeo_mutant_tables::table({TABLE})")).into_bytes()))
    }

    /// A manifest with more dependencies.
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

/// The names in a folder, without what is made from it.
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

/// Writes a file, unless it has this text already: its time is what makes cargo compile again.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}
