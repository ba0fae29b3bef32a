//! What the optimizer allocates is charged to the machine's account first, and a loop for which that is refused stays as it
//! is.

use calc::{Options, Session};
use mimeo::jit::{HotLoop, NotOptimized, OptimizedCode, Optimizer, OptimizerSet};
use mimeo::{Limits, MemoryKind};
use mimeo_corpus::Mode;
use mimeo_corpus::program::CALC;
use mimeo_tests::refusal::measuring;

use crate::optimizer::{choosing, run_with};

/// An optimizer that takes no more memory than it is charged for.
#[derive(Debug)]
struct Measured {
    optimizer: Box<dyn Optimizer>,
    /// What it keeps.
    kept: isize,
    charged: isize,
}

// SAFETY: the code is that of another optimizer.
unsafe impl Optimizer for Measured {
    fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
        let account = hot.account.expect("the tier has one");
        let before = account.used_by(MemoryKind::Tables);
        let (kept, most, result) = measuring(|| self.optimizer.optimize(hot));
        self.charged += (account.used_by(MemoryKind::Tables) - before) as isize;
        if matches!(result, Ok(Some(_))) {
            let most = self.kept + most;
            assert!(most <= self.charged, "it took {most} bytes, but was charged for {}", self.charged);
        }
        self.kept += kept;
        result
    }
}

/// Modes with optimized code, in which a loop for which the optimizer takes more memory than it is charged for is a panic.
pub(crate) fn measured() -> [Mode; 3] {
    let open = |set: OptimizerSet| -> Box<dyn Optimizer> {
        Box::new(Measured { optimizer: mimeo_optimize::open(set), kept: 0, charged: 0 })
    };
    let [at_once, later, _, inlined, _] = Mode::optimized();
    [at_once, later, inlined].map(|Mode { name, jit }| Mode { name, jit: jit.map(|jit| jit.optimized_by(open)) })
}

#[test]
fn optimizing_takes_no_more_memory_than_is_charged() {
    let mut loops = 0;
    for program in CALC.programs(100) {
        let Ok(compiled) = calc::compile(&program.text) else { continue };
        for Mode { jit, .. } in measured() {
            let options = Options { jit, ..Options::default() };
            let mut session = Session::new(&compiled, options, Box::new(std::io::sink()));
            // Some end with an error.
            let _result = session.run();
            loops += session.jit().map_or(0, |jit| jit.stats().optimized.loops);
        }
    }
    assert!(loops > 100, "only {loops} loops were optimized");
    for mode in measured() {
        // Each label takes a comparison.
        let (result, loops) = run_with(&choosing(280), &mode, Limits::default());
        assert_eq!((result.is_ok(), loops), (true, 1), "{mode}");
    }
}

#[test]
fn a_loop_is_not_optimized_if_the_limit_has_no_room_for_that() {
    for mode in Mode::optimized() {
        let (expected, loops) = run_with(&choosing(3), &mode, Limits::default().with_memory(Some(4 << 20)));
        assert_eq!((expected.is_ok(), loops), (true, 1), "{mode}");
        let (result, loops) = run_with(&choosing(3), &mode, Limits::default().with_memory(Some(200 << 10)));
        assert_eq!((result, loops), (expected, 0), "{mode}");
    }
}
