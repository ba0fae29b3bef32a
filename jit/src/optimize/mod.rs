//! Hot loops → the interface of what makes optimized code of them: [`Optimizer`].
//!
//! The tier decides which loop is worth it, installs the code and retires it. It does not know how the code is made.

mod code;
#[cfg(feature = "native")]
mod graft;
mod hot_loop;
mod optimizer;

pub use code::{OptimizedCode, OptimizedExit};
#[cfg(feature = "native")]
pub(crate) use graft::{Graft, REGION_ALIGN};
pub use hot_loop::{Callees, HotLoop};
pub(crate) use optimizer::OptimizerOpener;
pub use optimizer::{NotOptimized, OpenOptimizer, Optimizer, OptimizerSet};
