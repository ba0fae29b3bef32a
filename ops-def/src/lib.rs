//! The vocabulary that every other crate of mimeo shares: plain data, no behaviour beyond arithmetic on it.
//!
//! | term | meaning |
//! |---|---|
//! | op | one instruction of a language's instruction set, defined by one Rust function |
//! | operand | what an op reads or writes: a frame slot, an immediate, a label, … ([`op::OperandKind`]) |
//! | handler | the author's Rust function, run by the interpreter |
//! | stencil | machine code of one op with holes, compiled from C at build time ([`stencil::Stencil`]) |
//! | hole | a place in a stencil that is filled at run time ([`stencil::Hole`]) |
//! | hole value | *what* goes into a hole ([`stencil::HoleValue`]) |
//! | patch kind | *how* it is written into the instruction ([`stencil::PatchKind`]) |
//! | continuation | the code of the next op; a stencil ends in a jump to it |
//! | table | all stencils of an instruction set for one architecture ([`stencil::Table`]) |
//! | exit | the reason why native code returns control to the driver ([`frame::Exit`]) |
//! | side exit, deopt | leaving native code so that the interpreter runs one op |
//! | tier | interpreter or native code |
//! | baseline | the features of a processor that a table's code needs beyond its architecture's base ([`Feature`]) |
#![no_std]
#![forbid(unsafe_code)]

pub mod feature;
pub mod fingerprint;
pub mod frame;
pub mod op;
pub mod stencil;
pub mod units;

pub use feature::Feature;
pub use fingerprint::Fingerprint;
pub use units::{CodeOffset, OpIndex, Pc, Slot};
