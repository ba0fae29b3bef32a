//! Optimized code is installed in running loops, entered only at their heads, and refused where it cannot be installed.

use std::sync::atomic::{AtomicU32, Ordering};

use mimeo::InstructionSet;
use mimeo::def::Pc;
use mimeo::jit::{HotLoop, NotOptimized, OpenOptimizer, OptimizedCode, OptimizedExit, Optimizer, OptimizerSet};

use super::*;

/// `sum(n)` is `n + … + 1`, by a loop.
fn summing() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "sum", 1, 4, |code| {
        let (n, total, one, zero) = (Slot(0), Slot(1), Slot(2), Slot(3));
        code.number(total, 0);
        code.number(one, -1);
        code.number(zero, 0);
        let head = code.label();
        code.bind(head);
        code.add(total, total, n);
        code.add(n, n, one);
        code.jump_if_less(zero, n, head);
        code.ret(total);
    });
    verified(builder)
}

/// Returns the position after these ops.
fn after(ops: &[&str]) -> Pc {
    let len_units = |name: &&str| Ops::OPS.iter().find(|op| op.name == *name).map_or(0, |op| u32::from(op.len_units));
    Pc(ops.iter().map(len_units).sum())
}

/// The head of the loop.
fn head() -> Pc {
    after(&["number"; 3])
}

/// The op after the loop.
fn end() -> Pc {
    after(&["number", "number", "number", "add", "add", "jump_if_less"])
}

fn machine_of(program: &Program, config: JitConfig) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

fn summing_machine(config: JitConfig) -> (Machine<Ops>, Linked) {
    machine_of(&summing(), config)
}

const SUMMING: FunctionIndex = FunctionIndex(0);

/// Returns code that writes 7 to slot 1 and leaves through the exit with this index.
fn seven_in_slot_1(exit: u8) -> Vec<u8> {
    let offset = 8 * exit;
    if cfg!(target_arch = "aarch64") {
        let returned = 0xd280_0000 | u32::from(offset) << 5; // mov x0, #offset
        // mov x3, #7; str x3, [x1, #8]
        [0xd280_00e3_u32, 0xf900_0423, returned, 0xd65f_03c0].into_iter().flat_map(u32::to_le_bytes).collect()
    } else {
        // mov qword ptr [rsi + 8], 7; mov eax, offset; ret
        vec![0x48, 0xc7, 0x46, 8, 7, 0, 0, 0, 0xb8, offset, 0, 0, 0, 0xc3]
    }
}

/// Makes the code of a function for each loop head but the first op.
#[derive(Debug)]
struct Made(fn(Pc) -> Result<OptimizedCode, NotOptimized>);

// SAFETY: each test says what its code does.
unsafe impl Optimizer for Made {
    fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
        if hot.head == Pc(0) { Ok(None) } else { (self.0)(hot.head).map(Some) }
    }
}

/// Returns statistics of the loops, and the result of `sum(n)`, with this optimizer at once.
fn summed_with(open: OpenOptimizer, config: JitConfig, n: i64) -> (Stats, i64) {
    let (mut machine, linked) = summing_machine(config.with_optimize(Mode::On).optimized_by(open));
    let sum = machine.call(linked.function(SUMMING), &[n]).expect("it returns");
    (stats(&machine), sum)
}

#[test]
fn optimized_code_runs_in_place_of_the_loop() {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        // The first exit is not taken.
        Box::new(Made(|head| {
            Ok(OptimizedCode {
                code: seven_in_slot_1(1),
                exits: vec![OptimizedExit::Op(head), OptimizedExit::Op(end())],
                inlined: 0,
            })
        }))
    }
    let (stats, sum) = summed_with(open, on(), 10);
    assert_eq!(sum, 7);
    assert_eq!((stats.optimized.loops, stats.optimized.refused), (1, 0));
    // A table of two addresses, and the code.
    assert_eq!(stats.code.regions.optimized_bytes, 16 + seven_in_slot_1(1).len() as u64);
}

#[test]
fn an_exit_at_the_head_does_not_enter_the_optimized_code_again() {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Made(|head| {
            Ok(OptimizedCode { code: seven_in_slot_1(0), exits: vec![OptimizedExit::Op(head)], inlined: 0 })
        }))
    }
    // Each iteration begins with 7, and the last one adds 1.
    assert_eq!(summed_with(open, on(), 10).1, 8);
}

#[test]
fn optimized_code_is_installed_in_a_running_loop() {
    for threshold in [1, 3] {
        let config = on().with_optimize_threshold(threshold).optimized_by(mimeo_optimize::open_idle);
        let (mut machine, linked) = summing_machine(config);
        assert_eq!(machine.call(linked.function(SUMMING), &[100_000]), Ok(5_000_050_000));
        let after = stats(&machine);
        let sum = machine.functions(linked).next().expect("it has a function");
        let samples: Vec<_> = sum.samples().collect();
        assert!(samples.iter().any(|&(pc, samples)| pc == head() && samples > threshold), "{samples:?}");
        assert_eq!((after.optimized.loops, after.functions.recompiled), (1, 1));
        assert!(after.code.regions.optimized_bytes > 0);
        // No frame returns into the code without the region.
        assert_eq!(after.code.retired_bytes, 0);
        assert!(after.code.reclaimed_bytes > 0);
    }
}

