//! The choices of embedders and users → [`JitConfig`], which the tier follows.

mod gaps;
mod jit_config;

pub use gaps::Gaps;
pub use jit_config::{JitConfig, Mode};
