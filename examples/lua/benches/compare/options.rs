//! The command line → [`Options`].

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt as _};

use crate::engine::{ENGINES, Engine};

pub const USAGE: &str = "\
usage: cargo bench -p mimeo-lua --bench compare -- [options] [PROGRAM...]

Measures all benchmarks, or those whose names contain one of the words, in mimeo-lua's modes and in the installed Luas.

  --rounds N        how often each engine runs each program (5)
  --engines A,B,C   only these engines: off, on, auto, lua5.1, lua5.4, luajit-joff, luajit
  --quick           one round with the smallest sizes, as a test instead of a measurement
  --no-ops          do not count the ops that run in native code, which takes about 20 s
  --plot FILE       write a plot, as SVG
  --json FILE       write all numbers
  --write-docs      write docs/lua-benchmarks.md and docs/lua-benchmarks.svg
  -h, --help        print this help
";

/// What to measure, and where to write the results.
#[derive(Debug)]
pub struct Options {
    pub filters: Vec<String>,
    rounds: usize,
    /// `None` for all installed engines.
    engines: Option<Vec<&'static Engine>>,
    pub is_quick: bool,
    pub counts_ops: bool,
    pub plot: Option<PathBuf>,
    pub json: Option<PathBuf>,
    pub writes_docs: bool,
    pub wants_help: bool,
}

impl Options {
    fn new() -> Options {
        Options {
            filters: Vec::new(),
            rounds: 5,
            engines: None,
            is_quick: false,
            counts_ops: true,
            plot: None,
            json: None,
            writes_docs: false,
            wants_help: false,
        }
    }

    /// Returns the options for `cargo test`: everything, with output to separate files.
    pub fn of_test() -> Options {
        let file = |name| Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name));
        Options { is_quick: true, plot: file("compare.svg"), json: file("compare.json"), ..Options::new() }
    }

    pub fn from_args(args: Vec<std::ffi::OsString>) -> Result<Options, lexopt::Error> {
        let mut options = Options::new();
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(argument) = parser.next()? {
            match argument {
                // `cargo bench` passes this option.
                Long("bench") => {}
                Long("rounds") => options.rounds = parser.value()?.parse::<std::num::NonZero<usize>>()?.get(),
                Long("engines") => options.engines = Some(engines(&parser.value()?.string()?)?),
                Long("quick") => options.is_quick = true,
                Long("no-ops") => options.counts_ops = false,
                Long("plot") => options.plot = Some(parser.value()?.into()),
                Long("json") => options.json = Some(parser.value()?.into()),
                Long("write-docs") => options.writes_docs = true,
                Long("help") | Short('h') => options.wants_help = true,
                Value(filter) => options.filters.push(filter.string()?),
                _ => return Err(argument.unexpected()),
            }
        }
        if options.writes_docs && !cfg!(feature = "optimize") {
            return Err("--write-docs needs the engine with optimized loops: add `--features optimize`".into());
        }
        if options.writes_docs && (options.is_quick || !options.filters.is_empty() || options.engines.is_some()) {
            return Err(
                "--write-docs needs all programs and engines: combine it only with --rounds, --plot and --json".into(),
            );
        }
        Ok(options)
    }

    pub fn rounds(&self) -> usize {
        if self.is_quick { 1 } else { self.rounds }
    }

    /// Returns the engines to measure. Lists missing ones, or fails if they were requested.
    pub fn engines(&self) -> Result<Vec<&'static Engine>, String> {
        let Some(wanted) = &self.engines else {
            let (here, missing): (Vec<_>, Vec<_>) = ENGINES.iter().partition(|engine| engine.is_installed());
            for engine in missing {
                eprintln!("{} is not installed", engine.label);
            }
            return Ok(here);
        };
        match wanted.iter().find(|engine| !engine.is_installed()) {
            Some(missing) => Err(format!("{} is not installed", missing.label)),
            None => Ok(wanted.clone()),
        }
    }
}

fn engines(names: &str) -> Result<Vec<&'static Engine>, lexopt::Error> {
    let find = |name| {
        let found = ENGINES.iter().find(|engine| engine.name == name);
        found.ok_or_else(|| {
            format!("the engine `{name}` is not one of {}", ENGINES.each_ref().map(|engine| engine.name).join(", "))
        })
    };
    Ok(names.split(',').map(find).collect::<Result<_, _>>()?)
}
