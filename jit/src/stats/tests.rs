//! Checks each part of the statistics with a program, and each format with a text or a page.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use expect_test::expect_file;
use mimeo_def::frame::Exit;
use serde_json::Value;

use super::record::{Compilation, Named, Recorder, Settings, Unlinked};
use super::*;
use crate::compile::Cost;
use crate::config::{Gaps, JitConfig, Mode};
use crate::errors::{Diagnostic, NoStencil};
use crate::optimize::{HotLoop, NotOptimized, OptimizedCode, Optimizer};
use crate::tier::Jit;
use crate::tiny::programs::{Builder, Run, checked, scaled, sum};
use crate::tiny::{OPS, Op, machine, machine_with, oversized};

mod sample;

use sample::sample;

fn on() -> JitConfig {
    JitConfig::new(Mode::On).with_trace(true)
}

/// Optimizes nothing.
#[derive(Debug)]
struct Unwilling;

// SAFETY: it makes no code.
unsafe impl Optimizer for Unwilling {
    fn optimize(&mut self, _: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
        Err(NotOptimized::Never("no".to_owned()))
    }
}

/// Creates a machine whose tier cannot compile functions of 16 ops or more, such as `sum`.
fn short_functions_only(config: JitConfig, functions: Vec<mimeo_interp::asm::FunctionBody>) -> Run {
    machine_with(functions, Some(Jit::with_table(config, &oversized())))
}

#[test]
fn a_gap_costs_bytes_and_side_exits() {
    let mut run = machine(vec![sum(Op::Sub), scaled()], Some(on()));
    assert_eq!(run.call(0, &[100]), Ok(5050));
    assert_eq!(run.call(1, &[2]), Ok(5));
    let stats = run.jit().stats();
    assert_eq!((stats.functions.ok, stats.functions.ok_with_deopt, stats.functions.blocked), (1, 1, 0));
    // Two of the 17 ops of the one cannot be reached; the other has 4.
    assert_eq!(stats.ops, 15 + 4);
    let [gap] = &stats.gaps[..] else { panic!("{stats:?}") };
    let bytes = crate::tiny::TABLE.deopt_op.hot.len() as u64;
    assert_eq!((gap.op, gap.places, gap.bytes, gap.side_exits), ("sub", 1, bytes, 100));
    assert_eq!(gap.reason.as_ref().map(NoStencil::code), Some(Diagnostic::StencilUnsupported));
    assert_eq!(gap.hard, Hard::default());
    assert_eq!(stats.switches.entered, [2, 0, 100, 0]);
    assert_eq!((stats.switches.left_by(Exit::Deopt), stats.switches.left_by(Exit::Finish)), (100, 2));
}

#[test]
fn gaps_are_sorted_by_what_they_cost() {
    let mut run = machine(vec![sum(Op::Sub), scaled()], Some(on().with_gaps(Gaps::at(["add", "check", "jump"]))));
    assert_eq!(run.call(0, &[10]), Ok(55));
    assert_eq!(run.call(1, &[2]), Ok(5));
    let stats = run.jit().stats();
    let found: Vec<_> = stats.gaps.iter().map(|gap| (gap.op, gap.side_exits)).collect();
    assert_eq!(found, [("add", 10), ("sub", 10), ("check", 1), ("jump", 1)]);
    assert_eq!(stats.gaps[0].reason.as_ref().map(NoStencil::code), Some(Diagnostic::OptIn));
}

#[test]
fn a_blocked_function_is_counted_while_the_interpreter_runs_it() {
    let mut run = short_functions_only(on(), vec![sum(Op::Add), checked(0)]);
    // The call and 99 iterations; the tier was consulted at the first, second, fourth, …, sixty-fourth of them.
    assert_eq!(run.call(0, &[100]), Ok(5050));
    assert_eq!(run.jit().stats().functions.left_to_interpreter, 64);
    // The next calls come from the host: the missing events are counted with them.
    assert_eq!(run.call(0, &[1]), Ok(1));
    assert_eq!(run.jit().stats().functions.left_to_interpreter, 101);
    for _ in 0..10 {
        assert_eq!(run.call(0, &[1]), Ok(1));
    }
    assert_eq!(run.jit().stats().functions.left_to_interpreter, 111);
    for _ in 0..3 {
        assert_eq!(run.call(0, &[20_000]), Ok(200_010_000));
    }
    let left = run.jit().stats().functions.left_to_interpreter;
    assert!((60_111 - 4096..=60_111).contains(&left), "{left}");

    // A function with native code calls it, and it returns there.
    assert_eq!(run.call(1, &[4]), Ok(1010));
    let stats = run.jit().stats();
    assert_eq!(stats.switches.entered_by(Entry::Return), 1);
    assert_eq!(stats.switches.left_by(Exit::Call), 1);
    assert_eq!((stats.functions.ok, stats.functions.blocked), (1, 1));
    let events: Vec<_> = stats.trace.expect("it was requested").events.into();
    let found: Vec<_> = events.iter().map(|event| (event.what, &*event.function, event.id, event.ops)).collect();
    let blocked = What::Blocked(Diagnostic::CodeCache);
    assert_eq!(found, [(blocked, "sum", 0, 0), (What::Compiled, "checked", 1, 6)]);
    assert!(events[1].ns > 0 && events[1].at_ns > events[0].at_ns, "{events:?}");
    assert_eq!(events[1].bytes, stats.code.live_bytes);
}

