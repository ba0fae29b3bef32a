//! [`Known`]: what holds at one place of a region: the values that were computed, and what is known of them.
//!
//! A condition that follows from those that were tested before is not tested again, whatever it means to the language: a
//! tag, a bound, a float that is not a NaN.

use cranelift_codegen::ir::Value;
use mimeo_ir::{Binary, Type, Unary};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::memory::Access;
use crate::nans::canonical_bits_of;
use crate::range::Range;

#[cfg(test)]
mod tests;

/// Returns the bits of minus infinity, which no number's exceed.
fn most_of_numbers(ty: Type) -> u64 {
    if ty == Type::F32 { f32::NEG_INFINITY.to_bits().into() } else { f64::NEG_INFINITY.to_bits() }
}

/// How far definitions are followed.
const DEPTH: u32 = 6;

/// What defines a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Expr {
    /// A number with these bits.
    Const(Type, u64),
    /// An operation on a value of the first type that gives one of the second.
    Unary(Unary, Type, Type, Value),
    /// An operation on two values of this type.
    Binary(Binary, Type, Value, Value),
    /// The second value if the first is 1, the third if it is 0.
    Select(Value, Value, Value),
    /// The address of the context.
    Context,
    /// What memory holds.
    Load(Access),
}

impl Expr {
    /// Returns the type of the value, if the expression itself says it.
    pub(crate) fn ty(&self) -> Option<Type> {
        match *self {
            Expr::Const(ty, _) | Expr::Unary(_, _, ty, _) => Some(ty),
            Expr::Binary(op, ty, ..) => Some(op.result(ty)),
            Expr::Load(Access { ty, .. }) => Some(ty),
            Expr::Context => Some(Type::I64),
            Expr::Select(..) => None,
        }
    }
}

/// The definitions of all values, wherever they hold.
pub(crate) type Definitions = FxHashMap<Value, Expr>;

/// What holds at one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    values: FxHashMap<Expr, Value>,
    /// The ranges of integers.
    ranges: FxHashMap<Value, Range>,
    /// The floats that are not NaNs.
    numbers: FxHashSet<Value>,
}

impl Known {
    /// Returns the value of an expression, if it was computed on every path to here.
    pub(crate) fn value(&self, expr: &Expr) -> Option<Value> {
        self.values.get(expr).copied()
    }

    /// Notes the value of an expression.
    pub(crate) fn define(&mut self, expr: Expr, value: Value) {
        self.values.insert(expr, value);
    }

    /// Notes that an integer is in a range.
    pub(crate) fn assume_range(&mut self, value: Value, range: Range) {
        self.ranges.insert(value, range);
    }

    /// Notes that a float is not a NaN.
    pub(crate) fn assume_number(&mut self, value: Value) {
        self.numbers.insert(value);
    }

    /// Forgets everything about memory for which `is_changed` holds.
    pub(crate) fn forget(&mut self, is_changed: impl Fn(&Access) -> bool) {
        self.values.retain(|expr, _| !matches!(expr, Expr::Load(access) if is_changed(access)));
    }

    /// Keeps what holds on another path, too.
    pub(crate) fn meet(&mut self, other: &Known) {
        self.values.retain(|expr, value| other.values.get(expr) == Some(value));
        self.ranges.retain(|value, range| match other.ranges.get(value) {
            Some(&more) => {
                *range = range.hull(more);
                true
            }
            None => false,
        });
        self.numbers.retain(|value| other.numbers.contains(value));
    }

    /// Returns whether a float is known not to be a NaN.
    pub(crate) fn is_number(&self, defs: &Definitions, value: Value) -> bool {
        self.numbers.contains(&value)
            || match defs.get(&value) {
                Some(&Expr::Const(ty, bits)) => !ty.is_nan(bits),
                Some(Expr::Unary(Unary::FloatFromSigned | Unary::FloatFromUnsigned, ..)) => true,
                Some(&Expr::Unary(Unary::FloatPromote | Unary::FloatDemote, _, _, of)) => self.is_number(defs, of),
                _ => false,
            }
    }

