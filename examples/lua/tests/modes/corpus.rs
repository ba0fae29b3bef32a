//! The corpus and the benchmarks in every mode: they do exactly what their files say.
//!
//! `MIMEO_PROGRAMS=part,of,names` runs only some, `MIMEO_COLLECT=1` runs a cycle at every safepoint.

use std::collections::BTreeSet;

use mimeo_corpus::program::{LUA, LUA_BENCHMARKS, Program};
use mimeo_corpus::{Mode, runner};

use crate::configuration::Configuration;
use crate::machine::{Outcome, run};

/// Returns all programs of both directories.
fn corpus() -> Vec<Program> {
    // Relative paths in the programs start at their directory.
    std::env::set_current_dir(LUA.folder()).expect("the folder exists");
    let mut corpus = LUA.programs(150);
    corpus.extend(LUA_BENCHMARKS.programs(10));
    corpus.retain(|program| program.runs_on(std::env::consts::OS));
    if let Some(only) = std::env::var_os("MIMEO_PROGRAMS") {
        let only = only.to_string_lossy().into_owned();
        corpus.retain(|program| only.split(',').any(|part| program.name.contains(part)));
    }
    corpus
}

/// Checks that programs behave as expected in a configuration, and returns the outcomes.
fn check<'a>(runs: impl IntoIterator<Item = (&'a Program, Configuration)>) -> Vec<Outcome> {
    let checked = runner::check(runs, |program, configuration| {
        let name = format!("@{}.lua", program.name);
        let arguments: Vec<_> = program.field("check").into_iter().collect();
        // The whole text is run: some programs have their error in the last line.
        run(configuration, program.text.as_bytes(), &name, &arguments)
    });
    checked.unwrap()
}

fn check_all<C: Into<Configuration> + Clone>(configurations: &[C]) {
    let corpus = corpus();
    check(configurations.iter().flat_map(|mode| corpus.iter().map(|program| (program, mode.clone().into()))));
}

#[test]
fn interpreter() {
    let corpus = corpus();
    let outcomes = check(corpus.iter().map(|program| (program, Mode::interpreter().into())));
    if std::env::var_os("MIMEO_PROGRAMS").is_none() {
        for list in [LUA, LUA_BENCHMARKS] {
            let is_listed = |program: &Program| program.path.parent() == Some(&list.folder());
            let counted = corpus.iter().zip(&outcomes).filter(|(program, _)| is_listed(program));
            list.check_events(counted.map(|(program, outcome)| (program.name.clone(), outcome.events)));
        }
    }
}

#[test]
#[cfg(feature = "jit")]
fn forced_native() {
    check_all(&[Mode::on()]);
}

#[test]
#[cfg(feature = "jit")]
fn tier_up() {
    check_all(&Mode::tier_up());
}

/// Optimized code is installed at each loop head.
#[test]
#[cfg(feature = "jit")]
fn grafted() {
    check_all(&Mode::grafted());
}

#[test]
#[cfg(feature = "jit")]
fn optimized() {
    check_all(&Mode::optimized());
}

#[test]
fn moving_stacks_in_the_interpreter() {
    check_all(&[Configuration::from(Mode::interpreter()).moving_stacks()]);
}

#[test]
#[cfg(feature = "jit")]
fn moving_stacks_in_native_code() {
    check_all(&[Configuration::from(Mode::on()).moving_stacks()]);
}

#[test]
#[cfg(feature = "jit")]
fn moving_stacks_in_optimized_loops() {
    let [at_once, .., inlined, _] = Mode::optimized();
    check_all(&[Configuration::from(at_once).moving_stacks(), Configuration::from(inlined).moving_stacks()]);
}

/// The bodies of the ops are evaluated in every op, or in all but every seventh, and access only what they may.
#[test]
fn evaluated_bodies() {
    let mut corpus = corpus();
    corpus.retain(|program| program.million_ops() < 5);
    for every in [0, 7] {
        let outcomes = check(corpus.iter().map(|program| (program, Configuration::evaluated(every))));
        assert_eq!(outcomes.iter().flat_map(|outcome| &outcome.hidden).collect::<Vec<_>>(), [""; 0]);
        let conflicts: BTreeSet<_> = outcomes.iter().flat_map(|outcome| &outcome.conflicts).collect();
        assert_eq!(conflicts.into_iter().collect::<Vec<_>>(), [""; 0]);
    }
}

/// Maximal number of cycles in each run. In a program with more safepoints, only every `n`th runs a cycle.
const MAX_CYCLES: u32 = 300;

fn check_collecting(configuration: &Configuration) {
    let mut corpus = corpus();
    // These programs observe when the collector runs.
    corpus.retain(|program| {
        !["collectgarbage_options", "collectgarbage_steps", "meta_gc_errors", "meta_gc_requested"]
            .contains(&program.name.as_str())
    });
    // So far apart, no safepoint runs a cycle.
    let far = u32::MAX;
    let outcomes = check(corpus.iter().map(|program| (program, configuration.clone().collecting(far))));
    let every = |outcome: &Outcome| match std::env::var_os("MIMEO_COLLECT") {
        None => (far - outcome.safepoints_left).div_ceil(MAX_CYCLES).max(1),
        Some(_) => 1,
    };
    let runs = corpus.iter().zip(&outcomes);
    check(runs.map(|(program, outcome)| (program, configuration.clone().collecting(every(outcome)))));
}

#[test]
fn cycles_at_safepoints_of_the_interpreter() {
    check_collecting(&Mode::interpreter().into());
}

#[test]
#[cfg(feature = "jit")]
fn cycles_at_safepoints_of_optimized_loops() {
    let [at_once, ..] = Mode::optimized();
    check_collecting(&at_once.into());
}

#[test]
#[cfg(feature = "jit")]
fn cycles_at_safepoints_of_native_code() {
    check_collecting(&Mode::on().into());
}

/// Number of programs to run for each op.
#[cfg(feature = "jit")]
const PROGRAMS_PER_OP: usize = 6;

/// Native code is left at every op, and then at each op in turn.
#[test]
#[cfg(feature = "jit")]
fn deopts() {
    use lua::ops::ops::Ops;
    use mimeo::InstructionSet as _;

    let corpus = corpus();
    let outcomes = check(corpus.iter().map(|program| (program, Mode::deopt_everywhere().into())));
    let total = |program: usize| outcomes[program].executed.values().sum::<u64>();
    let mut order: Vec<_> = (0..corpus.len()).collect();
    order.sort_by_key(|&program| total(program));
    let mut never = Vec::new();
    let mut runs = Vec::new();
    for op in Ops::OPS {
        let executing = order.iter().filter(|&&program| outcomes[program].executed.contains_key(op.name));
        let before = runs.len();
        runs.extend(executing.take(PROGRAMS_PER_OP).map(|&program| (&corpus[program], Mode::without(op.name).into())));
        if runs.len() == before {
            never.push(op.name);
        }
    }
    check(runs);
    if std::env::var_os("MIMEO_PROGRAMS").is_none() {
        assert_eq!(never, [""; 0], "ops that no program of the corpus executes");
    }
}
