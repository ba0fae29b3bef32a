//! [`Body`]: what one op does, as blocks of instructions in SSA form.

use crate::bytes::coded;

coded! {
    /// The type of a value. A `bool` is an [`I8`](Type::I8) that is 0 or 1, and an address an [`I64`](Type::I64).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Type {
        /// 8 bits.
        I8,
        /// 16 bits.
        I16,
        /// 32 bits.
        I32,
        /// 64 bits.
        I64,
        /// A float of 32 bits.
        F32,
        /// A float of 64 bits.
        F64,
    }
}

impl Type {
    /// Returns the size in bits.
    pub const fn bits(self) -> u32 {
        match self {
            Type::I8 => 8,
            Type::I16 => 16,
            Type::I32 | Type::F32 => 32,
            Type::I64 | Type::F64 => 64,
        }
    }

    /// Returns the size in memory in bytes.
    pub const fn bytes(self) -> u32 {
        self.bits() / 8
    }

    /// Returns `true` for integers.
    pub const fn is_int(self) -> bool {
        !matches!(self, Type::F32 | Type::F64)
    }

    /// Returns the integer type with the same size.
    pub const fn bits_type(self) -> Type {
        match self {
            Type::F32 => Type::I32,
            Type::F64 => Type::I64,
            int => int,
        }
    }
}

coded! {
    /// A value: the parameter of a block or the result of an instruction.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct ValueId(pub u32);
}

coded! {
    /// Index of a block in its body. Block 0 is the entry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct BlockId(pub u32);
}

coded! {
    /// Index of a parameter among those of the entry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct ParamId(pub u32);
}

coded! {
    /// Index of a runtime function in `InstructionSet::RUNTIME`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct FunctionId(pub u32);
}

coded! {
    /// A field of a struct of the module, by index in [`Set::structs`](crate::Set::structs) and in the struct.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct FieldId {
        /// Index of the struct.
        pub of: u32,
        /// Index of the field.
        pub index: u32,
    }
}

coded! {
    /// How an access describes the memory that it reaches.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Description {
        /// A number of the type that is read or written, which also says how it is aligned.
        Plain,
        /// A field of a struct.
        Field { field: FieldId },
        /// Bytes at any address, which other accesses may describe in other ways.
        Bytes,
    }
}

coded! {
    /// Operations on one value.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Unary {
        /// Inverts all bits.
        Not,
        /// The number of leading zeros; all bits for 0.
        LeadingZeros,
        /// The number of trailing zeros; all bits for 0.
        TrailingZeros,
        /// The number of ones.
        CountOnes,
        /// The bytes in reverse order.
        SwapBytes,
        /// Inverts the sign bit of a float.
        FloatNegate,
        /// Clears the sign bit of a float.
        FloatAbs,
        /// The square root, correctly rounded.
        FloatSqrt,
        /// Rounds a float towards minus infinity.
        FloatFloor,
        /// Rounds a float towards plus infinity.
        FloatCeil,
        /// Rounds a float towards zero.
        FloatTrunc,
        /// Rounds a float to the nearest integer, and to the even one in the middle between two.
        FloatRoundTiesEven,
        /// The low bits of a wider integer.
        Truncate,
        /// Widens an integer with its sign.
        SignExtend,
        /// Widens an integer with zeros.
        ZeroExtend,
        /// The bits of a float as an integer.
        FloatToBits,
        /// The float with these bits.
        FloatFromBits,
        /// The float nearest to a signed 64-bit integer.
        FloatFromSigned,
        /// The float nearest to an unsigned 64-bit integer.
        FloatFromUnsigned,
        /// The same number with 64 bits instead of 32.
        FloatPromote,
        /// The nearest float of 32 bits.
        FloatDemote,
        /// The signed integer towards zero; a float out of range gives the nearest integer, a NaN 0.
        FloatToSigned,
        /// The unsigned integer towards zero; a float out of range gives the nearest integer, a NaN 0.
        FloatToUnsigned,
    }
}