    /// Returns the range in which an integer is.
    pub(crate) fn range(&self, defs: &Definitions, value: Value) -> Range {
        self.range_to(defs, value, DEPTH)
    }

    fn range_to(&self, defs: &Definitions, value: Value, depth: u32) -> Range {
        let known = self.ranges.get(&value).copied().unwrap_or(Range::ALL);
        let Some(expr) = defs.get(&value).filter(|_| depth > 0) else { return known };
        let of = |value: Value| self.range_to(defs, value, depth - 1);
        let derived = match *expr {
            Expr::Const(_, bits) => Range::one(bits),
            Expr::Unary(Unary::ZeroExtend, from, _, of_value) => {
                Range::of(from).common(of(of_value)).unwrap_or(Range::of(from))
            }
            Expr::Unary(Unary::FloatToBits, from, _, float) if self.is_number(defs, float) => {
                Range { lo: 0, hi: most_of_numbers(from) }
            }
            Expr::Binary(Binary::And, ty, a, b) => Range { lo: 0, hi: of(a).hi.min(of(b).hi).min(Range::of(ty).hi) },
            Expr::Binary(Binary::ShrUnsigned, ty, a, by) if of(by).value().is_some_and(|by| by < ty.bits().into()) => {
                let (a, by) = (of(a), of(by).lo);
                Range { lo: a.lo >> by, hi: a.hi >> by }
            }
            Expr::Binary(Binary::Add, ty, a, b) => of(a).sum(of(b), Range::of(ty).hi).unwrap_or(Range::ALL),
            Expr::Binary(op, ty, a, b) if is_predicate(op) => {
                let holds = self.compare(defs, op, ty, (a, b), depth - 1);
                holds.map_or(Range { lo: 0, hi: 1 }, |holds| Range::one(holds.into()))
            }
            Expr::Select(_, then, other) => match canonical_bits_of(defs, expr) {
                Some((ty, _)) => Range { lo: 0, hi: most_of_numbers(ty) },
                None => of(then).hull(of(other)),
            },
            Expr::Load(Access { ty, .. }) if ty.is_int() => Range::of(ty),
            _ => Range::ALL,
        };
        known.common(derived).unwrap_or(known)
    }

    /// Returns the bits of a value that need not be computed.
    pub(crate) fn decide(&self, defs: &Definitions, expr: &Expr) -> Option<u64> {
        let bits = |value: Value| self.range(defs, value).value();
        match *expr {
            Expr::Binary(op, ty, a, b) => {
                if !op.is_float() && ty.is_int() {
                    let may_trap =
                        matches!(op, Binary::DivSigned | Binary::DivUnsigned | Binary::RemSigned | Binary::RemUnsigned);
                    if let (Some(a), Some(b), false) = (bits(a), bits(b), may_trap) {
                        return Some(op.apply(ty, a, b));
                    }
                }
                match (defs.get(&a), defs.get(&b)) {
                    (Some(&Expr::Const(_, a)), Some(&Expr::Const(_, b))) if is_predicate(op) => {
                        Some(op.apply(ty, a, b))
                    }
                    _ => self.compare(defs, op, ty, (a, b), DEPTH).map(u64::from),
                }
            }
            Expr::Unary(
                op @ (Unary::Not
                | Unary::LeadingZeros
                | Unary::TrailingZeros
                | Unary::CountOnes
                | Unary::SwapBytes
                | Unary::Truncate
                | Unary::SignExtend
                | Unary::ZeroExtend
                | Unary::FloatToBits
                | Unary::FloatFromBits),
                from,
                to,
                of,
            ) => bits(of).map(|bits| op.apply(from, to, bits)),
            _ => None,
        }
    }