#[test]
fn regions_go_with_the_code_of_their_function() {
    let (mut machine, linked) = summing_machine(on().with_optimize(Mode::On).optimized_by(mimeo_optimize::open_idle));
    assert_eq!(machine.call(linked.function(SUMMING), &[3]), Ok(6));
    assert!(stats(&machine).code.regions.optimized_bytes > 0);
    // SAFETY: nothing keeps a callee.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    let code = stats(&machine).code;
    assert_eq!((code.live_bytes, code.retired_bytes, code.regions.optimized_bytes), (0, 0, 0));
}

#[test]
fn a_loop_that_was_refused_is_not_asked_for_again() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Made(|_| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Err(NotOptimized::Never("it is not worth it".to_owned()))
        }))
    }
    let (mut machine, linked) = summing_machine(on().with_optimize_threshold(1).optimized_by(open));
    for _ in 0..3 {
        assert_eq!(machine.call(linked.function(SUMMING), &[10_000]), Ok(50_005_000));
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    let refused = stats(&machine).optimized.first_refused;
    assert_eq!(
        refused.iter().map(|refused| (refused.head, &*refused.reason)).collect::<Vec<_>>(),
        [(head(), "it is not worth it")]
    );
}

#[test]
fn a_loop_that_is_not_optimized_yet_is_asked_for_again_and_shown_once() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    static SAMPLES: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Waiting;
    // SAFETY: there is no code.
    unsafe impl Optimizer for Waiting {
        fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
            ASKED.fetch_add(1, Ordering::Relaxed);
            SAMPLES.fetch_add(hot.samples.expect("it was sampled"), Ordering::Relaxed);
            Err(NotOptimized::Yet("no callee is known".to_owned()))
        }
    }
    let config = on().with_optimize_threshold(1).optimized_by(|_| Box::new(Waiting));
    let (mut machine, linked) = summing_machine(config);
    assert_eq!(machine.call(linked.function(SUMMING), &[1_000_000]), Ok(500_000_500_000));
    // At 1, 2, 4 samples and so on, of about 980.
    assert_eq!([&ASKED, &SAMPLES].map(|number| number.load(Ordering::Relaxed)), [10, 1023]);
    let refused = stats(&machine).optimized.first_refused;
    assert_eq!(refused.iter().map(|refused| &*refused.reason).collect::<Vec<_>>(), ["no callee is known"]);
}

#[test]
fn an_exit_that_is_no_op_is_refused() {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Made(|head| {
            Ok(OptimizedCode { code: seven_in_slot_1(0), exits: vec![OptimizedExit::Op(Pc(head.0 + 1))], inlined: 0 })
        }))
    }
    let (mut machine, linked) = summing_machine(on().with_optimize_threshold(1).optimized_by(open));
    assert_eq!(machine.call(linked.function(SUMMING), &[100_000]), Ok(5_000_050_000));
    let refused = stats(&machine).optimized.first_refused;
    assert!(refused[0].reason.ends_with("which is no op"), "{refused:?}");
    assert!(stats(&machine).switches.left_by(mimeo::def::frame::Exit::Poll) > 50, "the function has its code still");
}

#[test]
fn an_exit_for_a_poll_where_none_is_is_refused() {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Made(|_| {
            Ok(OptimizedCode { code: seven_in_slot_1(0), exits: vec![OptimizedExit::Poll(end())], inlined: 0 })
        }))
    }
    let (mut machine, linked) = summing_machine(on().with_optimize_threshold(1).optimized_by(open));
    assert_eq!(machine.call(linked.function(SUMMING), &[10_000]), Ok(50_005_000));
    let refused = stats(&machine).optimized.first_refused;
    let reason = format!("the op at {}: its optimized code leaves for {}, which is no op", head(), end());
    assert_eq!(refused[0].reason, reason);
}

#[test]
fn optimized_code_counts_in_the_limit_of_all_code() {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Made(|head| {
            let mut code = seven_in_slot_1(0);
            code.resize(1 << 20, 0);
            Ok(OptimizedCode { code, exits: vec![OptimizedExit::Op(head)], inlined: 0 })
        }))
    }
    let config = on().with_optimize_threshold(1).optimized_by(open).with_code_limit(64 << 10);
    let (mut machine, linked) = summing_machine(config);
    assert_eq!(machine.call(linked.function(SUMMING), &[100_000]), Ok(5_000_050_000));
    let refused = stats(&machine).optimized.first_refused;
    assert!(refused[0].reason.starts_with("there is no room for"), "{refused:?}");
}

