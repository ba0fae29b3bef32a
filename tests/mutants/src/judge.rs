//! One mutant → its [`Verdict`]: the tests that reach it are run with it, the quickest first, until one fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::child::{self, End};
use crate::compile::Programs;
use crate::find::Mutant;
use crate::suite::{LONGEST, Test};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Something failed.
    Killed(String),
    /// Nothing did, and why that may be.
    Survived(String),
    /// The lowering makes other C, and of that the compiler makes the same machine code to the last byte.
    SameCode,
}

/// The files with instruction sets that are lowered under a mutant, and the tests that run on their tables.
const SETS: [(&str, &[&str]); 7] = [
    ("tests/src/slow.rs", &["twins::slow", "slow::"]),
    ("tests/src/corners.rs", &["corners::"]),
    ("tests/src/callbacks.rs", &["twins::callbacks", "runtime::"]),
    ("examples/calc/src/ops.rs", &["twins::calc", "programs::"]),
    ("tests/src/registers.rs", &["twins::registers", "memory::"]),
    ("tests/src/broken.rs", &["twins::mistakes", "twins::harm"]),
    ("tests/src/stack.rs", &["twins::stack", "runtime::calls"]),
];

/// What every verdict needs.
#[derive(Debug)]
pub struct Judge {
    programs: Programs,
    tests: Vec<Test>,
    /// Root of the copy.
    copy: PathBuf,
    work: PathBuf,
    /// What the lowering makes without a mutant, by file of the output folder.
    lowered: BTreeMap<String, Vec<u8>>,
    tables: BTreeMap<String, Vec<u8>>,
    /// Tests that take longer are run only when no other test has killed the mutant.
    patience: Duration,
}

impl Judge {
    /// Lowers the instruction sets without a mutant, to compare with, and runs tests beside each other as they are run
    /// for each mutant: one that fails then would seem to kill whatever it reaches.
    ///
    /// # Errors
    ///
    /// A sentence: what cannot be lowered without a mutant, or what test fails without one.
    pub fn new(
        programs: Programs,
        mut tests: Vec<Test>,
        copy: &Path,
        work: &Path,
        patience: Duration,
    ) -> Result<Judge, String> {
        tests.sort_by_key(|test| test.time);
        let (lowered, tables) = (BTreeMap::new(), BTreeMap::new());
        let (copy, work) = (copy.to_owned(), work.to_owned());
        let mut judge = Judge { programs, tests, copy, work, lowered, tables, patience };
        let files: Vec<&str> = SETS.map(|(file, _)| file).into();
        let base = judge.work.join(BASE);
        let _ = fs::remove_dir_all(&base);
        judge.lowered = judge.lower("lower", BASE, None, &files)?;
        judge.tables = judge.lower("build", BASE, None, &files)?;
        let quick: Vec<&Test> = judge.tests.iter().filter(|test| test.time <= patience).collect();
        match judge.fails(&quick, &[], BASE) {
            Some(by) => Err(format!("without a mutant, beside other tests: `{by}` fails")),
            None => Ok(judge),
        }
    }

    /// Tries one mutant. If it is listed as equivalent, slow tests are left out: none of them should notice it.
    pub fn judge(&self, number: u32, mutant: &Mutant, is_listed: bool) -> Verdict {
        let reaching = self.tests.iter().filter(|test| test.reached.contains(&number) && test.time < LONGEST);
        let (quick, slow): (Vec<&Test>, Vec<&Test>) = reaching.partition(|test| test.time <= self.patience);
        let fails = |tests: &[&Test]| self.fails(tests, &[("MIMEO_MUTANT", number.to_string())], &number.to_string());
        if let Some(by) = fails(&quick) {
            return Verdict::Killed(by);
        }
        if mutant.file.starts_with("ops-def/lower/") {
            let verdict = self.judge_lowering(number);
            let _ = fs::remove_dir_all(self.work.join(number.to_string()));
            return verdict;
        }
        if is_listed {
            return Verdict::Survived(format!("{} tests reach it, and {} slow ones", quick.len(), slow.len()));
        }
        match (fails(&slow), quick.len() + slow.len()) {
            (Some(by), _) => Verdict::Killed(by),
            (None, 0) => Verdict::Survived("no test reaches it".to_owned()),
            (None, count) => Verdict::Survived(format!("{count} tests reach it")),
        }
    }

