//! The corpus in every mode, and in the lean build → whether all of them print the same bytes.

use mimeo::jit::{Diagnostic, JitConfig, Mode};
use mimeo_corpus::{calc, runner};

use crate::check::{Check, Findings, Skipped, World};
use crate::processes::wrong_build;

pub(crate) const CHECK: Check = Check {
    name: "differential",
    proves: "Every program prints the same bytes with native code for all, for some and for no functions, and in a lean build.",
    run,
};

fn run(world: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    let mut runs = 0;
    findings.figure("programs", world.corpus.len());
    for (mode, name) in [(Mode::Auto, "compiled_auto"), (Mode::On, "compiled_on"), (Mode::Off, "compiled_off")] {
        let checked = runner::check(world.corpus.iter().map(|program| (program, mode)), |program, &mode| {
            let (found, stats) = calc::run(&program.text, Some(JitConfig::new(mode)));
            (found, stats.functions.compiled())
        });
        let compiled = checked.outcomes.iter().sum::<u64>();
        findings.figure(name, compiled);
        findings.failures.extend(judge_compiled(mode, compiled));
        findings.failures.extend(checked.wrong);
        runs += world.corpus.len();
    }
    match world.variants.lean() {
        Err(problem) => findings.failures.push(problem.or_failure()?),
        Ok(lean) => {
            let capability = lean.capability().unwrap_or_else(|error| error);
            findings.failures.extend(wrong_build(&capability, Diagnostic::OptIn.code()));
            let programs = world.corpus.iter().map(|program| (program, "lean"));
            findings.failures.extend(runner::check(programs, |program, _| (lean.run(program), ())).wrong);
            runs += world.corpus.len();
        }
    }
    findings.figure("runs", runs);
    Ok(findings)
}

/// Returns a failure if functions were compiled in mode `off`, or none in another mode.
fn judge_compiled(mode: Mode, functions: u64) -> Option<String> {
    let is_right = (functions == 0) == (mode == Mode::Off);
    (!is_right).then(|| format!("in mode {mode} {functions} functions were compiled"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_that_does_nothing_is_found() {
        for mode in Mode::ALL {
            let off = mode == Mode::Off;
            assert_eq!(judge_compiled(mode, 0).is_some(), !off, "{mode}");
            assert_eq!(judge_compiled(mode, 7).is_some(), off, "{mode}");
        }
    }
}
