//! [`Range`]: an interval that an integer is in, read as unsigned.

use mimeo_ir::Type;

/// The integers from `lo` to `hi`. An integer of a narrower type has zeros in its upper bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) lo: u64,
    pub(crate) hi: u64,
}

impl Range {
    /// All integers.
    pub(crate) const ALL: Range = Range { lo: 0, hi: u64::MAX };

    /// Returns the range of one integer.
    pub(crate) const fn one(value: u64) -> Range {
        Range { lo: value, hi: value }
    }

    /// Returns the range of all values of an integer type.
    pub(crate) fn of(ty: Type) -> Range {
        Range { lo: 0, hi: u64::MAX >> (64 - ty.bits()) }
    }

    /// Returns the range of the values of an integer type that are not negative, read as signed.
    pub(crate) fn not_negative(ty: Type) -> Range {
        Range { lo: 0, hi: Range::of(ty).hi >> 1 }
    }

    /// Returns the only integer in the range, if there is only one.
    pub(crate) fn value(self) -> Option<u64> {
        (self.lo == self.hi).then_some(self.lo)
    }

    /// Returns the smallest range around both.
    pub(crate) fn hull(self, other: Range) -> Range {
        Range { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// Returns what is in both ranges.
    pub(crate) fn common(self, other: Range) -> Option<Range> {
        let both = Range { lo: self.lo.max(other.lo), hi: self.hi.min(other.hi) };
        (both.lo <= both.hi).then_some(both)
    }

    /// Returns whether each integer in the range is in the other one.
    pub(crate) fn is_within(self, other: Range) -> bool {
        other.lo <= self.lo && self.hi <= other.hi
    }

    /// Returns the sums of integers in two ranges, if none exceeds `most`.
    pub(crate) fn sum(self, other: Range, most: u64) -> Option<Range> {
        let hi = self.hi.checked_add(other.hi).filter(|&hi| hi <= most)?;
        Some(Range { lo: self.lo + other.lo, hi })
    }
}