    /// Returns whether a predicate holds, if that is known.
    fn compare(&self, defs: &Definitions, op: Binary, ty: Type, (a, b): (Value, Value), depth: u32) -> Option<bool> {
        let ranges = || (self.range_to(defs, a, depth), self.range_to(defs, b, depth));
        let unsigned = |(a, b): (Range, Range), may_be_equal: bool| match may_be_equal {
            _ if a.hi < b.lo || may_be_equal && a.hi == b.lo => Some(true),
            _ if a.lo > b.hi || !may_be_equal && a.lo == b.hi => Some(false),
            _ => None,
        };
        let not_negative = Range::not_negative(ty);
        let is_same_signed = |&(a, b): &(Range, Range)| a.is_within(not_negative) && b.is_within(not_negative);
        let signed = |may_be_equal| Some(ranges()).filter(is_same_signed).and_then(|both| unsigned(both, may_be_equal));
        match op {
            Binary::Equal | Binary::NotEqual => {
                let (x, y) = ranges();
                let is_equal = match (x.common(y), x.value(), y.value()) {
                    (None, _, _) => Some(false),
                    (_, Some(x), Some(y)) if x == y => Some(true),
                    _ if a == b => Some(true),
                    _ => None,
                };
                is_equal.map(|is_equal| is_equal == (op == Binary::Equal))
            }
            Binary::LessUnsigned => unsigned(ranges(), false),
            Binary::LessEqualUnsigned => unsigned(ranges(), true),
            Binary::LessSigned => signed(false),
            Binary::LessEqualSigned => signed(true),
            Binary::FloatEqual if a == b && self.is_number(defs, a) => Some(true),
            Binary::FloatNotEqual if a == b && self.is_number(defs, a) => Some(false),
            Binary::AddOverflowsSigned => {
                let (a, b) = Some(ranges()).filter(is_same_signed)?;
                a.sum(b, not_negative.hi).map(|_| false)
            }
            _ => None,
        }
    }

    /// Returns the condition of which this one is the negation, if it is one.
    pub(crate) fn negated(&self, defs: &Definitions, condition: Value) -> Option<Value> {
        match *defs.get(&condition)? {
            Expr::Binary(op @ (Binary::Xor | Binary::Equal), Type::I8, a, b) if self.range(defs, a).hi <= 1 => {
                let is_negation = self.range(defs, b).value()? == u64::from(op == Binary::Xor);
                is_negation.then_some(a)
            }
            _ => None,
        }
    }

    /// Learns that a condition holds, or that it does not.
    pub(crate) fn learn(&mut self, defs: &Definitions, condition: Value, holds: bool) {
        self.narrow(defs, condition, Range::one(holds.into()), DEPTH);
    }

    /// Learns that an integer is in a range.
    fn narrow(&mut self, defs: &Definitions, value: Value, to: Range, depth: u32) {
        let before = self.range(defs, value);
        // If nothing is common, this place is not reached.
        let Some(range) = before.common(to).filter(|&range| range != before && depth > 0) else { return };
        self.ranges.insert(value, range);
        match defs.get(&value) {
            Some(&Expr::Unary(Unary::ZeroExtend, _, _, of)) => self.narrow(defs, of, range, depth - 1),
            Some(&Expr::Binary(Binary::ShrUnsigned, ty, of, by)) => {
                if let Some(by) = self.range(defs, by).value().filter(|&by| by < ty.bits().into()) {
                    let (lo, hi) = (range.lo << by, range.hi << by | ((1 << by) - 1));
                    self.narrow(defs, of, Range { lo, hi }, depth - 1);
                }
            }
            Some(&Expr::Binary(op, ty, a, b)) if is_predicate(op) || ty == Type::I8 => {
                if let Some(holds) = range.value() {
                    self.learn_comparison(defs, (op, ty), (a, b), holds != 0, depth - 1);
                }
            }
            _ => {}
        }
    }