coded! {
    /// Operations on two values of one type. Arithmetic wraps. Comparisons and predicates give an [`I8`](Type::I8).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Binary {
        /// Sum.
        Add,
        /// Difference.
        Sub,
        /// Product.
        Mul,
        /// Signed quotient. The divisor is not 0, and the quotient is in range.
        DivSigned,
        /// Unsigned quotient. The divisor is not 0.
        DivUnsigned,
        /// Signed remainder. The divisor is not 0, and the quotient is in range.
        RemSigned,
        /// Unsigned remainder. The divisor is not 0.
        RemUnsigned,
        /// Bitwise and.
        And,
        /// Bitwise or.
        Or,
        /// Bitwise exclusive or.
        Xor,
        /// Shift to the left by the second value modulo the width.
        Shl,
        /// Signed shift to the right by the second value modulo the width.
        ShrSigned,
        /// Unsigned shift to the right by the second value modulo the width.
        ShrUnsigned,
        /// Rotation to the left by the second value modulo the width.
        RotateLeft,
        /// Rotation to the right by the second value modulo the width.
        RotateRight,
        /// Whether the signed sum is out of range.
        AddOverflowsSigned,
        /// Whether the unsigned sum is out of range.
        AddOverflowsUnsigned,
        /// Whether the signed difference is out of range.
        SubOverflowsSigned,
        /// Whether the unsigned difference is out of range.
        SubOverflowsUnsigned,
        /// Whether the signed product is out of range.
        MulOverflowsSigned,
        /// Whether the unsigned product is out of range.
        MulOverflowsUnsigned,
        /// Integers: equal.
        Equal,
        /// Integers: not equal.
        NotEqual,
        /// Integers: less, signed.
        LessSigned,
        /// Integers: less, unsigned.
        LessUnsigned,
        /// Integers: less or equal, signed.
        LessEqualSigned,
        /// Integers: less or equal, unsigned.
        LessEqualUnsigned,
        /// Sum of floats.
        FloatAdd,
        /// Difference of floats.
        FloatSub,
        /// Product of floats.
        FloatMul,
        /// Quotient of floats.
        FloatDiv,
        /// The smaller float; a NaN if one is, and -0.0 is smaller than 0.0.
        FloatMinimum,
        /// The larger float; a NaN if one is, and -0.0 is smaller than 0.0.
        FloatMaximum,
        /// The first float with the sign bit of the second.
        FloatCopySign,
        /// Floats: equal; false for a NaN.
        FloatEqual,
        /// Floats: not equal; true for a NaN.
        FloatNotEqual,
        /// Floats: less; false for a NaN.
        FloatLess,
        /// Floats: less or equal; false for a NaN.
        FloatLessEqual,
    }
}

impl Unary {
    /// Returns whether the operation takes this type and gives that one.
    pub fn is_typed(self, from: Type, to: Type) -> bool {
        match self {
            Unary::Not | Unary::LeadingZeros | Unary::TrailingZeros | Unary::CountOnes | Unary::SwapBytes => {
                from.is_int() && from == to
            }
            Unary::FloatNegate
            | Unary::FloatAbs
            | Unary::FloatSqrt
            | Unary::FloatFloor
            | Unary::FloatCeil
            | Unary::FloatTrunc
            | Unary::FloatRoundTiesEven => !from.is_int() && from == to,
            Unary::Truncate => from.is_int() && to.is_int() && to.bits() < from.bits(),
            Unary::SignExtend | Unary::ZeroExtend => from.is_int() && to.is_int() && to.bits() > from.bits(),
            Unary::FloatToBits => !from.is_int() && to == from.bits_type(),
            Unary::FloatFromBits => !to.is_int() && from == to.bits_type(),
            Unary::FloatFromSigned | Unary::FloatFromUnsigned => from == Type::I64 && !to.is_int(),
            Unary::FloatPromote => from == Type::F32 && to == Type::F64,
            Unary::FloatDemote => from == Type::F64 && to == Type::F32,
            Unary::FloatToSigned | Unary::FloatToUnsigned => !from.is_int() && to.is_int(),
        }
    }
}

impl Binary {
    /// Returns `true` if the operation takes floats.
    pub fn is_float(self) -> bool {
        matches!(
            self,
            Binary::FloatAdd
                | Binary::FloatSub
                | Binary::FloatMul
                | Binary::FloatDiv
                | Binary::FloatMinimum
                | Binary::FloatMaximum
                | Binary::FloatCopySign
                | Binary::FloatEqual
                | Binary::FloatNotEqual
                | Binary::FloatLess
                | Binary::FloatLessEqual
        )
    }

