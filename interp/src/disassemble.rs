//! Bytecode → text that names ops and operands.

use std::fmt;
use std::marker::PhantomData;

use mimeo_def::op::{OpInfo, OperandKind, Scalar};
use mimeo_def::{OpIndex, Pc};

use crate::asm::FunctionBody;
use crate::{InstructionSet, Position};

/// A listing of one function, with one instruction on each line. Shows any bytecode, verified or not.
///
/// It borrows the function. Displaying it creates the text.
///
/// ```
/// use mimeo::Disassembly;
/// use mimeo_doc_ops::{DOUBLE, Ops, sample_program};
///
/// let program = sample_program();
/// let double = &program.functions()[DOUBLE.0 as usize];
/// assert_eq!(
///     Disassembly::<Ops>::new(double).to_string(),
///     "double (arity 1, locals 1)\n  0000  add r0, r0, r0\n  0004  ret r0\n",
/// );
/// ```
#[derive(Debug)]
pub struct Disassembly<'a, I> {
    body: &'a FunctionBody,
    marker: PhantomData<fn() -> I>,
}

impl<'a, I: InstructionSet> Disassembly<'a, I> {
    /// Creates the listing of `body`.
    ///
    /// ```
    /// use mimeo::asm::FunctionBody;
    /// use mimeo::Disassembly;
    /// use mimeo_doc_ops::Ops;
    ///
    /// let damaged = FunctionBody { name: "f".to_owned(), code: vec![u16::MAX], ..FunctionBody::default() };
    /// let text = Disassembly::<Ops>::new(&damaged).to_string();
    /// assert_eq!(text, "f (arity 0, locals 0)\n  0000  ??? opcode 65535\n");
    /// ```
    pub fn new(body: &'a FunctionBody) -> Self {
        Disassembly { body, marker: PhantomData }
    }

    /// Returns the instructions. Bytecode that is not valid ends with one that is unknown.
    ///
    /// ```
    /// use mimeo::Disassembly;
    /// use mimeo_doc_ops::{DOUBLE, Ops, sample_program};
    ///
    /// let program = sample_program();
    /// let ops = Disassembly::<Ops>::new(&program.functions()[DOUBLE.0 as usize]).ops();
    /// assert_eq!((ops.len(), ops[1].pc.0, ops[1].text.as_str()), (2, 4, "ret r0"));
    /// ```
    pub fn ops(&self) -> Vec<Disassembled> {
        let body = self.body;
        let mut ops = Vec::new();
        let mut pc = Pc(0);
        while let Some(op) = body.op_at(pc) {
            let info = I::OPS.get(op.0 as usize);
            let next = info.map(|info| pc.0 as usize + info.len_units as usize).filter(|&next| next <= body.code.len());
            let (text, position) = match (info, next) {
                (None, _) => (format!("??? opcode {}", op.0), None),
                (Some(info), None) => (format!("{} ??? cut off", info.name), None),
                (Some(info), Some(_)) => (OpText { body, pc, info }.to_string(), body.position(pc)),
            };
            ops.push(Disassembled { pc, op, text, position });
            let Some(next) = next else { break };
            pc = Pc(next as u32);
        }
        ops
    }
}

/// An instruction of a listing. See [`Disassembly::ops`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disassembled {
    /// Where the instruction starts.
    pub pc: Pc,
    /// The op.
    pub op: OpIndex,
    /// The op and its operands.
    pub text: String,
    /// The place in the source.
    pub position: Option<Position>,
}

impl<I: InstructionSet> fmt::Display for Disassembly<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FunctionBody { name, arity, locals, .. } = self.body;
        writeln!(f, "{name} (arity {arity}, locals {locals})")?;
        let mut shown = None;
        for Disassembled { pc, text, position, .. } in self.ops() {
            write!(f, "  {pc}  {text}")?;
            match position {
                Some(position) if shown != Some(position) => writeln!(f, "  ; {position}")?,
                _ => writeln!(f)?,
            }
            shown = position;
        }
        Ok(())
    }
}

/// The text of one complete instruction, for other kinds of listings.
///
/// ```
/// use mimeo::InstructionSet;
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::{Ops, sum_program};
/// use mimeo_interp::OpText;
///
/// let program = sum_program();
/// let (body, pc) = (&program.functions()[0], Pc(0));
/// let info = &Ops::OPS[body.op_at(pc).unwrap().0 as usize];
/// assert_eq!(OpText { body, pc, info }.to_string(), "number r1, 0");
/// ```
#[derive(Debug)]
pub struct OpText<'a> {
    /// The function.
    pub body: &'a FunctionBody,
    /// Where the instruction starts.
    pub pc: Pc,
    /// The op.
    pub info: &'a OpInfo,
}

impl fmt::Display for OpText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info.name)?;
        let mut separator = " ";
        for operand in self.info.operands.iter().filter(|o| o.kind.len_units() > 0) {
            let bits = self.body.read(self.pc, operand.unit, operand.kind.len_units());
            f.write_str(separator)?;
            separator = ", ";
            match operand.kind {
                OperandKind::Slot { .. } => write!(f, "r{bits}")?,
                OperandKind::Immediate { scalar, .. } => write_immediate(f, scalar, bits)?,
                OperandKind::Constant => match self.body.constants.get(bits as usize) {
                    Some(constant) => write!(f, "k{bits}={constant:#x}")?,
                    None => write!(f, "k{bits}=???")?,
                },
                OperandKind::Label => write!(f, "->{}", Pc(bits as u32))?,
                OperandKind::Labels => match self.body.list(bits) {
                    Some(labels) => {
                        let labels: Vec<String> = labels.iter().map(Pc::to_string).collect();
                        write!(f, "->[{}]", labels.join(" "))?;
                    }
                    None => write!(f, "->[???]")?,
                },
                OperandKind::Window => write!(f, "r{}+{}", bits & 0xffff, bits >> 16)?,
                OperandKind::StackWindow => write!(f, "{}={bits}", operand.name)?,
                OperandKind::Function => write!(f, "fn{bits}")?,
                OperandKind::Cache { .. } => write!(f, "cache")?,
                OperandKind::Stack { .. } => {}
            }
        }
        Ok(())
    }
}

fn write_immediate(f: &mut fmt::Formatter<'_>, scalar: Scalar, bits: u64) -> fmt::Result {
    match scalar {
        Scalar::Bool => write!(f, "{}", bits != 0),
        Scalar::I8 => write!(f, "{}", bits as i8),
        Scalar::I16 => write!(f, "{}", bits as i16),
        Scalar::I32 => write!(f, "{}", bits as i32),
        Scalar::I64 => write!(f, "{}", bits as i64),
        Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => write!(f, "{bits}"),
        Scalar::F32 => write!(f, "{:?}", f32::from_bits(bits as u32)),
        Scalar::F64 => write!(f, "{:?}", f64::from_bits(bits)),
    }
}
