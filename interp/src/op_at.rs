//! A place in a verified function → [`OpAt`], the op there with what its operands stand for.

use mimeo_def::op::{OpInfo, OperandInfo, OperandKind, Scalar};
use mimeo_def::{OpIndex, Pc};

use crate::Function;

/// What an operand stands for. For native tiers.
///
/// ```
/// use mimeo::InstructionSet;
/// use mimeo::def::Pc;
/// use mimeo::tier::{OpAt, Word};
/// use mimeo_doc_ops::{Ops, SUM, sample_machine};
///
/// let (machine, linked) = sample_machine();
/// let sum = machine.functions(linked).next().expect("the program has functions");
/// // `number total, 0`
/// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
/// let words = number.info.operands.iter().map(|operand| number.word(operand));
/// assert_eq!(words.collect::<Vec<_>>(), [Word::Slot(1), Word::Bits(0)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The slot with this number in the frame.
    Slot(u32),
    /// These bits: those of a constant or of a number extended to 64 bits by its type, a window as
    /// [`Window::from_word`](crate::Window::from_word) reads it, the address of a cell or of a function.
    Bits(u64),
    /// The op at this place.
    Label(Pc),
    /// The ops at these places of [`FunctionBody::labels`](crate::asm::FunctionBody::labels).
    Labels {
        /// The index of the first one.
        start: u32,
        /// Their number.
        len: u16,
    },
}

/// An op at a place of a function. For native tiers. See [`Word`] for an example.
#[derive(Clone, Copy, Debug)]
pub struct OpAt<'a> {
    /// The function.
    pub function: &'a Function,
    /// The place.
    pub pc: Pc,
    /// The opcode.
    pub op: OpIndex,
    /// The op.
    pub info: &'static OpInfo,
    /// Slots in use before the op: locals and operand stack.
    pub height: u32,
}

