//! Bytecode → text that names ops and operands.

use std::fmt;
use std::marker::PhantomData;

use mimeo_def::Pc;
use mimeo_def::op::{OpInfo, OperandKind, Scalar};

use crate::InstructionSet;
use crate::asm::FunctionBody;

/// A listing of one function, one instruction a line. Shows anything, verified or not.
#[derive(Debug)]
pub struct Disassembly<'a, I> {
    body: &'a FunctionBody,
    marker: PhantomData<fn() -> I>,
}

impl<'a, I: InstructionSet> Disassembly<'a, I> {
    /// The listing of `body`.
    pub fn new(body: &'a FunctionBody) -> Self {
        Disassembly { body, marker: PhantomData }
    }
}

impl<I: InstructionSet> fmt::Display for Disassembly<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body;
        writeln!(f, "{} (arity {}, locals {})", body.name, body.arity, body.locals)?;
        let mut pc = Pc(0);
        let mut shown = None;
        while let Some(op) = body.op_at(pc) {
            let Some(info) = I::OPS.get(op.0 as usize) else {
                return writeln!(f, "  {pc}  ??? opcode {}", op.0);
            };
            if pc.0 as usize + info.len_units as usize > body.code.len() {
                return writeln!(f, "  {pc}  {} ??? cut off", info.name);
            }
            let position = body.position(pc);
            write!(f, "  {pc}  {}", OpText { body, pc, info })?;
            match position {
                Some(position) if shown != Some(position) => writeln!(f, "  ; {position}")?,
                _ => writeln!(f)?,
            }
            shown = position;
            pc.0 += u32::from(info.len_units);
        }
        Ok(())
    }
}

/// The text of one whole instruction.
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
        Scalar::F64 => write!(f, "{:?}", f64::from_bits(bits)),
    }
}
