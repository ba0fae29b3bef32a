//! Whole programs under the driver, in every configuration of the tier.

use std::ops::Range;

use mimeo_def::CodeOffset;
use mimeo_interp::asm::FunctionIndex;

use super::*;
use crate::config::{Gaps, Mode};
use crate::errors::{Diagnostic, NoStencil};
use crate::stats::Regions;
use crate::tier::native::has_stencils;
use crate::tiny::programs::{Run, checked, endless, fib, scaled, sum};
use crate::tiny::{OPS, Op, TABLE, Tiny, machine, machine_with, oversized};

const SUM: u32 = 0;
const SUM_SUB: u32 = 1;
const FIB: u32 = 2;
const CHECKED: u32 = 3;
const SCALED: u32 = 4;
const ENDLESS: u32 = 5;

fn run(config: Option<JitConfig>) -> Run {
    let functions = vec![sum(Op::Add), sum(Op::Sub), fib(FIB), checked(SCALED), scaled(), endless(ENDLESS)];
    machine(functions, config)
}

fn mode(mode: Mode) -> JitConfig {
    JitConfig::new(mode)
}

/// Runs everything that the programs can do, several times so that tiers change in between.
fn transcript(run: &mut Run) -> Vec<Result<i64, String>> {
    let calls: &[(u32, i64)] = &[
        (SUM, 100),
        (SUM_SUB, 100),
        (FIB, 15),
        (CHECKED, 4),
        (CHECKED, 0),
        (CHECKED, -5),
        (SCALED, 0),
        (ENDLESS, 1),
        (SUM, 1),
    ];
    (0..4).flat_map(|_| calls).map(|&(function, arg)| run.call(function, &[arg])).collect()
}

#[test]
fn every_mode_gives_the_same_results() {
    let expected = transcript(&mut run(None));
    assert_eq!(
        expected[..9],
        [
            Ok(5050),
            Ok(5050),
            Ok(610),
            Ok(1010),
            Ok(1017),
            Err("negative in scaled at 2, 2 deep".to_owned()),
            Ok(17),
            Err("stack overflow in endless at 2, 2000 deep".to_owned()),
            Ok(1),
        ]
    );
    let mut configs = vec![mode(Mode::On), mode(Mode::Off), mode(Mode::Auto)];
    configs.extend([0, 1, 2, 3, 7].map(|threshold| JitConfig::default().with_threshold(threshold)));
    configs.push(mode(Mode::On).with_gaps(Gaps::everywhere()));
    configs.extend(OPS.iter().flat_map(|op| {
        let on = mode(Mode::On).with_gaps(Gaps::at([op.name]));
        [on.clone().with_threshold(5).with_mode(Mode::Auto), on]
    }));
    for config in configs {
        let mut machine = run(Some(config.clone()));
        assert_eq!(transcript(&mut machine), expected, "{config:?}");
        assert!(machine.machine.vm().host.checks > 0);
    }
}

#[test]
fn counting_ops_changes_nothing() {
    let mut alone = run(None);
    alone.machine.count_interpreted_ops();
    let expected = transcript(&mut alone);
    let executed = alone.machine.interpreted_ops();
    for mode in [Mode::On, Mode::Auto, Mode::Off] {
        for gaps in [Gaps::at(["check"]), Gaps::at(["check"]).without_reentry()] {
            let config = JitConfig::new(mode).with_gaps(gaps);
            let (mut plain, mut counting) = (run(Some(config.clone())), run(Some(config.clone())));
            counting.machine.count_interpreted_ops();
            assert_eq!(transcript(&mut plain), expected);
            assert_eq!(transcript(&mut counting), expected);
            let (plain, counted) = (plain.jit().stats(), counting.jit().stats());
            assert_eq!((plain.switches, plain.functions), (counted.switches, counted.functions), "{config:?}");
            let interpreted = counting.machine.interpreted_ops();
            assert!(counted.switches.left_by(Exit::Deopt) <= interpreted, "{config:?}");
            assert_eq!(interpreted == executed, mode == Mode::Off, "{config:?}: {interpreted} of {executed}");
        }
    }
}

/// Counts the ops of `1 + 2 + … + n` by hand: before the loop, in each iteration, and after it.
#[test]
fn interpreted_ops_are_counted_one_by_one() {
    let counted = |config: Option<JitConfig>, n| {
        let mut run = run(config);
        run.machine.count_interpreted_ops();
        assert_eq!(run.call(SUM, &[n]), Ok(n * (n + 1) / 2));
        run.machine.interpreted_ops()
    };
    let iteration = counted(None, 2) - counted(None, 1);
    assert!(iteration > 1 && counted(None, 101) == counted(None, 1) + 100 * iteration);
    assert_eq!(counted(Some(mode(Mode::On)), 101), 0);
    // The interpreter runs every op, one at a time.
    let everywhere = mode(Mode::On).with_gaps(Gaps::everywhere());
    assert_eq!(counted(Some(everywhere), 101), counted(None, 101));
    // From the threshold on, the loop and what follows it are native.
    let tiered = |n| counted(Some(mode(Mode::Auto)), n);
    assert_eq!(tiered(100), tiered(1000));
    assert!(tiered(1000) < counted(None, 11), "{}", tiered(1000));
}

