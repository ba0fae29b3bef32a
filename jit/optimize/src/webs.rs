//! The slots of a region → [`Web`]s, the variables that their values are in.
//!
//! A slot holds one thing after another: the address of a double, then the double. Each definition of a slot, together with
//! the definitions that reach the same places, has its own variable. So what a variable holds is one kind of thing more
//! often than what a slot does, and it stays in the registers for that.

use std::collections::{BTreeMap, BTreeSet};

use crate::loops::{LoopOp, Slots};
use crate::place::Place;

/// A variable: a slot, from the definitions that reach the same places up to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Web {
    pub(crate) slot: u32,
    /// Its number among all variables of the region.
    pub(crate) number: u32,
}

/// A set of variables.
pub(crate) type Webs = BTreeSet<Web>;

/// Which variables turned out to be the same.
#[derive(Debug, Default)]
struct Joined {
    /// By number: the same variable, or one that is closer to the one that stands for all.
    same: Vec<u32>,
}

impl Joined {
    fn new_web(&mut self, slot: u32) -> Web {
        let number = self.same.len() as u32;
        self.same.push(number);
        Web { slot, number }
    }

    /// Returns the number that stands for all of the same variable.
    fn root(&mut self, mut number: u32) -> u32 {
        while self.same[number as usize] != number {
            let next = self.same[number as usize];
            self.same[number as usize] = self.same[next as usize];
            number = next;
        }
        number
    }

    fn join(&mut self, a: Web, b: Web) {
        let (a, b) = (self.root(a.number), self.root(b.number));
        self.same[a as usize] = b;
    }
}

/// Finds the variables of a region, in which these slots are dirty before each op. Returns their number.
pub(crate) fn find_webs(
    ops: &mut BTreeMap<Place, LoopOp<'_>>,
    variables: &Slots,
    dirty: &BTreeMap<Place, Slots>,
) -> u32 {
    let mut joined = Joined::default();
    let kept = kept(ops, variables, dirty);
    for (place, op) in &mut *ops {
        let before = kept[place].iter().map(|&slot| (slot, joined.new_web(slot))).collect();
        let written = op.written().filter(|slot| variables.contains(slot));
        let after = written.map(|slot| (slot, joined.new_web(slot))).collect();
        (op.before, op.after) = (before, after);
    }
    for op in ops.values() {
        for next in op.successors().filter_map(|to| ops.get(&to)) {
            next.before.values().for_each(|&web| joined.join(op.web_after(web.slot), web));
        }
    }
    let (mut numbers, mut next) = (vec![None; joined.same.len()], 0);
    let mut number_of = |web: &mut Web| {
        web.number = *numbers[joined.root(web.number) as usize].get_or_insert_with(|| {
            next += 1;
            next - 1
        });
    };
    for (place, op) in ops {
        op.before.values_mut().chain(op.after.values_mut()).for_each(&mut number_of);
        op.dirty = dirty[place].iter().map(|slot| op.before[slot]).collect();
    }
    next
}

/// Returns by op the slots that it or a later one reads, or stores where it leaves, before they are written.
fn kept(
    ops: &BTreeMap<Place, LoopOp<'_>>,
    variables: &Slots,
    dirty: &BTreeMap<Place, Slots>,
) -> BTreeMap<Place, Slots> {
    let mut kept = dirty.clone();
    for (place, op) in ops {
        let read = op.slots_read().filter(|slot| variables.contains(slot));
        kept.get_mut(place).expect("it is an op").extend(read);
    }
    let mut has_changed = true;
    while std::mem::take(&mut has_changed) {
        for (place, op) in ops.iter().rev() {
            let mut slots = kept.remove(place).expect("it is an op");
            let before = slots.len();
            for later in op.successors().filter_map(|to| kept.get(&to)) {
                slots.extend(later.iter().filter(|slot| op.written().all(|written| written != **slot)));
            }
            has_changed |= slots.len() > before;
            kept.insert(*place, slots);
        }
    }
    kept
}