    /// Returns the type of the result for operands of this type.
    pub fn result(self, of: Type) -> Type {
        match self {
            Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::DivSigned
            | Binary::DivUnsigned
            | Binary::RemSigned
            | Binary::RemUnsigned
            | Binary::And
            | Binary::Or
            | Binary::Xor
            | Binary::Shl
            | Binary::ShrSigned
            | Binary::ShrUnsigned
            | Binary::RotateLeft
            | Binary::RotateRight
            | Binary::FloatAdd
            | Binary::FloatSub
            | Binary::FloatMul
            | Binary::FloatDiv
            | Binary::FloatMinimum
            | Binary::FloatMaximum
            | Binary::FloatCopySign => of,
            _ => Type::I8,
        }
    }
}

coded! {
    /// An instruction. `to` is the value that it defines.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Inst {
        /// A number with these bits.
        Const { to: ValueId, bits: u64 },
        /// An operation on one value.
        Unary { to: ValueId, op: Unary, of: ValueId },
        /// An operation on two values of one type.
        Binary { to: ValueId, op: Binary, a: ValueId, b: ValueId },
        /// `then` if the condition is 1, `other` if it is 0.
        Select { to: ValueId, condition: ValueId, then: ValueId, other: ValueId },
        /// The address of the language's context.
        Context { to: ValueId },
        /// The word of the running function.
        FunctionWord { to: ValueId },
        /// Reads memory at an address and an offset in bytes.
        Load { to: ValueId, address: ValueId, offset: u32, description: Description },
        /// Writes a value to memory at an address and an offset in bytes.
        Store { address: ValueId, offset: u32, description: Description, value: ValueId },
        /// Reads the slot of a window with this index, which is less than its length.
        WindowLoad { to: ValueId, window: ValueId, index: ValueId },
        /// Writes a value to the slot of a window with this index, which is less than its length.
        WindowStore { window: ValueId, index: ValueId, value: ValueId },
        /// Writes a value to all slots of a window.
        WindowFill { window: ValueId, value: ValueId },
    }
}

impl Inst {
    /// Returns the value that the instruction defines.
    pub fn result(&self) -> Option<ValueId> {
        match *self {
            Inst::Const { to, .. }
            | Inst::Unary { to, .. }
            | Inst::Binary { to, .. }
            | Inst::Select { to, .. }
            | Inst::Context { to }
            | Inst::FunctionWord { to }
            | Inst::Load { to, .. }
            | Inst::WindowLoad { to, .. } => Some(to),
            Inst::Store { .. } | Inst::WindowStore { .. } | Inst::WindowFill { .. } => None,
        }
    }

    /// Calls `visit` with each value that the instruction mentions, first those that it uses and then its result.
    pub fn values(&mut self, visit: &mut dyn FnMut(&mut ValueId)) {
        match self {
            Inst::Const { to, .. } | Inst::Context { to } | Inst::FunctionWord { to } => visit(to),
            Inst::Unary { to, of, .. } => [of, to].into_iter().for_each(visit),
            Inst::Load { to, address, .. } => [address, to].into_iter().for_each(visit),
            Inst::Binary { to, a, b, .. } => [a, b, to].into_iter().for_each(visit),
            Inst::Select { to, condition, then, other } => [condition, then, other, to].into_iter().for_each(visit),
            Inst::Store { address, value, .. } => [address, value].into_iter().for_each(visit),
            Inst::WindowLoad { to, window, index } => [window, index, to].into_iter().for_each(visit),
            Inst::WindowFill { window, value } => [window, value].into_iter().for_each(visit),
            Inst::WindowStore { window, index, value } => [window, index, value].into_iter().for_each(visit),
        }
    }
}

coded! {
    /// A jump to a block, with the values of its parameters.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Edge {
        /// The block.
        pub to: BlockId,
        /// The values of its parameters.
        pub args: Vec<ValueId>,
    }
}

