//! One binary for all tests of the whole, so that it is linked once.

mod corners;
mod drift;
mod evaluator;
mod facts;
mod fingerprint;
mod hostile;
mod inlining;
mod looped;
mod memory;
mod nans;
mod new;
mod optimizer;
mod outside;
mod packages;
mod panics;
mod prebuilt;
mod programs;
mod reentry;
mod runtime;
mod sanitizer;
mod slow;
mod soundness;
mod tidy;
mod tree;
mod twins;
mod ui;

/// Tests can make it refuse memory.
#[global_allocator]
static ALLOCATOR: mimeo_tests::refusal::Allocator = mimeo_tests::refusal::Allocator;
