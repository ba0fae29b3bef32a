//! Operations and the bits of their operands → the bits of the result, as every tier computes them.

use crate::body::{Binary, Type, Unary};

/// Returns the low bits of a word that a type has.
fn masked(ty: Type, bits: u64) -> u64 {
    bits & u64::MAX >> (64 - ty.bits())
}

/// Returns the number that bits represent in two's complement.
fn signed(ty: Type, bits: u64) -> i64 {
    let unused = 64 - ty.bits();
    (bits << unused) as i64 >> unused
}

impl Type {
    /// Returns whether these are the bits of a NaN.
    ///
    /// ```
    /// use mimeo_ir::Type;
    ///
    /// assert!(Type::F32.is_nan(0x7fc0_0000) && !Type::I32.is_nan(0x7fc0_0000));
    /// ```
    pub fn is_nan(self, bits: u64) -> bool {
        match self {
            Type::F32 => f32::from_bits(bits as u32).is_nan(),
            Type::F64 => f64::from_bits(bits).is_nan(),
            _ => false,
        }
    }
}

/// Defines the operations of one type of floats.
macro_rules! floats {
    ($float:ident, $bits:ident, $unary:ident, $binary:ident) => {
        fn $unary(op: Unary, to: Type, bits: u64) -> u64 {
            let x = $float::from_bits(bits as $bits);
            let rounded = match op {
                Unary::FloatNegate => -x,
                Unary::FloatAbs => x.abs(),
                Unary::FloatSqrt => x.sqrt(),
                Unary::FloatFloor => x.floor(),
                Unary::FloatCeil => x.ceil(),
                Unary::FloatTrunc => x.trunc(),
                Unary::FloatRoundTiesEven => x.round_ties_even(),
                Unary::FloatPromote => return f64::from(x as f32).to_bits(),
                Unary::FloatDemote => return (x as f32).to_bits().into(),
                Unary::FloatToSigned => {
                    return match to {
                        Type::I8 => x as i8 as u64,
                        Type::I16 => x as i16 as u64,
                        Type::I32 => x as i32 as u64,
                        _ => x as i64 as u64,
                    };
                }
                Unary::FloatToUnsigned => {
                    return match to {
                        Type::I8 => x as u8 as u64,
                        Type::I16 => x as u16 as u64,
                        Type::I32 => x as u32 as u64,
                        _ => x as u64,
                    };
                }
                _ => return bits,
            };
            rounded.to_bits().into()
        }

        fn $binary(op: Binary, a: u64, b: u64) -> u64 {
            let (x, y) = ($float::from_bits(a as $bits), $float::from_bits(b as $bits));
            let result = match op {
                Binary::FloatAdd => x + y,
                Binary::FloatSub => x - y,
                Binary::FloatMul => x * y,
                Binary::FloatDiv => x / y,
                // Equal floats differ in the sign of 0 only.
                Binary::FloatMinimum if x == y => return a | b,
                Binary::FloatMaximum if x == y => return a & b,
                Binary::FloatMinimum | Binary::FloatMaximum if x.is_nan() || y.is_nan() => x + y,
                Binary::FloatMinimum => x.min(y),
                Binary::FloatMaximum => x.max(y),
                Binary::FloatCopySign => x.copysign(y),
                Binary::FloatEqual => return (x == y).into(),
                Binary::FloatNotEqual => return (x != y).into(),
                Binary::FloatLess => return (x < y).into(),
                _ => return (x <= y).into(),
            };
            result.to_bits().into()
        }
    };
}

floats!(f32, u32, unary_f32, binary_f32);
floats!(f64, u64, unary_f64, binary_f64);