coded! {
    /// How a block ends.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum End {
        /// Continues with another block.
        Jump { edge: Edge },
        /// Continues with `then` if the condition is 1, with `other` if it is 0.
        Branch { condition: ValueId, then: Edge, other: Edge },
        /// Calls a runtime function. If it returns, `ok` is taken, whose block's first parameter is the result if
        /// `has_result` is set. If it returns `Err`, `err` is taken, which a function that cannot fail lacks. If it
        /// panics, the op throws.
        ///
        /// The function can move the stack, and change every slot and all memory.
        Runtime { function: FunctionId, args: Vec<ValueId>, has_result: bool, ok: Edge, err: Option<Edge> },
        /// Writes the results, and continues with the next op.
        Next { results: Vec<ValueId> },
        /// Writes the results, and continues with the op at the label.
        To { results: Vec<ValueId>, label: ParamId },
        /// Continues with the op at the label with this index in a list, or with the one at its last label.
        Switch { index: ValueId, labels: ParamId },
        /// Calls a function with the arguments in the window.
        Call { callee: ValueId, window: ValueId },
        /// Calls a function that replaces the running one.
        TailCall { callee: ValueId },
        /// Returns a value from the running function.
        Return { value: ValueId },
        /// Returns the values of a window from the running function.
        ReturnWindow { window: ValueId },
        /// Requests the interpreter for the next op.
        Deopt,
        /// Leaves the op with the pending error.
        Throw,
    }
}

impl End {
    /// Calls `visit` with each edge.
    pub fn edges(&mut self, visit: &mut dyn FnMut(&mut Edge)) {
        match self {
            End::Jump { edge } => visit(edge),
            End::Branch { then, other, .. } => [then, other].into_iter().for_each(visit),
            End::Runtime { ok, err, .. } => [Some(ok), err.as_mut()].into_iter().flatten().for_each(visit),
            _ => {}
        }
    }

    /// Calls `visit` with each value that the end uses, apart from those that its edges pass on.
    pub fn values(&mut self, visit: &mut dyn FnMut(&mut ValueId)) {
        match self {
            End::Jump { .. } | End::Deopt | End::Throw => {}
            End::Branch { condition: value, .. }
            | End::Switch { index: value, .. }
            | End::TailCall { callee: value }
            | End::Return { value }
            | End::ReturnWindow { window: value } => visit(value),
            End::Runtime { args: values, .. } | End::Next { results: values } | End::To { results: values, .. } => {
                values.iter_mut().for_each(visit);
            }
            End::Call { callee, window } => [callee, window].into_iter().for_each(visit),
        }
    }
}

coded! {
    /// A sequence of instructions that is entered only at its start.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Block {
        /// Values that the edges to the block define.
        pub params: Vec<ValueId>,
        /// The instructions.
        pub insts: Vec<Inst>,
        /// How the block ends.
        pub end: End,
    }
}

impl Block {
    /// Returns the indices of the blocks that can follow in the body.
    pub fn successors(&self) -> impl Iterator<Item = usize> {
        let edges = match &self.end {
            End::Jump { edge } => [Some(edge), None],
            End::Branch { then, other, .. } => [Some(then), Some(other)],
            End::Runtime { ok, err, .. } => [Some(ok), err.as_ref()],
            _ => [None, None],
        };
        edges.into_iter().flatten().map(|edge| edge.to.0 as usize)
    }
}

coded! {
    /// What one op does.
    ///
    /// The parameters of the entry are the op's operands apart from its results, in the order of `OpInfo::operands`. Each
    /// is the word that a slot or an argument would hold: the bits of a value, a number extended to 64 bits by its type,
    /// a window as `Window::from_word` reads it, the address of a cell or of a function. A label is 0,
    /// and so is a list of labels.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Body {
        /// The types of all values, by [`ValueId`].
        pub values: Vec<Type>,
        /// The blocks, of which the first is the entry.
        pub blocks: Vec<Block>,
    }
}

impl Body {
    /// Returns the type of a value.
    ///
    /// # Panics
    ///
    /// If the body has no such value, which [`Set::from_bytes`](crate::Set::from_bytes) rules out for all values in it
    /// (test `unknown_values_are_refused`).
    pub fn ty(&self, value: ValueId) -> Type {
        self.values[value.0 as usize]
    }
}
