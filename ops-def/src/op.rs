//! Metadata of an instruction set's ops, for encoding, verification, disassembly and compilation.

use crate::Fingerprint;

/// Everything known about one op. The macro generates it for each op of an instruction set.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Name of the op; an encoding made by `#[place(slot, constant)]` includes the operand: `add_b_constant`.
    pub name: &'static str,
    /// The op's doc comment.
    pub doc: &'static str,
    /// Operands: first the results, then the parameters, in the order of the definition.
    pub operands: &'static [OperandInfo],
    /// Length of the encoded instruction in 16-bit units, including the opcode.
    pub len_units: u16,
    /// Number of values popped, without those of an [`OperandKind::StackWindow`].
    pub pops: u16,
    /// Number of values pushed, including a call's result.
    pub pushes: u16,
    /// Where control can go.
    pub control: Control,
    /// Identity of the definition.
    pub fingerprint: Fingerprint,
}

/// Where control can go after an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// Whether it can continue with the next op.
    pub falls_through: bool,
    /// Whether it can jump to its labels.
    pub jumps: bool,
    /// Whether it can call a function; the next op runs when the function returns.
    pub calls: bool,
    /// Whether it can call a function that replaces the running one.
    pub tail_calls: bool,
    /// Whether it can return from the function.
    pub returns: bool,
}

/// One operand of an op.
#[derive(Clone, Copy, Debug)]
pub struct OperandInfo {
    /// Name of the parameter; a result is `dst` (`dst0`, `dst1`, … if there are several).
    pub name: &'static str,
    /// Kind of the operand.
    pub kind: OperandKind,
    /// Offset of its encoding from the instruction's start in 16-bit units; 0 for an operand that is not encoded.
    pub unit: u16,
}

/// The kinds of operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// A frame slot, read before the body or (`output`) written after it. One unit.
    Slot {
        /// Whether the op writes it.
        output: bool,
    },
    /// A place on the operand stack, whose frame slot follows from the depth. Not encoded.
    ///
    /// `index` counts from the lowest value that the op pops.
    Stack {
        /// Position among the popped (or pushed) values.
        index: u16,
        /// Whether the op pushes it.
        output: bool,
    },
    /// A number in the instruction. One, two or four units.
    Immediate {
        /// Type of the number.
        scalar: Scalar,
        /// The index space that must contain it, for `#[imm(in = space)]`.
        space: Option<&'static str>,
    },
    /// Index into the function's constant pool. One unit.
    Constant,
    /// Branch target, a [`Pc`](crate::Pc). Two units.
    Label,
    /// Several branch targets: the first one's index in the function's list of labels, and their number. Three units.
    Labels,
    /// A run of slots: its first slot and its length. Two units.
    Window,
    /// A run of values on top of the operand stack: its length. One unit.
    StackWindow,
    /// A function of the same program. Two units.
    Function,
    /// An inline-cache cell; the verifier assigns it. Two units.
    Cache {
        /// Size in bytes. The alignment is at most 8 bytes.
        size: u32,
        /// For each 8-byte word, the bits that belong to a field. The others are padding with unspecified contents.
        fields: &'static [u64],
    },
}

impl OperandKind {
    /// Returns `true` if the op writes the operand and does not read it.
    pub const fn is_output(&self) -> bool {
        matches!(self, OperandKind::Slot { output: true } | OperandKind::Stack { output: true, .. })
    }

    /// Returns the number of units that the operand takes in the instruction.
    pub const fn len_units(&self) -> u16 {
        match self {
            OperandKind::Stack { .. } => 0,
            OperandKind::Slot { .. } | OperandKind::Constant | OperandKind::StackWindow => 1,
            OperandKind::Immediate { scalar, .. } => scalar.len_units(),
            OperandKind::Label | OperandKind::Window | OperandKind::Function | OperandKind::Cache { .. } => 2,
            OperandKind::Labels => 3,
        }
    }
}

/// Types of numbers, in instructions and in the op language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Rust's own")]
pub enum Scalar {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

impl Scalar {
    /// Returns the size in bytes.
    pub const fn size_bytes(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
        }
    }

    /// Returns the number of units that an immediate of this type takes in an instruction.
    pub const fn len_units(self) -> u16 {
        match self.size_bytes() {
            1 | 2 => 1,
            4 => 2,
            _ => 4,
        }
    }
}
