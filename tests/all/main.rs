//! One binary for all tests of the whole, so that it is linked once.

mod boxed;
mod cells;
mod charges;
mod corners;
mod evaluator;
mod facts;
mod fingerprint;
mod hostile;
mod inlining;
mod looped;
mod memory;
mod nans;
mod optimizer;
mod panics;
mod programs;
mod runtime;
mod slow;
mod soundness;
mod tools;
mod twins;

/// Tests can make it refuse memory.
#[global_allocator]
static ALLOCATOR: mimeo_tests::refusal::Allocator = mimeo_tests::refusal::Allocator;
