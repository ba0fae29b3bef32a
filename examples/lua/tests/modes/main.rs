//! What holds the tiers together: every program does the same in every mode.

mod configuration;
mod corpus;
mod machine;
#[path = "../oracle/programs.rs"]
#[expect(dead_code, reason = "the oracles' tests use the rest")]
mod programs;
mod random;
#[cfg(feature = "jit")]
mod twins;
mod workers;
