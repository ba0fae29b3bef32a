//! The checks, in the order in which they run.

mod differential;
mod executable_memory;
mod fallback;
mod latency_budget;
mod metadata;
pub(crate) mod probe;
mod reclamation;
mod stencil_audit;

use crate::check::Check;

/// All of them.
pub(crate) const ALL: &[Check] = &[
    stencil_audit::CHECK,
    metadata::CHECK,
    executable_memory::CHECK,
    differential::CHECK,
    fallback::CHECK,
    reclamation::CHECK,
    latency_budget::CHECK,
];
