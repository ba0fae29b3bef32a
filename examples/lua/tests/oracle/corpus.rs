//! The corpus agrees with the reference Luas: every program is run by each oracle that its header names.
//!
//! The whole program is run, including the lines at its end, in its own directory: its chunk is called `@name.lua`.
//!
//! A program starts with a comment on its subject. Then it may have one of the lines
//!
//! ```text
//! -- only: luajit          (or lua5.1) the other one does not know this, or words an error differently
//! -- oracle: none: REASON  neither defines the output, which is written by hand
//! -- check: ARGUMENT       of a benchmark: what makes it short
//! -- except: windows: REASON   it does not run on this system
//! ```
//!
//! and ends with its behaviour: `--> ` and a line of standard output, `--! ` and a line of the error that ends it.
//! `UPDATE_EXPECT=1` writes those lines, and still fails if the oracles disagree. If a message contains the last line
//! number of the file, which those lines change, blessing takes two runs.

use std::fmt::Write as _;
use std::path::Path;

use mimeo_corpus::Behaviour;
use mimeo_corpus::language::before_traceback;
use mimeo_corpus::program::{LUA, LUA_BENCHMARKS, Program};

use crate::ask::{installed, is_installed, run};

/// Returns `true` if an oracle defines the behaviour of a program.
fn asks(program: &Program, oracle: &str) -> bool {
    let has_oracle = program.field("oracle").is_none_or(|oracle| !oracle.starts_with("none: "));
    has_oracle && program.field("only").is_none_or(|only| only == oracle)
}

/// Runs a program in `oracle`.
fn ask(oracle: &str, program: &Program) -> Behaviour {
    let folder = program.path.parent().expect("it is in a folder");
    let name = program.path.file_name().expect("it has a name");
    let output = run(oracle, name, program.field("check"), folder);
    let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{}: {error}", program.name));
    let stderr = text(output.stderr);
    let error = before_traceback(&stderr, oracle);
    assert_eq!(error.is_some(), !output.status.success(), "{oracle} {}: {stderr}", program.name);
    Behaviour { output: output.stdout, error, events: None }
}

/// Writes the behaviour of the program to its end.
fn bless(path: &Path, source: &str, behaviour: &Behaviour) {
    let mut text = source.trim_end().to_owned() + "\n\n";
    let output = String::from_utf8_lossy(&behaviour.output);
    for (marker, lines) in [("-->", &*output), ("--!", behaviour.error.as_deref().unwrap_or(""))] {
        for line in lines.lines() {
            let space = if line.is_empty() { "" } else { " " };
            writeln!(text, "{marker}{space}{line}").expect("writing to a string never fails");
        }
    }
    std::fs::write(path, text).expect("the corpus can be written");
}

#[test]
fn the_oracles_agree_with_the_corpus() {
    compare(LUA.programs(150), &installed());
}

/// Lua 5.4 is a different language, but the benchmarks use only the common part.
#[test]
fn all_luas_agree_on_the_benchmarks() {
    let benchmarks = LUA_BENCHMARKS.programs(10);
    assert!(benchmarks.iter().all(|program| program.field("check").is_some()));
    let mut oracles = installed();
    oracles.extend(Some("lua5.4").filter(|oracle| is_installed(oracle)));
    compare(benchmarks, &oracles);
}

/// Compares the programs' behaviour in each of the oracles, or writes it.
fn compare(programs: Vec<Program>, oracles: &[&str]) {
    let mut wrong = String::new();
    for mut program in programs {
        let mut may_bless = std::env::var_os("UPDATE_EXPECT").is_some();
        for oracle in oracles {
            if !asks(&program, oracle) {
                continue;
            }
            let said = ask(oracle, &program);
            let Some(difference) = said.difference(&program.expected) else {
                may_bless = false;
                continue;
            };
            if may_bless {
                bless(&program.path, &program.source(), &said);
                program.expected = said;
                may_bless = false;
            } else {
                writeln!(wrong, "{} under {oracle}: {difference}", program.name)
                    .expect("writing to a string never fails");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_corpus_is_well_formed() {
    for program in LUA.programs(150) {
        let only = program.field("only");
        assert!(only.is_none_or(|only| ["luajit", "lua5.1"].contains(&only)), "{}: {only:?}", program.name);
        assert!(program.text.starts_with("-- "), "{} does not start with a comment on its subject", program.name);
        assert!(program.expected != Behaviour::default(), "{} expects nothing", program.name);
        let except = program.field("except");
        assert!(except.is_none_or(|except| except.starts_with("windows: ")), "{}: {except:?}", program.name);
        assert_eq!(program.text.matches("\r").count(), 0, "{} has carriage returns", program.name);
    }
}
