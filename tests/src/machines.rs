//! A state, and optionally a configuration of the native tier → a machine, with native code if it was requested.

use std::cell::Cell;

use mimeo::jit::{HasJit, JitConfig, WithJit};
use mimeo::{InstructionSet, Limits, Machine};

/// Creates a machine with these index spaces. With a configuration, asserts that it can run native code.
pub fn machine_with<I: InstructionSet>(
    (context, host): (I::Context, I::Host),
    limits: Limits,
    spaces: &[(&'static str, u32)],
    config: Option<JitConfig>,
) -> Machine<I> {
    let builder = Machine::builder(context, host).limits(limits);
    let builder = spaces.iter().fold(builder, |builder, &(space, len)| builder.space(space, len));
    let has_jit = config.is_some();
    let mut machine = match config {
        Some(config) => builder.jit(config).build(),
        None => builder.build(),
    };
    if has_jit {
        let reason = machine.jit().expect("it has a tier").unavailable();
        assert!(reason.is_none(), "there are stencils: {reason:?}");
    }
    if MOVING.get() {
        machine.move_stacks_at_calls();
    }
    machine
}

thread_local! {
    /// Whether machines that this thread creates move their stacks at every call.
    static MOVING: Cell<bool> = const { Cell::new(false) };
}

/// Runs a test on machines that move their stacks at every call.
pub fn with_moving_stacks<T>(test: impl FnOnce() -> T) -> T {
    MOVING.set(true);
    let result = test();
    MOVING.set(false);
    result
}

/// Creates a machine. With a configuration, asserts that it can run native code.
pub fn machine<I: InstructionSet>(
    state: (I::Context, I::Host),
    limits: Limits,
    config: Option<JitConfig>,
) -> Machine<I> {
    machine_with(state, limits, &[], config)
}
