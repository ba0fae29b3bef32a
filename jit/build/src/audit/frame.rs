//! The control flow of a draft → the proof that the native stack is even wherever the code is left, and that no more of
//! it is named than the draft has made room for, or a [`Refusal`].

use std::collections::HashMap;

use mimeo_def::CodeOffset;
use mimeo_def::stencil::HoleValue;

use super::{holes_of, pc_distance};
use crate::extract::Draft;
use crate::isa::{Flow, Instruction, Stack, StackAccess};
use crate::refusal::Refusal;
use crate::stencil::Part;

/// An instruction's place in a draft.
type Place = (Part, u32);

/// Where an instruction's own target is.
enum Target {
    /// In the draft.
    Inside(Place),
    /// In other code.
    Outside,
}

/// Follows every path from the entry.
pub(super) fn check(draft: &Draft) -> Result<(), Refusal> {
    let mut walk = Walk { draft, depths: HashMap::new(), pending: Vec::new() };
    walk.reach((Part::Hot, 0), 0)?;
    while let Some(place) = walk.pending.pop() {
        walk.step(place)?;
    }
    Ok(())
}

/// A walk over the control flow.
struct Walk<'a> {
    draft: &'a Draft,
    /// Bytes on the stack before each instruction reached so far.
    depths: HashMap<Place, i64>,
    pending: Vec<Place>,
}

impl Walk<'_> {
    /// Notes that an instruction is reached with so many bytes on the stack.
    fn reach(&mut self, place: Place, depth: i64) -> Result<(), Refusal> {
        match self.depths.insert(place, depth) {
            None => self.pending.push(place),
            Some(before) if before == depth => {}
            Some(before) => {
                let at = CodeOffset(place.1);
                return Err(Refusal::DifferentDepths { at, depths_bytes: [before, depth] });
            }
        }
        Ok(())
    }

    /// Follows one instruction.
    fn step(&mut self, (part, at): Place) -> Result<(), Refusal> {
        let code = &self.draft.part(part).instructions;
        let Ok(index) = code.binary_search_by_key(&at, |instruction| instruction.at.0) else {
            return Err(match code.last() {
                Some(last) if at < last.end() => Refusal::MidInstruction { at: CodeOffset(at) },
                _ => Refusal::RunsOff { symbol: part.name().to_owned() },
            });
        };
        let instruction = &code[index];
        let before = self.depths[&(part, at)];
        if let Some(StackAccess { offset_bytes, len_bytes }) = instruction.stack_access {
            // What lies above belongs to the caller, what lies below to signals.
            let is_own = offset_bytes >= 0 && offset_bytes.saturating_add(i64::from(len_bytes)) <= before;
            if !is_own {
                return Err(Refusal::OutsideFrame { at: instruction.at });
            }
        }
        let depth = match instruction.stack {
            Stack::Grows(by) => before + by,
            Stack::Lost => return Err(Refusal::StackPointer { at: instruction.at }),
        };
        let next = (part, instruction.end());
        match instruction.flow {
            // What lies above the entry's stack pointer belongs to the caller.
            _ if depth < 0 => return Err(Refusal::UnbalancedFrame { at: instruction.at, depth_bytes: depth }),
            Flow::Next | Flow::Call(_) | Flow::IndirectCall => self.reach(next, depth)?,
            Flow::Jump(to) => self.follow(part, instruction, to, depth)?,
            Flow::Branch(to) => {
                self.follow(part, instruction, to, depth)?;
                self.reach(next, depth)?;
            }
            Flow::IndirectJump | Flow::Return => leave(instruction, depth)?,
            Flow::Trap => return Err(Refusal::Trap { at: instruction.at }),
            // The audit has refused it.
            Flow::Forbidden => {}
        }
        Ok(())
    }

    /// Follows a jump to its target.
    fn follow(&mut self, part: Part, instruction: &Instruction, to: i64, depth: i64) -> Result<(), Refusal> {
        match self.target(part, instruction, to)? {
            Target::Inside(place) => self.reach(place, depth),
            Target::Outside => leave(instruction, depth),
        }
    }

    /// Where a jump goes: to where its hole says, else to `to` in its own part.
    fn target(&self, part: Part, instruction: &Instruction, to: i64) -> Result<Target, Refusal> {
        let (part, to) = match holes_of(self.draft.part(part), instruction).next() {
            None => (part, to),
            Some(hole) => {
                let distance = i64::from(pc_distance(self.draft.arch, instruction, hole.hole.at));
                match hole.hole.value {
                    HoleValue::Hot => (Part::Hot, hole.hole.addend + distance),
                    HoleValue::Cold => (Part::Cold, hole.hole.addend + distance),
                    _ => return Ok(Target::Outside),
                }
            }
        };
        match u32::try_from(to) {
            Ok(to) => Ok(Target::Inside((part, to))),
            Err(_) => Err(Refusal::RunsOff { symbol: part.name().to_owned() }),
        }
    }
}

/// Leaves the draft's code.
fn leave(instruction: &Instruction, depth_bytes: i64) -> Result<(), Refusal> {
    match depth_bytes {
        0 => Ok(()),
        _ => Err(Refusal::UnbalancedFrame { at: instruction.at, depth_bytes }),
    }
}