impl Unary {
    /// Returns the bits of the result. `bits` are those of a value of the type `from`, without others set.
    ///
    /// The bits of a NaN that arithmetic computes differ between processors.
    ///
    /// ```
    /// use mimeo_ir::{Type, Unary};
    ///
    /// assert_eq!(Unary::SignExtend.apply(Type::I8, Type::I16, 0x80), 0xff80);
    /// assert_eq!(Unary::FloatToSigned.apply(Type::F64, Type::I8, 300f64.to_bits()), 127);
    /// ```
    pub fn apply(self, from: Type, to: Type, bits: u64) -> u64 {
        let unused = 64 - from.bits();
        masked(
            to,
            match self {
                Unary::Not => !bits,
                Unary::LeadingZeros => u64::from(bits.leading_zeros() - unused),
                Unary::TrailingZeros => u64::from(bits.trailing_zeros().min(from.bits())),
                Unary::CountOnes => bits.count_ones().into(),
                Unary::SwapBytes => bits.swap_bytes() >> unused,
                Unary::Truncate | Unary::ZeroExtend | Unary::FloatToBits | Unary::FloatFromBits => bits,
                Unary::SignExtend => signed(from, bits) as u64,
                Unary::FloatFromSigned if to == Type::F32 => (bits as i64 as f32).to_bits().into(),
                Unary::FloatFromUnsigned if to == Type::F32 => (bits as f32).to_bits().into(),
                Unary::FloatFromSigned => (bits as i64 as f64).to_bits(),
                Unary::FloatFromUnsigned => (bits as f64).to_bits(),
                _ if from == Type::F32 => unary_f32(self, to, bits),
                _ => unary_f64(self, to, bits),
            },
        )
    }
}