/// `OP_DEOPT` cannot be emitted either, so the function with the gap has no native code at all.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_gap_that_blocks_a_function_is_hard() {
    let mut table = crate::tiny::TABLE;
    let mut holes = table.deopt_op.hot_holes.to_vec();
    holes[0].addend = 1 << 40;
    table.deopt_op.hot_holes = holes.leak();
    let jit = Jit::with_table(on(), &table);
    let mut run = machine_with(vec![sum(Op::Sub)], Some(jit));
    for _ in 0..3 {
        assert_eq!(run.call(0, &[1]), Ok(1));
    }
    let stats = run.jit().stats();
    let [gap] = &stats.gaps[..] else { panic!("{stats:?}") };
    let linked = run.linked;
    let units = run.machine.functions(linked).next().expect("it was loaded").body().code.len() as u64;
    assert_eq!((gap.op, gap.places, gap.hard), ("sub", 0, Hard { functions: 1, bytecode_bytes: 2 * units, runs: 3 }));
    assert_eq!(gap.executions(), 3);
    let [blocked] = &stats.functions.first_blocked[..] else { panic!("{stats:?}") };
    assert_eq!((blocked.diagnostic, blocked.op), (Diagnostic::PatchOverflow, Some("sub")));
}

#[test]
fn only_the_first_blocked_functions_are_kept_by_name() {
    let functions = Functions::KEPT as u32 + 5;
    let mut run = short_functions_only(on(), (0..functions).map(|_| sum(Op::Add)).collect());
    for function in 0..functions {
        assert_eq!(run.call(function, &[1]), Ok(1));
    }
    let stats = run.jit().stats();
    assert_eq!((stats.functions.blocked, stats.functions.first_blocked.len()), (105, 100));
    assert!(stats.summary().ends_with("\n  and 5 more\n"), "{}", stats.summary());
}

#[test]
fn a_running_loop_is_entered() {
    let mut run = machine(vec![sum(Op::Add)], Some(JitConfig::default()));
    assert_eq!(run.call(0, &[100]), Ok(5050));
    let stats = run.jit().stats();
    assert_eq!(stats.switches.entered, [0, 1, 0, 0]);
    assert_eq!(stats.trace, None);
    assert!(stats.trace().starts_with("no trace was recorded"));
}

fn recorder(settings: Settings) -> Recorder {
    Recorder::new(OPS.iter().map(|op| op.name), settings)
}

fn made(regions: Regions, ns: u64) -> Compilation {
    let cost = Cost { emit: Duration::from_nanos(ns), ..Cost::default() };
    Compilation { cost, ops: 3, regions, gap_bytes: 0 }
}

#[test]
fn unlinked_code_is_retired_and_reclaimed() {
    let mut recorder = recorder(Settings { trace: true, limit_bytes: Some(1000), ..Settings::default() });
    let (f, g) = (Named { id: 0, name: "f" }, Named { id: 1, name: "g" });
    let regions = Regions { hot_bytes: 100, cold_bytes: 20, constant_bytes: 3, stub_bytes: 16, optimized_bytes: 0 };
    recorder.compiled(f, &made(regions, 10), std::iter::empty());
    recorder.compiled(g, &made(regions, 10), std::iter::empty());
    recorder.unlinked(f, Unlinked::Evicted, regions);
    let code = recorder.snapshot().code;
    assert_eq!((code.live_bytes, code.retired_bytes, code.reclaimed_bytes), (139, 139, 0));
    assert_eq!((code.regions, code.limit_bytes), (regions, Some(1000)));
    recorder.reclaimed(f, 139);
    recorder.compiled(f, &made(regions, 10), std::iter::empty());
    recorder.unlinked(f, Unlinked::Replaced, regions);
    recorder.compiled(f, &made(regions, 10), std::iter::empty());
    recorder.unlinked(g, Unlinked::Dropped, regions);
    // Another function with the id of the one that was dropped.
    recorder.compiled(g, &made(regions, 10), std::iter::empty());
    let stats = recorder.snapshot();
    let Functions { ok, evicted, recompiled, dropped, .. } = stats.functions;
    assert_eq!((ok, evicted, recompiled, dropped), (5, 1, 2, 1));
    assert_eq!((stats.code.live_bytes, stats.code.retired_bytes, stats.code.reclaimed_bytes), (278, 278, 139));
    let trace = stats.trace.expect("it was requested");
    let whats: Vec<_> = trace.events.iter().map(|event| (event.what.name(), event.id, event.bytes)).collect();
    let expected = [
        ("compiled", 0, 139),
        ("compiled", 1, 139),
        ("evicted", 0, 139),
        ("reclaimed", 0, 139),
        ("compiled", 0, 139),
        ("replaced", 0, 139),
        ("compiled", 0, 139),
        ("dropped", 1, 139),
        ("compiled", 1, 139),
    ];
    assert_eq!(whats, expected);
}

