//! The test binaries of a mutated copy → [`Test`]s, each with its duration and the mutants it reaches.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::child::{self, End};
use crate::compile::Programs;

/// Prefix of tests to skip: they start cargo or compilers, read the sources, or compare the output of a mutant with
/// itself.
const SKIPPED: &str = "tools::";

/// Time limit of a test without a mutant.
pub const LONGEST: Duration = Duration::from_secs(15);

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    /// The test binary.
    pub program: PathBuf,
    /// The name.
    pub name: String,
    /// The duration without a mutant.
    pub time: Duration,
    /// The mutants that it reaches.
    pub reached: BTreeSet<u32>,
}

/// Returns the number of processes that run at once.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Calls `act` with each number below `count`, in several threads.
pub fn in_parallel(count: usize, act: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    act(index);
                }
            });
        }
    });
}

/// Runs every test once, without a mutant. Keeps the results in `work` until a binary changes.
///
/// # Errors
///
/// If a test fails without a mutant.
pub fn measure(programs: &Programs, work: &Path) -> Result<Vec<Test>, String> {
    let mut listed = Vec::new();
    for (_, program) in &programs.tests {
        let output = Command::new(program).args(["--list", "--format", "terse"]).output();
        let output = output.map_err(|error| format!("cannot run `{}`: {error}", program.display()))?;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some(name) = line.strip_suffix(": test") else { continue };
            if !name.starts_with(SKIPPED) {
                listed.push((program.clone(), name.to_owned()));
            }
        }
    }
    let stamp = stamp(programs);
    let kept = work.join("measured");
    if let Some(tests) = fs::read_to_string(&kept).ok().and_then(|text| read(&text, &stamp, &listed)) {
        return Ok(tests);
    }
    let measured = Mutex::new(Vec::new());
    in_parallel(listed.len(), |index| {
        let (program, name) = &listed[index];
        let test = measure_one(program, name, &work.join(format!("trace{index}")));
        measured.lock().expect("no thread panicked with the lock").push(test);
    });
    let tests = measured
        .into_inner()
        .expect("no thread panicked with the lock")
        .into_iter()
        .collect::<Result<Vec<Test>, String>>()?;
    let mut text = format!("{stamp}\n");
    for test in &tests {
        let reached: Vec<String> = test.reached.iter().map(u32::to_string).collect();
        let (program, micros) = (test.program.display(), test.time.as_micros());
        // Writing to a string does not fail.
        let _ = writeln!(text, "{program}\t{}\t{micros}\t{}", test.name, reached.join(" "));
    }
    fs::write(&kept, text).map_err(|error| format!("cannot write `{}`: {error}", kept.display()))?;
    Ok(tests)
}

fn measure_one(program: &Path, name: &str, trace: &Path) -> Result<Test, String> {
    let _ = fs::remove_file(trace);
    let mut command = Command::new(program);
    command.args(["--exact", name]).env("MIMEO_MUTANT_TRACE", trace);
    let start = Instant::now();
    // A test that exceeds the limit is not used, but the mutants it reaches are known.
    let end = child::run(command, &trace.with_extension("out"), LONGEST);
    let time = start.elapsed();
    if let End::Failed(reason) = end {
        return Err(format!("`{name}` fails without a mutant: {reason}"));
    }
    let text = fs::read_to_string(trace).unwrap_or_default();
    let _ = fs::remove_file(trace);
    let reached = text.lines().filter_map(|line| line.parse().ok()).collect();
    Ok(Test { program: program.to_owned(), name: name.to_owned(), time, reached })
}

/// Returns a text that changes with every binary.
fn stamp(programs: &Programs) -> String {
    let times = programs.tests.iter().map(|(name, program)| {
        let metadata = fs::metadata(program).ok();
        let time = metadata.and_then(|of| of.modified().ok()).and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        format!("{name}:{}", time.unwrap_or_default().as_nanos())
    });
    times.collect::<Vec<_>>().join(" ")
}

fn read(text: &str, stamp: &str, listed: &[(PathBuf, String)]) -> Option<Vec<Test>> {
    let mut lines = text.lines();
    if lines.next() != Some(stamp) {
        return None;
    }
    let test = |line: &str| {
        let mut parts = line.split('\t');
        Some(Test {
            program: parts.next()?.into(),
            name: parts.next()?.to_owned(),
            time: Duration::from_micros(parts.next()?.parse().ok()?),
            reached: parts.next()?.split(' ').filter_map(|number| number.parse().ok()).collect(),
        })
    };
    let tests = lines.map(test).collect::<Option<Vec<Test>>>()?;
    (tests.len() == listed.len()).then_some(tests)
}
