//! A function → [`Live`], the temporaries that each of its ops or a later one reads before they are written.
//!
//! What an exit would store to other temporaries is never read. So it need not be computed, nor kept in a register until
//! then.

use std::collections::BTreeMap;

use mimeo_def::Pc;
use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_interp::Function;
use mimeo_interp::tier::{OpAt, Word};

use crate::loops::labels;

#[cfg(test)]
mod tests;

/// The most bits of a function's sets.
const MOST_BITS: usize = 1 << 22;

/// A set of temporaries, as bits.
type Set = Vec<u64>;

/// The temporaries of a function that are read later.
#[derive(Debug)]
pub(crate) struct Live {
    /// The first temporary.
    first: u32,
    before: BTreeMap<Pc, Set>,
}

/// An op as far as temporaries are concerned.
struct Effect {
    pc: Pc,
    read: Set,
    written: Set,
    next: Vec<Pc>,
}

impl Live {
    /// Finds the temporaries of a function that are read later, or returns `None` if it has none or is too large.
    pub(crate) fn of(function: &Function, ops: &'static [OpInfo]) -> Option<Live> {
        let first = u32::from(function.body().temporaries?.0);
        let count = function.facts().slots.saturating_sub(first) as usize;
        if count == 0 || count * function.facts().ops as usize > MOST_BITS {
            return None;
        }
        let effects = effects(function, ops, first, count);
        let empty = || vec![0; count.div_ceil(64)];
        let mut before: BTreeMap<Pc, Set> = effects.iter().map(|effect| (effect.pc, empty())).collect();
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            for Effect { pc, read, written, next } in effects.iter().rev() {
                let mut live = empty();
                for after in next.iter().filter_map(|pc| before.get(pc)) {
                    live.iter_mut().zip(after).for_each(|(live, after)| *live |= after);
                }
                live.iter_mut().zip(written).for_each(|(live, written)| *live &= !written);
                live.iter_mut().zip(read).for_each(|(live, read)| *live |= read);
                if before[pc] != live {
                    before.insert(*pc, live);
                    has_changed = true;
                }
            }
        }
        Some(Live { first, before })
    }

    /// Returns whether a slot is a temporary that is not read by the op at `pc` nor later, before it is written.
    pub(crate) fn is_dead(&self, pc: Pc, slot: u32) -> bool {
        let Some(index) = slot.checked_sub(self.first) else { return false };
        let live = self.before.get(&pc).and_then(|live| live.get(index as usize / 64));
        live.is_some_and(|word| word >> (index % 64) & 1 == 0)
    }
}

/// Returns what the ops that can be reached do, in their order.
fn effects(function: &Function, ops: &'static [OpInfo], first: u32, count: usize) -> Vec<Effect> {
    let body = function.body();
    let (mut effects, mut pc) = (Vec::new(), Pc(0));
    while let Some(info) = body.code.get(pc.0 as usize).and_then(|&opcode| ops.get(usize::from(opcode))) {
        if let Some(at) = OpAt::of(function, ops, pc) {
            effects.push(effect(function, &at, first, count));
        }
        pc.0 += u32::from(info.len_units);
    }
    effects
}

fn effect(function: &Function, at: &OpAt<'_>, first: u32, count: usize) -> Effect {
    let (mut read, mut written) = (vec![0_u64; count.div_ceil(64)], vec![0_u64; count.div_ceil(64)]);
    let add = |set: &mut Set, slot: u32| {
        if let Some(index) = slot.checked_sub(first) {
            set[index as usize / 64] |= 1 << (index % 64);
        }
    };
    for operand in at.info.operands.iter().filter(|operand| !operand.kind.is_output()) {
        match (operand.kind, at.word(operand)) {
            (_, Word::Slot(slot)) => add(&mut read, slot),
            // The callee has the slots from the window on.
            (OperandKind::Window | OperandKind::StackWindow, Word::Bits(bits)) => {
                (bits as u32..first + count as u32).for_each(|slot| add(&mut read, slot));
            }
            _ => {}
        }
    }
    let control = at.info.control;
    if control.tail_calls {
        read.fill(u64::MAX);
    }
    at.results().for_each(|slot| add(&mut written, slot));
    let mut next = Vec::new();
    if control.falls_through || control.calls {
        next.push(at.next_pc());
    }
    if control.jumps {
        next.extend(labels(at));
    }
    let handlers = function.body().handlers.iter().filter(|handler| (handler.from..handler.to).contains(&at.pc));
    next.extend(handlers.map(|handler| handler.target));
    Effect { pc: at.pc, read, written, next }
}
