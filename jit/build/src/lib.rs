//! The build-script half of mimeo: an instruction set's C → machine code with holes → a table that the
//! author's program includes.
//!
//! An author's `build.rs` is one line, [`ops`]`("src/ops.rs").compile()`. Behind it:
//!
//! ```text
//! lower ──► toolchain ── cc -S ──► asm ── cc -c ──► object_file ──► extract ──► audit ──► table ──► emit, report
//! ```
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`toolchain`] | a target | a compiler with the flags that it accepts |
//! | [`asm`] | a compiler's assembly | assembly whose hot parts end in the jump to the continuation |
//! | [`object_file`] | an object file | sections, symbols, relocations, whatever the format |
//! | [`isa`] | machine code | what its instructions do to control and stack |
//! | `relax` | code that gets addresses from a table | code with the numbers in itself |
//! | [`extract`] | a function in an object, or a stencil that is checked in | a draft: code, constants, holes |
//! | [`baseline`] | the features that an author has asked for | what code may need of the processor |
//! | [`audit`] | a draft | a stencil, or a refusal |
//! | [`table`] | an instruction set | its stencils, or the reasons why there are none |
//! | [`prebuilt`] | tables | the file that is checked in beside the ops, and back |
//! | [`generate`] | instruction sets | the files in `OUT_DIR` |
#![forbid(unsafe_code)]

pub mod asm;
pub mod audit;
pub mod baseline;
mod emit;
pub mod extract;
pub mod generate;
pub mod isa;
pub mod mode;
pub mod object_file;
pub mod prebuilt;
mod refusal;
mod relax;
mod report;
mod script;
mod stencil;
pub mod table;
pub mod toolchain;

pub use baseline::Baseline;
pub use mimeo_def::Feature;
pub use refusal::Refusal;
pub use script::{Ops, ops};
pub use stencil::{OwnedStencil, Part};
pub use toolchain::{Target, Toolchain};
