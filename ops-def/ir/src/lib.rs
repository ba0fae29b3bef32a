//! The bodies of an instruction set's ops as data: typed SSA, which a program can evaluate or compile at run time.
//!
//! The macro lowers each `#[vm_op]` to a [`Body`] and puts the [bytes](Set::to_bytes) of all of them into
//! `InstructionSet::IR`, from the same definition as the handler and the stencil. Structs, options and tuples are
//! already taken apart, and helpers are inlined, so a body knows only numbers and memory.
//!
//! ```
//! use mimeo::InstructionSet;
//! use mimeo_ir::Set;
//!
//! let set = Set::from_bytes(mimeo_doc_ops::Ops::IR)?;
//! let add = mimeo_doc_ops::Ops::OPS.iter().position(|op| op.name == "add").unwrap();
//! let text = set.body_of(add).to_string();
//! assert_eq!(text, "b0(v0: i64, v1: i64):\n  v2: i64 = add v0, v1\n  next v2\n");
//! # Ok::<(), mimeo_ir::InvalidIr>(())
//! ```
#![forbid(unsafe_code)]

mod arithmetic;
mod body;
mod bytes;
mod check;
mod error;
mod set;
mod text;

pub use body::{
    Binary, Block, BlockId, Body, Description, Edge, End, FieldId, FunctionId, Inst, ParamId, Type, Unary, ValueId,
};
pub use error::InvalidIr;
pub use set::{Set, Struct};
