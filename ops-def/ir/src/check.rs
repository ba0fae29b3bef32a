//! A decoded set → the promise that its bodies are well formed.

use crate::body::{Block, BlockId, Body, Description, Edge, End, Inst, ParamId, Type, ValueId};
use crate::error::InvalidIr;
use crate::set::Set;

/// Checks a set.
pub(crate) fn set(set: &Set) -> Result<(), InvalidIr> {
    if set.ops.iter().any(|&body| body as usize >= set.bodies.len()) {
        return Err(InvalidIr::Unknown);
    }
    set.bodies.iter().try_for_each(|body| Checker { set, body, defined: vec![None; body.values.len()] }.check())
}

/// Checks one body.
struct Checker<'a> {
    set: &'a Set,
    body: &'a Body,
    /// Where each value is defined: its block, and its place among the block's instructions, counted from 1.
    defined: Vec<Option<(BlockId, usize)>>,
}

impl Checker<'_> {
    fn check(mut self) -> Result<(), InvalidIr> {
        let body = self.body;
        let entry = body.blocks.first().ok_or(InvalidIr::Unknown)?;
        for (id, block) in body.blocks.iter().enumerate() {
            let id = BlockId(id as u32);
            for &param in &block.params {
                self.define(param, id, 0)?;
            }
            for (place, inst) in block.insts.iter().enumerate() {
                if let Some(to) = inst.result() {
                    self.define(to, id, place + 1)?;
                }
            }
        }
        if entry.params.iter().any(|&param| body.ty(param) != Type::I64) {
            return Err(InvalidIr::Type);
        }
        let dominators = self.dominators()?;
        for (id, block) in body.blocks.iter().enumerate() {
            self.block(BlockId(id as u32), block, &dominators)?;
        }
        Ok(())
    }

    fn define(&mut self, value: ValueId, block: BlockId, place: usize) -> Result<(), InvalidIr> {
        let defined = self.defined.get_mut(value.0 as usize).ok_or(InvalidIr::Unknown)?;
        match defined.replace((block, place)) {
            None => Ok(()),
            Some(_) => Err(InvalidIr::Undefined),
        }
    }

    /// Returns for each block the blocks that every path to it passes through, itself among them. A block that is not
    /// reachable passes through all.
    fn dominators(&self) -> Result<Vec<Vec<bool>>, InvalidIr> {
        let count = self.body.blocks.len();
        let mut of = vec![vec![true; count]; count];
        of[0] = (0..count).map(|block| block == 0).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (id, block) in self.body.blocks.iter().enumerate() {
                let from = of[id].clone();
                for to in block.successors() {
                    // Nothing can be passed to the entry, which the op's operands enter.
                    let known = of.get_mut(to).filter(|_| to != 0).ok_or(InvalidIr::Unknown)?;
                    for (other, is_known) in known.iter_mut().enumerate() {
                        if *is_known && !from[other] && other != to {
                            *is_known = false;
                            changed = true;
                        }
                    }
                }
            }
        }
        Ok(of)
    }

    fn block(&self, id: BlockId, block: &Block, dominators: &[Vec<bool>]) -> Result<(), InvalidIr> {
        let is_defined = |value: ValueId, place: usize| match self.defined.get(value.0 as usize) {
            None => Err(InvalidIr::Unknown),
            Some(Some((at, defined))) if *at == id && *defined < place => Ok(()),
            Some(Some((at, _))) if *at != id && dominators[id.0 as usize][at.0 as usize] => Ok(()),
            Some(_) => Err(InvalidIr::Undefined),
        };
        for (place, inst) in block.insts.iter().enumerate() {
            let (mut inst, to) = (inst.clone(), inst.result());
            let mut result = Ok(());
            inst.values(&mut |value| {
                if Some(*value) != to {
                    result = result.and(is_defined(*value, place + 1));
                }
            });
            result?;
            self.inst(&inst)?;
        }
        let mut end = block.end.clone();
        let after = block.insts.len() + 1;
        let mut result = Ok(());
        end.values(&mut |value| result = result.and(is_defined(*value, after)));
        end.edges(&mut |edge| {
            for &arg in &edge.args {
                result = result.and(is_defined(arg, after));
            }
        });
        result?;
        self.end(&end)
    }

    fn inst(&self, inst: &Inst) -> Result<(), InvalidIr> {
        let ty = |value| self.body.ty(value);
        let is_typed = match *inst {
            Inst::Const { to, bits } => ty(to).bits() == 64 || bits >> ty(to).bits() == 0,
            Inst::Unary { to, op, of } => op.is_typed(ty(of), ty(to)),
            Inst::Binary { to, op, a, b } => {
                ty(a) == ty(b) && op.is_float() != ty(a).is_int() && op.result(ty(a)) == ty(to)
            }
            Inst::Select { to, condition, then, other } => {
                ty(condition) == Type::I8 && ty(then) == ty(to) && ty(other) == ty(to)
            }
            Inst::Context { to } | Inst::FunctionWord { to } => ty(to) == Type::I64,
            Inst::Load { address, description, .. } | Inst::Store { address, description, .. } => {
                self.description(description)?;
                ty(address) == Type::I64
            }
            Inst::WindowFill { window, value } => ty(window) == Type::I64 && ty(value) == Type::I64,
            Inst::WindowLoad { to: value, window, index } | Inst::WindowStore { window, index, value } => {
                [window, index, value].into_iter().all(|value| ty(value) == Type::I64)
            }
        };
        if is_typed { Ok(()) } else { Err(InvalidIr::Type) }
    }

    fn description(&self, description: Description) -> Result<(), InvalidIr> {
        let exists = match description {
            Description::Field { field } => {
                self.set.structs.get(field.of as usize).is_some_and(|of| (field.index as usize) < of.fields.len())
            }
            Description::Plain | Description::Bytes => true,
        };
        if exists { Ok(()) } else { Err(InvalidIr::Unknown) }
    }

    fn end(&self, end: &End) -> Result<(), InvalidIr> {
        let are_words = |values: &[ValueId]| {
            if values.iter().all(|&value| self.body.ty(value) == Type::I64) { Ok(()) } else { Err(InvalidIr::Type) }
        };
        match end {
            End::Jump { edge } => self.edge(edge, &[]),
            End::Branch { condition, then, other } => {
                if self.body.ty(*condition) != Type::I8 {
                    return Err(InvalidIr::Type);
                }
                self.edge(then, &[])?;
                self.edge(other, &[])
            }
            End::Runtime { args, has_result, ok, err, .. } => {
                are_words(args)?;
                self.edge(ok, if *has_result { &[Type::I64] } else { &[] })?;
                err.iter().try_for_each(|err| self.edge(err, &[]))
            }
            End::Next { results } => are_words(results),
            End::To { results, label } => {
                self.operand(*label)?;
                are_words(results)
            }
            End::Switch { index, labels } => {
                self.operand(*labels)?;
                are_words(&[*index])
            }
            End::Call { callee, window } => are_words(&[*callee, *window]),
            End::TailCall { callee: value } | End::Return { value } | End::ReturnWindow { window: value } => {
                are_words(&[*value])
            }
            End::Deopt | End::Throw => Ok(()),
        }
    }

    fn operand(&self, param: ParamId) -> Result<(), InvalidIr> {
        match self.body.blocks[0].params.get(param.0 as usize) {
            Some(_) => Ok(()),
            None => Err(InvalidIr::Unknown),
        }
    }

    /// Checks the values that an edge passes, after those of the types `first`.
    fn edge(&self, edge: &Edge, first: &[Type]) -> Result<(), InvalidIr> {
        let params = &self.body.blocks[edge.to.0 as usize].params;
        if params.len() != first.len() + edge.args.len() {
            return Err(InvalidIr::Arity);
        }
        let passed = first.iter().copied().chain(edge.args.iter().map(|&arg| self.body.ty(arg)));
        if params.iter().map(|&param| self.body.ty(param)).eq(passed) { Ok(()) } else { Err(InvalidIr::Type) }
    }
}

#[cfg(test)]
mod tests;
