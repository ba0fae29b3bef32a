//! A loop head → [`Loop`], the ops that are compiled, in order, with what each of them may leave in variables.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use mimeo_def::Pc;
use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_interp::tier::{OpAt, Word};
use mimeo_ir::{End, Set};
use mimeo_jit::NotOptimized;

use crate::find::Found;
use crate::live::Live;
use crate::memory::{Kind, Origin};
use crate::nest::{Nested, nested_loops};
use crate::place::Place;
use crate::shape::Shape;
use crate::webs::{Web, Webs, find_webs};

/// The most ops of a region that is there twice.
const MOST_PEELED_OPS: usize = 100;
/// The most if there is a loop in it: that takes most of the time, and finds out much from what comes before it.
const MOST_PEELED_OPS_AROUND_LOOP: usize = 50;

/// A set of slots, counted from slot 0 of the region's function.
pub(crate) type Slots = BTreeSet<u32>;

/// An op of a loop.
#[derive(Debug)]
pub(crate) struct LoopOp<'a> {
    pub(crate) at: OpAt<'a>,
    pub(crate) place: Place,
    /// Slot 0 of its function.
    pub(crate) base: u32,
    pub(crate) shape: &'a Shape,
    /// Whether the function that it calls is inlined.
    pub(crate) is_inlined: bool,
    /// The op after the call of its function, if the function is inlined.
    pub(crate) returns_to: Option<Place>,
    /// The variables that may be newer than the frame before the op.
    pub(crate) dirty: Webs,
    /// The slots that the op or a later one reads before they are written.
    pub(crate) read: Slots,
    /// By slot: what is read, or stored where the region is left, by the op or a later one.
    pub(crate) before: BTreeMap<u32, Web>,
    /// By slot: what the op writes.
    pub(crate) after: BTreeMap<u32, Web>,
}

/// The part of a natural loop that is compiled.
#[derive(Debug)]
pub(crate) struct Loop<'a> {
    pub(crate) head: Place,
    /// By place.
    pub(crate) ops: BTreeMap<Place, LoopOp<'a>>,
    /// By the place of the call.
    pub(crate) inlined: BTreeMap<Place, Inlined<'a>>,
    /// The slots of the region's own frame.
    pub(crate) own: u32,
    /// The slots that are in variables.
    variables: Slots,
    /// By op: the number of blocks that continue there.
    edges: BTreeMap<Place, u32>,
    /// The ops to which backward jumps of the loop lead.
    pub(crate) repeated: BTreeSet<Place>,
    /// By the call at which a function with temporaries is inlined, or `None` for the region's own.
    live: BTreeMap<Option<Place>, Live>,
    /// The number of variables.
    pub(crate) number_of_webs: u32,
    /// By head: this loop and those in it, apart from any that is entered elsewhere, too.
    pub(crate) nested: BTreeMap<Place, Nested>,
}

/// A function that is inlined at a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inlined<'a> {
    pub(crate) function: &'a mimeo_interp::Function,
    /// Its slot 0.
    pub(crate) base: u32,
    /// The number of slots that the caller passes.
    pub(crate) arguments: u32,
    /// Where it returns to.
    pub(crate) returns_to: Place,
}

