//! Methods of numbers and pointers → operations that are defined for every input.

use mimeo_ir::{Binary, Type, Unary, ValueId};

use super::leaves::Leaves;
use super::lowerer::Lowerer;
use crate::ir::{Expr, Intrinsic};
use crate::ty::{self, Integer, Ty};

/// Returns the bits that represent every NaN of a type.
fn quiet_nan(ty: Type) -> u64 {
    if ty == Type::F32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 }
}

impl Lowerer<'_> {
    /// Evaluates a method. The receiver is the first argument.
    pub(super) fn intrinsic(&mut self, intrinsic: Intrinsic, args: &[Expr]) -> Leaves {
        let values: Vec<ValueId> = args.iter().map(|arg| self.one(arg)).collect();
        let a = values[0];
        let b = values.get(1).copied().unwrap_or(a);
        match args[0].ty.integer() {
            Some(integer) if intrinsic != Intrinsic::FloatFromBits => self.integer_intrinsic(intrinsic, integer, a, b),
            _ => vec![self.other_intrinsic(intrinsic, &args[0].ty, a, b)],
        }
    }

    fn integer_intrinsic(&mut self, intrinsic: Intrinsic, of: Integer, a: ValueId, b: ValueId) -> Leaves {
        let out = &mut self.out;
        let ty = out.ty(a);
        let by_sign = |signed, unsigned| if of.signed { signed } else { unsigned };
        let (add, sub, mul) = (
            (Binary::Add, by_sign(Binary::AddOverflowsSigned, Binary::AddOverflowsUnsigned)),
            (Binary::Sub, by_sign(Binary::SubOverflowsSigned, Binary::SubOverflowsUnsigned)),
            (Binary::Mul, by_sign(Binary::MulOverflowsSigned, Binary::MulOverflowsUnsigned)),
        );
        let less = by_sign(Binary::LessSigned, Binary::LessUnsigned);
        let shr = by_sign(Binary::ShrSigned, Binary::ShrUnsigned);
        let min = if of.signed { !of.max() } else { 0 };
        match intrinsic {
            Intrinsic::WrappingAdd => vec![out.binary(Binary::Add, a, b)],
            Intrinsic::WrappingSub => vec![out.binary(Binary::Sub, a, b)],
            Intrinsic::WrappingMul => vec![out.binary(Binary::Mul, a, b)],
            Intrinsic::WrappingNeg => {
                let zero = out.number(ty, 0);
                vec![out.binary(Binary::Sub, zero, a)]
            }
            Intrinsic::WrappingAbs | Intrinsic::UnsignedAbs => {
                let zero = out.number(ty, 0);
                let negative = out.binary(Binary::LessSigned, a, zero);
                let negated = out.binary(Binary::Sub, zero, a);
                vec![out.select(negative, negated, a)]
            }
            Intrinsic::WrappingShl => vec![self.shift(Binary::Shl, a, b)],
            Intrinsic::WrappingShr => vec![self.shift(shr, a, b)],
            Intrinsic::RotateLeft => vec![self.shift(Binary::RotateLeft, a, b)],
            Intrinsic::RotateRight => vec![self.shift(Binary::RotateRight, a, b)],
            Intrinsic::CheckedShl | Intrinsic::CheckedShr => {
                let width = out.number(Type::I32, of.bits.into());
                let good = out.binary(Binary::LessUnsigned, b, width);
                vec![good, self.shift(if intrinsic == Intrinsic::CheckedShl { Binary::Shl } else { shr }, a, b)]
            }
            Intrinsic::CheckedAdd => self.checked(add, a, b),
            Intrinsic::CheckedSub => self.checked(sub, a, b),
            Intrinsic::CheckedMul => self.checked(mul, a, b),
            Intrinsic::CheckedNeg => {
                let zero = out.number(ty, 0);
                self.checked(sub, zero, a)
            }
            Intrinsic::OverflowingAdd => self.overflowing(add, a, b),
            Intrinsic::OverflowingSub => self.overflowing(sub, a, b),
            Intrinsic::OverflowingMul => self.overflowing(mul, a, b),
            Intrinsic::CheckedDiv | Intrinsic::CheckedRem => {
                let zero = out.number(ty, 0);
                let mut bad = out.binary(Binary::Equal, b, zero);
                if of.signed {
                    let (least, minus_one) = (out.number(ty, min), out.number(ty, u64::MAX));
                    let is_least = out.binary(Binary::Equal, a, least);
                    let is_minus_one = out.binary(Binary::Equal, b, minus_one);
                    let overflows = out.binary(Binary::And, is_least, is_minus_one);
                    bad = out.binary(Binary::Or, bad, overflows);
                }
                // The division is defined even where its result is not used.
                let one = out.number(ty, 1);
                let divisor = out.select(bad, one, b);
                let op = if intrinsic == Intrinsic::CheckedDiv {
                    by_sign(Binary::DivSigned, Binary::DivUnsigned)
                } else {
                    by_sign(Binary::RemSigned, Binary::RemUnsigned)
                };
                let good = out.invert(bad);
                vec![good, out.binary(op, a, divisor)]
            }
            Intrinsic::SaturatingAdd | Intrinsic::SaturatingSub => {
                let is_add = intrinsic == Intrinsic::SaturatingAdd;
                let (op, overflows) = if is_add { add } else { sub };
                let (value, overflow) = (out.binary(op, a, b), out.binary(overflows, a, b));
                let (least, most) = (out.number(ty, min), out.number(ty, of.max()));
                let limit = match (of.signed, is_add) {
                    (true, _) => {
                        let zero = out.number(ty, 0);
                        let negative = out.binary(Binary::LessSigned, a, zero);
                        out.select(negative, least, most)
                    }
                    (false, true) => most,
                    (false, false) => least,
                };
                vec![out.select(overflow, limit, value)]
            }
            Intrinsic::SaturatingMul => {
                let (op, overflows) = mul;
                let (value, overflow) = (out.binary(op, a, b), out.binary(overflows, a, b));
                let mut limit = out.number(ty, of.max());
                if of.signed {
                    let (least, zero) = (out.number(ty, min), out.number(ty, 0));
                    let signs = out.binary(Binary::Xor, a, b);
                    let negative = out.binary(Binary::LessSigned, signs, zero);
                    limit = out.select(negative, least, limit);
                }
                vec![out.select(overflow, limit, value)]
            }
            Intrinsic::SwapBytes if ty == Type::I8 => vec![a],
            Intrinsic::SwapBytes => vec![out.unary(ty, Unary::SwapBytes, a)],
            Intrinsic::LeadingZeros | Intrinsic::TrailingZeros | Intrinsic::CountOnes => {
                let op = match intrinsic {
                    Intrinsic::LeadingZeros => Unary::LeadingZeros,
                    Intrinsic::TrailingZeros => Unary::TrailingZeros,
                    _ => Unary::CountOnes,
                };
                let count = out.unary(ty, op, a);
                vec![out.resize(count, false, Type::I32)]
            }
            Intrinsic::Min | Intrinsic::Max => {
                let is_less = if intrinsic == Intrinsic::Min { out.binary(less, b, a) } else { out.binary(less, a, b) };
                vec![out.select(is_less, b, a)]
            }
            _ => unreachable!("not a method of integers"),
        }
    }

    /// Shifts by a `u32`.
    fn shift(&mut self, op: Binary, a: ValueId, by: ValueId) -> ValueId {
        let by = self.out.resize(by, false, self.out.ty(a));
        self.out.binary(op, a, by)
    }

    fn checked(&mut self, op: (Binary, Binary), a: ValueId, b: ValueId) -> Leaves {
        let (value, overflow) = (self.out.binary(op.0, a, b), self.out.binary(op.1, a, b));
        vec![self.out.invert(overflow), value]
    }

    fn overflowing(&mut self, op: (Binary, Binary), a: ValueId, b: ValueId) -> Leaves {
        vec![self.out.binary(op.0, a, b), self.out.binary(op.1, a, b)]
    }

    fn other_intrinsic(&mut self, intrinsic: Intrinsic, ty: &Ty, a: ValueId, b: ValueId) -> ValueId {
        let out = &mut self.out;
        let same = out.ty(a);
        let float = |op| (same, op);
        let (to, op) = match intrinsic {
            Intrinsic::FloatAbs => float(Unary::FloatAbs),
            Intrinsic::FloatSqrt => float(Unary::FloatSqrt),
            Intrinsic::FloatFloor => float(Unary::FloatFloor),
            Intrinsic::FloatCeil => float(Unary::FloatCeil),
            Intrinsic::FloatTrunc => float(Unary::FloatTrunc),
            Intrinsic::FloatRoundTiesEven => float(Unary::FloatRoundTiesEven),
            Intrinsic::FloatCopySign => return out.binary(Binary::FloatCopySign, a, b),
            Intrinsic::FloatMinimum => return out.binary(Binary::FloatMinimum, a, b),
            Intrinsic::FloatMaximum => return out.binary(Binary::FloatMaximum, a, b),
            Intrinsic::FloatMinimumNumber => return self.other_than_nan(Binary::FloatMinimum, a, b),
            Intrinsic::FloatMaximumNumber => return self.other_than_nan(Binary::FloatMaximum, a, b),
            Intrinsic::FloatIsSignNegative => {
                let bits = out.bits(a);
                let zero = out.number(out.ty(bits), 0);
                return out.binary(Binary::LessSigned, bits, zero);
            }
            Intrinsic::FloatFromBits if same == Type::I32 => (Type::F32, Unary::FloatFromBits),
            Intrinsic::FloatFromBits => (Type::F64, Unary::FloatFromBits),
            Intrinsic::FloatToBits => return out.bits(a),
            Intrinsic::FloatIsNan => return out.binary(Binary::FloatNotEqual, a, a),
            Intrinsic::FloatCanonicalBits => return self.canonical_bits(a),
            Intrinsic::FloatQuiet => {
                let bits = self.canonical_bits(a);
                return self.out.unary(same, Unary::FloatFromBits, bits);
            }
            Intrinsic::PtrAdd | Intrinsic::PtrOffset => return self.pointer_step(Binary::Add, ty, a, b),
            Intrinsic::PtrSub => return self.pointer_step(Binary::Sub, ty, a, b),
            Intrinsic::PtrIsNull => {
                let null = out.number(Type::I64, 0);
                return out.binary(Binary::Equal, a, null);
            }
            _ => unreachable!("not a method of floats or pointers"),
        };
        out.unary(to, op, a)
    }

    /// Returns the bits of a float, and those of one NaN for all NaNs.
    fn canonical_bits(&mut self, value: ValueId) -> ValueId {
        let is_nan = self.out.binary(Binary::FloatNotEqual, value, value);
        let bits = self.out.bits(value);
        let nan = self.out.number(self.out.ty(bits), quiet_nan(self.out.ty(value)));
        self.out.select(is_nan, nan, bits)
    }

    /// Returns the smaller or the larger float, or the other one if one is a NaN.
    fn other_than_nan(&mut self, op: Binary, a: ValueId, b: ValueId) -> ValueId {
        let [is_a_nan, is_b_nan] = [a, b].map(|value| self.out.binary(Binary::FloatNotEqual, value, value));
        let both = self.out.binary(op, a, b);
        let number = self.out.select(is_b_nan, a, both);
        self.out.select(is_a_nan, b, number)
    }

    /// Moves a pointer by a number of elements.
    fn pointer_step(&mut self, op: Binary, ty: &Ty, pointer: ValueId, count: ValueId) -> ValueId {
        let Ty::Ptr { to, .. } = ty else { unreachable!("the receiver is a pointer") };
        let element = ty::layout(to, &self.module.structs).expect("the checker lets only sized elements be counted");
        let size = self.out.number(Type::I64, element.size.into());
        let bytes = self.out.binary(Binary::Mul, count, size);
        self.out.binary(op, pointer, bytes)
    }
}
