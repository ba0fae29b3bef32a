//! The corpus and the benchmarks in every mode: what they do is what their files say, byte for byte.
//!
//! `MIMEO_PROGRAMS=part,of,names` runs only some, `MIMEO_COLLECT=1` has a cycle at every safepoint of all.

use mimeo_corpus::program::{LUA, LUA_BENCHMARKS, Program};
use mimeo_corpus::{Mode, runner};

use crate::configuration::Configuration;
use crate::machine::{Outcome, run};

/// All programs of both folders.
fn corpus() -> Vec<Program> {
    // Relative paths of the programs are those of their folder.
    std::env::set_current_dir(LUA.folder()).expect("the folder is there");
    let mut corpus = LUA.programs(150);
    corpus.extend(LUA_BENCHMARKS.programs(10));
    if let Some(only) = std::env::var_os("MIMEO_PROGRAMS") {
        let only = only.to_string_lossy().into_owned();
        corpus.retain(|program| only.split(',').any(|part| program.name.contains(part)));
    }
    corpus
}

/// Checks that programs do in a configuration what is expected of them, and returns what else the runs have shown.
fn check<'a>(runs: impl IntoIterator<Item = (&'a Program, Configuration)>) -> Vec<Outcome> {
    let checked = runner::check(runs, |program, configuration| {
        let name = format!("@{}.lua", program.name);
        let arguments: Vec<_> = program.field("check").into_iter().collect();
        // The whole of it: some programs have their error at the end.
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
    check_all(&[Mode::interpreter()]);
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

#[test]
fn moving_stacks_in_the_interpreter() {
    check_all(&[Configuration::from(Mode::interpreter()).moving_stacks()]);
}

#[test]
#[cfg(feature = "jit")]
fn moving_stacks_in_native_code() {
    check_all(&[Configuration::from(Mode::on()).moving_stacks()]);
}

/// So many cycles are affordable in each program. One that has more safepoints has a cycle at every so manieth.
const MAX_CYCLES: u32 = 300;

fn check_collecting(configuration: &Configuration) {
    let mut corpus = corpus();
    // It sees what the collector does on its own.
    corpus.retain(|program| program.name != "collectgarbage_options");
    // This far away there is no cycle.
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
fn cycles_at_safepoints_of_native_code() {
    check_collecting(&Mode::on().into());
}

/// For each op, programs in which it runs.
#[cfg(feature = "jit")]
const PROGRAMS_PER_OP: usize = 6;

/// Native code leaves at every op, and then at each op in turn.
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
