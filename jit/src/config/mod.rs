//! What embedders and users want of the native tier → [`JitConfig`], which the tier follows.

mod gaps;
mod jit_config;

pub use gaps::Gaps;
pub use jit_config::{JitConfig, Mode};