#[test]
fn native_code_runs_without_leaving() {
    let mut run = run(Some(mode(Mode::On)));
    assert_eq!(run.call(SUM, &[100]), Ok(5050));
    let stats = run.jit().stats();
    assert_eq!((stats.functions.ok, stats.functions.ok_with_deopt), (1, 0));
    assert_eq!(stats.switches.left, [0, 0, 0, 0, 1, 0, 0]);
    // Two of the 17 ops cannot be reached.
    assert_eq!(stats.ops, 15);
}

#[test]
fn a_side_exit_runs_one_op_and_returns() {
    let mut run = run(Some(mode(Mode::On)));
    assert_eq!(run.call(SUM_SUB, &[1000]), Ok(500_500));
    let stats = run.jit().stats();
    assert_eq!((stats.functions.ok, stats.functions.ok_with_deopt), (0, 1));
    assert_eq!(stats.switches.left_by(Exit::Deopt), 1000);
    let [gap] = &stats.gaps[..] else { panic!("{stats:?}") };
    assert_eq!((gap.op, gap.side_exits, gap.places), ("sub", 1000, 1));
    assert_eq!(gap.reason, Some(NoStencil::Build("the body has 300 bytes, the budget is 256")));
}

#[test]
fn native_functions_call_each_other_directly() {
    let mut run = run(Some(mode(Mode::On).with_gaps(Gaps::at(["check"]))));
    assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
    // The first call finds the callee without native code; the second does not leave for it.
    assert_eq!(run.jit().stats().switches.left_by(Exit::Call), 1);
    assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
    assert_eq!(run.jit().stats().switches.left_by(Exit::Call), 1);
    assert_eq!(run.jit().stats().switches.left_by(Exit::Return), 0);
}

/// A function that exists for one call is not worth compiling, whoever calls it.
#[test]
fn auto_compiles_what_native_code_calls_twice() {
    let mut run = run(Some(JitConfig::default()));
    run.machine.compile(run.linked.function(FunctionIndex(CHECKED))).expect("it is loaded");
    let mut after_each_call = Vec::new();
    for _ in 0..3 {
        assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
        let stats = run.jit().stats();
        after_each_call.push((stats.functions.compiled(), stats.switches.left_by(Exit::Call)));
    }
    assert_eq!(after_each_call, [(1, 1), (2, 2), (2, 2)]);
}

/// A chain of calls warms up as a whole, however deep it is: each function of it is called twice.
#[test]
fn auto_compiles_the_callees_of_a_callee_no_later() {
    const DEPTH: u32 = 20;
    let inner = (1..DEPTH).map(checked).chain([scaled()]);
    let mut run = machine(inner.collect(), Some(JitConfig::default()));
    run.machine.compile(run.linked.function(FunctionIndex(0))).expect("it is loaded");
    let compiled = [(); 3].map(|()| {
        run.call(0, &[0]).expect("it returns");
        run.jit().stats().functions.compiled()
    });
    assert_eq!(compiled, [1, u64::from(DEPTH), u64::from(DEPTH)]);
}

#[test]
fn auto_compiles_at_the_threshold_and_what_native_code_calls_with_it() {
    let mut run = run(Some(JitConfig::default().with_threshold(3)));
    let mut compiled_after_each_call = Vec::new();
    for _ in 0..4 {
        assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
        compiled_after_each_call.push(run.jit().stats().functions.compiled());
    }
    // The interpreter's calls of the inner function count too, but not beyond the outer one's.
    assert_eq!(compiled_after_each_call, [0, 0, 2, 2]);
    assert_eq!(run.jit().stats().switches.left_by(Exit::Return), 0);
}

#[test]
fn a_hot_loop_of_a_function_called_once_continues_natively() {
    let mut run = run(Some(JitConfig::default().with_threshold(10)));
    assert_eq!(run.call(SUM, &[1000]), Ok(500_500));
    let stats = run.jit().stats();
    assert_eq!(stats.functions.compiled(), 1);
    // It left at its end, and once because the budget was used up.
    assert_eq!(stats.switches.left, [0, 0, 0, 0, 1, 0, 1]);
}

