//! The result of lowering: what the build half needs to make a table, without any syntax in it.

use mimeo_def::Fingerprint;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::HoleValue;

/// One instruction set, lowered to C.
#[derive(Debug)]
pub struct Lowered {
    /// Name of the module under `#[instruction_set]`.
    pub name: String,
    /// C that stands before every translation unit: the prelude, the language's structs, its helpers.
    pub prelude: String,
    /// The ops, in order; variants of one op follow each other.
    pub ops: Vec<LoweredOp>,
}

/// One op, lowered to C.
#[derive(Debug)]
pub struct LoweredOp {
    /// Name, as in [`OpInfo::name`](mimeo_def::op::OpInfo::name).
    pub name: String,
    /// Line of the definition in the source file, from 1.
    pub line: usize,
    /// Identity of the definition.
    pub fingerprint: Fingerprint,
    /// The typed IR of its body, as the fingerprint sees it; for people.
    pub ir: String,
    /// Where its C comes from.
    pub source: StencilSource,
    /// `#[vm_op(stencil = required)]`: that there is no stencil is an error.
    pub required: bool,
    /// It calls or returns: control goes on at an address that its code reads.
    pub transfers: bool,
    /// Undefined symbols that its code may refer to. Its function is called [`symbol`](Self::symbol).
    pub symbols: Vec<Symbol>,
}

impl LoweredOp {
    /// Name of the C function.
    pub fn symbol(&self) -> String {
        format!("op_{}", self.name)
    }
}

/// Where the C of an op comes from.
#[derive(Debug)]
pub enum StencilSource {
    /// Generated from the definition: complete C functions.
    Generated(String),
    /// Written by hand, in a file relative to the package; `header` is what it includes as `"<op>.h"`.
    Handwritten {
        /// The path in the attribute.
        path: String,
        /// Generated header: prototype and holes.
        header: String,
    },
    /// No C, and why.
    None(String),
}

/// An undefined symbol in an op's object code, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Name in C.
    pub name: String,
    /// What the hole is filled with.
    pub value: HoleValue,
    /// The definition uses it, so a stencil that does not is wrong.
    pub required: bool,
}

impl Symbol {
    /// The symbols that every op may use.
    pub fn common() -> Vec<Symbol> {
        let symbol = |name: &str, value| Symbol { name: name.to_owned(), value, required: false };
        vec![
            symbol("HOLE_pc", HoleValue::Pc),
            symbol("HOLE_next_pc", HoleValue::NextPc),
            symbol("CONTINUE", HoleValue::Continue),
            symbol("EXIT_deopt", HoleValue::Exit(Exit::Deopt)),
            symbol("EXIT_leave", HoleValue::Exit(Exit::Leave)),
            symbol("EXIT_throw", HoleValue::Exit(Exit::Throw)),
        ]
    }
}

/// C of the stencils that belong to no op, to be compiled behind [`PRELUDE`].
pub const SUPPORT: &str = include_str!("c/support.c");

/// C that every translation unit starts with.
pub const PRELUDE: &str = include_str!("c/prelude.h");
