//! Every program of calc's corpus prints exactly its expected output, in every mode.

use calc::ops::ops::Ops;
use mimeo::InstructionSet;
use mimeo_corpus::program::{CALC, Program};
use mimeo_corpus::{Mode, calc::run, runner::check};

fn check_corpus(modes: &[Mode], takes: impl Fn(&Program) -> bool) {
    let mut corpus = CALC.programs(100);
    corpus.retain(takes);
    let runs = modes.iter().flat_map(|mode| corpus.iter().map(move |program| (program, mode)));
    check(runs, |program, mode| run(&program.text, mode.jit.clone())).unwrap();
}

#[test]
fn interpreter() {
    let corpus = CALC.programs(100);
    let runs = corpus.iter().map(|program| (program, Mode::interpreter()));
    let counted = check(runs, |program, mode| {
        let (behaviour, _) = run(&program.text, mode.jit.clone());
        let events = behaviour.events.unwrap_or(0);
        (behaviour, (program.name.clone(), events))
    });
    CALC.check_events(counted.unwrap());
}

#[test]
fn forced_native() {
    check_corpus(&[Mode::on()], |_| true);
}

#[test]
fn never_native() {
    check_corpus(&[Mode::off()], |_| true);
}

#[test]
fn tier_up() {
    check_corpus(&Mode::tier_up(), |_| true);
}

/// Returns `true` if a program is short enough for an exit from native code at every op.
fn is_short(program: &Program) -> bool {
    program.million_ops() < 10
}

#[test]
fn deopt_at_every_op() {
    check_corpus(&[Mode::deopt_everywhere()], is_short);
}

#[test]
fn each_stencil_removed_in_turn() {
    let modes: Vec<_> = Ops::OPS.iter().map(|op| Mode::without(op.name)).collect();
    check_corpus(&modes, is_short);
}
