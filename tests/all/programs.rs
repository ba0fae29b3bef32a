//! Every program of calc's corpus prints exactly its expected output, in every mode.

use calc::Options;
use calc::ops::ops::Ops;
use mimeo::InstructionSet;
use mimeo_corpus::calc::{run, run_with};
use mimeo_corpus::program::{CALC, Program};
use mimeo_corpus::{Mode, runner::check};
use mimeo_twins::Evaluator;

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

/// Optimized code is installed at each loop head.
#[test]
fn grafted() {
    check_corpus(&Mode::grafted(), |_| true);
}

#[test]
fn optimized() {
    let [at_once, later, leaving, inlined, inlined_leaving] = Mode::optimized();
    check_corpus(&[at_once, later, inlined], |_| true);
    check_corpus(&[leaving, inlined_leaving], is_short);
}

/// Returns `true` if a program is short enough for an exit from native code at every op.
fn is_short(program: &Program) -> bool {
    program.million_ops() < 10
}

#[test]
fn deopt_at_every_op() {
    check_corpus(&[Mode::deopt_everywhere()], is_short);
}

/// The bodies of the ops are evaluated in every op, or in all but every seventh, and access only what they may.
#[test]
fn evaluated_bodies() {
    for exit_every in [0, 7] {
        let mut corpus = CALC.programs(100);
        corpus.retain(|program| program.million_ops() < 5);
        let runs = corpus.iter().map(|program| (program, format!("evaluated, with an exit every {exit_every} ops")));
        let accesses = check(runs, |program, _| {
            let tier = Box::new(Evaluator::<Ops>::with_exits(exit_every));
            run_with(
                &program.text,
                Options::default(),
                |builder| builder.tier(tier),
                |session| {
                    let tier: &Evaluator<Ops> = session.machine().tier().expect("the machine has it");
                    [tier.hidden_accesses(), tier.conflicts()].concat()
                },
            )
        });
        assert_eq!(accesses.unwrap().concat(), [""; 0]);
    }
}

#[test]
fn each_stencil_removed_in_turn() {
    let modes: Vec<_> = Ops::OPS.iter().map(|op| Mode::without(op.name)).collect();
    check_corpus(&modes, is_short);
}
