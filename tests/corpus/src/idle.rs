//! Hot loops → regions that leave at once for the op at the loop's head: the installation of optimized code without an
//! optimizer.

use mimeo::jit::{HotLoop, JitConfig, NotOptimized, OptimizedCode, OptimizedExit, Optimizer, OptimizerSet};

/// Makes regions that do nothing.
#[derive(Debug)]
struct Idle;

/// A function that returns 0.
const CODE: &[u8] = if cfg!(target_arch = "aarch64") {
    &[0x00, 0x00, 0x80, 0xd2, 0xc0, 0x03, 0x5f, 0xd6] // mov x0, #0; ret
} else {
    &[0x31, 0xc0, 0xc3] // xor eax, eax; ret
};

// SAFETY: the code leaves for the op that is next, and changes nothing.
unsafe impl Optimizer for Idle {
    fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
        Ok(Some(OptimizedCode { code: CODE.to_vec(), exits: vec![OptimizedExit::Op(hot.head)] }))
    }
}

/// Returns the configuration with optimized code that does nothing.
pub fn with_idle_regions(config: JitConfig) -> JitConfig {
    fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
        Box::new(Idle)
    }
    config.optimized_by(open)
}
