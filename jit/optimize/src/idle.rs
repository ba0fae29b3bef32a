//! Hot loops → code that leaves at once for the op at the loop's head: what installing optimized code does by itself.

use mimeo_jit::{HotLoop, NotOptimized, OptimizedCode, OptimizedExit, Optimizer, OptimizerSet};

/// Makes code that does nothing.
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
        Ok(Some(OptimizedCode { code: CODE.to_vec(), exits: vec![OptimizedExit::Op(hot.head)], inlined: 0 }))
    }
}

/// Opens an optimizer whose code does nothing, for tests.
#[doc(hidden)]
pub fn open_idle(_: OptimizerSet) -> Box<dyn Optimizer> {
    Box::new(Idle)
}
