//! The sources → whether a test fails for each small change of them: mutation testing, with all mutants in one build.
//!
//! ```text
//! cargo run -p mimeo-mutants -- all                 tries every mutant, lists those that survive
//! cargo run -p mimeo-mutants -- sample              tries five of them, others at every commit: a step of `.ci/run`
//! cargo run -p mimeo-mutants -- sample --seed 1a2b3c4d  tries the five that a run with this seed tried
//! cargo run -p mimeo-mutants -- file jit/src/compile/plan.rs    tries those of the files whose path contains the text
//! cargo run -p mimeo-mutants -- list                lists the mutants, and tries none
//! ```
//!
//! The command copies the tree to `target/mutants`, and builds the copy in a separate target folder, because both have
//! packages of the same names. In the copy, an expression `e` with a mutant `m` reads
//! `(if mimeo_mutant_switch::on(7) { m } else { e })`, so that one build has all mutants, and `MIMEO_MUTANT=7` selects
//! one. Mutants that do not compile are removed. Every test runs once without a mutant, which shows the mutants it
//! reaches; then each mutant runs the tests that reach it, the quickest first. A mutant that crashes or hangs is also
//! killed.
//!
//! The lowering runs in build scripts, which would have to run again for each of its mutants. Instead
//! `mimeo-mutant-tables` lowers the instruction sets of the tests with the mutant. Where the C differs, the C compiler
//! builds tables from it, and the test binary uses these in place of its own (`MIMEO_MUTANT_TABLES`). If the other C
//! compiles to the same bytes, the mutant is equivalent, and counts as such without being listed.
//!
//! A mutant that survives lacks a test, or is equivalent: no test can notice it. Equivalent mutants are listed in
//! `equivalent.txt`, each with the reason. The command prints survivors in the form of that file: copy one there, and
//! add the line `reason: …` under it. Entries are matched by code, not by line numbers. An entry whose code no longer
//! exists is an error, and so is an entry for a mutant that was killed.
#![forbid(unsafe_code)]

mod child;
mod compile;
mod equivalent;
mod find;
mod judge;
mod schema;
mod suite;
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use equivalent::Equivalent;
use judge::{Judge, Verdict};
use lexopt::prelude::*;
use tree::Tree;

/// The mutants to try.
enum Chosen {
    All,
    /// `count` mutants, selected by a number.
    Sample {
        count: usize,
        seed: u32,
    },
    /// The mutants of files whose path contains the text.
    Files(String),
    /// No mutants; the command only lists them.
    List,
}

struct Options {
    chosen: Chosen,
    /// Slower tests run only if no other test has killed the mutant.
    patience: Duration,
}

fn options() -> Result<Options, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut chosen = None;
    let mut patience = Duration::from_secs(1);
    let mut given_seed = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("patience") => patience = Duration::from_millis(parser.value()?.parse()?),
            Long("seed") => given_seed = Some(parser.value()?.parse_with(|text| u32::from_str_radix(text, 16))?),
            Value(word) if chosen.is_none() => {
                chosen = Some(match word.string()?.as_str() {
                    "all" => Chosen::All,
                    "sample" => Chosen::Sample { count: 5, seed: commit() },
                    "file" => Chosen::Files(parser.value()?.string()?),
                    "list" => Chosen::List,
                    other => return Err(format!("there is no command `{other}`").into()),
                });
            }
            _ => return Err(argument.unexpected()),
        }
    }
    match (&mut chosen, given_seed) {
        (Some(Chosen::Sample { seed, .. }), Some(given)) => *seed = given,
        (_, Some(_)) => return Err("only `sample` has a seed".into()),
        (_, None) => {}
    }
    match chosen {
        Some(chosen) => Ok(Options { chosen, patience }),
        None => Err("usage: mimeo-mutants all|sample [--seed HEX]|file TEXT|list [--patience MILLISECONDS]".into()),
    }
}

fn main() -> ExitCode {
    let result = options().map_err(|error| error.to_string()).and_then(|options| run(&options));
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("the package is in `tests/mutants`")
}