impl<'a> LoopOp<'a> {
    /// Returns what the op reads, in the order of the parameters of its body.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = Word> {
        self.at.inputs().map(|word| match word {
            Word::Slot(slot) => Word::Slot(self.base + slot),
            Word::Bits(_) | Word::Label(_) | Word::Labels { .. } => word,
        })
    }

    /// Returns the slots that the op reads.
    pub(crate) fn slots_read(&self) -> impl Iterator<Item = u32> {
        let operands = self.inputs().filter_map(|word| if let Word::Slot(slot) = word { Some(slot) } else { None });
        operands.chain(self.window().filter(|_| self.shape.returns_window))
    }

    /// Returns the slots of the op's window, if it has one.
    pub(crate) fn window(&self) -> impl Iterator<Item = u32> {
        let inputs = self.at.info.operands.iter().filter(|operand| !operand.kind.is_output()).zip(self.at.inputs());
        let slots = inputs.filter_map(|(operand, word)| match (operand.kind, word) {
            (OperandKind::Window | OperandKind::StackWindow, Word::Bits(bits)) => {
                let start = self.base + bits as u32;
                Some(start..start + (bits >> 32) as u32)
            }
            _ => None,
        });
        slots.flatten()
    }

    /// Returns the slots of the op's results, in their order.
    pub(crate) fn results(&self) -> impl Iterator<Item = u32> {
        self.at.results().map(|slot| self.base + slot)
    }

    /// Returns the slots that the op writes: those of its results and of the values which its function returns, and those
    /// that it fills.
    pub(crate) fn written(&self) -> impl Iterator<Item = u32> {
        let filled = self.window().filter(|_| self.shape.fills_window);
        self.results().chain(self.returned()).chain(filled)
    }

    /// Returns whether an inlined function returns here.
    pub(crate) fn is_return(&self) -> bool {
        self.returns_to.is_some() && self.shape.returns
    }

    /// Returns the slots of the values that an inlined function returns here.
    pub(crate) fn returned(&self) -> std::ops::Range<u32> {
        let count = match (self.is_return(), self.shape.returns_window) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => self.window().count() as u32,
        };
        self.base..self.base + count
    }

    /// Returns the variable of a slot after the op, if that is read or stored later.
    pub(crate) fn web_after(&self, slot: u32) -> Web {
        *self.after.get(&slot).or_else(|| self.before.get(&slot)).expect("it is kept until it is read")
    }

    /// Returns the ops at a label or a list of labels, which is the parameter of the body with this index.
    pub(crate) fn targets(&self, label: u32) -> impl Iterator<Item = Pc> {
        self.at.inputs().nth(label as usize).into_iter().flat_map(|word| self.at.targets(word))
    }

    /// Returns where the end of a block continues, if that is another op.
    fn continues_at(&self, end: &End) -> Vec<Place> {
        let place = match end {
            End::Next { .. } => Some(self.place.beside(self.at.next_pc())),
            End::To { label, .. } | End::Switch { labels: label, .. } => {
                return self.targets(label.0).map(|pc| self.place.beside(pc)).collect();
            }
            End::Call { .. } if self.is_inlined => self.place.inside(),
            End::Return { .. } | End::ReturnWindow { .. } => self.returns_to,
            _ => None,
        };
        place.into_iter().collect()
    }

    /// Returns where compiled paths continue.
    pub(crate) fn successors(&self) -> impl Iterator<Item = Place> {
        let next = self.shape.continues.then(|| self.place.beside(self.at.next_pc()));
        let jumps = self.shape.jumps.iter().flat_map(|&label| self.targets(label)).map(|pc| self.place.beside(pc));
        let callee = if self.is_inlined { self.place.inside() } else { None };
        let caller = self.returns_to.filter(|_| self.shape.returns);
        next.into_iter().chain(jumps).chain(callee).chain(caller)
    }
}

/// Returns the ops at the labels of an op.
pub(crate) fn labels(at: &OpAt<'_>) -> impl Iterator<Item = Pc> {
    at.inputs().flat_map(|word| at.targets(word))
}

