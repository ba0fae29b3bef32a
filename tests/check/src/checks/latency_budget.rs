//! Functions of 1,000 ops → whether compiling them is as fast as promised, and whether a budget holds.

use std::time::Duration;

use calc::{Options, Session};
use mimeo::jit::{Diagnostic, Jit, JitConfig, Mode, Stats};
use mimeo_corpus::Captured;

use crate::check::{Check, Findings, Skipped, World};

pub(crate) const CHECK: Check = Check {
    name: "latency_budget",
    proves: "The median compilation of a function of 1,000 ops takes no longer than the bound; functions over a budget are interpreted.",
    run,
};

const FUNCTIONS: usize = 100;
/// Other work on the machine only slows compiling down, so the fastest run counts.
const RUNS: usize = 5;

fn run(world: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    let runs: Vec<Stats> = (0..RUNS).map(|_| compile()).collect();
    let Some(quietest) = runs.iter().min_by_key(|stats| stats.compile.latency.p50_ns) else { return Ok(findings) };
    let latency = quietest.compile.latency;
    let compiled = quietest.functions.compiled().max(1);
    findings.figure("functions", quietest.functions.compiled());
    findings.figure("ops_per_function", quietest.ops / compiled);
    findings.figure("bytes_per_function", quietest.code.live_bytes / compiled);
    findings.figure("median_ns", latency.p50_ns);
    findings.figure("p90_ns", latency.p90_ns);
    findings.figure("max_ns", latency.max_ns);
    findings.figure("ns_per_op", quietest.compile.total_ns() / quietest.ops.max(1));
    findings.figure("bound_ns", world.latency_bound.as_nanos() as u64);
    findings.failures.extend(judge(quietest, world.latency_bound));
    let (output, stats) = over_budget();
    findings.failures.extend(judge_budget(&output, &stats));
    Ok(findings)
}

fn session(text: &str, config: JitConfig, out: Captured) -> Session {
    let program = calc::compile(text).unwrap_or_else(|errors| panic!("it compiles: {errors:?}"));
    Session::new(&program, Options { jit: Some(config), ..Options::default() }, Box::new(out))
}

fn stats(session: &Session) -> Stats {
    session.jit().map(Jit::stats).unwrap_or_default()
}

/// Compiles functions of about 1,000 ops, of the kinds that programs have.
fn compile() -> Stats {
    // Each repetition has 23 ops.
    let body = "if a < b { a = a + b * 2; } else { b = f0(b, a - 1); } g = g + a % 7; ".repeat(1000 / 23 + 1);
    let functions = (0..FUNCTIONS).map(|index| format!("fn f{index}(a, b) {{ {body} return a; }}\n"));
    let text = "let g = 0;\n".to_owned() + &functions.collect::<String>();
    let mut session = session(&text, JitConfig::new(Mode::On), Captured::default());
    session.with_native_code(|_, _| {});
    stats(&session)
}

fn judge(stats: &Stats, bound: Duration) -> Vec<String> {
    let mut failures = Vec::new();
    let (compiled, count) = (stats.functions.compiled(), stats.compile.latency.count);
    // The top level is also a function, of a few ops.
    if compiled != FUNCTIONS as u64 + 1 || count != compiled {
        failures.push(format!("{compiled} functions were compiled and {count} timed, of {}", FUNCTIONS + 1));
    }
    if stats.ops < 1000 * FUNCTIONS as u64 {
        failures.push(format!("only {} ops were compiled", stats.ops));
    }
    let median = Duration::from_nanos(stats.compile.latency.p50_ns);
    if median > bound {
        failures.push(format!("the median compilation takes {median:?}, the bound is {bound:?}"));
    }
    failures
}

/// Runs a program with a budget that every function exceeds.
fn over_budget() -> (Vec<u8>, Stats) {
    let budget = Some(Duration::from_nanos(1));
    let config = JitConfig::new(Mode::On).with_latency_budget(budget);
    let out = Captured::default();
    let mut session = session("fn f(x) { return x + 1; } print f(6);", config, out.clone());
    let result = session.run();
    let output = if result.is_ok() { out.bytes() } else { Vec::new() };
    (output, stats(&session))
}

fn judge_budget(output: &[u8], stats: &Stats) -> Vec<String> {
    let mut failures = Vec::new();
    if output != b"7\n" {
        failures.push("a program over its budget prints something else".to_owned());
    }
    let functions = &stats.functions;
    let is_blocked = functions.compiled() == 0
        && functions.blocked == 2
        && functions.first_blocked.iter().all(|blocked| blocked.diagnostic == Diagnostic::LatencyBudget);
    if !is_blocked {
        failures.push(format!("a budget of 1 ns does not hold: {functions:?}"));
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_compiler_is_found() {
        let bound = Duration::from_micros(100);
        let mut stats = Stats::default();
        stats.ops = 1000 * FUNCTIONS as u64;
        stats.functions.ok = FUNCTIONS as u64 + 1;
        stats.compile.latency.count = FUNCTIONS as u64 + 1;
        stats.compile.latency.p50_ns = 100_000;
        assert_eq!(judge(&stats, bound), Vec::<String>::new());
        stats.compile.latency.p50_ns = 100_001;
        assert_eq!(judge(&stats, bound), ["the median compilation takes 100.001µs, the bound is 100µs"]);
        assert_eq!(judge(&Stats::default(), bound).len(), 2, "nothing is not fast");
    }

    #[test]
    fn a_budget_that_does_not_hold_is_found() {
        let (output, stats) = over_budget();
        assert_eq!(judge_budget(&output, &stats), Vec::<String>::new());
        assert_eq!(judge_budget(b"8\n", &stats), ["a program over its budget prints something else"]);
        assert_eq!(judge_budget(b"7\n", &Stats::default()).len(), 1);
    }
}