    /// Learns from a comparison that holds or not, or from a logical operation on two of them.
    fn learn_comparison(
        &mut self,
        defs: &Definitions,
        (op, ty): (Binary, Type),
        (a, b): (Value, Value),
        holds: bool,
        depth: u32,
    ) {
        let (x, y) = (self.range(defs, a), self.range(defs, b));
        let is_bool = |range: Range| range.hi <= 1;
        match (op, holds) {
            (Binary::Equal, true) | (Binary::NotEqual, false) => {
                self.narrow(defs, a, y, depth);
                self.narrow(defs, b, x, depth);
            }
            (Binary::Equal, false) | (Binary::NotEqual, true) => {
                self.exclude(defs, a, y, depth);
                self.exclude(defs, b, x, depth);
            }
            (Binary::LessUnsigned, true) => self.learn_less(defs, [(a, x), (b, y)], 1, depth),
            (Binary::LessUnsigned, false) => self.learn_less(defs, [(b, y), (a, x)], 0, depth),
            (Binary::LessEqualUnsigned, true) => self.learn_less(defs, [(a, x), (b, y)], 0, depth),
            (Binary::LessEqualUnsigned, false) => self.learn_less(defs, [(b, y), (a, x)], 1, depth),
            (Binary::LessSigned, true) => self.learn_less_signed(defs, ty, [(a, x), (b, y)], 1, depth),
            (Binary::LessSigned, false) => self.learn_less_signed(defs, ty, [(b, y), (a, x)], 0, depth),
            (Binary::LessEqualSigned, true) => self.learn_less_signed(defs, ty, [(a, x), (b, y)], 0, depth),
            (Binary::LessEqualSigned, false) => self.learn_less_signed(defs, ty, [(b, y), (a, x)], 1, depth),
            (Binary::Xor, _) if ty == Type::I8 && is_bool(x) && y == Range::one(1) => self.learn(defs, a, !holds),
            (Binary::And, true) if is_bool(x) && is_bool(y) => {
                self.learn(defs, a, true);
                self.learn(defs, b, true);
            }
            (Binary::Or, false) if is_bool(x) && is_bool(y) => {
                self.learn(defs, a, false);
                self.learn(defs, b, false);
            }
            (Binary::FloatEqual | Binary::FloatLess | Binary::FloatLessEqual, true)
            | (Binary::FloatNotEqual, false) => self.numbers.extend([a, b]),
            _ => {}
        }
    }

    /// Learns that an integer is not the only one of a range.
    fn exclude(&mut self, defs: &Definitions, value: Value, range: Range, depth: u32) {
        let Some(other) = range.value() else { return };
        let Range { lo, hi } = self.range(defs, value);
        if lo < hi && lo == other {
            self.narrow(defs, value, Range { lo: lo + 1, hi }, depth);
        } else if lo < hi && hi == other {
            self.narrow(defs, value, Range { lo, hi: hi - 1 }, depth);
        }
    }

    /// Learns that the first integer is below the second by at least `by`.
    fn learn_less(&mut self, defs: &Definitions, [(a, x), (b, y)]: [(Value, Range); 2], by: u64, depth: u32) {
        self.narrow(defs, a, Range { lo: 0, hi: y.hi.saturating_sub(by) }, depth);
        self.narrow(defs, b, Range { lo: x.lo.saturating_add(by), hi: u64::MAX }, depth);
    }

    /// Learns that the first integer, read as signed, is below the second by at least `by`.
    fn learn_less_signed(
        &mut self,
        defs: &Definitions,
        ty: Type,
        [(a, x), (b, y)]: [(Value, Range); 2],
        by: u64,
        depth: u32,
    ) {
        let not_negative = Range::not_negative(ty);
        if x.is_within(not_negative) {
            self.narrow(defs, b, Range { lo: x.lo.saturating_add(by), hi: not_negative.hi }, depth);
            if y.is_within(not_negative) {
                self.narrow(defs, a, Range { lo: 0, hi: y.hi.saturating_sub(by) }, depth);
            }
        }
    }
}

/// Returns whether the result is 1 or 0: whether something holds.
fn is_predicate(op: Binary) -> bool {
    op.result(Type::I64) == Type::I8
}
