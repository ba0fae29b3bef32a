//! An untrusted [`Table`] → `Ok` if its stencils can be copied and filled, or the rule that it breaks.
//!
//! A table is generated in another process, perhaps on another machine, and may be checked in. If it is stale, truncated
//! or tampered with, it is refused here, once, before anything in it is copied. The audit at build time checks the code
//! between the holes.

use mimeo_def::Feature;
use mimeo_def::frame::{Exit, STENCIL_ABI};
use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_def::stencil::{Arch, Hole, HoleValue, PatchKind, Stencil, Table};

use crate::compile::patch::check_field;
use crate::errors::{Part, StencilName, TableError, TableProblem};

/// The properties that a table must have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectation {
    /// The ops of the instruction set.
    pub(crate) ops: &'static [OpInfo],
    /// Number of runtime functions of the instruction set.
    pub(crate) runtime_len: usize,
    /// Architecture of the machine.
    pub(crate) host: Option<Arch>,
    /// Whether the processor has a feature.
    pub(crate) has: fn(Feature) -> bool,
}

/// Checks a whole table, and returns the first violation.
pub(crate) fn validate(table: &Table, expect: &Expectation) -> Result<(), TableError> {
    let whole = |problem| Err(TableError { stencil: StencilName::Table, problem });
    if table.enter.hot.is_empty() {
        let reason = table.ops.iter().find_map(|op| op.stencil.err()).unwrap_or("the build made none");
        return whole(TableProblem::NoStencils { reason });
    }
    if table.abi != STENCIL_ABI {
        return whole(TableProblem::Abi { found: table.abi, expected: STENCIL_ABI });
    }
    if Some(table.arch) != expect.host {
        return whole(TableProblem::Arch { found: table.arch, host: expect.host });
    }
    let missing: Vec<_> = table.baseline.iter().copied().filter(|feature| !(expect.has)(*feature)).collect();
    if !missing.is_empty() {
        return whole(TableProblem::Baseline { missing });
    }
    if table.ops.len() != expect.ops.len() {
        return whole(TableProblem::OpCount { found: table.ops.len(), expected: expect.ops.len() });
    }
    if table.exits.len() != Exit::ALL.len() {
        return whole(TableProblem::ExitCount { found: table.exits.len(), expected: Exit::ALL.len() });
    }
    let check = |name, stencil, owner| Checker { name, arch: table.arch, stencil, owner, expect }.run();
    check(StencilName::Enter, &table.enter, Owner::Support)?;
    for (exit, stencil) in Exit::ALL.into_iter().zip(table.exits) {
        check(StencilName::Exit(exit), stencil, Owner::Support)?;
    }
    check(StencilName::DeoptOp, &table.deopt_op, Owner::Deopt)?;
    check(StencilName::Poll, &table.poll, Owner::Poll)?;
    check(StencilName::Graft, &table.graft, Owner::Graft)?;
    for (op, info) in table.ops.iter().zip(expect.ops) {
        let of_op = |problem| Err(TableError { stencil: StencilName::Op(op.name), problem });
        if op.name != info.name {
            return of_op(TableProblem::OpName { expected: info.name });
        }
        if op.fingerprint != info.fingerprint {
            let differences = op.fingerprint.differences(&info.fingerprint).collect();
            return of_op(TableProblem::Fingerprint { differences });
        }
        if let Ok(stencil) = &op.stencil {
            check(StencilName::Op(op.name), stencil, Owner::Op(info))?;
        }
    }
    Ok(())
}

/// The owner of a stencil, which determines the values that its holes can have.
#[derive(Clone, Copy)]
enum Owner {
    /// The entry and the exits, which refer only to themselves.
    Support,
    /// `OP_DEOPT`, which can refer to its position and to exits.
    Deopt,
    /// The poll, which can also refer to the op after it.
    Poll,
    /// The graft, which can only refer to the optimized code that it runs.
    Graft,
    /// An op.
    Op(&'static OpInfo),
}

/// The class of a value, which the field must accept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Number,
    /// The address of code or data, known only at run time.
    Address,
}

struct Checker<'a> {
    name: StencilName,
    arch: Arch,
    stencil: &'a Stencil,
    owner: Owner,
    expect: &'a Expectation,
}

