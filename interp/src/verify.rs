//! Unverified functions → the facts that the engines rely on ([`Facts`]), or the first violation.

use std::fmt;

use mimeo_def::op::{OpInfo, OperandInfo, OperandKind, Scalar};
use mimeo_def::{OpIndex, Pc, Slot};

use crate::asm::{FunctionBody, Handler};
use crate::depths::{Depths, NO_OP, UNREACHABLE};
use crate::facts::Facts;
use crate::{InstructionSet, Operands};

/// The reason why bytecode was refused.
///
/// ```
/// use mimeo::VerifyErrorKind;
/// use mimeo::def::{Pc, Slot};
/// use mimeo_doc_ops::{Assembler, Program};
///
/// let mut code = Assembler::new("f", 0, 1);
/// code.number(Slot(0), 1);
/// code.ret(Slot(9));
/// let error = Program::new(vec![code.finish().unwrap()], vec![]).verify().unwrap_err();
/// assert_eq!((error.function.as_str(), error.pc, error.op), ("f", Pc(6), Some("ret")));
/// assert_eq!(error.kind, VerifyErrorKind::SlotOutsideFrame { operand: "a", slot: 9, locals: 1 });
/// assert_eq!(error.to_string(), "function `f`, 0006 `ret`: `a` is slot 9, but the frame has 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyError {
    /// The function.
    pub function: String,
    /// The instruction.
    pub pc: Pc,
    /// Name of the op, if an op starts there.
    pub op: Option<&'static str>,
    /// The violation.
    pub kind: VerifyErrorKind,
}

