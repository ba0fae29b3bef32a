//! The result of lowering: what the build script needs to make a table, free of syntax.

use std::ops::RangeInclusive;

use mimeo_def::Fingerprint;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::HoleValue;

/// One instruction set, lowered to C.
#[derive(Debug)]
pub struct Lowered {
    /// Name of the module with `#[instruction_set]`.
    pub name: String,
    /// Line of the module in the source file, from 1.
    pub line: usize,
    /// C at the start of every translation unit: the prelude, and the language's structs and helpers.
    pub prelude: String,
    /// The ops, in order; the encodings of one op are adjacent.
    pub ops: Vec<LoweredOp>,
}

/// How an op is defined, for people. See [`definitions`](crate::definitions) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Name of the op.
    pub name: String,
    /// First and last line of the definition, with its documentation and attributes. The encodings of one op have the same
    /// definition.
    pub lines: RangeInclusive<usize>,
    /// The body in SSA form.
    pub ir: String,
}

/// One op, lowered to C.
#[derive(Debug)]
pub struct LoweredOp {
    /// Name, as in [`OpInfo::name`](mimeo_def::op::OpInfo::name).
    pub name: String,
    /// Line of the definition in the source file, from 1.
    pub line: usize,
    /// Fingerprint of the definition.
    pub fingerprint: Fingerprint,
    /// Where its C comes from.
    pub source: StencilSource,
    /// Whether a missing stencil is an error, as with `#[vm_op(stencil = required)]`.
    pub required: bool,
    /// Whether it calls, returns or jumps to one of several labels, so that control continues at an address that its code reads.
    pub transfers: bool,
    /// Undefined symbols that its code may refer to.
    pub symbols: Vec<Symbol>,
}

impl LoweredOp {
    /// Returns the name of the C function.
    pub fn symbol(&self) -> String {
        format!("op_{}", self.name)
    }
}

/// Where the C of an op comes from.
#[derive(Debug)]
pub enum StencilSource {
    /// Generated from the definition: complete C functions.
    Generated(String),
    /// Written by hand, in a file relative to the package, which includes `header` as `"<op>.h"`.
    Handwritten {
        /// The path in the attribute.
        path: String,
        /// Generated header: prototype and holes.
        header: String,
    },
    /// No C, with the reason.
    None(String),
}

/// An undefined symbol in an op's object code, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Name in C.
    pub name: String,
    /// Value that fills the hole.
    pub value: HoleValue,
    /// Whether the definition uses it, so that a stencil without it is wrong.
    pub required: bool,
}

impl Symbol {
    /// Returns the symbols that every op may use.
    pub fn common() -> Vec<Symbol> {
        let symbol = |name: &str, value| Symbol { name: name.to_owned(), value, required: false };
        vec![
            symbol("HOLE_pc", HoleValue::Pc),
            symbol("HOLE_next_pc", HoleValue::NextPc),
            symbol("HOLE_function_word", HoleValue::FunctionWord),
            symbol("CONTINUE", HoleValue::Continue),
            symbol("EXIT_deopt", HoleValue::Exit(Exit::Deopt)),
            symbol("EXIT_leave", HoleValue::Exit(Exit::Leave)),
            symbol("EXIT_throw", HoleValue::Exit(Exit::Throw)),
        ]
    }

    /// Returns the symbols that the stencils of no op may use.
    pub fn of_support() -> Vec<Symbol> {
        let poll = Symbol { name: "EXIT_poll".to_owned(), value: HoleValue::Exit(Exit::Poll), required: false };
        [Symbol::common(), vec![poll]].concat()
    }

    /// Returns the symbols that the graft must use.
    pub fn of_graft() -> Vec<Symbol> {
        let symbol = |name: &str, value| Symbol { name: name.to_owned(), value, required: true };
        vec![symbol("REGION", HoleValue::Region), symbol("HOLE_region_exits", HoleValue::RegionExits)]
    }
}

/// C of the stencils that do not belong to an op, compiled after [`PRELUDE`].
pub const SUPPORT: &str = include_str!("c/support.c");

/// C at the start of every translation unit.
pub const PRELUDE: &str = include_str!("c/prelude.h");