impl Checker<'_> {
    fn run(&self) -> Result<(), TableError> {
        self.check().map_err(|problem| TableError { stencil: self.name, problem })
    }

    fn check(&self) -> Result<(), TableProblem> {
        if self.stencil.hot.is_empty() {
            return Err(TableProblem::Empty);
        }
        self.check_part(Part::Hot, self.stencil.hot, self.stencil.hot_holes)?;
        self.check_part(Part::Cold, self.stencil.cold, self.stencil.cold_holes)?;
        self.check_pieces()?;
        self.check_tail_jump()
    }

    fn check_part(&self, part: Part, code: &[u8], holes: &[Hole]) -> Result<(), TableProblem> {
        if self.arch == Arch::Aarch64 && !code.len().is_multiple_of(4) {
            return Err(TableProblem::Length { part, len_bytes: code.len() });
        }
        let mut end = 0;
        for hole in holes {
            let at = hole.at;
            if hole.kind.arch() != self.arch {
                return Err(TableProblem::ForeignKind { part, at, kind: hole.kind });
            }
            if at.0 < end || self.arch == Arch::Aarch64 && !at.0.is_multiple_of(4) {
                return Err(TableProblem::Order { part, at });
            }
            check_field(code, hole).map_err(|error| TableProblem::Hole { part, error })?;
            end = at.0 + hole.kind.len_bytes();
            self.check_value(part, hole)?;
            self.check_addend(part, hole)?;
        }
        Ok(())
    }

    fn check_value(&self, part: Part, hole: &Hole) -> Result<(), TableProblem> {
        let (at, kind, value) = (hole.at, hole.kind, hole.value);
        let operand = |index: u16| match self.owner {
            Owner::Op(info) => info.operands.get(index as usize).ok_or(TableProblem::NoOperand { part, at, index }),
            _ => Err(TableProblem::NoValue { part, at, value }),
        };
        let class = match (value, self.owner) {
            (HoleValue::Hot | HoleValue::Cold | HoleValue::Rodata, _) => Class::Address,
            (HoleValue::Region | HoleValue::RegionExits, Owner::Graft) => Class::Address,
            (HoleValue::Region | HoleValue::RegionExits, _)
            | (_, Owner::Support | Owner::Graft)
            | (HoleValue::Continue | HoleValue::Runtime(_) | HoleValue::FunctionWord, Owner::Deopt)
            | (HoleValue::Runtime(_) | HoleValue::FunctionWord, Owner::Poll) => {
                return Err(TableProblem::NoValue { part, at, value });
            }
            (HoleValue::Operand(index), _) => match operand(index)?.kind {
                OperandKind::Label | OperandKind::Labels | OperandKind::Function | OperandKind::Cache { .. } => {
                    Class::Address
                }
                _ => Class::Number,
            },
            (HoleValue::WindowLen(index), _) => match operand(index)? {
                info if has_len(info.kind) => Class::Number,
                info => return Err(TableProblem::NoWindow { part, at, operand: info.name }),
            },
            (HoleValue::Pc | HoleValue::NextPc | HoleValue::FunctionWord, _) => Class::Number,
            (HoleValue::Runtime(index), _) if usize::from(index) >= self.expect.runtime_len => {
                return Err(TableProblem::NoRuntime { part, at, index });
            }
            (HoleValue::Continue | HoleValue::Runtime(_) | HoleValue::Exit(_), _) => Class::Address,
        };
        let suits = match kind {
            PatchKind::X86Abs64 | PatchKind::A64MovWide { .. } => true,
            PatchKind::X86Abs32 | PatchKind::X86Abs32Signed | PatchKind::A64LoadOffset { .. } => class == Class::Number,
            _ => class == Class::Address,
        };
        if suits { Ok(()) } else { Err(TableProblem::Class { part, at, kind, value }) }
    }

    /// Checks that an address with its addend is the start of its target, or inside the stencil's own part.
    fn check_addend(&self, part: Part, hole: &Hole) -> Result<(), TableProblem> {
        let own = match hole.value {
            HoleValue::Hot => Some(self.stencil.hot),
            HoleValue::Cold => Some(self.stencil.cold),
            HoleValue::Rodata => Some(self.stencil.rodata),
            HoleValue::Continue | HoleValue::Exit(_) | HoleValue::Runtime(_) | HoleValue::Region => None,
            // The address of the table itself.
            HoleValue::RegionExits => None,
            HoleValue::Operand(index) if self.is_label(index) => None,
            _ => return Ok(()),
        };
        // x86-64 counts from the end of the instruction: after the 4 bytes of the field, and for data also after up to 4
        // bytes of another immediate.
        let (low, high) = match (hole.kind, hole.value) {
            (PatchKind::X86Rel32, HoleValue::Rodata) => (-8, -4),
            (PatchKind::X86Rel32, _) => (-4, -4),
            _ => (0, 0),
        };
        let in_range = match own {
            // A jump to the end of a part would leave the part.
            Some(own) => hole.addend >= low && hole.addend - high < own.len() as i64,
            None => hole.addend == high,
        };
        if in_range {
            return Ok(());
        }
        Err(TableProblem::Addend { part, at: hole.at, value: hole.value, addend: hole.addend })
    }

    /// Checks that all 16-bit pieces of a number are written, if any is. `movz` writes one and each `movk` one more.
    fn check_pieces(&self) -> Result<(), TableProblem> {
        let holes = || self.stencil.hot_holes.iter().chain(self.stencil.cold_holes);
        let count = |value, piece: usize| {
            let is_piece = |kind| matches!(kind, PatchKind::A64MovWide { shift } if usize::from(shift) == piece * 16);
            holes().filter(|hole| hole.value == value && is_piece(hole.kind)).count()
        };
        for hole in holes().filter(|hole| matches!(hole.kind, PatchKind::A64MovWide { .. })) {
            let value = hole.value;
            let needed = self.pieces(value);
            if (1..needed).any(|piece| count(value, piece) != count(value, 0)) {
                return Err(TableProblem::Pieces { value, needed });
            }
        }
        Ok(())
    }

    /// Returns the number of 16-bit pieces of a value.
    fn pieces(&self, value: HoleValue) -> usize {
        match (value, self.owner) {
            (HoleValue::Operand(index), Owner::Op(info)) => match info.operands[usize::from(index)].kind {
                OperandKind::Immediate { scalar, .. } => scalar.len_units().into(),
                OperandKind::Slot { .. }
                | OperandKind::Stack { .. }
                | OperandKind::Window
                | OperandKind::StackWindow => 2,
                _ => 4,
            },
            (HoleValue::Pc | HoleValue::NextPc, _) => 2,
            (HoleValue::WindowLen(_), _) => 1,
            _ => 4,
        }
    }

    fn is_label(&self, index: u16) -> bool {
        let Owner::Op(info) = self.owner else { return false };
        info.operands.get(usize::from(index)).is_some_and(|operand| operand.kind == OperandKind::Label)
    }

    fn check_tail_jump(&self) -> Result<(), TableProblem> {
        let Stencil { hot, hot_holes, tail_jump, .. } = *self.stencil;
        if tail_jump == 0 {
            return Ok(());
        }
        let (len_bytes, field_at, kind) = match self.arch {
            Arch::X86_64 => (5, 1, PatchKind::X86Rel32),
            Arch::Aarch64 => (4, 0, PatchKind::A64Branch26),
        };
        // `check_part` has checked that the bytes at a hole are those of its kind; `b` and `bl` differ in the top bit.
        let is_jump = |jump: &[u8]| match self.arch {
            Arch::X86_64 => jump[0] == 0xe9,
            Arch::Aarch64 => jump[3] & 0x80 == 0,
        };
        let is_tail_jump = tail_jump == len_bytes
            && hot.len().checked_sub(usize::from(len_bytes)).is_some_and(|start| {
                is_jump(&hot[start..])
                    && hot_holes.last().is_some_and(|hole| {
                        hole.at.0 as usize == start + field_at && hole.kind == kind && hole.value == HoleValue::Continue
                    })
            });
        if is_tail_jump { Ok(()) } else { Err(TableProblem::TailJump { len_bytes: tail_jump }) }
    }
}

/// Returns `true` for the kinds of operands that have a length.
fn has_len(kind: OperandKind) -> bool {
    matches!(kind, OperandKind::Labels | OperandKind::Window | OperandKind::StackWindow)
}

#[cfg(test)]
mod tests;