/// Twice `sum(n)`, by a loop in which another loop runs twice, and which calls a function.
fn nested() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "nested", 1, 6, |code| {
        let (n, total, one, zero, inner) = (Slot(0), Slot(1), Slot(2), Slot(3), Slot(4));
        code.number(total, 0);
        code.number(one, -1);
        code.number(zero, 0);
        let (outer_head, inner_head) = (code.label(), code.label());
        code.bind(outer_head);
        code.call(FunctionIndex(1), Slot(5), 1);
        code.number(inner, 2);
        code.bind(inner_head);
        code.add(total, total, n);
        code.add(inner, inner, one);
        code.jump_if_less(zero, inner, inner_head);
        code.add(n, n, one);
        code.jump_if_less(zero, n, outer_head);
        code.ret(total);
    });
    define(&mut builder, "callee", 1, 1, |code| code.ret(Slot(0)));
    verified(builder)
}

#[test]
fn a_loop_with_few_iterations_is_not_optimized_but_one_around_it_is() {
    let config = on().with_optimize_threshold(16).optimized_by(mimeo_optimize::open);
    let (mut machine, linked) = machine_of(&nested(), config);
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[100_000]), Ok(2 * 5_000_050_000));
    let optimized = stats(&machine).optimized;
    assert_eq!((optimized.loops, optimized.inlined), (1, 1), "{:?}", optimized.first_refused);
    let reasons: Vec<_> = optimized.first_refused.iter().map(|refused| (refused.head, &*refused.reason)).collect();
    let inner_head = after(&["number", "number", "number", "call", "number"]);
    assert!(reasons.iter().all(|reason| *reason == (inner_head, "it has fewer than 3 iterations")), "{reasons:?}");
}

#[test]
fn loops_beside_each_other_are_not_taken_for_entries() {
    let mut builder = ProgramBuilder::new();
    let (n, total, one, zero, inner) = (Slot(0), Slot(1), Slot(2), Slot(3), Slot(4));
    define(&mut builder, "two", 1, 5, |code| {
        code.number(total, 0);
        code.number(one, -1);
        code.number(zero, 0);
        let outer_head = code.label();
        code.bind(outer_head);
        for _ in 0..2 {
            let inner_head = code.label();
            code.number(inner, 200);
            code.bind(inner_head);
            code.add(total, total, n);
            code.add(inner, inner, one);
            code.jump_if_less(zero, inner, inner_head);
        }
        code.add(n, n, one);
        code.jump_if_less(zero, n, outer_head);
        code.ret(total);
    });
    let config = on().with_optimize_threshold(16).optimized_by(mimeo_optimize::open);
    let (mut machine, linked) = machine_of(&verified(builder), config);
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[500]), Ok(400 * 500 * 501 / 2));
    let optimized = stats(&machine).optimized;
    assert_eq!((optimized.loops, optimized.refused), (2, 0), "{:?}", optimized.first_refused);
}

#[test]
fn a_loop_that_begins_with_the_first_op_is_optimized() {
    let mut builder = ProgramBuilder::new();
    let (n, one) = (Slot(0), Slot(1));
    define(&mut builder, "down", 1, 3, |code| {
        let head = code.label();
        code.bind(head);
        code.number(one, -1);
        code.add(n, n, one);
        code.number(Slot(2), 0);
        code.jump_if_less(Slot(2), n, head);
        code.ret(n);
    });
    let config = on().with_optimize_threshold(16).optimized_by(mimeo_optimize::open);
    let (mut machine, linked) = machine_of(&verified(builder), config);
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[100_000]), Ok(0));
    let optimized = stats(&machine).optimized;
    assert_eq!((optimized.loops, optimized.refused), (1, 0), "{:?}", optimized.first_refused);
}

#[test]
fn a_loop_after_one_whose_code_was_left_too_soon_must_be_hotter() {
    let loops = |iterations: i64| {
        let mut builder = ProgramBuilder::new();
        let (total, one, zero, count) = (Slot(0), Slot(1), Slot(2), Slot(3));
        define(&mut builder, "two", 1, 4, |code| {
            code.number(one, -1);
            code.number(zero, 0);
            for iterations in [50_000, iterations] {
                let head = code.label();
                code.number(count, iterations);
                code.bind(head);
                code.add(total, total, one);
                code.add(count, count, one);
                code.jump_if_less(zero, count, head);
            }
            code.ret(total);
        });
        let config = on().with_optimize_threshold(8).optimized_by(mimeo_optimize::open_leaving::<1>);
        let (mut machine, linked) = machine_of(&verified(builder), config);
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[0]), Ok(-50_000 - iterations));
        stats(&machine).optimized.loops
    };
    assert_eq!((loops(20_000), loops(60_000)), (1, 2));
}

#[test]
fn code_that_is_left_too_soon_goes() {
    // Each entry leaves at the first op.
    let config = on().with_optimize_threshold(1).optimized_by(mimeo_optimize::open_leaving::<1>);
    let (mut machine, linked) = summing_machine(config);
    assert_eq!(machine.call(linked.function(SUMMING), &[100_000]), Ok(5_000_050_000));
    let refused = stats(&machine).optimized.first_refused;
    let reasons: Vec<_> = refused.iter().map(|refused| (refused.head, &*refused.reason)).collect();
    assert_eq!(reasons, [(head(), "its optimized code was left too soon")]);
}
