//! A folder → its tables, made again for the current ops with the settings that they have, or what is stale in them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use mimeo_build::prebuilt::{self, Settings};
use mimeo_build::table::OwnedTable;
use mimeo_build::{Baseline, OwnedStencil, Target, Toolchain};
use mimeo_def::frame::Exit;
use mimeo_def::stencil::Arch;

use crate::command::Renew;
use crate::generate::{self, HOST, Source, Work};

/// Renews or checks the tables below a folder, and returns a line about each.
///
/// # Errors
///
/// The tables that cannot be renewed or are stale, each with the reason; the others have been renewed or compared. Or
/// that there is no table.
pub fn run(request: &Renew) -> Result<String, String> {
    let folder = request.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let mut files = Vec::new();
    find(&folder, &mut files)?;
    files.sort();
    // What is in the current folder is named without it.
    files.iter_mut().for_each(|file| *file = file.strip_prefix(".").unwrap_or(file).to_owned());
    if files.is_empty() {
        let folder = folder.display();
        return Err(format!("there is no table below `{folder}`; `mimeo generate` makes the first one"));
    }
    let (mut good, mut bad) = (String::new(), Vec::new());
    for file in &files {
        let name = file.display();
        match Table::open(file).and_then(|table| if request.check { table.check() } else { table.renew() }) {
            Ok(result) => good.push_str(&format!("`{name}`: {result}\n")),
            Err(problem) => bad.push(format!("`{name}`: {problem}")),
        }
    }
    match (bad.is_empty(), request.check) {
        (true, _) => Ok(good),
        (false, true) => Err(format!("{}\n{good}`mimeo renew` renews them", bad.join("\n"))),
        (false, false) => Err(format!("{}\n{good}", bad.join("\n")).trim_end().to_owned()),
    }
}

/// Files of which cargo writes at least one to a folder for what it builds. It does not mark a folder that was there
/// before as a cache.
const BUILT: [&str; 2] = ["CACHEDIR.TAG", ".rustc_info.json"];

/// Finds the tables below a folder, except in folders that are hidden or only have what can be made again.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error| format!("cannot read `{}`: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        // A symbolic link is neither: what it leads to is elsewhere.
        let kind = entry.file_type().map_err(unreadable)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_of_builds = || BUILT.iter().any(|file| path.join(file).exists());
        if kind.is_dir() && !is_hidden && !is_of_builds() {
            find(&path, files)?;
        } else if kind.is_file() && prebuilt::ops_of(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

/// A file with tables.
struct Table<'a> {
    file: &'a Path,
    text: String,
    arch: Arch,
    settings: Settings,
    /// The ops that the tables are for.
    source: Source,
    /// The folder for the compiler's files.
    work: Work,
}