    /// Tries one mutant of the lowering on the instruction sets: what it makes of them, and how that runs.
    fn judge_lowering(&self, number: u32) -> Verdict {
        let folder = number.to_string();
        let files: Vec<&str> = SETS.map(|(file, _)| file).into();
        let lowered = match self.lower("lower", &folder, Some(number), &files) {
            Ok(lowered) => lowered,
            Err(message) => return Verdict::Killed(format!("lowering fails: {message}")),
        };
        let is_other = |file: &str, extension: &str| {
            let stem = Path::new(file).file_stem().unwrap_or_default().to_string_lossy();
            let name = if stem == "ops" { "ops".to_owned() } else { set_name(&stem) };
            let name = format!("{name}.{extension}");
            lowered.get(&name) != self.lowered.get(&name)
        };
        let others: Vec<_> = SETS.iter().filter(|(file, _)| is_other(file, "lowered")).collect();
        // A table does not tell whether code that ought to be refused would be.
        let same_demands = !SETS.iter().any(|(file, _)| is_other(file, "demands"));
        if others.is_empty() && same_demands {
            return Verdict::Survived("every set is lowered to the same C".to_owned());
        }
        let mut same_code = true;
        for (file, filters) in others {
            let tables = match self.lower("rebuild", &folder, Some(number), &[file]) {
                Ok(tables) => tables,
                Err(message) => return Verdict::Killed(format!("no table: {message}")),
            };
            let name = format!("{}.stencils", Path::new(file).file_stem().unwrap_or_default().to_string_lossy());
            if tables.get(&name) == self.tables.get(&name) {
                continue;
            }
            same_code = false;
            let path = self.work.join(&folder).join(&name).to_string_lossy().into_owned();
            let tests: Vec<&Test> = self
                .tests
                .iter()
                .filter(|test| filters.iter().any(|filter| test.name.starts_with(filter)))
                .filter(|test| test.time <= self.patience.max(TWINS))
                .collect();
            if let Some(by) = self.fails(&tests, &[("MIMEO_MUTANT_TABLES", path)], &folder) {
                return Verdict::Killed(by);
            }
        }
        match (same_code, same_demands) {
            (true, true) => Verdict::SameCode,
            (true, false) => Verdict::Survived("the machine code is the same, but less or more would pass".to_owned()),
            (false, _) => Verdict::Survived("the machine code is other".to_owned()),
        }
    }

    /// Runs the command that lowers; returns the files that it wrote.
    fn lower(
        &self,
        command: &str,
        folder: &str,
        mutant: Option<u32>,
        files: &[&str],
    ) -> Result<BTreeMap<String, Vec<u8>>, String> {
        let out = self.work.join(folder);
        fs::create_dir_all(&out).map_err(|error| format!("`{}`: {error}", out.display()))?;
        let mut run = Command::new(&self.programs.tables);
        run.arg(command)
            .args((command == "rebuild").then(|| self.work.join(BASE)))
            .arg(&out)
            .args(files.iter().map(|file| self.copy.join(file)));
        run.envs(mutant.map(|number| ("MIMEO_MUTANT", number.to_string())));
        match child::run(run, &self.work.join(format!("{folder}.out")), Duration::from_secs(60)) {
            End::Passed => {}
            End::Failed(message) => return Err(message),
            End::Hung => return Err("it does not end".to_owned()),
        }
        let extensions: &[&str] = if command == "lower" { &["lowered", "demands"] } else { &["stencils"] };
        let entries = fs::read_dir(&out).map_err(|error| format!("`{}`: {error}", out.display()))?;
        let paths = entries.flatten().map(|entry| entry.path());
        let written = paths
            .filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|of| found == *of)))
            .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), fs::read(&path).ok()?)));
        Ok(written.collect())
    }

    /// Runs tests, several quick ones in one process; returns what fails.
    fn fails(&self, tests: &[&Test], environment: &[(&str, String)], name: &str) -> Option<String> {
        let mut left = tests;
        while let [first, ..] = left {
            let mut time = Duration::ZERO;
            let batch = left.iter().take_while(|test| {
                time += test.time;
                test.program == first.program && (time < BATCH || time == test.time)
            });
            let (batch, rest) = left.split_at(batch.count());
            left = rest;
            let time: Duration = batch.iter().map(|test| test.time).sum();
            let mut command = Command::new(&first.program);
            command.arg("--exact").args(batch.iter().map(|test| &test.name));
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            match child::run(command, &self.work.join(format!("{name}.out")), 10 * time + Duration::from_secs(10)) {
                End::Passed => {}
                End::Failed(reason) => return Some(reason),
                End::Hung => return Some(format!("{} or a test after it does not end", first.name)),
            }
        }
        None
    }
}

/// The folder with what the lowering makes without a mutant.
const BASE: &str = "baseline";

/// Twin tests may take this long: for the lowering they are what kills.
const TWINS: Duration = Duration::from_secs(10);

/// Time of the tests that one process runs.
const BATCH: Duration = Duration::from_millis(500);

/// Name of the set in a file of the tests.
fn set_name(stem: &str) -> String {
    let singular = stem.strip_suffix('s').unwrap_or(stem);
    format!("{singular}_ops")
}
