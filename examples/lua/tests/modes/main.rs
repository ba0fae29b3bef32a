//! Checks that every program does the same in every mode.

mod configuration;
mod corpus;
#[cfg(feature = "jit")]
mod hooks;
mod machine;
mod memory;
mod random;
mod refusals;
#[cfg(feature = "jit")]
mod twins;