impl Table<'_> {
    fn open(file: &Path) -> Result<Table<'_>, String> {
        let (ops, arch) = prebuilt::ops_of(file).ok_or("its name is not that of a table")?;
        let text = fs::read_to_string(file).map_err(|error| format!("it cannot be read: {error}"))?;
        let settings = prebuilt::settings(&text, arch)
            .ok_or("it does not say how it was made; make it again with `mimeo generate`")?;
        let source = Source::read(&ops)?;
        Ok(Table { file, text, arch, settings, source, work: Work::new()? })
    }

    /// Makes the tables again.
    fn renew(&self) -> Result<String, String> {
        let tools = self.compiler(is_compiler_chosen())?;
        let tables = self.source.tables(&tools, &self.work)?;
        generate::write(self.file, &self.source, self.arch, &tables)?;
        Ok(generate::summary(&tables, &tools))
    }

    /// Compares the tables with the ops, and with what the compiler makes if it is the one that made them.
    fn check(&self) -> Result<String, String> {
        let found = prebuilt::read(&self.text).map_err(|damaged| format!("it is damaged: {damaged}"))?;
        let raised = Baseline::new(self.arch, &self.settings.features);
        let stale = found.stale(&self.source.sets, &raised, &self.source.package);
        if !stale.is_empty() {
            return Err(format!("it is stale:\n  {}", stale.join("\n  ")));
        }
        let other = match self.compiler(false) {
            Ok(tools) if is_same(tools.compiler(), &self.settings.compiler) => {
                let tables = self.source.tables(&tools, &self.work)?;
                let different = different(&found.tables, &tables);
                return match different.is_empty() {
                    true => Ok(format!("it is what {} makes", tools.compiler())),
                    false => Err(format!("{} now makes another one:\n  {}", tools.compiler(), different.join("\n  "))),
                };
            }
            Ok(tools) => format!("the compiler here is {}", tools.compiler()),
            Err(reason) => reason,
        };
        let made = &self.settings.compiler;
        Ok(format!("it fits its ops; its code was not compared: it was made by {made}; {other}"))
    }

    /// Finds and probes the C compiler. That is the one that made the tables, if it is there and the user has not
    /// chosen; otherwise the one that a build script would use; for another architecture than this machine's, the usual
    /// cross compiler or clang.
    fn compiler(&self, is_chosen: bool) -> Result<Toolchain, String> {
        let host = Target { triple: HOST.to_owned(), host: HOST.to_owned() };
        let target = match host.arch() == Some(self.arch) {
            true => host,
            false => Target { triple: format!("{}-unknown-linux-gnu", self.arch.name()), ..host },
        };
        let features = &self.settings.features;
        let gcc = format!("{}-linux-gnu-gcc", self.arch.name());
        let mut first: Option<Result<Toolchain, String>> = None;
        for program in [None, Some(gcc.as_str()), Some("clang")] {
            let tools = match program {
                None => Toolchain::probe(&target, features, &self.work.0),
                Some(program) => Toolchain::probe_program(program, &target, features, &self.work.0),
            };
            let tools = tools.map_err(|unusable| unusable.to_string()).and_then(|mut tools| {
                if self.settings.landing_pads {
                    tools.add_landing_pads().map_err(|reason| reason.to_string())?;
                }
                Ok(tools)
            });
            let is_it = |tools: &Toolchain| is_chosen || is_same(tools.compiler(), &self.settings.compiler);
            match (tools, &first) {
                (Ok(tools), _) if is_it(&tools) => return Ok(tools),
                // The reason why the first compiler is unusable, and not those for the guesses, is the error.
                (tools @ Ok(_), None | Some(Err(_))) | (tools, None) => first = Some(tools),
                _ => {}
            }
        }
        first.unwrap_or_else(|| Err("there is no C compiler".to_owned()))
    }
}

/// Whether a variable that the `cc` crate reads names the C compiler.
fn is_compiler_chosen() -> bool {
    let is_name = |name: &str| matches!(name, "CC" | "TARGET_CC" | "HOST_CC") || name.starts_with("CC_");
    env::vars_os().any(|(name, value)| name.to_str().is_some_and(is_name) && !value.is_empty())
}

/// Whether two descriptions are those of one compiler. gcc's begins with the name by which it was called.
fn is_same(one: &str, other: &str) -> bool {
    fn version(text: &str) -> &str {
        text.split_once(' ').map_or(text, |(_, rest)| if rest.starts_with('(') { rest } else { text })
    }
    version(one) == version(other)
}

/// Returns the differences between tables for the same ops.
fn different(old: &[OwnedTable], new: &[OwnedTable]) -> Vec<String> {
    let mut found = Vec::new();
    for new in new {
        let Some(old) = old.iter().find(|old| old.name == new.name) else { continue };
        found.extend(flags_without(new, old).map(|flag| format!("it was made without the flag `{flag}`")));
        found.extend(flags_without(old, new).map(|flag| format!("it was made with the flag `{flag}`")));
        if old.convention != new.convention {
            found.push("it has another calling convention".to_owned());
        }
        let support = support(old).zip(support(new)).filter(|(old, new)| old != new);
        found.extend(support.map(|(_, (name, _))| format!("the code of the stencil `{name}` is different")));
        let ops = old.ops.iter().zip(&new.ops).filter(|(old, new)| old.stencil != new.stencil);
        found.extend(ops.map(|(_, op)| format!("the code of `{}` is different", op.name)));
    }
    found
}

/// Returns the flags of a table that another one lacks.
fn flags_without<'a>(table: &'a OwnedTable, other: &'a OwnedTable) -> impl Iterator<Item = &'a str> {
    let is_there = |flag: &&str| other.flags.split(' ').any(|other| other == *flag);
    table.flags.split(' ').filter(move |flag| !is_there(flag))
}

/// Returns the stencils that do not belong to an op, with their names.
fn support(table: &OwnedTable) -> impl Iterator<Item = (&str, &OwnedStencil)> {
    let exits = Exit::ALL.iter().map(|exit| exit.name()).zip(&table.exits);
    [("enter", &table.enter), ("deopt_op", &table.deopt_op), ("poll", &table.poll), ("graft", &table.graft)]
        .into_iter()
        .chain(exits)
}
