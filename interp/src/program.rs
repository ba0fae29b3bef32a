//! [`Program`]: functions that belong together, first unverified, then verified.

use std::marker::PhantomData;
use std::sync::Arc;

use mimeo_def::{OpIndex, Pc};

use crate::asm::{AssembleError, FunctionBody, FunctionIndex};
use crate::{InstructionSet, Position, VerifyError, verify};

/// Phase of a program that nothing is known about.
#[derive(Debug)]
pub enum Unverified {}

/// Phase of a program that can run: see [`Program::verify`].
#[derive(Debug)]
pub enum Verified {}

/// A program in bytecode. Cheap to clone.
#[derive(Debug)]
pub struct Program<I, Phase = Verified> {
    inner: Arc<Inner>,
    marker: PhantomData<fn() -> (I, Phase)>,
}

impl<I, Phase> Clone for Program<I, Phase> {
    fn clone(&self) -> Self {
        Program { inner: Arc::clone(&self.inner), marker: PhantomData }
    }
}

#[derive(Debug)]
struct Inner {
    functions: Vec<FunctionBody>,
    /// One for each function once the program is verified.
    facts: Vec<Facts>,
    spaces: Vec<(&'static str, u32)>,
}

/// What the verifier found out about a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Depth of the operand stack before the op that starts at each unit of the code;
    /// [`Facts::NO_OP`] between ops, [`Facts::UNREACHABLE`] where control never comes.
    pub depths: Vec<u16>,
    /// Slots of the frame: locals and the deepest operand stack.
    pub slots: u32,
    /// 8-byte words of inline-cache cells.
    pub cache_words: u32,
    /// Number of instructions.
    pub ops: u32,
}

impl Facts {
    /// Not the start of an op.
    pub const NO_OP: u16 = u16::MAX;
    /// The start of an op that control never reaches.
    pub const UNREACHABLE: u16 = u16::MAX - 1;

    /// Depth before the op at `pc`, if it is one that control can reach.
    pub fn depth(&self, pc: Pc) -> Option<u16> {
        self.depths.get(pc.0 as usize).copied().filter(|&depth| depth < Self::UNREACHABLE)
    }
}

impl<I, Phase> Program<I, Phase> {
    /// The functions, in the order of their declaration.
    pub fn functions(&self) -> &[FunctionBody] {
        &self.inner.functions
    }

    /// Number of elements of an index space; 0 for one that the program does not mention.
    pub fn space(&self, name: &str) -> u32 {
        self.inner.spaces.iter().find(|(space, _)| *space == name).map_or(0, |&(_, len)| len)
    }

    /// The index spaces that the program mentions, with the number of their elements.
    pub fn spaces(&self) -> &[(&'static str, u32)] {
        &self.inner.spaces
    }

    /// The function with this name.
    pub fn function(&self, name: &str) -> Option<FunctionIndex> {
        let index = self.inner.functions.iter().position(|f| f.name == name)?;
        Some(FunctionIndex(index as u32))
    }
}

impl<I: InstructionSet> Program<I, Unverified> {
    /// A program of these functions; the sizes of its index spaces go beside them.
    pub fn new(functions: Vec<FunctionBody>, spaces: Vec<(&'static str, u32)>) -> Self {
        Program { inner: Arc::new(Inner { functions, facts: Vec::new(), spaces }), marker: PhantomData }
    }

    /// Checks everything that handlers and stencils rely on: ops exist and are whole, labels land on ops,
    /// registers are inside the frame, constants inside the pool, the operand stack is consistent at joins
    /// and never underflows, control cannot run off the end.
    ///
    /// # Errors
    ///
    /// The first violation, with function and position.
    pub fn verify(self) -> Result<Program<I, Verified>, VerifyError> {
        let Inner { mut functions, spaces, .. } = match Arc::try_unwrap(self.inner) {
            Ok(inner) => inner,
            Err(shared) => {
                Inner { functions: shared.functions.clone(), facts: Vec::new(), spaces: shared.spaces.clone() }
            }
        };
        let facts = verify::functions::<I>(&mut functions, &spaces)?;
        Ok(Program { inner: Arc::new(Inner { functions, facts, spaces }), marker: PhantomData })
    }
}

impl<I> Program<I, Verified> {
    /// What the verifier found out about each function.
    pub fn facts(&self) -> &[Facts] {
        &self.inner.facts
    }
}

/// Collects the functions of a program; they may refer to each other before they are defined.
#[derive(Debug)]
pub struct ProgramBuilder<I> {
    functions: Vec<(String, Option<FunctionBody>)>,
    spaces: Vec<(&'static str, u32)>,
    marker: PhantomData<fn() -> I>,
}

impl<I: InstructionSet> Default for ProgramBuilder<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: InstructionSet> ProgramBuilder<I> {
    /// An empty program.
    pub fn new() -> Self {
        ProgramBuilder { functions: Vec::new(), spaces: Vec::new(), marker: PhantomData }
    }

    /// Announces a function, so that others can call it.
    pub fn declare(&mut self, name: impl Into<String>) -> FunctionIndex {
        self.functions.push((name.into(), None));
        FunctionIndex(self.functions.len() as u32 - 1)
    }

    /// Gives a declared function its code.
    ///
    /// # Panics
    ///
    /// When `index` is not from this builder.
    pub fn define(&mut self, index: FunctionIndex, body: FunctionBody) {
        self.functions[index.0 as usize].1 = Some(body);
    }

    /// Sets the number of elements of an index space, against which `#[imm(in = space)]` operands are verified.
    pub fn set_space(&mut self, space: &'static str, len: u32) {
        self.spaces.retain(|(name, _)| *name != space);
        self.spaces.push((space, len));
    }

    /// Ends the program.
    ///
    /// # Errors
    ///
    /// When a declared function was never defined.
    pub fn finish(self) -> Result<Program<I, Unverified>, AssembleError> {
        let functions = self
            .functions
            .into_iter()
            .map(|(function, body)| body.ok_or(AssembleError::Undefined { function }))
            .collect::<Result<_, _>>()?;
        Ok(Program::new(functions, self.spaces))
    }
}

impl FunctionBody {
    /// The opcode at `pc`.
    pub fn op_at(&self, pc: Pc) -> Option<OpIndex> {
        self.code.get(pc.0 as usize).map(|&op| OpIndex(op))
    }

    /// Where the op at `pc` stands in the source, if the compiler said.
    pub fn position(&self, pc: Pc) -> Option<Position> {
        let after = self.positions.partition_point(|(start, _)| *start <= pc);
        self.positions[..after].last().map(|(_, position)| *position)
    }

    /// Reads an operand of `len_units` units at `pc`, little-endian, zero-extended.
    pub fn read(&self, pc: Pc, unit: u16, len_units: u16) -> u64 {
        let at = pc.0 as usize + unit as usize;
        let units = &self.code[at..at + len_units as usize];
        units.iter().rev().fold(0, |bits, &unit| bits << 16 | u64::from(unit))
    }
}
