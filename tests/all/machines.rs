//! A state, and perhaps a configuration of the native tier → a machine that has native code if it was asked for

use mimeo::jit::{HasJit, JitConfig, WithJit};
use mimeo::{InstructionSet, Limits, Machine};

/// A machine with these index spaces; with a configuration, one that can run native code.
pub(crate) fn machine_with<I: InstructionSet>(
    (context, host): (I::Context, I::Host),
    limits: Limits,
    spaces: &[(&'static str, u32)],
    config: Option<JitConfig>,
) -> Machine<I> {
    let builder = Machine::builder(context, host).limits(limits);
    let builder = spaces.iter().fold(builder, |builder, &(space, len)| builder.space(space, len));
    let Some(config) = config else { return builder.build() };
    let machine = builder.jit(config).build();
    let reason = machine.jit().expect("it has a tier").unavailable();
    assert!(reason.is_none(), "there are stencils: {reason:?}");
    machine
}

/// A machine; with a configuration, one that can run native code.
pub(crate) fn machine<I: InstructionSet>(
    state: (I::Context, I::Host),
    limits: Limits,
    config: Option<JitConfig>,
) -> Machine<I> {
    machine_with(state, limits, &[], config)
}
