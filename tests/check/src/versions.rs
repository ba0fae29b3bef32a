//! The build that was checked → its versions, compilers and machine, as JSON for the evidence.

use calc::ops::ops::Ops;
use mimeo::InstructionSet;
use mimeo::def::stencil::Convention;
use serde_json::{Value, json};

/// Returns the object `versions` of the evidence.
pub(crate) fn versions() -> Value {
    let table = Ops::STENCILS;
    json!({
        "mimeo": env!("CARGO_PKG_VERSION"),
        "rustc": env!("MIMEO_CHECK_RUSTC"),
        "stencil_abi": table.abi,
        "stencil_compiler": table.compiler,
        "stencil_flags": table.flags,
        "stencil_convention": match table.convention {
            Convention::C => "C",
            Convention::PreserveNone => "preserve_none",
        },
    })
}

/// Returns the object `machine` of the evidence.
pub(crate) fn machine() -> Value {
    json!({
        "target": env!("MIMEO_CHECK_TARGET"),
        "arch": std::env::consts::ARCH,
        "os": std::env::consts::OS,
    })
}

/// Returns `release` if the command was built with optimisation, otherwise `debug`.
pub(crate) fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}
