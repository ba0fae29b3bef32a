//! The build-script half of mimeo: an instruction set's C → machine code with holes → a table that the
//! author's program includes.
//!
//! An author's `build.rs` is one line, [`ops`]`("src/ops.rs").compile()`. It runs this pipeline:
//!
//! ```text
//! lower ──► toolchain ── cc -S ──► asm ── cc -c ──► object_file ──► extract ──► audit ──► table ──► emit, report
//! ```
//!
//! The modules below serve the project's own tools and are not part of the interface:
//!
//! | module | turns | into |
//! |---|---|---|
//! | `toolchain` | a target | a compiler with the flags that it accepts |
//! | `asm` | a compiler's assembly | assembly whose hot parts end in the jump to the continuation |
//! | `object_file` | an object file of any format | sections, symbols, relocations |
//! | `isa` | machine code | the effects of its instructions on control flow and stack |
//! | `relax` | code that loads addresses from a table | code that contains the numbers |
//! | `extract` | a function in an object, or a checked-in stencil | a draft: code, constants, holes |
//! | `baseline` | the features that an author allows | what code may require of the processor |
//! | `audit` | a draft | a stencil, or a refusal |
//! | `table` | an instruction set | its stencils, or the reasons why they are missing |
//! | `prebuilt` | tables | the file that is checked in beside the ops, and back |
//! | `generate` | instruction sets | the files in `OUT_DIR` |
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod asm;
#[doc(hidden)]
pub mod audit;
#[doc(hidden)]
pub mod baseline;
mod emit;
#[doc(hidden)]
pub mod extract;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod isa;
#[doc(hidden)]
pub mod mode;
#[doc(hidden)]
pub mod object_file;
#[doc(hidden)]
pub mod prebuilt;
mod refusal;
mod relax;
mod report;
mod script;
mod stencil;
#[doc(hidden)]
pub mod table;
#[doc(hidden)]
pub mod toolchain;

#[doc(hidden)]
pub use baseline::Baseline;
pub use mimeo_def::Feature;
pub use refusal::Refusal;
pub use script::{Ops, ops};
#[doc(hidden)]
pub use stencil::{OwnedStencil, Part};
#[doc(hidden)]
pub use toolchain::{Target, Toolchain};
