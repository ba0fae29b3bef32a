//! The bodies of an instruction set → [`Evaluator`], a native tier that evaluates them instead of running native code.
//!
//! Its "code" are [sites](site::Site): a site for each op, for each poll and for each exit, whose addresses take the place
//! of the addresses of machine code. It keeps frames and records as stencils do, so that every program runs in it, and
//! it looks at each access to memory.
//!
//! | file | |
//! |---|---|
//! | `tier.rs` | what the driver asks of the tier |
//! | `site.rs` | a verified function → its sites |
//! | `run.rs` | sites → what stencils would do |
//! | `memory.rs` | accesses to memory → those that break a promise |

mod memory;
mod run;
mod site;
mod tier;

pub use tier::Evaluator;