impl<'a> OpAt<'a> {
    /// Returns the op at `pc` of a function of the instruction set with these ops, or `None` if no op is reached there.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::OpAt;
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert_eq!(OpAt::of(sum, Ops::OPS, Pc(0)).map(|op| op.info.name), Some("number"));
    /// assert!(OpAt::of(sum, Ops::OPS, Pc(1)).is_none(), "there is an operand");
    /// ```
    pub fn of(function: &'a Function, ops: &'static [OpInfo], pc: Pc) -> Option<OpAt<'a>> {
        let body = function.body();
        let depth = function.facts().depth(pc)?;
        let op = OpIndex(body.code[pc.0 as usize]);
        let height = u32::from(body.locals) + u32::from(depth);
        Some(OpAt { function, pc, op, info: ops.get(usize::from(op.0))?, height })
    }

    /// Returns the place of the next op.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::OpAt;
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
    /// assert!(OpAt::of(sum, Ops::OPS, number.next_pc()).is_some());
    /// ```
    pub fn next_pc(&self) -> Pc {
        Pc(self.pc.0 + u32::from(self.info.len_units))
    }

    /// Returns what the op reads, in the order of the parameters of its body.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::{OpAt, Word};
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// // `number total, 0`
    /// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
    /// assert_eq!(number.inputs().collect::<Vec<_>>(), [Word::Bits(0)]);
    /// assert_eq!(number.results().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn inputs(&self) -> impl Iterator<Item = Word> {
        self.info.operands.iter().filter(|operand| !operand.kind.is_output()).map(|operand| self.word(operand))
    }

    /// Returns the slots that the op writes, in the order of its results. See [`inputs`](Self::inputs) for an example.
    pub fn results(&self) -> impl Iterator<Item = u32> {
        self.info.operands.iter().filter(|operand| operand.kind.is_output()).filter_map(|operand| {
            match self.word(operand) {
                Word::Slot(slot) => Some(slot),
                Word::Bits(_) | Word::Label(_) | Word::Labels { .. } => None,
            }
        })
    }

    /// Returns the ops at a label or at the labels of a list, in their order, and nothing for other words.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::{OpAt, Word};
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
    /// assert!(number.targets(Word::Label(Pc(6))).eq([Pc(6)]));
    /// assert_eq!(number.targets(Word::Slot(1)).count(), 0);
    /// ```
    pub fn targets(&self, word: Word) -> impl Iterator<Item = Pc> + use<'a> {
        let (one, list) = match word {
            Word::Label(pc) => (Some(pc), &[][..]),
            Word::Labels { start, len } => (None, &self.function.body().labels[start as usize..][..len.into()]),
            Word::Slot(_) | Word::Bits(_) => (None, &[][..]),
        };
        one.into_iter().chain(list.iter().copied())
    }

    /// Returns for each inline-cache cell of the op whether it is empty: all zeros, as at first. In the order in which the
    /// body has them as parameters.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::OpAt;
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
    /// assert_eq!(number.empty_cells().count(), 0, "it has no cells");
    /// ```
    pub fn empty_cells(&self) -> impl Iterator<Item = bool> {
        self.info.operands.iter().filter_map(|operand| match operand.kind {
            OperandKind::Cache { size, .. } => {
                let first = self.unit2(operand.unit);
                let mut words = first..first + size.div_ceil(size_of::<u64>() as u32);
                Some(words.all(|word| self.function.cache_word(word) == 0))
            }
            _ => None,
        })
    }

    /// Returns the function that the op names.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo::tier::OpAt;
    /// use mimeo_doc_ops::{Ops, SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let number = OpAt::of(sum, Ops::OPS, Pc(0)).expect("it begins with an op");
    /// assert!(number.callee().is_none());
    /// ```
    pub fn callee(&self) -> Option<&'a Function> {
        let operand = self.info.operands.iter().find(|operand| operand.kind == OperandKind::Function)?;
        // SAFETY: the verifier checks that the program has the function, and it lives as long as this one.
        Some(unsafe { &*self.function.sibling(self.unit2(operand.unit)).cast() })
    }

    fn unit(&self, unit: u16) -> u16 {
        self.function.body().code[self.pc.0 as usize + usize::from(unit)]
    }

    fn unit2(&self, unit: u16) -> u32 {
        u32::from(self.unit(unit)) | u32::from(self.unit(unit + 1)) << 16
    }

    fn unit4(&self, unit: u16) -> u64 {
        u64::from(self.unit2(unit)) | u64::from(self.unit2(unit + 2)) << 32
    }

    /// Returns what an operand of the op stands for. See [`Word`] for an example.
    pub fn word(&self, operand: &OperandInfo) -> Word {
        let unit = operand.unit;
        let bits = match operand.kind {
            OperandKind::Slot { .. } => return Word::Slot(u32::from(self.unit(unit))),
            OperandKind::Stack { index, .. } => {
                let window = self.info.operands.iter().find(|operand| operand.kind == OperandKind::StackWindow);
                let above = window.map_or(0, |window| u32::from(self.unit(window.unit)));
                return Word::Slot(self.height - above - u32::from(self.info.pops) + u32::from(index));
            }
            OperandKind::Label => return Word::Label(Pc(self.unit2(unit))),
            OperandKind::Labels => return Word::Labels { start: self.unit2(unit), len: self.unit(unit + 2) },
            OperandKind::Immediate { scalar, .. } => match scalar {
                Scalar::Bool | Scalar::U8 => u64::from(self.unit(unit) as u8),
                Scalar::I8 => self.unit(unit) as i8 as u64,
                Scalar::U16 => u64::from(self.unit(unit)),
                Scalar::I16 => self.unit(unit) as i16 as u64,
                Scalar::U32 | Scalar::F32 => u64::from(self.unit2(unit)),
                Scalar::I32 => self.unit2(unit) as i32 as u64,
                Scalar::I64 | Scalar::U64 | Scalar::F64 => self.unit4(unit),
            },
            OperandKind::Constant => self.function.body().constants[usize::from(self.unit(unit))],
            OperandKind::Window => u64::from(self.unit(unit)) | u64::from(self.unit(unit + 1)) << 32,
            OperandKind::StackWindow => {
                let len = u64::from(self.unit(unit));
                (u64::from(self.height) - len) | len << 32
            }
            // SAFETY: the verifier checks that the program has the function.
            OperandKind::Function => unsafe { self.function.sibling(self.unit2(unit)) }.expose_provenance() as u64,
            OperandKind::Cache { .. } => self.function.cache_address(self.unit2(unit)).expose_provenance() as u64,
        };
        Word::Bits(bits)
    }
}
