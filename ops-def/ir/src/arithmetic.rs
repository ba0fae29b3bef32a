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
        let float = f64::from_bits(bits);
        let unused = 64 - from.bits();
        masked(
            to,
            match self {
                Unary::Not => !bits,
                Unary::LeadingZeros => u64::from(bits.leading_zeros() - unused),
                Unary::TrailingZeros => u64::from(bits.trailing_zeros().min(from.bits())),
                Unary::FloatNegate => (-float).to_bits(),
                Unary::FloatAbs => float.abs().to_bits(),
                Unary::FloatSqrt => float.sqrt().to_bits(),
                Unary::FloatFloor => float.floor().to_bits(),
                Unary::FloatCeil => float.ceil().to_bits(),
                Unary::FloatTrunc => float.trunc().to_bits(),
                Unary::Truncate | Unary::ZeroExtend | Unary::FloatToBits | Unary::FloatFromBits => bits,
                Unary::SignExtend => signed(from, bits) as u64,
                Unary::FloatFromSigned => (bits as i64 as f64).to_bits(),
                Unary::FloatFromUnsigned => (bits as f64).to_bits(),
                Unary::FloatToSigned => match to {
                    Type::I8 => float as i8 as u64,
                    Type::I16 => float as i16 as u64,
                    Type::I32 => float as i32 as u64,
                    Type::I64 | Type::F64 => float as i64 as u64,
                },
                Unary::FloatToUnsigned => match to {
                    Type::I8 => float as u8 as u64,
                    Type::I16 => float as u16 as u64,
                    Type::I32 => float as u32 as u64,
                    Type::I64 | Type::F64 => float as u64,
                },
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
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
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
                Binary::FloatAdd => (x + y).to_bits(),
                Binary::FloatSub => (x - y).to_bits(),
                Binary::FloatMul => (x * y).to_bits(),
                Binary::FloatDiv => (x / y).to_bits(),
                Binary::FloatEqual => u64::from(x == y),
                Binary::FloatNotEqual => u64::from(x != y),
                Binary::FloatLess => u64::from(x < y),
                Binary::FloatLessEqual => u64::from(x <= y),
            },
        )
    }
}
