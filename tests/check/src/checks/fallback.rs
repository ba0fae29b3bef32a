//! The corpus without usable stencils → whether the interpreter gives the same.

use mimeo::jit::{Diagnostic, Gaps, JitConfig, Mode, Stats};

use crate::check::{Check, Findings, Skipped, World};
use crate::corpus::{Compared, Sample, differences};
use crate::processes::wrong_build;

pub(crate) const CHECK: Check = Check {
    name: "fallback",
    proves: "Every program prints the same bytes when native code leaves at every op, and in a build without stencils.",
    run,
};

fn run(world: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    let mut compared = Vec::new();
    let (mut side_exits, mut fallen_back) = (0, 0);
    let is_slow = cfg!(debug_assertions) || world.emulated;
    let corpus: Vec<&Sample> =
        world.corpus.iter().filter(|sample| !(is_slow && LONG.contains(&&*sample.name))).collect();
    for sample in &corpus {
        let config = JitConfig::new(Mode::On).with_gaps(Gaps::everywhere());
        let (found, stats) = sample.run(Some(config));
        side_exits += stats.gaps.iter().map(|gap| gap.side_exits).sum::<u64>();
        fallen_back += stats.functions.ok_with_deopt;
        findings.failures.extend(judge_stats(&sample.name, &stats));
        let (program, mode) = (sample.name.clone(), "deopt everywhere".to_owned());
        compared.push(Compared { program, mode, expected: sample.expected(), found });
    }
    findings.figure("programs_of_gaps", corpus.len());
    findings.figure("functions_of_gaps", fallen_back);
    findings.figure("side_exits", side_exits);
    if side_exits == 0 {
        findings.failures.push("native code was never left".to_owned());
    }
    match world.variants.without_stencils() {
        Err(problem) => findings.failures.push(problem.or_failure()?),
        Ok(build) => {
            let capability = build.capability().unwrap_or_else(|error| error);
            findings.failures.extend(wrong_build(&capability, Diagnostic::Target.code()));
            for sample in &world.corpus {
                match build.run(sample) {
                    Ok(found) => {
                        let (program, mode) = (sample.name.clone(), "without stencils".to_owned());
                        compared.push(Compared { program, mode, expected: sample.expected(), found });
                    }
                    Err(reason) => findings.failures.push(format!("without stencils: {reason}")),
                }
            }
        }
    }
    findings.figure("runs", compared.len());
    findings.failures.extend(differences(&compared));
    Ok(findings)
}

/// The programs with more than 2 million ops. Without optimisation, or in an emulator, leaving native code at
/// each takes a minute.
const LONG: [&str; 20] = [
    "change",
    "collatz",
    "deep_recursion",
    "deep_recursion_locals",
    "digits",
    "error_in_hot_function",
    "error_in_hot_loop",
    "fib",
    "hanoi",
    "infinite_recursion_hot",
    "josephus",
    "loops",
    "mandelbrot",
    "modular_power",
    "perfect",
    "primes",
    "pythagoras",
    "random",
    "square_root",
    "tour",
];

/// With every stencil switched off, no function is without a gap, and none is blocked.
fn judge_stats(program: &str, stats: &Stats) -> Option<String> {
    let (ok, blocked) = (stats.functions.ok, stats.functions.blocked);
    (ok + blocked > 0).then(|| format!("`{program}`: {ok} functions have no gap, {blocked} are blocked"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