impl<'a> Loop<'a> {
    /// Makes the region of a loop from its ops, if one leads back to the head.
    pub(crate) fn new(found: Found<'a>, infos: &'static [OpInfo], bodies: &Set) -> Result<Loop<'a>, NotOptimized> {
        let Found { head, function, ops, inlined, leaving, .. } = found;
        if !ops.values().any(|op| op.successors().any(|to| to == head && to <= op.place)) {
            return Err(NotOptimized::Never(format!("`{}` leaves each iteration", leaving.unwrap_or("an op"))));
        }
        let frames = inlined.values().map(|callee| (callee.function, callee.base)).chain([(function, 0)]);
        let escaping: Slots = frames
            .flat_map(|(function, base)| function.body().escaping.iter().map(move |slot| base + u32::from(slot.0)))
            .collect();
        let slots = ops.values().flat_map(|op| op.slots_read().chain(op.written()));
        let variables: Slots = slots.filter(|slot| !escaping.contains(slot)).collect();
        let backward = ops.values().flat_map(|op| op.successors().filter(|&to| to <= op.place));
        let repeated = backward.filter(|to| ops.contains_key(to)).collect();
        let own = function.facts().slots;
        let mut edges = BTreeMap::new();
        for op in ops.values() {
            let blocks = &bodies.body_of(usize::from(op.at.op.0)).blocks;
            for to in op.shape.order.iter().flat_map(|&block| op.continues_at(&blocks[block].end)) {
                *edges.entry(to).or_default() += 1;
            }
        }
        let functions = inlined.iter().map(|(&call, callee)| (Some(call), callee.function)).chain([(None, function)]);
        let live = functions.filter_map(|(call, function)| Some((call, Live::of(function, infos)?))).collect();
        let nested = BTreeMap::new();
        let number_of_webs = 0;
        let mut region = Loop { head, ops, inlined, own, variables, edges, repeated, live, number_of_webs, nested };
        region.find_read();
        let dirty = region.find_dirty();
        region.number_of_webs = find_webs(&mut region.ops, &region.variables, &dirty);
        region.nested = nested_loops(&region.ops, head, &region.repeated, &region.variables);
        Ok(region)
    }

    /// Returns the call of an inlined function that can read slots which nothing has written. What they hold depends on the
    /// functions that were called before.
    pub(crate) fn reads_leftovers(&self) -> Option<Place> {
        let mut calls =
            self.inlined.iter().filter_map(|(&call, callee)| Some((call, callee, self.ops.get(&call.inside()?)?)));
        let has_leftovers = |callee: &Inlined<'_>, first: &LoopOp<'_>| {
            let arguments = callee.base + callee.arguments;
            let end = callee.base + callee.function.facts().slots;
            first.read.range(arguments..end.max(arguments)).next().is_some()
        };
        calls.find(|(_, callee, first)| has_leftovers(callee, first)).map(|(call, ..)| call)
    }

    /// Returns whether an op is compiled right after another one, and nothing else leads to it.
    pub(crate) fn only_follows(&self, place: Place, before: Place) -> bool {
        let next = self.ops.range((Bound::Excluded(before), Bound::Unbounded)).next();
        next.is_some_and(|(&next, _)| next == place) && self.edges.get(&place) == Some(&1) && place != self.head
    }

    /// Returns whether the first iteration is compiled separately. After a call of the runtime, nothing that it found out
    /// holds.
    pub(crate) fn is_peeled(&self) -> bool {
        let is_entered_at_head = self.nested.get(&self.head).is_some_and(|all| !all.calls_runtime);
        let is_innermost = self.repeated.len() == 1;
        is_entered_at_head && self.ops.len() <= if is_innermost { MOST_PEELED_OPS } else { MOST_PEELED_OPS_AROUND_LOOP }
    }

    /// Returns whether no op of the region changes a cell.
    pub(crate) fn keeps_cells(&self) -> bool {
        let may_be_cell = |kind: &Kind| matches!(kind.origin, Origin::Cell | Origin::Unknown);
        self.ops.values().all(|op| !op.shape.calls_runtime && !op.shape.stores.iter().any(may_be_cell))
    }

    /// Finds the slots whose variables may be newer than the frame, before each op.
    fn find_dirty(&self) -> BTreeMap<Place, Slots> {
        let mut dirty: BTreeMap<Place, Slots> = self.ops.keys().map(|&place| (place, Slots::new())).collect();
        let mut pending: Vec<Place> = self.ops.keys().rev().copied().collect();
        while let Some(place) = pending.pop() {
            let op = &self.ops[&place];
            let written = op.written().filter(|slot| self.variables.contains(slot));
            let after: Slots = dirty[&place].iter().copied().chain(written).collect();
            for next in op.successors().filter_map(|to| self.ops.get(&to)) {
                // What is above the operand stack is dead.
                let is_kept = |slot: &u32| *slot < next.base + next.at.height && !self.is_dead(next.place, *slot);
                let of_next = dirty.get_mut(&next.place).expect("it is an op");
                let before = of_next.len();
                of_next.extend(after.iter().copied().filter(is_kept));
                if of_next.len() > before {
                    pending.push(next.place);
                }
            }
        }
        dirty
    }

    /// Finds the slots that are read before they are written, from each op on.
    fn find_read(&mut self) {
        let places: Vec<Place> = self.ops.keys().copied().collect();
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            for place in places.iter().rev() {
                let op = &self.ops[place];
                let later = op.successors().filter_map(|to| self.ops.get(&to)).flat_map(|op| &op.read);
                let mut read: Slots = later.copied().collect();
                read.retain(|slot| op.written().all(|written| written != *slot));
                read.extend(op.slots_read());
                if read.len() > op.read.len() {
                    has_changed = true;
                    self.ops.get_mut(place).expect("it is an op").read = read;
                }
            }
        }
    }

    /// Returns the variables that may be newer than the frame after an op if another one follows, apart from those that are
    /// then not read any more.
    pub(crate) fn dirty_between(&self, place: Place, next: Place) -> Webs {
        let op = &self.ops[&place];
        let kept = op.dirty.iter().filter(|web| !op.after.contains_key(&web.slot));
        kept.chain(op.after.values()).copied().filter(|web| !self.is_dead(next, web.slot)).collect()
    }

    /// Returns the variables that are read before they are written, from a head on.
    pub(crate) fn read_at(&self, head: Place) -> impl Iterator<Item = Web> {
        let op = &self.ops[&head];
        op.before.values().copied().filter(|web| op.read.contains(&web.slot))
    }

    /// Returns whether a slot is a temporary of an op's function that is not read there nor later.
    pub(crate) fn is_dead(&self, place: Place, slot: u32) -> bool {
        let call = place.call();
        let base = call.map_or(0, |call| self.inlined[&call].base);
        let live = self.live.get(&call).zip(slot.checked_sub(base));
        live.is_some_and(|(live, slot)| live.is_dead(place.pc(), slot))
    }
}
