//! One mutant → its [`Verdict`], by running the tests that reach it, the quickest first, until one fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::child::{self, End};
use crate::compile::Programs;
use crate::find::Mutant;
use crate::suite::{LONGEST, Test};

/// The result for a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A test failed, or a step that has to succeed.
    Killed(String),
    /// Nothing failed; with a hint at the reason.
    Survived(String),
    /// The lowering emits other C, but the compiler turns it into the same machine code.
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

/// The state for all verdicts.
#[derive(Debug)]
pub struct Judge {
    programs: Programs,
    tests: Vec<Test>,
    /// Root of the copy.
    copy: PathBuf,
    work: PathBuf,
    /// The lowering's output without a mutant, by file of the output folder.
    lowered: BTreeMap<String, Vec<u8>>,
    tables: BTreeMap<String, Vec<u8>>,
    /// Slower tests run only if no other test has killed the mutant.
    patience: Duration,
}

impl Judge {
    /// Lowers the instruction sets without a mutant for comparison. Also runs all tests in parallel, as they run for
    /// every mutant: a test that fails then would seem to kill every mutant it reaches.
    ///
    /// # Errors
    ///
    /// If an instruction set cannot be lowered, or a test fails, without a mutant.
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
            Some(by) => Err(format!("`{by}` fails without a mutant when tests run in parallel")),
            None => Ok(judge),
        }
    }

    /// Tries one mutant. Skips slow tests if it is listed as equivalent.
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

    /// Tries one mutant of the lowering: lowers the instruction sets, and runs their tests if the result differs.
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
        // Tables do not show whether the audit would still reject bad code.
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
            (true, false) => {
                Verdict::Survived("the machine code is the same, but the audit demands less or more".to_owned())
            }
            (false, _) => Verdict::Survived("the machine code differs".to_owned()),
        }
    }

    /// Runs the command that lowers. Returns the files that it wrote.
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
            End::Hung => return Err("the command does not end".to_owned()),
        }
        let extensions: &[&str] = if command == "lower" { &["lowered", "demands"] } else { &["stencils"] };
        let entries = fs::read_dir(&out).map_err(|error| format!("`{}`: {error}", out.display()))?;
        let paths = entries.flatten().map(|entry| entry.path());
        let written = paths
            .filter(|path| path.extension().is_some_and(|found| extensions.iter().any(|of| found == *of)))
            .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), fs::read(&path).ok()?)));
        Ok(written.collect())
    }

    /// Runs tests, several quick ones per process. Returns the first failure.
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

/// The folder with the lowering's output without a mutant.
const BASE: &str = "baseline";

/// Time limit of twin tests, which kill most mutants of the lowering.
const TWINS: Duration = Duration::from_secs(10);

/// Total duration of the tests that one process runs.
const BATCH: Duration = Duration::from_millis(500);

/// Returns the name of the set in a file of the tests.
fn set_name(stem: &str) -> String {
    let singular = stem.strip_suffix('s').unwrap_or(stem);
    format!("{singular}_ops")
}
