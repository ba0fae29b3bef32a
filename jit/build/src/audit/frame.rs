//! The control flow of a draft → the proof that the native stack is balanced at every exit, and that the code accesses
//! only the part of the stack that it reserved, or a [`Refusal`].

use std::collections::HashMap;

use mimeo_def::CodeOffset;
use mimeo_def::stencil::HoleValue;

use super::{holes_of, pc_distance};
use crate::extract::Draft;
use crate::isa::{Flow, Instruction, Stack, StackAccess};
use crate::refusal::Refusal;
use crate::stencil::Part;

/// The position of an instruction in a draft.
type Place = (Part, u32);

/// The target of a jump.
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

/// A traversal of the control flow.
struct Walk<'a> {
    draft: &'a Draft,
    /// Bytes on the stack before each instruction that has been reached.
    depths: HashMap<Place, i64>,
    pending: Vec<Place>,
}

impl Walk<'_> {
    /// Records that an instruction is reached with `depth` bytes on the stack.
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
            // Memory above belongs to the caller, and memory below to signal handlers.
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
            // Memory above the stack pointer at the entry belongs to the caller.
            _ if depth < 0 => return Err(Refusal::UnbalancedFrame { at: instruction.at, depth_bytes: depth }),
            Flow::Next | Flow::Call(_) | Flow::IndirectCall => self.reach(next, depth)?,
            Flow::Jump(to) => self.follow(part, instruction, to, depth)?,
            Flow::Branch(to) => {
                self.follow(part, instruction, to, depth)?;
                self.reach(next, depth)?;
            }
            Flow::IndirectJump | Flow::Return => leave(instruction, depth)?,
            Flow::Trap => return Err(Refusal::Trap { at: instruction.at }),
            // The audit has already refused it.
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

    /// Returns the target of a jump: that of its hole, or else `to` in its own part.
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

/// Checks the depth of the stack where control leaves the draft.
fn leave(instruction: &Instruction, depth_bytes: i64) -> Result<(), Refusal> {
    match depth_bytes {
        0 => Ok(()),
        _ => Err(Refusal::UnbalancedFrame { at: instruction.at, depth_bytes }),
    }
}
