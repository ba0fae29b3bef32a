//! The heads of loops → [`Assumed`], what holds of the slots there in every iteration.
//!
//! What holds where a loop is entered is assumed of all iterations. Where an iteration ends and it does not follow, the
//! region is built again with less. A slot that keeps its tag or its type is so checked once, before the loop.

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::ir::Value;

use crate::emit::Iterations;
use crate::known::Known;
use crate::loops::Slots;
use crate::place::Place;
use crate::range::Range;
use crate::values::Values;

/// How often a region is built with assumptions.
const TRIES: u32 = 3;

/// What is assumed of slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assumed {
    /// The slots whose words are in these ranges.
    ranges: BTreeMap<u32, Range>,
    /// The slots that hold doubles which are not NaNs.
    numbers: BTreeSet<u32>,
}

impl Assumed {
    /// Returns the slots.
    pub(crate) fn slots(&self) -> Vec<u32> {
        self.ranges.keys().chain(&self.numbers).copied().collect()
    }

    /// Notes what is assumed of the value of a slot.
    pub(crate) fn apply(&self, slot: u32, value: Value, known: &mut Known) {
        match self.ranges.get(&slot) {
            Some(&range) => known.assume_range(value, range),
            None => known.assume_number(value),
        }
    }
}

/// A slot at a head in a copy of the ops.
type Spot = (Iterations, Place, u32);

/// What was learned about heads from building their region.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// Wider ranges than those where the loops are entered.
    wider: BTreeMap<Spot, Range>,
    /// Where nothing can be assumed.
    refuted: BTreeSet<Spot>,
    /// The slots with doubles whose NaNs must stay what they are.
    exact: Slots,
    has_failed: bool,
    tries: u32,
}

impl Heads {
    /// Begins to build the region.
    pub(crate) fn begin(&mut self) {
        self.has_failed = false;
        self.tries += 1;
    }

    /// Returns whether everything that was assumed holds.
    pub(crate) fn hold(&self) -> bool {
        !self.has_failed
    }

    /// Removes slots in which a NaN must stay what it is.
    pub(crate) fn without_exact(&self, slots: Slots) -> Slots {
        slots.difference(&self.exact).copied().collect()
    }

    /// Notes that in these slots a NaN must stay what it is, though that was not assumed.
    pub(crate) fn keep_exact(&mut self, slots: Slots) {
        self.has_failed |= !slots.is_empty();
        self.exact.extend(slots);
    }

    /// Assumes what holds of the value of a slot where a loop is entered.
    pub(crate) fn assume(&self, assumed: &mut Assumed, spot: Spot, value: Value, v: &Values<'_>) {
        if self.tries > TRIES || self.refuted.contains(&spot) {
            return;
        }
        let (_, _, slot) = spot;
        if v.is_double(value) {
            if v.is_number(value) {
                assumed.numbers.insert(slot);
            }
            return;
        }
        let range = self.wider.get(&spot).copied().map_or(v.range(value), |wider| wider.hull(v.range(value)));
        if range != Range::ALL {
            assumed.ranges.insert(slot, range);
        }
    }

    /// Checks at the end of an iteration that what was assumed of a slot holds.
    pub(crate) fn check(&mut self, assumed: &Assumed, spot: Spot, value: Value, v: &Values<'_>) {
        let (_, _, slot) = spot;
        let Some(&range) = assumed.ranges.get(&slot) else {
            if !v.is_number(value) {
                self.refuted.insert(spot);
                self.has_failed = true;
            }
            return;
        };
        let found = v.range(value);
        if !found.is_within(range) {
            self.has_failed = true;
            if self.wider.insert(spot, range.hull(found)).is_some() {
                self.refuted.insert(spot);
            }
        }
    }
}