/// The kinds of violations in bytecode.
///
/// ```
/// use mimeo::VerifyErrorKind;
/// use mimeo::asm::FunctionBody;
/// use mimeo_doc_ops::Program;
///
/// let empty = FunctionBody { name: "f".to_owned(), ..FunctionBody::default() };
/// let error = Program::new(vec![empty], vec![]).verify().unwrap_err();
/// assert_eq!(error.kind, VerifyErrorKind::Empty);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each variant explains its fields")]
#[non_exhaustive]
pub enum VerifyErrorKind {
    UnknownOpcode { opcode: u16 },
    CutOff { need: u16, have: usize },
    SlotOutsideFrame { operand: &'static str, slot: u32, locals: u16 },
    WindowOutsideFrame { operand: &'static str, start: u32, len: u32, locals: u16 },
    ConstantOutsidePool { operand: &'static str, index: u64, len: usize },
    LabelNotAnOp { operand: &'static str, target: Pc },
    LabelsOutOfOrder { operand: &'static str, start: u32, next: u32 },
    LabelsOutsideList { operand: &'static str, start: u32, len: u16, labels: usize },
    NoSuchFunction { operand: &'static str, index: u64, len: usize },
    WrongArity { callee: String, takes: u16, given: u16 },
    ArityOfTheSet { arity: u16, takes: u16 },
    WindowTooShort { operand: &'static str, len: u16, takes: u16 },
    ImmediateOutOfRange { operand: &'static str, scalar: Scalar, bits: u64 },
    IndexOutsideSpace { operand: &'static str, space: &'static str, index: u64, len: u32 },
    StackUnderflow { depth: u16, pops: u32 },
    DepthsDiffer { at: Pc, one: u16, other: u16 },
    StackTooDeep,
    RunsOffTheEnd,
    ArityAboveLocals { arity: u16, locals: u16 },
    Handler { from: Pc, to: Pc, target: Pc },
    EscapingSlot { slot: u16, slots: u32 },
    Empty,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function `{}`, {}", self.function, self.pc)?;
        if let Some(op) = self.op {
            write!(f, " `{op}`")?;
        }
        f.write_str(": ")?;
        match &self.kind {
            VerifyErrorKind::UnknownOpcode { opcode } => write!(f, "there is no op {opcode}"),
            VerifyErrorKind::CutOff { need, have } => {
                write!(f, "the op takes {need} units, but the code ends after {have}")
            }
            VerifyErrorKind::SlotOutsideFrame { operand, slot, locals } => {
                write!(f, "`{operand}` is slot {slot}, but the frame has {locals}")
            }
            VerifyErrorKind::WindowOutsideFrame { operand, start, len: 0, locals } => write!(
                f,
                "`{operand}` is empty at slot {start}, but the frame has {locals}; the first slot of a window receives \
                 the result, even of a call without arguments"
            ),
            VerifyErrorKind::WindowOutsideFrame { operand, start, len, locals } => {
                write!(f, "`{operand}` is {len} slots from slot {start} on, but the frame has {locals}")
            }
            VerifyErrorKind::ConstantOutsidePool { operand, index, len } => {
                write!(f, "`{operand}` is constant {index}, but the pool has {len}")
            }
            VerifyErrorKind::LabelNotAnOp { operand, target } => {
                write!(f, "`{operand}` is {target}, where no op starts")
            }
            VerifyErrorKind::LabelsOutOfOrder { operand, start, next } => {
                write!(f, "`{operand}` starts at label {start} of the list, but the next that no op has is {next}")
            }
            VerifyErrorKind::LabelsOutsideList { operand, len: 0, .. } => {
                write!(f, "`{operand}` has no label, but the last one is where other indices go")
            }
            VerifyErrorKind::LabelsOutsideList { operand, start, len, labels } => {
                write!(f, "`{operand}` is {len} labels from {start} on, but the list has {labels}")
            }
            VerifyErrorKind::NoSuchFunction { operand, index, len } => {
                write!(f, "`{operand}` is function {index}, but the program has {len}")
            }
            VerifyErrorKind::WrongArity { callee, takes, given } => {
                write!(f, "`{callee}` takes {takes} arguments, but the call passes {given}")
            }
            VerifyErrorKind::ArityOfTheSet { arity, takes } => {
                write!(f, "it takes {arity} arguments, but every function of the instruction set takes {takes}")
            }
            VerifyErrorKind::WindowTooShort { operand, len, takes } => {
                write!(f, "`{operand}` has {len} slots, but every function takes {takes} arguments")
            }
            VerifyErrorKind::ImmediateOutOfRange { operand, scalar, bits } => {
                write!(f, "`{operand}` is {bits:#x}, which is not a valid {scalar:?}")
            }
            VerifyErrorKind::IndexOutsideSpace { operand, space, index, len: 0 } => write!(
                f,
                "`{operand}` is index {index}, but `{space}` has 0: `ProgramBuilder::set_space` gives it a size"
            ),
            VerifyErrorKind::IndexOutsideSpace { operand, space, index, len } => {
                write!(f, "`{operand}` is index {index}, but `{space}` has {len}")
            }
            VerifyErrorKind::StackUnderflow { depth, pops } => {
                write!(f, "pops {pops} values, but the operand stack has {depth}")
            }
            VerifyErrorKind::DepthsDiffer { at, one, other } => {
                write!(f, "the operand stack is {one} deep on one path to {at} and {other} on another")
            }
            VerifyErrorKind::StackTooDeep => f.write_str("the operand stack is deeper than 60000 values"),
            VerifyErrorKind::RunsOffTheEnd => f.write_str("control runs off the end of the code"),
            VerifyErrorKind::ArityAboveLocals { arity, locals } => {
                write!(f, "{arity} arguments do not fit {locals} slots")
            }
            VerifyErrorKind::EscapingSlot { slot, slots } => {
                write!(f, "escaping slot {slot} is listed after a higher one or twice, or outside the {slots} slots")
            }
            VerifyErrorKind::Handler { from, to, target } => {
                write!(
                    f,
                    "the handler at {target} for {from} to {to} must start at an op and cover a range of whole ops"
                )
            }
            VerifyErrorKind::Empty => f.write_str("the function has no code"),
        }
    }
}

impl std::error::Error for VerifyError {}

const MAX_DEPTH: u32 = 60_000;

/// Verifies all functions and assigns a cell to each inline cache.
pub(crate) fn functions<I: InstructionSet>(
    functions: &mut [FunctionBody],
    spaces: &[(&'static str, u32)],
) -> Result<Vec<Facts>, VerifyError> {
    // The names are only for errors. They are moved here and back, because a function is modified while it is verified.
    let signature = |body: &mut FunctionBody| Signature {
        name: std::mem::take(&mut body.name),
        arity: body.arity,
        variadic: body.variadic,
    };
    let signatures: Vec<Signature> = functions.iter_mut().map(signature).collect();
    let mut depths = Vec::new();
    let mut verify = |(body, Signature { name, .. }): (_, &Signature)| {
        Verifier::<I>::new(body, name, &signatures, spaces, &mut depths).run()
    };
    let facts = functions.iter_mut().zip(&signatures).map(&mut verify).collect::<Result<_, _>>()?;
    functions.iter_mut().zip(signatures).for_each(|(body, Signature { name, .. })| body.name = name);
    Ok(facts)
}

/// What callers must know about a function.
struct Signature {
    name: String,
    arity: u16,
    variadic: bool,
}

struct Verifier<'a, I> {
    body: &'a mut FunctionBody,
    name: &'a str,
    signatures: &'a [Signature],
    spaces: &'a [(&'static str, u32)],
    /// What is known of each unit of the code: the depth of the operand stack before an op, or one of the two marks.
    depths: &'a mut Vec<u16>,
    /// The number of labels in lists of the ops before.
    listed: u32,
    facts: Facts,
    marker: std::marker::PhantomData<fn() -> I>,
}

impl<'a, I: InstructionSet> Verifier<'a, I> {
    fn new(
        body: &'a mut FunctionBody,
        name: &'a str,
        signatures: &'a [Signature],
        spaces: &'a [(&'static str, u32)],
        depths: &'a mut Vec<u16>,
    ) -> Self {
        depths.clear();
        depths.resize(body.code.len(), NO_OP);
        let facts = Facts { polls: vec![Pc(0)], ..Facts::default() };
        Verifier { body, name, signatures, spaces, depths, listed: 0, facts, marker: std::marker::PhantomData }
    }

    fn run(mut self) -> Result<Facts, VerifyError> {
        let FunctionBody { arity, locals, .. } = *self.body;
        if let Some(takes) = I::ARITY.filter(|&takes| takes != arity) {
            return Err(self.error(Pc(0), VerifyErrorKind::ArityOfTheSet { arity, takes }));
        }
        if arity > locals {
            return Err(self.error(Pc(0), VerifyErrorKind::ArityAboveLocals { arity, locals }));
        }
        if self.body.code.is_empty() {
            return Err(self.error(Pc(0), VerifyErrorKind::Empty));
        }
        self.find_ops()?;
        let mut pc = Pc(0);
        while let Some(info) = self.info(pc) {
            self.check_operands(pc, info)?;
            pc.0 += u32::from(info.len_units);
        }
        self.check_handlers()?;
        let deepest = self.check_depths()?;
        // The result is written to slot 0 even if the function has no slots of its own.
        self.facts.slots = (u32::from(locals) + deepest).max(1);
        self.check_escaping()?;
        self.facts.depths = Depths::new(self.depths, I::OPERANDS == Operands::Stack);
        Ok(self.facts)
    }

    fn error(&self, pc: Pc, kind: VerifyErrorKind) -> VerifyError {
        VerifyError { function: self.name.to_owned(), pc, op: self.info(pc).map(|info| info.name), kind }
    }

    fn info(&self, pc: Pc) -> Option<&'static OpInfo> {
        I::OPS.get(self.body.op_at(pc)?.0 as usize)
    }

    /// Marks the start of each op, and checks that the op exists and is complete.
    fn find_ops(&mut self) -> Result<(), VerifyError> {
        let mut pc = Pc(0);
        while let Some(OpIndex(opcode)) = self.body.op_at(pc) {
            let Some(info) = self.info(pc) else {
                return Err(self.error(pc, VerifyErrorKind::UnknownOpcode { opcode }));
            };
            let have = self.body.code.len() - pc.0 as usize;
            if have < info.len_units as usize {
                return Err(self.error(pc, VerifyErrorKind::CutOff { need: info.len_units, have }));
            }
            self.depths[pc.0 as usize] = UNREACHABLE;
            self.facts.ops += 1;
            pc.0 += u32::from(info.len_units);
        }
        Ok(())
    }

    fn check_operands(&mut self, pc: Pc, info: &'static OpInfo) -> Result<(), VerifyError> {
        for operand in info.operands {
            let bits = self.body.read(pc, operand.unit, operand.kind.len_units());
            self.check_operand(pc, operand, bits).map_err(|kind| self.error(pc, kind))?;
        }
        if info.control.calls || info.control.tail_calls {
            self.check_arity(pc, info).map_err(|kind| self.error(pc, kind))?;
        }
        Ok(())
    }

    fn check_operand(&mut self, pc: Pc, operand: &'static OperandInfo, bits: u64) -> Result<(), VerifyErrorKind> {
        let locals = self.body.locals;
        let name = operand.name;
        match operand.kind {
            OperandKind::Slot { .. } if bits >= u64::from(locals) => {
                Err(VerifyErrorKind::SlotOutsideFrame { operand: name, slot: bits as u32, locals })
            }
            OperandKind::Constant if bits >= self.body.constants.len() as u64 => {
                Err(VerifyErrorKind::ConstantOutsidePool { operand: name, index: bits, len: self.body.constants.len() })
            }
            OperandKind::Label if !self.is_op(bits) => {
                Err(VerifyErrorKind::LabelNotAnOp { operand: name, target: Pc(bits as u32) })
            }
            OperandKind::Labels => self.check_labels(name, bits),
            OperandKind::Window => {
                let (start, len) = (bits as u32 & 0xffff, bits as u32 >> 16);
                // The first slot receives the result, even of a call without arguments.
                let end = start + len.max(1);
                match end > u32::from(locals) {
                    true => Err(VerifyErrorKind::WindowOutsideFrame { operand: name, start, len, locals }),
                    false => Ok(()),
                }
            }
            OperandKind::Function if bits >= self.signatures.len() as u64 => {
                Err(VerifyErrorKind::NoSuchFunction { operand: name, index: bits, len: self.signatures.len() })
            }
            OperandKind::Immediate { scalar, space } => self.check_immediate(name, scalar, space, bits),
            OperandKind::Cache { size, .. } => {
                let word = self.facts.cache_words;
                self.facts.cache_words += size.div_ceil(size_of::<u64>() as u32);
                let at = pc.0 as usize + operand.unit as usize;
                self.body.code[at] = word as u16;
                self.body.code[at + 1] = (word >> 16) as u16;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Checks a list of labels. Each op has its own part of the function's list, so that a native tier can make one table
    /// of that.
    fn check_labels(&mut self, operand: &'static str, bits: u64) -> Result<(), VerifyErrorKind> {
        let (start, len) = (bits as u32, (bits >> 32) as u16);
        if start != self.listed {
            return Err(VerifyErrorKind::LabelsOutOfOrder { operand, start, next: self.listed });
        }
        let labels = self.body.labels.len();
        let Some(list) = self.body.list(bits).filter(|list| !list.is_empty()) else {
            return Err(VerifyErrorKind::LabelsOutsideList { operand, start, len, labels });
        };
        if let Some(&target) = list.iter().find(|target| !self.is_op(target.0.into())) {
            return Err(VerifyErrorKind::LabelNotAnOp { operand, target });
        }
        self.listed += u32::from(len);
        Ok(())
    }

    fn check_immediate(
        &self,
        operand: &'static str,
        scalar: Scalar,
        space: Option<&'static str>,
        bits: u64,
    ) -> Result<(), VerifyErrorKind> {
        let in_range = match scalar {
            Scalar::Bool => bits <= 1,
            Scalar::U8 => bits <= 0xff,
            Scalar::I8 => i8::try_from(bits as i16).is_ok(),
            _ => true,
        };
        if !in_range {
            return Err(VerifyErrorKind::ImmediateOutOfRange { operand, scalar, bits });
        }
        let Some(space) = space else { return Ok(()) };
        let len = self.spaces.iter().find(|(name, _)| *name == space).map_or(0, |&(_, len)| len);
        if bits >= u64::from(len) {
            return Err(VerifyErrorKind::IndexOutsideSpace { operand, space, index: bits, len });
        }
        Ok(())
    }

    /// Checks that calls pass enough arguments. Where all functions take the same number, every call passes at least
    /// that many.
    ///
    /// A call of a function that is the op's own operand passes as many arguments as the function takes, in the op's
    /// window. A tail call without a window passes what is in the frame.
    ///
    /// Stencils omit the run-time check of a call's arguments for the same ops: all ops of a set whose functions take
    /// the same number, otherwise those with one function operand and at most one window.
    fn check_arity(&self, pc: Pc, info: &'static OpInfo) -> Result<(), VerifyErrorKind> {
        let read = |operand: &OperandInfo| self.body.read(pc, operand.unit, operand.kind.len_units());
        if let Some(takes) = I::ARITY.filter(|_| info.control.calls) {
            let mut lens =
                info.operands.iter().filter_map(|operand| Some((operand.name, self.window_len(pc, operand)?)));
            if let Some((operand, len)) = lens.find(|&(_, len)| len < takes) {
                return Err(VerifyErrorKind::WindowTooShort { operand, len, takes });
            }
        }
        let mut callees = info.operands.iter().filter(|operand| operand.kind == OperandKind::Function).map(read);
        let mut windows = info.operands.iter().filter_map(|operand| self.window_len(pc, operand));
        let (Some(callee), None) = (callees.next(), callees.next()) else { return Ok(()) };
        let Signature { name, arity, variadic } = &self.signatures[callee as usize];
        let wrong = |given| Err(VerifyErrorKind::WrongArity { callee: name.clone(), takes: *arity, given });
        match (windows.next(), windows.next()) {
            (Some(given), None) if given < *arity || given > *arity && !variadic => wrong(given),
            (None, _) if info.control.tail_calls && self.body.locals < *arity => wrong(self.body.locals),
            _ => Ok(()),
        }
    }

    /// Returns the length of an operand that is a window.
    fn window_len(&self, pc: Pc, operand: &OperandInfo) -> Option<u16> {
        let read = || self.body.read(pc, operand.unit, operand.kind.len_units());
        match operand.kind {
            OperandKind::Window => Some((read() >> 16) as u16),
            OperandKind::StackWindow => Some(read() as u16),
            _ => None,
        }
    }

    fn is_op(&self, pc: u64) -> bool {
        self.depths.get(pc as usize).is_some_and(|&depth| depth != NO_OP)
    }

    fn check_handlers(&self) -> Result<(), VerifyError> {
        let end = self.body.code.len() as u64;
        for &Handler { from, to, target } in &self.body.handlers {
            let is_end = |pc: Pc| self.is_op(u64::from(pc.0)) || u64::from(pc.0) == end;
            if from > to || !is_end(from) || !is_end(to) || !self.is_op(u64::from(target.0)) {
                return Err(self.error(target, VerifyErrorKind::Handler { from, to, target }));
            }
        }
        Ok(())
    }

    fn check_escaping(&self) -> Result<(), VerifyError> {
        let (mut next, slots) = (0, self.facts.slots);
        for &Slot(slot) in &self.body.escaping {
            if !(next..slots).contains(&u32::from(slot)) {
                return Err(self.error(Pc(0), VerifyErrorKind::EscapingSlot { slot, slots }));
            }
            next = u32::from(slot) + 1;
        }
        Ok(())
    }

    /// Follows control from the start, and returns the maximum depth of the operand stack.
    fn check_depths(&mut self) -> Result<u32, VerifyError> {
        let mut deepest = 0;
        self.depths[0] = 0;
        let mut work = vec![Pc(0)];
        for index in 0..self.body.handlers.len() {
            let target = self.body.handlers[index].target;
            self.flow_to(target, target, 0, &mut work)?;
        }
        while let Some(pc) = work.pop() {
            let info = self.info(pc).expect("the list holds only ops");
            let depth = self.depths[pc.0 as usize];
            let after = self.depth_after(pc, info, depth)?;
            deepest = deepest.max(u32::from(depth)).max(after);
            if after > MAX_DEPTH {
                return Err(self.error(pc, VerifyErrorKind::StackTooDeep));
            }
            let after = after as u16;
            if info.control.falls_through || info.control.calls {
                let next = Pc(pc.0 + u32::from(info.len_units));
                if !self.is_op(u64::from(next.0)) {
                    return Err(self.error(pc, VerifyErrorKind::RunsOffTheEnd));
                }
                self.flow_to(next, pc, after, &mut work)?;
            }
            if info.control.jumps {
                for operand in info.operands.iter().filter(|o| o.kind == OperandKind::Label) {
                    let target = Pc(self.body.read(pc, operand.unit, 2) as u32);
                    self.jump_to(target, pc, after, &mut work)?;
                }
                for operand in info.operands.iter().filter(|o| o.kind == OperandKind::Labels) {
                    let bits = self.body.read(pc, operand.unit, 3);
                    let start = bits as u32;
                    self.facts.lists.push((pc, start..start + (bits >> 32) as u32));
                    for index in start as usize..start as usize + (bits >> 32) as usize {
                        self.jump_to(self.body.labels[index], pc, after, &mut work)?;
                    }
                }
            }
        }
        self.facts.polls.sort_unstable();
        self.facts.polls.dedup();
        Ok(deepest)
    }

    fn jump_to(&mut self, target: Pc, from: Pc, depth: u16, work: &mut Vec<Pc>) -> Result<(), VerifyError> {
        self.flow_to(target, from, depth, work)?;
        if target <= from {
            self.facts.polls.push(target);
        }
        Ok(())
    }

    fn depth_after(&self, pc: Pc, info: &'static OpInfo, depth: u16) -> Result<u32, VerifyError> {
        if I::OPERANDS == Operands::Registers {
            return Ok(0);
        }
        let window = info.operands.iter().find(|o| o.kind == OperandKind::StackWindow);
        let pops = u32::from(info.pops) + window.map_or(0, |o| self.body.read(pc, o.unit, 1) as u32);
        match u32::from(depth).checked_sub(pops) {
            Some(rest) => Ok(rest + u32::from(info.pushes)),
            None => Err(self.error(pc, VerifyErrorKind::StackUnderflow { depth, pops })),
        }
    }

    fn flow_to(&mut self, target: Pc, from: Pc, depth: u16, work: &mut Vec<Pc>) -> Result<(), VerifyError> {
        let known = &mut self.depths[target.0 as usize];
        if *known == UNREACHABLE {
            *known = depth;
            work.push(target);
        } else if *known != depth {
            let kind = VerifyErrorKind::DepthsDiffer { at: target, one: *known, other: depth };
            return Err(self.error(from, kind));
        }
        Ok(())
    }
}
