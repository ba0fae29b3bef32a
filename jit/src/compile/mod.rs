//! A table of stencils and verified functions → native code: validated, planned, copied, patched and sealed.

mod compiler;
mod cost;
mod emit;
mod hole_value;
mod island;
mod patch;
mod plan;
pub(crate) mod processor;
mod recipe;
mod support;
mod validate;

pub use patch::patch;

pub(crate) use compiler::{Allowance, CompileError, Compiled, Compiler};
pub(crate) use cost::{Cost, nanoseconds};
pub(crate) use island::Island;
pub(crate) use plan::{Layout, Plan, PlannedOp};
pub(crate) use recipe::{Fill, Recipe, Recipes};
pub(crate) use support::Support;
pub(crate) use validate::{Expectation, validate};
