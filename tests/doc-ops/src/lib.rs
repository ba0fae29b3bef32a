//! The instruction set that the examples in mimeo's documentation run: a register machine of 64-bit integers.
//!
//! ```
//! let (mut machine, linked) = mimeo_doc_ops::sample_machine();
//! assert_eq!(machine.call(linked.function(mimeo_doc_ops::SUM), &[10]), Ok(55));
//! ```

pub mod objects;
mod ops;
mod runtime;
mod sample;

pub use ops::ops::*;
pub use runtime::{Host, HostFunction, watch, watched};
pub use sample::{
    ASK, CHOOSE, DEPTH, DIVIDE, DOUBLE, DOUBLE_LATER, LEAVE, SAFE_DIVIDE, SUM, YIELD, in_op, jit_machine, new_machine,
    sample_machine, sample_program, sum_program,
};
