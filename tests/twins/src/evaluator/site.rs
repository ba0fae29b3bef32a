//! A verified function → its sites, which take the place of its native code.

use std::rc::Rc;

use mimeo::Function;
use mimeo::def::Pc;
use mimeo::def::frame::{CodeAddr, Exit};
use mimeo::def::op::{OpInfo, OperandInfo, OperandKind, Scalar};
use mimeo::program::Facts;

use super::run::Shared;

/// A place at which native code could be entered.
pub(super) struct Site {
    pub(super) kind: Kind,
    /// The code that contains the site; null at exits.
    pub(super) code: *const Code,
}

/// What happens at a site.
pub(super) enum Kind {
    /// Leaves native code.
    Exit(Exit),
    /// Counts an event, and continues with the next site.
    Poll(Pc),
    Op(Op),
}

/// An op of a function.
pub(super) struct Op {
    pub(super) pc: Pc,
    pub(super) next_pc: Pc,
    pub(super) opcode: usize,
    /// Slots in use before the op: locals and operand stack.
    height: u32,
}

impl Site {
    pub(super) fn exit(exit: Exit) -> Site {
        Site { kind: Kind::Exit(exit), code: std::ptr::null() }
    }

    pub(super) fn address(&self) -> CodeAddr {
        std::ptr::from_ref(self).expose_provenance()
    }
}

/// The sites of one function.
pub(super) struct Code {
    pub(super) function: *const Function,
    pub(super) shared: Rc<Shared>,
    sites: Vec<Site>,
    /// By code unit: the index of the site of the op that starts there. If the op has a poll, that is the site before.
    starts: Vec<Option<usize>>,
}

impl Code {
    /// Makes the sites of a function.
    pub(super) fn new(function: &Function, shared: &Rc<Shared>) -> Box<Code> {
        let (body, facts) = (function.body(), function.facts());
        let mut code = Box::new(Code {
            function,
            shared: Rc::clone(shared),
            sites: Vec::new(),
            starts: vec![None; body.code.len()],
        });
        let address: *const Code = &raw const *code;
        let mut polls = facts.polls.iter().copied().peekable();
        let mut pc = Pc(0);
        while let Some(&opcode) = body.code.get(pc.0 as usize) {
            let next_pc = Pc(pc.0 + u32::from(shared.ops[usize::from(opcode)].len_units));
            let depth = facts.depths[pc.0 as usize];
            if depth != Facts::UNREACHABLE {
                if polls.next_if_eq(&pc).is_some() {
                    code.sites.push(Site { kind: Kind::Poll(pc), code: address });
                }
                code.starts[pc.0 as usize] = Some(code.sites.len());
                let height = u32::from(body.locals) + u32::from(depth);
                let op = Op { pc, next_pc, opcode: usize::from(opcode), height };
                code.sites.push(Site { kind: Kind::Op(op), code: address });
            }
            pc = next_pc;
        }
        code
    }

    /// Returns the site at which callers enter the function: its first poll.
    pub(super) fn entry(&self) -> CodeAddr {
        self.sites[0].address()
    }

    /// Returns the site of an op.
    pub(super) fn op_at(&self, pc: Pc) -> Option<CodeAddr> {
        let index = (*self.starts.get(pc.0 as usize)?)?;
        Some(self.sites[index].address())
    }

    /// Returns the site at which a jump from `from` arrives.
    pub(super) fn target(&self, from: Pc, to: Pc) -> CodeAddr {
        let index = self.starts[to.0 as usize].expect("the verifier checks labels");
        self.sites[if to <= from { index - 1 } else { index }].address()
    }

    /// Returns the site after a poll.
    pub(super) fn after_poll(&self, pc: Pc) -> CodeAddr {
        self.op_at(pc).expect("a poll precedes an op")
    }

    fn unit(&self, op: &Op, unit: u16) -> u16 {
        // SAFETY: run (2): the function is loaded while its sites exist.
        let function = unsafe { &*self.function };
        function.body().code[op.pc.0 as usize + usize::from(unit)]
    }

    fn unit2(&self, op: &Op, unit: u16) -> u32 {
        u32::from(self.unit(op, unit)) | u32::from(self.unit(op, unit + 1)) << 16
    }

    fn unit4(&self, op: &Op, unit: u16) -> u64 {
        u64::from(self.unit2(op, unit)) | u64::from(self.unit2(op, unit + 2)) << 32
    }

    /// Returns the pc that a label names.
    pub(super) fn label(&self, op: &Op, operand: &OperandInfo) -> Pc {
        Pc(self.unit2(op, operand.unit))
    }

    /// Returns the slot of an operand that is in the frame.
    pub(super) fn slot(&self, op: &Op, info: &OpInfo, operand: &OperandInfo) -> usize {
        match operand.kind {
            OperandKind::Stack { index, .. } => {
                let window = info.operands.iter().find(|operand| operand.kind == OperandKind::StackWindow);
                let above = window.map_or(0, |window| u32::from(self.unit(op, window.unit)));
                (op.height - above - u32::from(info.pops) + u32::from(index)) as usize
            }
            _ => usize::from(self.unit(op, operand.unit)),
        }
    }

    /// Returns the word of an operand that the op reads, given the slots of its frame.
    ///
    /// # Safety
    ///
    /// `base` is slot 0 of the function's frame.
    pub(super) unsafe fn word(&self, op: &Op, info: &OpInfo, operand: &OperandInfo, base: *const u64) -> u64 {
        // SAFETY: run (2).
        let function = unsafe { &*self.function };
        let unit = operand.unit;
        match operand.kind {
            // SAFETY: the verifier checks that the slot is in the frame.
            OperandKind::Slot { .. } | OperandKind::Stack { .. } => unsafe { *base.add(self.slot(op, info, operand)) },
            OperandKind::Immediate { scalar, .. } => match scalar {
                Scalar::Bool | Scalar::U8 => u64::from(self.unit(op, unit) as u8),
                Scalar::I8 => self.unit(op, unit) as i8 as u64,
                Scalar::U16 => u64::from(self.unit(op, unit)),
                Scalar::I16 => self.unit(op, unit) as i16 as u64,
                Scalar::U32 => u64::from(self.unit2(op, unit)),
                Scalar::I32 => self.unit2(op, unit) as i32 as u64,
                Scalar::I64 | Scalar::U64 | Scalar::F64 => self.unit4(op, unit),
            },
            OperandKind::Constant => function.body().constants[usize::from(self.unit(op, unit))],
            OperandKind::Label => 0,
            OperandKind::Window => u64::from(self.unit(op, unit)) | u64::from(self.unit(op, unit + 1)) << 32,
            OperandKind::StackWindow => {
                let len = u64::from(self.unit(op, unit));
                (u64::from(op.height) - len) | len << 32
            }
            // SAFETY: the verifier checks that the program has the function.
            OperandKind::Function => unsafe { function.sibling(self.unit2(op, unit)) }.expose_provenance() as u64,
            OperandKind::Cache { .. } => function.cache_address(self.unit2(op, unit)).expose_provenance() as u64,
        }
    }
}
