//! A loop head → [`Loop`], the ops that are compiled, in order, with what each of them may leave in variables.

use std::collections::{BTreeMap, BTreeSet};

use mimeo_def::Pc;
use mimeo_def::op::OpInfo;
use mimeo_interp::Function;
use mimeo_interp::tier::{OpAt, Word};
use mimeo_jit::NotOptimized;

use crate::control_flow::innermost_loop;
use crate::nest::{Nested, nested};
use crate::shape::Shape;

/// The most ops of a region.
const MOST_OPS: usize = 300;
/// The most ops of a region that is there twice.
const MOST_PEELED_OPS: usize = 100;
/// The most ops of a function with a region, since the whole function is compiled again to install it.
const MOST_FUNCTION_OPS: u32 = 4000;

/// A set of slots.
pub(crate) type Slots = BTreeSet<u32>;

/// An op of a loop.
#[derive(Debug)]
pub(crate) struct LoopOp<'a> {
    pub(crate) at: OpAt<'a>,
    pub(crate) shape: &'a Shape,
    /// The slots whose variables may be newer than the frame before the op.
    pub(crate) dirty: Slots,
    /// The slots that the op or a later one reads before they are written.
    pub(crate) read: Slots,
}

/// The part of a natural loop that is compiled.
#[derive(Debug)]
pub(crate) struct Loop<'a> {
    pub(crate) head: Pc,
    /// By place.
    pub(crate) ops: BTreeMap<Pc, LoopOp<'a>>,
    /// The slots that are variables.
    pub(crate) variables: Slots,
    /// The ops to which backward jumps of the loop lead.
    pub(crate) repeated: BTreeSet<Pc>,
    /// By head: this loop and those in it, apart from any that is entered elsewhere, too.
    pub(crate) nested: BTreeMap<Pc, Nested>,
}

impl<'a> LoopOp<'a> {
    /// Returns the slots that the op reads.
    fn inputs(&self) -> impl Iterator<Item = u32> {
        self.at.inputs().filter_map(|word| if let Word::Slot(slot) = word { Some(slot) } else { None })
    }

    /// Returns the op at a label, which is the parameter of the body with this index.
    pub(crate) fn target(&self, label: u32) -> Pc {
        match self.at.inputs().nth(label as usize) {
            Some(Word::Label(pc)) => pc,
            other => unreachable!("a body jumps to a label, not to {other:?}"),
        }
    }

    /// Returns where a compiled path continues in the function.
    pub(crate) fn successors(&self) -> impl Iterator<Item = Pc> {
        let next = self.shape.continues.then(|| self.at.next_pc());
        next.into_iter().chain(self.shape.jumps.iter().map(|&label| self.target(label)))
    }
}

/// Returns the ops at the labels of an op.
pub(crate) fn labels(at: &OpAt<'_>) -> impl Iterator<Item = Pc> {
    at.inputs().filter_map(|word| if let Word::Label(pc) = word { Some(pc) } else { None })
}

impl<'a> Loop<'a> {
    /// Finds the loop with this head, if a jump leads back to it. `shapes` has one for each opcode, or `None` for ops that are not compiled.
    pub(crate) fn find(
        function: &'a Function,
        ops: &'static [OpInfo],
        shapes: &'a [Option<Shape>],
        head: Pc,
    ) -> Result<Option<Loop<'a>>, NotOptimized> {
        if function.facts().ops > MOST_FUNCTION_OPS {
            return Err(NotOptimized(format!("the function has more than {MOST_FUNCTION_OPS} ops")));
        }
        let Some(members) = innermost_loop(function, ops, head) else {
            return Ok(None);
        };
        let mut found = BTreeMap::new();
        let mut stays = false;
        let mut pending = vec![head];
        let mut leaving = None;
        while let Some(pc) = pending.pop() {
            if !members.contains(&pc) || found.contains_key(&pc) {
                continue;
            }
            let Some(at) = OpAt::of(function, ops, pc) else { continue };
            let Some(shape) = &shapes[usize::from(at.op.0)] else {
                leaving = Some(at.info.name);
                continue;
            };
            let op = LoopOp { at, shape, dirty: Slots::new(), read: Slots::new() };
            if !shape.continues && shape.jumps.is_empty() {
                leaving = Some(at.info.name);
            }
            stays |= op.successors().any(|to| to == head && to <= pc);
            pending.extend(op.successors());
            found.insert(pc, op);
        }
        if !stays {
            let op = leaving.unwrap_or("an op");
            return Err(NotOptimized(format!("`{op}` leaves each iteration")));
        }
        if found.len() > MOST_OPS {
            return Err(NotOptimized(format!("the loop has more than {MOST_OPS} ops")));
        }
        let escaping: Slots = function.body().escaping.iter().map(|slot| u32::from(slot.0)).collect();
        let slots = found.values().flat_map(|op| op.inputs().chain(op.at.results()));
        let variables: Slots = slots.filter(|slot| !escaping.contains(slot)).collect();
        let backward = |(&pc, op): (&Pc, &LoopOp<'_>)| op.successors().filter(|&to| to <= pc).collect::<Vec<_>>();
        let repeated = found.iter().flat_map(backward).filter(|to| found.contains_key(to)).collect();
        let nested = nested(&found, head, &repeated, &variables);
        let mut region = Loop { head, ops: found, variables, repeated, nested };
        region.find_dirty();
        region.find_read();
        Ok(Some(region))
    }

    /// Returns whether the first iteration is compiled separately. After a call of the runtime, nothing that it found out
    /// holds.
    pub(crate) fn is_peeled(&self) -> bool {
        let is_entered_at_head = self.nested.get(&self.head).is_some_and(|all| !all.calls_runtime);
        is_entered_at_head && self.ops.len() <= MOST_PEELED_OPS
    }

    /// Finds the slots whose variables may be newer than the frame, before each op.
    fn find_dirty(&mut self) {
        let mut pending: Vec<Pc> = self.ops.keys().rev().copied().collect();
        while let Some(pc) = pending.pop() {
            let after = self.dirty_after(pc);
            let successors: Vec<Pc> = self.ops[&pc].successors().collect();
            for to in successors {
                if let Some(next) = self.ops.get_mut(&to) {
                    let before = next.dirty.len();
                    // What is above the operand stack is dead.
                    next.dirty.extend(after.iter().filter(|&&slot| slot < next.at.height));
                    if next.dirty.len() > before {
                        pending.push(to);
                    }
                }
            }
        }
    }

    /// Finds the slots that are read before they are written, from each op on.
    fn find_read(&mut self) {
        let places: Vec<Pc> = self.ops.keys().copied().collect();
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            for pc in places.iter().rev() {
                let op = &self.ops[pc];
                let later = op.successors().filter_map(|to| self.ops.get(&to)).flat_map(|op| &op.read);
                let mut read: Slots = later.copied().collect();
                read.retain(|slot| op.at.results().all(|written| written != *slot));
                read.extend(op.inputs());
                if read.len() > op.read.len() {
                    has_changed = true;
                    self.ops.get_mut(pc).expect("it is an op").read = read;
                }
            }
        }
    }

    /// Returns the slots whose variables may be newer than the frame after an op.
    pub(crate) fn dirty_after(&self, pc: Pc) -> Slots {
        let op = &self.ops[&pc];
        let written = op.at.results().filter(|slot| self.variables.contains(slot));
        op.dirty.iter().copied().chain(written).collect()
    }
}
