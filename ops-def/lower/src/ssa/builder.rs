//! Blocks and values in the order in which they are made → a [`Body`].

use std::collections::BTreeMap;

use mimeo_ir::{Binary, Block, BlockId, Body, Description, Edge, End, Inst, Type, Unary, ValueId};

/// Builds a body. There is always a current block; after an end, one that nothing reaches.
pub(super) struct Builder {
    values: Vec<Type>,
    /// The values that are numbers.
    numbers: BTreeMap<ValueId, u64>,
    /// The blocks, and whether the end of each is known. Until it is, the block jumps to itself.
    blocks: Vec<(Block, bool)>,
    current: usize,
}

impl Builder {
    /// Starts with the entry.
    pub(super) fn new() -> Builder {
        let mut builder = Builder { values: Vec::new(), numbers: BTreeMap::new(), blocks: Vec::new(), current: 0 };
        builder.block(&[]);
        builder
    }

    /// Adds a parameter to the entry.
    pub(super) fn entry_param(&mut self) -> ValueId {
        let param = self.value(Type::I64);
        self.blocks[0].0.params.push(param);
        param
    }

    /// Creates a block with parameters of these types.
    pub(super) fn block(&mut self, params: &[Type]) -> BlockId {
        let params = params.iter().map(|&ty| self.value(ty)).collect();
        let id = BlockId(self.blocks.len() as u32);
        let end = End::Jump { edge: Edge { to: id, args: Vec::new() } };
        self.blocks.push((Block { params, insts: Vec::new(), end }, false));
        id
    }

    /// Returns the types of a block's parameters.
    pub(super) fn params(&self, of: BlockId) -> Vec<Type> {
        self.blocks[of.0 as usize].0.params.iter().map(|&param| self.ty(param)).collect()
    }

    /// Continues in a block, and returns its parameters.
    pub(super) fn switch(&mut self, to: BlockId) -> Vec<ValueId> {
        self.current = to.0 as usize;
        self.blocks[self.current].0.params.clone()
    }

    /// Ends the current block.
    pub(super) fn end(&mut self, end: End) {
        let (block, is_done) = &mut self.blocks[self.current];
        debug_assert!(!*is_done, "a block has one end");
        (block.end, *is_done) = (end, true);
        let unreached = self.block(&[]);
        self.switch(unreached);
    }

    pub(super) fn jump(&mut self, to: BlockId, args: Vec<ValueId>) {
        self.end(End::Jump { edge: Edge { to, args } });
    }

    pub(super) fn ty(&self, value: ValueId) -> Type {
        self.values[value.0 as usize]
    }

    fn value(&mut self, ty: Type) -> ValueId {
        self.values.push(ty);
        ValueId(self.values.len() as u32 - 1)
    }

    fn add(&mut self, ty: Type, inst: impl FnOnce(ValueId) -> Inst) -> ValueId {
        let to = self.value(ty);
        self.blocks[self.current].0.insts.push(inst(to));
        to
    }

    /// Adds a number, of which the bits above its width are ignored.
    pub(super) fn number(&mut self, ty: Type, bits: u64) -> ValueId {
        let bits = bits & u64::MAX >> (64 - ty.bits());
        let to = self.add(ty, |to| Inst::Const { to, bits });
        self.numbers.insert(to, bits);
        to
    }

    /// Adds an operation on one value. The conversion of a number is a number.
    pub(super) fn unary(&mut self, ty: Type, op: Unary, of: ValueId) -> ValueId {
        let converts = matches!(
            op,
            Unary::Truncate | Unary::SignExtend | Unary::ZeroExtend | Unary::FloatToBits | Unary::FloatFromBits
        );
        if let (true, Some(bits)) = (converts, self.numbers.get(&of)) {
            return self.number(ty, op.apply(self.ty(of), ty, *bits));
        }
        self.add(ty, |to| Inst::Unary { to, op, of })
    }

    pub(super) fn binary(&mut self, op: Binary, a: ValueId, b: ValueId) -> ValueId {
        self.add(op.result(self.ty(a)), |to| Inst::Binary { to, op, a, b })
    }

    pub(super) fn select(&mut self, condition: ValueId, then: ValueId, other: ValueId) -> ValueId {
        self.add(self.ty(then), |to| Inst::Select { to, condition, then, other })
    }

    pub(super) fn context(&mut self) -> ValueId {
        self.add(Type::I64, |to| Inst::Context { to })
    }

    pub(super) fn function_word(&mut self) -> ValueId {
        self.add(Type::I64, |to| Inst::FunctionWord { to })
    }

    pub(super) fn load(&mut self, ty: Type, address: ValueId, offset: u32, description: Description) -> ValueId {
        self.add(ty, |to| Inst::Load { to, address, offset, description })
    }

    pub(super) fn store(&mut self, address: ValueId, offset: u32, description: Description, value: ValueId) {
        self.blocks[self.current].0.insts.push(Inst::Store { address, offset, description, value });
    }

    pub(super) fn window_load(&mut self, window: ValueId, index: ValueId) -> ValueId {
        self.add(Type::I64, |to| Inst::WindowLoad { to, window, index })
    }

    pub(super) fn window_store(&mut self, window: ValueId, index: ValueId, value: ValueId) {
        self.blocks[self.current].0.insts.push(Inst::WindowStore { window, index, value });
    }

    pub(super) fn window_fill(&mut self, window: ValueId, value: ValueId) {
        self.blocks[self.current].0.insts.push(Inst::WindowFill { window, value });
    }

    /// Converts an integer to another width.
    pub(super) fn resize(&mut self, value: ValueId, signed: bool, to: Type) -> ValueId {
        match self.ty(value).bits().cmp(&to.bits()) {
            std::cmp::Ordering::Equal => value,
            std::cmp::Ordering::Greater => self.unary(to, Unary::Truncate, value),
            std::cmp::Ordering::Less if signed => self.unary(to, Unary::SignExtend, value),
            std::cmp::Ordering::Less => self.unary(to, Unary::ZeroExtend, value),
        }
    }

    /// Returns the bits of a float.
    pub(super) fn bits(&mut self, float: ValueId) -> ValueId {
        self.unary(self.ty(float).bits_type(), Unary::FloatToBits, float)
    }

    /// Inverts a `bool`.
    pub(super) fn invert(&mut self, value: ValueId) -> ValueId {
        let one = self.number(Type::I8, 1);
        self.binary(Binary::Xor, value, one)
    }

    /// Returns the body.
    pub(super) fn finish(self) -> Body {
        Body { values: self.values, blocks: self.blocks.into_iter().map(|(block, _)| block).collect() }
    }
}