impl Binary {
    /// Returns the bits of the result for operands of the type `of`, which have no other bits set.
    ///
    /// ```
    /// use mimeo_ir::{Binary, Type};
    ///
    /// assert_eq!(Binary::Add.apply(Type::I8, 0xff, 2), 1);
    /// assert_eq!(Binary::AddOverflowsUnsigned.apply(Type::I8, 0xff, 2), 1);
    /// assert_eq!(Binary::AddOverflowsSigned.apply(Type::I8, 0xff, 2), 0);
    /// ```
    ///
    /// # Panics
    ///
    /// If a divisor is 0, or the quotient of the least number and -1 is not in range, which a body rules out (test
    /// `undefined_divisions_panic`).
    pub fn apply(self, of: Type, a: u64, b: u64) -> u64 {
        let width = of.bits();
        let (left, right) = (signed(of, a), signed(of, b));
        let (wide_left, wide_right) = (i128::from(left), i128::from(right));
        let by = (b % u64::from(width)) as u32;
        // The sum, difference or product without overflow is the same number after it is cut to the width.
        let overflows_signed = |wide: i128| u64::from(wide != i128::from(signed(of, wide as u64)));
        let overflows_unsigned = |wide: i128| u64::from(wide != i128::from(masked(of, wide as u64)));
        let (unsigned_left, unsigned_right) = (i128::from(a), i128::from(b));
        masked(
            self.result(of),
            match self {
                Binary::Add => a.wrapping_add(b),
                Binary::Sub => a.wrapping_sub(b),
                Binary::Mul => a.wrapping_mul(b),
                Binary::DivSigned => (left / right) as u64,
                Binary::DivUnsigned => a / b,
                Binary::RemSigned => (left % right) as u64,
                Binary::RemUnsigned => a % b,
                Binary::And => a & b,
                Binary::Or => a | b,
                Binary::Xor => a ^ b,
                Binary::Shl => a << by,
                Binary::ShrSigned => (left >> by) as u64,
                Binary::ShrUnsigned => a >> by,
                Binary::RotateLeft => a << by | a.checked_shr(width - by).unwrap_or(0),
                Binary::RotateRight => a >> by | a.checked_shl(width - by).unwrap_or(0),
                Binary::AddOverflowsSigned => overflows_signed(wide_left + wide_right),
                Binary::SubOverflowsSigned => overflows_signed(wide_left - wide_right),
                Binary::MulOverflowsSigned => overflows_signed(wide_left * wide_right),
                Binary::AddOverflowsUnsigned => overflows_unsigned(unsigned_left + unsigned_right),
                Binary::SubOverflowsUnsigned => overflows_unsigned(unsigned_left - unsigned_right),
                Binary::MulOverflowsUnsigned => u64::from((u128::from(a) * u128::from(b)) >> width != 0),
                Binary::Equal => u64::from(a == b),
                Binary::NotEqual => u64::from(a != b),
                Binary::LessSigned => u64::from(left < right),
                Binary::LessUnsigned => u64::from(a < b),
                Binary::LessEqualSigned => u64::from(left <= right),
                Binary::LessEqualUnsigned => u64::from(a <= b),
                _ if of == Type::F32 => binary_f32(self, a, b),
                _ => binary_f64(self, a, b),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [u64; 12] =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0x8000_0000_0000_0000, u64::MAX];

    /// Compares an operation on all pairs of a type with Rust's.
    fn check(ty: Type, op: Binary, rust: impl Fn(u64, u64) -> u64) {
        for a in NUMBERS.map(|bits| masked(ty, bits)) {
            for b in NUMBERS.map(|bits| masked(ty, bits)) {
                assert_eq!(op.apply(ty, a, b), rust(a, b), "{op:?} of {a:#x} and {b:#x} as {ty}");
            }
        }
    }

    /// Compares the operations that wrap or overflow with the methods of Rust's integers.
    macro_rules! integers {
        ($ty:expr, $signed:ty, $unsigned:ty) => {
            let signed = |a: u64, b: u64| (a as $signed, b as $signed);
            let unsigned = |a: u64, b: u64| (a as $unsigned, b as $unsigned);
            let pair = |f: fn($signed, $signed) -> bool| move |a, b| signed(a, b).0.pipe(signed(a, b).1, f).into();
            let upair =
                |f: fn($unsigned, $unsigned) -> bool| move |a, b| unsigned(a, b).0.pipe(unsigned(a, b).1, f).into();
            check($ty, Binary::Add, |a, b| (a as $unsigned).wrapping_add(b as $unsigned).into());
            check($ty, Binary::Sub, |a, b| (a as $unsigned).wrapping_sub(b as $unsigned).into());
            check($ty, Binary::Mul, |a, b| (a as $unsigned).wrapping_mul(b as $unsigned).into());
            check($ty, Binary::Shl, |a, b| (a as $unsigned).wrapping_shl(b as u32).into());
            check($ty, Binary::ShrUnsigned, |a, b| (a as $unsigned).wrapping_shr(b as u32).into());
            check($ty, Binary::ShrSigned, |a, b| ((a as $signed).wrapping_shr(b as u32) as $unsigned).into());
            check($ty, Binary::RotateLeft, |a, b| (a as $unsigned).rotate_left(b as u32).into());
            check($ty, Binary::RotateRight, |a, b| (a as $unsigned).rotate_right(b as u32).into());
            check($ty, Binary::AddOverflowsSigned, pair(|a, b| a.checked_add(b).is_none()));
            check($ty, Binary::SubOverflowsSigned, pair(|a, b| a.checked_sub(b).is_none()));
            check($ty, Binary::MulOverflowsSigned, pair(|a, b| a.checked_mul(b).is_none()));
            check($ty, Binary::AddOverflowsUnsigned, upair(|a, b| a.checked_add(b).is_none()));
            check($ty, Binary::SubOverflowsUnsigned, upair(|a, b| a.checked_sub(b).is_none()));
            check($ty, Binary::MulOverflowsUnsigned, upair(|a, b| a.checked_mul(b).is_none()));
            check($ty, Binary::LessSigned, pair(|a, b| a < b));
            check($ty, Binary::LessEqualSigned, pair(|a, b| a <= b));
            check($ty, Binary::LessUnsigned, upair(|a, b| a < b));
            check($ty, Binary::LessEqualUnsigned, upair(|a, b| a <= b));
            for bits in NUMBERS.map(|bits| masked($ty, bits)) {
                let apply = |op: Unary| op.apply($ty, $ty, bits);
                assert_eq!(apply(Unary::LeadingZeros), u64::from((bits as $unsigned).leading_zeros()));
                assert_eq!(apply(Unary::TrailingZeros), u64::from((bits as $unsigned).trailing_zeros()));
                assert_eq!(apply(Unary::Not), u64::from(!(bits as $unsigned)));
                assert_eq!(apply(Unary::CountOnes), u64::from((bits as $unsigned).count_ones()));
                assert_eq!(apply(Unary::SwapBytes), u64::from((bits as $unsigned).swap_bytes()));
            }
        };
    }

    /// Passes a value and another to a function.
    trait Pipe: Sized {
        fn pipe<T>(self, other: Self, f: impl Fn(Self, Self) -> T) -> T {
            f(self, other)
        }
    }

    impl<N> Pipe for N {}

    #[test]
    fn integers_wrap_and_overflow_as_in_rust() {
        integers!(Type::I8, i8, u8);
        integers!(Type::I16, i16, u16);
        integers!(Type::I32, i32, u32);
        integers!(Type::I64, i64, u64);
    }

    #[test]
    fn conversions_are_those_of_rust() {
        for float in [0.0, -0.0, 1.5, -1.5, 127.0, 128.0, 1e10, -1e10, 1e300, f64::INFINITY, f64::NAN] {
            let to = |op: Unary, ty| op.apply(Type::F64, ty, float.to_bits());
            assert_eq!(to(Unary::FloatToSigned, Type::I8), u64::from(float as i8 as u8));
            assert_eq!(to(Unary::FloatToSigned, Type::I16), u64::from(float as i16 as u16));
            assert_eq!(to(Unary::FloatToSigned, Type::I32), u64::from(float as i32 as u32));
            assert_eq!(to(Unary::FloatToSigned, Type::I64), float as i64 as u64);
            assert_eq!(to(Unary::FloatToUnsigned, Type::I8), u64::from(float as u8));
            assert_eq!(to(Unary::FloatToUnsigned, Type::I16), u64::from(float as u16));
            assert_eq!(to(Unary::FloatToUnsigned, Type::I32), u64::from(float as u32));
            assert_eq!(to(Unary::FloatToUnsigned, Type::I64), float as u64);
            assert_eq!(to(Unary::FloatFloor, Type::F64), float.floor().to_bits());
            assert_eq!(to(Unary::FloatNegate, Type::F64), (-float).to_bits());
        }
        for float in [0.0, -0.0, 1.5, -1.5, 127.0, 128.0, 1e10, -1e10, 3e38, 1e-45, f32::INFINITY, f32::NAN] {
            let bits = u64::from(float.to_bits());
            let to = |op: Unary, ty| op.apply(Type::F32, ty, bits);
            assert_eq!(to(Unary::FloatToSigned, Type::I8), u64::from(float as i8 as u8));
            assert_eq!(to(Unary::FloatToSigned, Type::I64), float as i64 as u64);
            assert_eq!(to(Unary::FloatToUnsigned, Type::I16), u64::from(float as u16));
            assert_eq!(to(Unary::FloatPromote, Type::F64), f64::from(float).to_bits());
            assert_eq!(to(Unary::FloatCeil, Type::F32), float.ceil().to_bits().into());
            assert_eq!(to(Unary::FloatNegate, Type::F32), (-float).to_bits().into());
        }
        assert_eq!(Unary::FloatDemote.apply(Type::F64, Type::F32, 0.1f64.to_bits()), 0.1f32.to_bits().into());
        // Directly: by way of a double it would be rounded twice.
        let number = 0x8000_0080_0000_0001;
        let rounded = |op: Unary| op.apply(Type::I64, Type::F32, number);
        assert_eq!(rounded(Unary::FloatFromUnsigned), (number as f32).to_bits().into());
        assert_ne!(rounded(Unary::FloatFromUnsigned), (number as f64 as f32).to_bits().into());
        assert_eq!(rounded(Unary::FloatFromSigned), (number as i64 as f32).to_bits().into());
        assert_eq!(Unary::FloatFromSigned.apply(Type::I64, Type::F64, u64::MAX), (-1f64).to_bits());
        assert_eq!(Unary::FloatFromUnsigned.apply(Type::I64, Type::F64, u64::MAX), (u64::MAX as f64).to_bits());
        assert_eq!(Unary::SignExtend.apply(Type::I16, Type::I32, 0x8000), 0xffff_8000);
        assert_eq!(Unary::ZeroExtend.apply(Type::I16, Type::I32, 0x8000), 0x8000);
        assert_eq!(Unary::Truncate.apply(Type::I32, Type::I8, 0x1234), 0x34);
    }

    #[test]
    fn divisions_have_the_sign_of_their_type() {
        assert_eq!(Binary::DivSigned.apply(Type::I8, 0xf9, 2), 0xfd);
        assert_eq!(Binary::DivUnsigned.apply(Type::I8, 0xf9, 2), 0x7c);
        assert_eq!(Binary::RemSigned.apply(Type::I8, 0xf9, 2), 0xff);
        assert_eq!(Binary::RemUnsigned.apply(Type::I8, 0xf9, 2), 1);
    }

    #[test]
    fn undefined_divisions_panic() {
        let is_undefined = |op: Binary, a, b| std::panic::catch_unwind(|| op.apply(Type::I64, a, b)).is_err();
        assert!(is_undefined(Binary::DivSigned, 1, 0));
        assert!(is_undefined(Binary::DivSigned, 1 << 63, u64::MAX));
        assert!(is_undefined(Binary::RemUnsigned, 1, 0));
    }

    #[test]
    fn the_smaller_zero_is_negative_and_a_nan_is_passed_on() {
        let bits = |x: f64| x.to_bits();
        let minimum = |x: f64, y: f64| Binary::FloatMinimum.apply(Type::F64, bits(x), bits(y));
        let maximum = |x: f64, y: f64| Binary::FloatMaximum.apply(Type::F64, bits(x), bits(y));
        assert_eq!([minimum(0.0, -0.0), minimum(-0.0, 0.0), minimum(-0.0, -0.0)], [bits(-0.0); 3]);
        assert_eq!([maximum(0.0, -0.0), maximum(-0.0, 0.0), maximum(0.0, 0.0)], [bits(0.0); 3]);
        assert_eq!((minimum(1.0, 2.0), maximum(1.0, 2.0), maximum(-3.0, -3.0)), (bits(1.0), bits(2.0), bits(-3.0)));
        assert!(Type::F64.is_nan(minimum(f64::NAN, 1.0)) && Type::F64.is_nan(maximum(f64::INFINITY, f64::NAN)));
        let single = |x: f32| u64::from(x.to_bits());
        assert_eq!(Binary::FloatMinimum.apply(Type::F32, single(0.0), single(-0.0)), single(-0.0));
        assert_eq!(Binary::FloatCopySign.apply(Type::F32, single(1.5), single(-0.0)), single(-1.5));
        assert_eq!(Unary::FloatRoundTiesEven.apply(Type::F32, Type::F32, single(-2.5)), single(-2.0));
    }

    #[test]
    fn comparisons_of_floats_are_false_for_a_nan() {
        let nan = f32::NAN.to_bits().into();
        assert_eq!(Binary::FloatLess.apply(Type::F32, nan, nan), 0);
        assert_eq!(Binary::FloatNotEqual.apply(Type::F32, nan, nan), 1);
        let nan = f64::NAN.to_bits();
        for op in [Binary::FloatEqual, Binary::FloatLess, Binary::FloatLessEqual] {
            assert_eq!((op.apply(Type::F64, nan, nan), op.apply(Type::F64, 0, nan)), (0, 0), "{op:?}");
        }
        assert_eq!(Binary::FloatNotEqual.apply(Type::F64, nan, nan), 1);
        assert_eq!(Binary::FloatEqual.apply(Type::F64, 0, (-0f64).to_bits()), 1);
    }
}
