//! The code of a region → [`Row`]s, the state of the native stack at each instruction.
//!
//! Stencils have no unwind tables, and leave the native stack unchanged except around their calls of runtime functions.
//! So the walk starts at each entry with an empty stack and follows pushes, additions and jumps. Instructions that it does
//! not reach or understand are unknown: a backtrace ends there, instead of showing wrong frames.

use std::collections::BTreeMap;

use super::step::{Access, Flow, Isa, Register, Step};
use mimeo_jit::CodeRegion;

/// The native stack at an instruction, relative to the entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// The bytes pushed since the entry.
    pub(super) depth_bytes: i64,
    /// The caller's registers that are on the stack, with their distances below the stack pointer at the entry.
    pub(super) saved: BTreeMap<Register, i64>,
}

/// The state of the stack from an instruction up to the next row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The offset from the start of the region.
    pub(super) at: u32,
    /// The stack, or `None` if it is unknown.
    pub(super) frame: Option<Frame>,
}

/// Returns the rows of a region, sorted. The first is at 0, and no two neighbours are equal.
pub(super) fn rows(region: &CodeRegion<'_>, isa: &Isa) -> Vec<Row> {
    let mut walk = Walk { code: region.bytes, isa, frames: BTreeMap::new(), pending: Vec::new() };
    for entry in region.entries {
        walk.reach(i64::from(entry.0), Some(Frame::default()));
    }
    while let Some(at) = walk.pending.pop() {
        walk.step(at);
    }
    walk.rows()
}

struct Walk<'a> {
    code: &'a [u8],
    isa: &'a Isa,
    /// The stack before each reached instruction; `None` where paths with different stacks meet.
    frames: BTreeMap<u32, Option<Frame>>,
    /// The instructions still to be followed.
    pending: Vec<u32>,
}

impl Walk<'_> {
    /// Notes the stack with which an instruction is reached. Instructions outside the region are ignored.
    fn reach(&mut self, at: i64, frame: Option<Frame>) {
        let Ok(at) = u32::try_from(at) else { return };
        if at as usize >= self.code.len() {
            return;
        }
        let known = self.frames.get(&at);
        let met = match known {
            Some(before) if *before == frame => return,
            Some(None) => return,
            Some(Some(_)) => None,
            None => frame,
        };
        self.frames.insert(at, met);
        self.pending.push(at);
    }

    fn decode(&self, at: u32) -> Option<Step> {
        (self.isa.decode)(&self.code[at as usize..])
    }

    /// Follows one instruction.
    fn step(&mut self, at: u32) {
        let Some(step) = self.decode(at) else { return };
        let before = self.frames.get(&at).cloned().flatten();
        let after = before.and_then(|frame| after(frame, &step, self.isa));
        let next = i64::from(at) + i64::from(step.len_bytes);
        match step.flow {
            Flow::Next => self.reach(next, after),
            Flow::Jump(distance) => self.reach(i64::from(at) + distance, after),
            Flow::Branch(distance) => {
                self.reach(i64::from(at) + distance, after.clone());
                self.reach(next, after);
            }
            Flow::Call(target) => {
                // The callee, for example a stub, starts with an empty stack.
                if let Some(distance) = target {
                    self.reach(i64::from(at) + distance, Some(Frame::default()));
                }
                self.reach(next, after);
            }
            Flow::Away => {}
        }
    }

    fn rows(self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut end = 0;
        let mut push = |at: u32, frame: Option<Frame>| {
            if rows.last().is_none_or(|last| last.frame != frame) {
                rows.push(Row { at, frame });
            }
        };
        for (&at, frame) in &self.frames {
            if at > end {
                push(end, None);
            }
            push(at, frame.clone());
            end = at + self.decode(at).map_or(1, |step| step.len_bytes);
        }
        if (end as usize) < self.code.len() {
            push(end, None);
        }
        rows
    }
}

/// Returns the stack after an instruction; `None` if it popped something that the caller still needs.
fn after(mut frame: Frame, step: &Step, isa: &Isa) -> Option<Frame> {
    frame.depth_bytes += step.grows_before;
    for access in step.accesses.into_iter().flatten() {
        match access {
            // The first store of a register saves the caller's value: a register is not changed before it is saved.
            Access::Store(register, at) if isa.preserved.contains(&register) => {
                let slot = frame.depth_bytes - at;
                if slot > 0 && slot % 8 == 0 {
                    frame.saved.entry(register).or_insert(slot);
                }
            }
            Access::Load(register, at) if frame.saved.get(&register) == Some(&(frame.depth_bytes - at)) => {
                frame.saved.remove(&register);
            }
            Access::Store(..) | Access::Load(..) => {}
        }
    }
    frame.depth_bytes += step.grows_after;
    (frame.depth_bytes >= 0 && frame.saved.values().all(|&slot| slot <= frame.depth_bytes)).then_some(frame)
}

#[cfg(test)]
mod tests;