#[test]
fn off_compiles_nothing() {
    let mut run = run(Some(mode(Mode::Off)));
    assert_eq!(run.call(FIB, &[10]), Ok(55));
    assert_eq!(run.jit().stats().functions.compiled(), 0);
}

#[test]
fn a_panic_in_a_runtime_function_propagates_out_of_the_machine() {
    let mut run = run(Some(mode(Mode::On)));
    let call = std::panic::AssertUnwindSafe(|| run.call(SCALED, &[-1]));
    let payload = std::panic::catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"check panicked"));
    assert_eq!(run.call(SCALED, &[2]), Ok(5));
}

#[test]
fn an_unknown_op_in_the_configuration_is_an_error() {
    let config = JitConfig::default().with_gaps(Gaps::at(["adc"]));
    let jit = Jit::<Tiny>::new(config);
    let reason = "JIT_OPT_IN: the gaps name `adc`, which is not an op of `tiny`";
    assert_eq!(jit.unavailable().unwrap().to_string(), reason);
    assert_eq!(jit.capability().reason, Some((Diagnostic::OptIn, reason.to_owned())));
    assert!(has_stencils::<Tiny>().is_ok());
}

#[test]
fn a_code_view_shows_the_code() {
    let mut run = run(Some(mode(Mode::On)));
    run.call(CHECKED, &[4]).unwrap();
    let linked = run.linked;
    // The tier and its machine are borrowed one after the other.
    let function: *const Function = run.machine.functions(linked).nth(CHECKED as usize).unwrap();
    // SAFETY: the record lives as long as the machine.
    let function = unsafe { &*function };
    let jit = run.jit();
    let view = jit.code_of(function).unwrap();
    assert_eq!(view.start, function.entry());
    let pcs: Vec<_> = view.ops.iter().map(|op| op.pc.0).collect();
    assert_eq!(pcs, [0, 5, 7, 11, 12, 13]);
    assert!(view.ops.windows(2).all(|ops| ops[0].hot.end == ops[1].hot.start));
    assert_eq!(view.op_at(view.ops[2].hot.start).unwrap().op, OpIndex(Op::Call as u16));
    assert_eq!(view.island.end.0 as usize, view.bytes.len());
    let mut unfilled = view.bytes.to_vec();
    for hole in view.ops.iter().flat_map(|op| &op.holes) {
        let at = hole.at.0 as usize;
        unfilled[at..at + hole.unfilled.len()].copy_from_slice(hole.unfilled);
    }
    for op in &view.ops {
        let stencil = TABLE.ops[usize::from(op.op.0)].stencil.unwrap();
        let part = |range: &Range<CodeOffset>| &unfilled[range.start.0 as usize..range.end.0 as usize];
        // A poll can be before the op, and the jump to the next op can be dropped.
        let without_jump = &stencil.hot[..stencil.hot.len() - usize::from(stencil.tail_jump)];
        assert!(part(&op.hot).ends_with(stencil.hot) || part(&op.hot).ends_with(without_jump), "{op:?}");
        assert!(part(&op.cold).ends_with(stencil.cold), "{op:?}");
        assert!(op.holes.iter().all(|hole| op.hot.contains(&hole.at) || op.cold.contains(&hole.at)), "{op:?}");
    }
    let regions: Regions = jit.stats().code.regions;
    assert_eq!(regions.total_bytes(), jit.stats().code.live_bytes);
    assert!(regions.hot_bytes > 0 && regions.cold_bytes > 0, "{regions:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn no_memory_of_the_process_is_ever_writable_and_executable() {
    let mut run = run(Some(mode(Mode::On)));
    transcript(&mut run);
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let writable_and_executable: Vec<_> = maps.lines().filter(|line| line.contains(" rwx")).collect();
    assert_eq!(writable_and_executable, [""; 0]);
}

#[test]
fn a_function_that_cannot_be_compiled_is_blocked_and_interpreted() {
    let jit = Jit::with_table(mode(Mode::On), &oversized());
    let mut run = machine_with(vec![sum(Op::Add), scaled()], Some(jit));
    assert_eq!(run.call(0, &[100]), Ok(5050));
    let stats = run.jit().stats();
    assert_eq!((stats.functions.compiled(), stats.functions.blocked), (0, 1));
    let [blocked] = &stats.functions.first_blocked[..] else { panic!("{stats:?}") };
    assert_eq!((&*blocked.function, blocked.diagnostic, blocked.op), ("sum", Diagnostic::CodeCache, None));
    assert_eq!(blocked.sentence, "17 ops are too many for one code buffer");
    assert_eq!(run.call(0, &[100]), Ok(5050));
    assert_eq!(run.jit().stats().compile.latency.count, 1, "it is not tried again");
}
