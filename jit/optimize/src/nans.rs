//! NaNs: where one can stand for another, so that they need not be made canonical between two operations.
//!
//! An op whose result is a computed double makes the bits of a NaN canonical, because they can be looked at. Arithmetic
//! and comparisons cannot tell one NaN from another. So what such an op computed is used as it is, and so it is kept in the
//! variable of a slot. Its bits become canonical where they are looked at or leave the region.

use cranelift_codegen::ir::Value;
use mimeo_ir::{Binary, Type, Unary};

use crate::known::{Definitions, Expr};
use crate::values::Values;

/// The bits of the canonical NaN of 64 bits, which are kept in variables.
const CANONICAL: u64 = canonical(Type::F64);

/// Returns the bits of the canonical NaN of a type.
const fn canonical(float: Type) -> u64 {
    if matches!(float, Type::F64) { 0x7ff8 << 48 } else { 0x7fc0 << 16 }
}

/// Returns the float, with its type, whose bits are a value with this definition, after those of NaNs were made canonical.
pub(crate) fn canonical_bits_of(defs: &Definitions, expr: &Expr) -> Option<(Type, Value)> {
    let &Expr::Select(is_nan, nan, bits) = expr else { return None };
    match (defs.get(&is_nan)?, defs.get(&nan)?, defs.get(&bits)?) {
        (
            &Expr::Binary(Binary::FloatNotEqual, ty, a, b),
            &Expr::Const(_, nan),
            &Expr::Unary(Unary::FloatToBits, _, _, double),
        ) if a == double && b == double && nan == canonical(ty) => Some((ty, double)),
        _ => None,
    }
}

/// Returns whether an operation on a float passes on bits of a NaN.
fn shows_bits(op: Unary) -> bool {
    matches!(op, Unary::FloatToBits | Unary::FloatNegate | Unary::FloatAbs)
}

impl Values<'_> {
    /// Returns an expression with the same value, or another NaN if that is one, that takes less.
    pub(crate) fn with_any_nans(&self, expr: Expr) -> Expr {
        match expr {
            // The sign of the second operand is a bit of a NaN, too.
            Expr::Binary(Binary::FloatCopySign, ..) => expr,
            Expr::Binary(op, ty, a, b) if op.is_float() => Expr::Binary(op, ty, self.any_nan(a), self.any_nan(b)),
            Expr::Unary(op, from, to, of) if !from.is_int() && !shows_bits(op) => {
                Expr::Unary(op, from, to, self.any_nan(of))
            }
            _ => expr,
        }
    }

    /// Returns the double from which another one was made whose NaNs are canonical.
    fn any_nan(&self, double: Value) -> Value {
        match self.definition(double) {
            Some(&Expr::Unary(Unary::FloatFromBits, _, _, bits)) => self.double_with(bits).unwrap_or(double),
            _ => double,
        }
    }

    /// Returns the double from which bits were made whose NaNs are canonical.
    fn double_with(&self, bits: Value) -> Option<Value> {
        canonical_bits_of(self.definitions(), self.definition(bits)?).map(|(_, float)| float)
    }

    /// Returns a double that [stands](Values::canonical_bits) for bits, if it is known that they are not those of a NaN
    /// that is not canonical.
    pub(crate) fn double_for(&mut self, bits: Value) -> Option<Value> {
        if let Some(double) = self.double_with(bits) {
            return Some(double);
        }
        let double = self.double_of(bits);
        self.is_number(double).then_some(double)
    }

    /// Returns the bits of a double, and those of the canonical NaN if it is one.
    pub(crate) fn canonical_bits(&mut self, double: Value) -> Value {
        let bits = self.bits_of(double);
        if self.is_number(double) {
            return bits;
        }
        let is_nan = self.value(Expr::Binary(Binary::FloatNotEqual, Type::F64, double, double));
        let nan = self.constant(Type::I64, CANONICAL);
        self.value(Expr::Select(is_nan, nan, bits))
    }

    /// Returns whether bits are those of a NaN that is not canonical.
    pub(crate) fn is_other_nan(&mut self, double: Value) -> Value {
        let (bits, canonical) = (self.bits_of(double), self.canonical_bits(double));
        self.value(Expr::Binary(Binary::NotEqual, Type::I64, bits, canonical))
    }
}
