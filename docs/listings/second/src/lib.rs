//! The language of the first chapter on a register machine, with integers, floats and booleans.

pub mod compile;
pub mod ops;
pub mod runtime;
