//! The corpus without usable stencils → whether the interpreter prints the same.

use mimeo::jit::{Diagnostic, Stats};
use mimeo_corpus::{Mode, Program, calc, runner};

use crate::check::{Check, Findings, Skipped, World};
use crate::processes::wrong_build;

pub(crate) const CHECK: Check = Check {
    name: "fallback",
    proves: "Every program prints the same bytes if every op leaves native code, and in a build without stencils.",
    run,
};

fn run(world: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    // Without optimization, or in an emulator, leaving native code at each of some million ops takes a minute.
    let is_slow = cfg!(debug_assertions) || world.emulated;
    let corpus: Vec<&Program> =
        world.corpus.iter().filter(|program| !is_slow || program.million_ops() < LONG_MILLION).collect();
    let runs = corpus.iter().map(|&program| (program, Mode::deopt_everywhere()));
    let checked = runner::check(runs, |program, mode| {
        let (found, stats) = calc::run(&program.text, mode.jit.clone());
        (found, (program.clone(), stats))
    });
    findings.failures.extend(checked.wrong);
    let (mut side_exits, mut fallen_back) = (0, 0);
    for (program, stats) in &checked.outcomes {
        let exits = stats.gaps.iter().map(|gap| gap.side_exits).sum::<u64>();
        side_exits += exits;
        fallen_back += stats.functions.ok_with_deopt;
        findings.failures.extend(judge_stats(&program.name, stats));
        findings.failures.extend(judge_length(program, exits));
    }
    findings.figure("programs_of_gaps", corpus.len());
    findings.figure("functions_of_gaps", fallen_back);
    findings.figure("side_exits", side_exits);
    if side_exits == 0 {
        findings.failures.push("native code was never left".to_owned());
    }
    let mut runs = corpus.len();
    match world.variants.without_stencils() {
        Err(problem) => findings.failures.push(problem.or_failure()?),
        Ok(build) => {
            let capability = build.capability().unwrap_or_else(|error| error);
            findings.failures.extend(wrong_build(&capability, Diagnostic::Target.code()));
            let programs = world.corpus.iter().map(|program| (program, "without stencils"));
            findings.failures.extend(runner::check(programs, |program, _| (build.run(program), ())).wrong);
            runs += world.corpus.len();
        }
    }
    findings.figure("runs", runs);
    Ok(findings)
}

/// Millions of ops from which on a program is long.
const LONG_MILLION: u32 = 2;

/// Returns a failure unless the field `ops` says whether the program is long.
fn judge_length(program: &Program, ops: u64) -> Option<String> {
    let is_right = (ops / 1_000_000 >= LONG_MILLION.into()) == (program.million_ops() >= LONG_MILLION);
    (!is_right).then(|| format!("`{}` runs {ops} ops, but its field `ops` is {:?}", program.name, program.field("ops")))
}

/// Returns a failure if a function has no gap or is blocked, although every stencil is switched off.
fn judge_stats(program: &str, stats: &Stats) -> Option<String> {
    let (ok, blocked) = (stats.functions.ok, stats.functions.blocked);
    (ok + blocked > 0).then(|| format!("`{program}`: {ok} functions have no gap, {blocked} are blocked"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_wrong_length_is_found() {
        let corpus = mimeo_corpus::program::CALC.programs(100);
        let named = |name| corpus.iter().find(|program| program.name == name).expect("it is in the corpus");
        assert_eq!(judge_length(named("fib"), 70_000_000), None);
        assert_eq!(judge_length(named("empty"), 1_999_999), None);
        assert!(judge_length(named("empty"), 2_000_000).is_some());
        assert!(judge_length(named("fib"), 1_999_999).is_some());
    }

    #[test]
    fn a_stencil_that_was_used_is_found() {
        let mut stats = Stats::default();
        stats.functions.ok_with_deopt = 3;
        assert_eq!(judge_stats("p", &stats), None);
        stats.functions.ok = 1;
        assert_eq!(judge_stats("p", &stats).as_deref(), Some("`p`: 1 functions have no gap, 0 are blocked"));
        stats.functions.ok = 0;
        stats.functions.blocked = 2;
        assert!(judge_stats("p", &stats).is_some());
    }
}
