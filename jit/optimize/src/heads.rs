//! The heads of loops → [`Assumed`], what holds of the variables there in every iteration.
//!
//! What holds where a loop is entered is assumed of all iterations. Where an iteration ends and it does not follow, the
//! region is built again with less. A slot that keeps its tag or its type is so checked once, before the loop.

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::ir::Value;

use crate::emit::Iterations;
use crate::known::Known;
use crate::place::Place;
use crate::range::Range;
use crate::values::Values;
use crate::webs::{Web, Webs};

/// How often a region is built with assumptions.
const TRIES: u32 = 3;

/// What is assumed of variables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assumed {
    /// The variables whose words are in these ranges.
    ranges: BTreeMap<Web, Range>,
    /// The variables that hold doubles which are not NaNs.
    numbers: Webs,
}

impl Assumed {
    /// Returns the variables.
    pub(crate) fn webs(&self) -> Vec<Web> {
        self.ranges.keys().chain(&self.numbers).copied().collect()
    }

    /// Notes what is assumed of the value of a variable.
    pub(crate) fn apply(&self, web: Web, value: Value, known: &mut Known) {
        match self.ranges.get(&web) {
            Some(&range) => known.assume_range(value, range),
            None => known.assume_number(value),
        }
    }
}

/// A variable at a head in a copy of the ops.
type Spot = (Iterations, Place, Web);

/// What was learned about heads from building their region.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// Wider ranges than those where the loops are entered.
    wider: BTreeMap<Spot, Range>,
    /// Where nothing can be assumed.
    refuted: BTreeSet<Spot>,
    /// The variables with doubles whose NaNs must stay what they are.
    exact: Webs,
    /// Whether variables were added to those in the build.
    is_inexact: bool,
    /// Whether something that was assumed did not hold in the build.
    has_failed: bool,
    /// The number of builds in which that was so.
    failures: u32,
}

impl Heads {
    /// Begins to build the region.
    pub(crate) fn begin(&mut self) {
        self.failures += u32::from(self.has_failed);
        (self.has_failed, self.is_inexact) = (false, false);
    }

    /// Returns whether everything that was assumed holds.
    pub(crate) fn hold(&self) -> bool {
        !self.has_failed && !self.is_inexact
    }

    /// Returns whether the region is built with assumptions about what is in variables. A NaN that must stay what it is does
    /// not count as a failure.
    fn are_assumed(&self) -> bool {
        self.failures < TRIES
    }

    /// Removes variables in which a NaN must stay what it is.
    pub(crate) fn without_exact(&self, webs: Webs) -> Webs {
        webs.difference(&self.exact).copied().collect()
    }

    /// Notes that in these variables a NaN must stay what it is, though that was not assumed.
    pub(crate) fn keep_exact(&mut self, webs: Webs) {
        self.is_inexact |= !webs.is_empty();
        self.exact.extend(webs);
    }

    /// Assumes what holds of the value of a variable where a loop is entered.
    pub(crate) fn assume(&self, assumed: &mut Assumed, spot: Spot, value: Value, v: &Values<'_>) {
        if !self.are_assumed() || self.refuted.contains(&spot) {
            return;
        }
        let (_, _, web) = spot;
        if v.is_double(value) {
            if v.is_number(value) {
                assumed.numbers.insert(web);
            }
            return;
        }
        let range = self.wider.get(&spot).copied().map_or(v.range(value), |wider| wider.hull(v.range(value)));
        if range != Range::ALL {
            assumed.ranges.insert(web, range);
        }
    }

    /// Checks at the end of an iteration that what was assumed of a variable holds.
    pub(crate) fn check(&mut self, assumed: &Assumed, spot: Spot, value: Value, v: &Values<'_>) {
        let (_, _, web) = spot;
        let Some(&range) = assumed.ranges.get(&web) else {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assumptions_that_fail_use_up_tries() {
        let mut heads = Heads::default();
        for slot in 0..2 * TRIES {
            heads.begin();
            assert!(heads.are_assumed() && heads.hold());
            heads.keep_exact(Webs::from([Web { slot, number: 0 }]));
            assert!(!heads.hold());
        }
        for _ in 0..TRIES {
            heads.begin();
            assert!(heads.are_assumed() && heads.hold());
            heads.has_failed = true;
            assert!(!heads.hold());
        }
        heads.begin();
        assert!(!heads.are_assumed());
    }
}