/// Returns `true` if every mutant that was tried is killed or listed as equivalent.
fn run(options: &Options) -> Result<bool, String> {
    let start = Instant::now();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let target = std::path::absolute(target).map_err(|error| error.to_string())?;
    let folder = target.join("mutants");
    let (copy, work, built) = (folder.join("tree"), folder.join("work"), folder.join("target"));
    fs::create_dir_all(&work).map_err(|error| format!("cannot make `{}`: {error}", work.display()))?;
    let mut tree = Tree::new(root(), &copy)?;
    let equivalents = equivalents(&tree)?;
    if let Chosen::List = options.chosen {
        for mutant in &tree.mutants {
            println!("{}", equivalent::entry(mutant));
        }
        println!("{} mutants", tree.mutants.len());
        return Ok(true);
    }
    let (programs, left_out) = compile::compile(&mut tree, &built)?;
    eprintln!("built ({}s)", start.elapsed().as_secs());
    let tests = suite::measure(&programs, &work)?;
    eprintln!("{} tests measured ({}s)", tests.len(), start.elapsed().as_secs());
    let judge = Judge::new(programs, tests, &copy, &work, options.patience)?;
    let numbers = (0..tree.mutants.len()).filter(|number| !left_out.contains(number)).collect();
    let numbers = choose(&options.chosen, numbers, &tree, &equivalents);
    let verdicts = Mutex::new(BTreeMap::new());
    suite::in_parallel(numbers.len(), |index| {
        let number = numbers[index];
        let mutant = &tree.mutants[number];
        let known = equivalents.iter().find(|known| known.is(mutant));
        let verdict = judge.judge(number as u32, mutant, known.is_some());
        match (&verdict, known) {
            (Verdict::Survived(how), None) => {
                println!("survived, {how}; mutant {number}:\n{}", equivalent::entry(mutant));
            }
            (Verdict::Killed(by), Some(_)) => {
                println!("killed by {by}, and listed as equivalent:\n{}", equivalent::entry(mutant));
            }
            _ => {}
        }
        verdicts.lock().expect("no thread panicked with the lock").insert(number, (verdict, known));
    });
    let verdicts = verdicts.into_inner().expect("no thread panicked with the lock");
    let is_clean = summarize(&tree, &verdicts, &work)?;
    println!("{} mutants do not compile; {}s", left_out.len(), start.elapsed().as_secs());
    Ok(is_clean)
}

/// Reads the equivalent mutants, all of which must exist. The message about the others says where the same change could
/// be made now.
fn equivalents(tree: &Tree) -> Result<Vec<Equivalent>, String> {
    let path = root().join("tests/mutants/equivalent.txt");
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let found = equivalent::parse(&text).map_err(|message| format!("{}: {message}", path.display()))?;
    let gone: Vec<_> = found.iter().filter(|known| !tree.mutants.iter().any(|mutant| known.is(mutant))).collect();
    if gone.is_empty() {
        return Ok(found);
    }
    let mut message = format!("{} lists mutants that do not exist:", path.display());
    for known in gone {
        message += &format!("\n{}", known.name());
        for moved in tree.mutants.iter().filter(|mutant| known.has_moved_to(mutant)) {
            message += &format!("\n  is now in {}, {}", moved.file, moved.function);
        }
    }
    Err(message)
}

fn choose(chosen: &Chosen, mut numbers: Vec<usize>, tree: &Tree, equivalents: &[Equivalent]) -> Vec<usize> {
    match chosen {
        Chosen::Files(text) => numbers.retain(|&number| tree.mutants[number].file.contains(text)),
        Chosen::Sample { count, seed } => {
            println!("to try these {count} again: mimeo-mutants sample --seed {seed:08x}");
            numbers.retain(|&number| !equivalents.iter().any(|known| known.is(&tree.mutants[number])));
            numbers.sort_by_key(|&number| {
                let mut hash = DefaultHasher::new();
                (tree.mutants[number].key(), seed).hash(&mut hash);
                hash.finish()
            });
            numbers.truncate(*count);
        }
        Chosen::All | Chosen::List => {}
    }
    numbers
}

/// Returns the first digits of the commit's hash, or 0 without git.
fn commit() -> u32 {
    let output = Command::new("git").arg("-C").arg(root()).args(["rev-parse", "HEAD"]).output();
    let digits = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    digits.and_then(|digits| u32::from_str_radix(digits.get(..8)?, 16).ok()).unwrap_or(0)
}

type Verdicts<'a> = BTreeMap<usize, (Verdict, Option<&'a Equivalent>)>;

/// Prints the counts for each file, and writes all verdicts to a file. Returns `true` if no mutant is a failure.
fn summarize(tree: &Tree, verdicts: &Verdicts<'_>, work: &Path) -> Result<bool, String> {
    let mut files: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut log = String::new();
    let mut is_clean = true;
    for (&number, (verdict, known)) in verdicts {
        let mutant = &tree.mutants[number];
        let counts = files.entry(&mutant.file).or_default();
        let (index, text) = match verdict {
            Verdict::Killed(by) => (0, format!("killed by {by}")),
            Verdict::SameCode => (1, "the machine code is the same".to_owned()),
            Verdict::Survived(how) if known.is_some() => (1, format!("equivalent: {how}")),
            Verdict::Survived(how) => (2, format!("survived: {how}")),
        };
        is_clean &= index == 1 || index == 0 && known.is_none();
        counts[index] += 1;
        log += &format!("{number}: {text}\n{}\n", equivalent::entry(mutant));
    }
    println!("{:<36} {:>7} {:>7} {:>11} {:>9}", "file", "tried", "killed", "equivalent", "survived");
    let mut total = [0; 3];
    for (file, counts) in &files {
        line(file, *counts);
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    line("all", total);
    let path = work.join("verdicts.txt");
    fs::write(&path, log).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
    Ok(is_clean)
}

fn line(name: &str, [killed, equivalent, survived]: [usize; 3]) {
    println!("{name:<36} {:>7} {killed:>7} {equivalent:>11} {survived:>9}", killed + equivalent + survived);
}