#[test]
fn compilations_over_the_budget_are_counted() {
    let mut recorder = recorder(Settings { budget: Some(Duration::from_micros(900)), ..Settings::default() });
    for us in 1..=1000 {
        recorder.compiled(Named { id: us, name: "f" }, &made(Regions::default(), u64::from(us) * 1000), [].into_iter());
    }
    let stats = recorder.snapshot();
    let Latency { count, p50_ns, p90_ns, p99_ns, max_ns } = stats.compile.latency;
    assert_eq!((count, max_ns), (1000, 1_000_000));
    for (found, exact) in [(p50_ns, 500_000), (p90_ns, 900_000), (p99_ns, 990_000)] {
        assert!(found.abs_diff(exact) <= exact / 100, "{found} is not {exact}");
    }
    assert_eq!((stats.compile.budget_ns, stats.compile.over_budget), (Some(900_000), 100));
    assert_eq!(stats.compile.total_ns(), 1000 * 1001 / 2 * 1000);
    assert!(stats.summary().contains("100 over the budget of 900 us"), "{}", stats.summary());
    println!("{}", stats.summary());
}

#[test]
fn a_trace_keeps_the_latest_events() {
    let mut recorder = recorder(Settings { trace: true, ..Settings::default() });
    for id in 0..Trace::KEPT as u32 + 3 {
        recorder.compiled(Named { id, name: "f" }, &made(Regions::default(), 1), std::iter::empty());
    }
    let trace = recorder.snapshot().trace.expect("it was requested");
    assert_eq!((trace.events.len(), trace.lost), (Trace::KEPT, 3));
    assert_eq!(trace.events[0].id, 3);
}

#[test]
fn a_format_has_a_name() {
    for format in StatsFormat::ALL {
        assert_eq!(format.name().parse(), Ok(format));
        assert!(format.render(&sample()).ends_with('\n'));
    }
    let error = "table".parse::<StatsFormat>().unwrap_err();
    assert_eq!(error.to_string(), " must be summary, trace or json, not \"table\"");
}

/// Reads a file of this crate.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_format_shows_the_sample() {
    for format in StatsFormat::ALL {
        expect_file![format!("tests/sample/{}.txt", format.name())].assert_eq(&format.render(&sample()));
    }
}

#[test]
fn a_tier_that_did_nothing_shows_nothing() {
    let stats = recorder(Settings::default()).snapshot();
    assert_eq!(stats.summary(), "functions compiled  0\n");
}

/// Adds the paths of the fields below a value: `a.b` for a field of an object, `a[].b` for one of an array's elements.
fn add_paths(path: &str, value: &Value, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                paths.insert(path.clone());
                add_paths(&path, value, paths);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| add_paths(&format!("{path}[]"), element, paths)),
        _ => {}
    }
}

#[test]
fn the_page_names_every_field_of_the_json_and_no_other() {
    let config = on().with_optimize(Mode::On).optimized_by(|_| Box::new(Unwilling));
    let mut run = short_functions_only(
        config,
        vec![sum(Op::Add), Builder::new("difference", 2, 2).get(0).get(1).op(Op::Sub).op(Op::Ret).end()],
    );
    assert_eq!(run.call(0, &[10]), Ok(55));
    assert_eq!(run.call(1, &[10, 4]), Ok(6));
    let json: Value = serde_json::from_str(&run.jit().stats().json()).expect("it is JSON");
    assert_eq!(json["schema"], 1);
    let mut produced = BTreeSet::new();
    add_paths("", &json, &mut produced);
    let page = text("../docs/statistics.md");
    let (_, page) = page.split_once("\n## The JSON\n").expect("the page has the section");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let documented: BTreeSet<String> = rows.map(|(path, _)| path.to_owned()).collect();
    let missing: Vec<_> = produced.difference(&documented).collect();
    let superfluous: Vec<_> = documented.difference(&produced).collect();
    assert!(missing.is_empty() && superfluous.is_empty(), "not on the page: {missing:?}; only there: {superfluous:?}");
}
