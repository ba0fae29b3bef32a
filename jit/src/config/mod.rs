//! What embedders and users want of the native tier → [`JitConfig`], which the other wings follow.

mod bad_setting;
mod gaps;
mod jit_config;

pub use bad_setting::BadSetting;
pub use gaps::Gaps;
pub use jit_config::{JitConfig, Mode, Observers};
