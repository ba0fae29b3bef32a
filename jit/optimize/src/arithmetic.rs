//! An operation of a body → Cranelift's instructions for it.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlags, Value, types};
use cranelift_frontend::FunctionBuilder;
use mimeo_ir::{Binary, Type, Unary};

/// Returns Cranelift's type.
pub(crate) fn clif_type(ty: Type) -> types::Type {
    match ty {
        Type::I8 => types::I8,
        Type::I16 => types::I16,
        Type::I32 => types::I32,
        Type::I64 => types::I64,
        Type::F32 => types::F32,
        Type::F64 => types::F64,
    }
}

/// Returns a number with these bits.
pub(crate) fn constant<'f>(ins: impl InstBuilder<'f>, ty: Type, bits: u64) -> Value {
    match ty {
        Type::F32 => ins.f32const(f32::from_bits(bits as u32)),
        Type::F64 => ins.f64const(f64::from_bits(bits)),
        ty => ins.iconst(clif_type(ty), bits as i64),
    }
}

/// Emits an operation on one value.
pub(crate) fn unary(b: &mut FunctionBuilder<'_>, op: Unary, to: Type, of: Value) -> Value {
    let ty = clif_type(to);
    match op {
        Unary::Not => b.ins().bnot(of),
        Unary::LeadingZeros => b.ins().clz(of),
        Unary::TrailingZeros => b.ins().ctz(of),
        Unary::CountOnes => b.ins().popcnt(of),
        Unary::SwapBytes => b.ins().bswap(of),
        Unary::FloatNegate => b.ins().fneg(of),
        Unary::FloatAbs => b.ins().fabs(of),
        Unary::FloatSqrt => b.ins().sqrt(of),
        Unary::FloatFloor => b.ins().floor(of),
        Unary::FloatCeil => b.ins().ceil(of),
        Unary::FloatTrunc => b.ins().trunc(of),
        Unary::FloatRoundTiesEven => b.ins().nearest(of),
        Unary::Truncate => b.ins().ireduce(ty, of),
        Unary::SignExtend => b.ins().sextend(ty, of),
        Unary::ZeroExtend => b.ins().uextend(ty, of),
        Unary::FloatToBits | Unary::FloatFromBits => b.ins().bitcast(ty, MemFlags::new(), of),
        Unary::FloatFromSigned => b.ins().fcvt_from_sint(ty, of),
        Unary::FloatFromUnsigned => b.ins().fcvt_from_uint(ty, of),
        Unary::FloatPromote => b.ins().fpromote(ty, of),
        Unary::FloatDemote => b.ins().fdemote(ty, of),
        Unary::FloatToSigned if to.bits() >= 32 => b.ins().fcvt_to_sint_sat(ty, of),
        Unary::FloatToUnsigned if to.bits() >= 32 => b.ins().fcvt_to_uint_sat(ty, of),
        Unary::FloatToSigned => {
            let wide = b.ins().fcvt_to_sint_sat(types::I32, of);
            let (min, max) = (-(1_i64 << (to.bits() - 1)), (1_i64 << (to.bits() - 1)) - 1);
            let min = b.ins().iconst(types::I32, min & 0xffff_ffff);
            let max = b.ins().iconst(types::I32, max);
            let clamped = b.ins().smax(wide, min);
            let clamped = b.ins().smin(clamped, max);
            b.ins().ireduce(ty, clamped)
        }
        Unary::FloatToUnsigned => {
            let wide = b.ins().fcvt_to_uint_sat(types::I32, of);
            let max = b.ins().iconst(types::I32, (1_i64 << to.bits()) - 1);
            let clamped = b.ins().umin(wide, max);
            b.ins().ireduce(ty, clamped)
        }
    }
}

/// Emits an operation on two values.
pub(crate) fn binary(b: &mut FunctionBuilder<'_>, op: Binary, x: Value, y: Value) -> Value {
    match op {
        Binary::Add => b.ins().iadd(x, y),
        Binary::Sub => b.ins().isub(x, y),
        Binary::Mul => b.ins().imul(x, y),
        Binary::DivSigned => b.ins().sdiv(x, y),
        Binary::DivUnsigned => b.ins().udiv(x, y),
        Binary::RemSigned => b.ins().srem(x, y),
        Binary::RemUnsigned => b.ins().urem(x, y),
        Binary::And => b.ins().band(x, y),
        Binary::Or => b.ins().bor(x, y),
        Binary::Xor => b.ins().bxor(x, y),
        Binary::Shl => b.ins().ishl(x, y),
        Binary::ShrSigned => b.ins().sshr(x, y),
        Binary::ShrUnsigned => b.ins().ushr(x, y),
        Binary::RotateLeft => b.ins().rotl(x, y),
        Binary::RotateRight => b.ins().rotr(x, y),
        Binary::AddOverflowsSigned => b.ins().sadd_overflow(x, y).1,
        Binary::AddOverflowsUnsigned => b.ins().uadd_overflow(x, y).1,
        Binary::SubOverflowsSigned => b.ins().ssub_overflow(x, y).1,
        Binary::SubOverflowsUnsigned => b.ins().usub_overflow(x, y).1,
        Binary::MulOverflowsSigned => b.ins().smul_overflow(x, y).1,
        Binary::MulOverflowsUnsigned => b.ins().umul_overflow(x, y).1,
        Binary::Equal => b.ins().icmp(IntCC::Equal, x, y),
        Binary::NotEqual => b.ins().icmp(IntCC::NotEqual, x, y),
        Binary::LessSigned => b.ins().icmp(IntCC::SignedLessThan, x, y),
        Binary::LessUnsigned => b.ins().icmp(IntCC::UnsignedLessThan, x, y),
        Binary::LessEqualSigned => b.ins().icmp(IntCC::SignedLessThanOrEqual, x, y),
        Binary::LessEqualUnsigned => b.ins().icmp(IntCC::UnsignedLessThanOrEqual, x, y),
        Binary::FloatAdd => b.ins().fadd(x, y),
        Binary::FloatSub => b.ins().fsub(x, y),
        Binary::FloatMul => b.ins().fmul(x, y),
        Binary::FloatDiv => b.ins().fdiv(x, y),
        Binary::FloatMinimum => b.ins().fmin(x, y),
        Binary::FloatMaximum => b.ins().fmax(x, y),
        Binary::FloatCopySign => b.ins().fcopysign(x, y),
        // Whether a float is a NaN, which takes one jump less.
        Binary::FloatEqual if x == y => b.ins().fcmp(FloatCC::Ordered, x, y),
        Binary::FloatNotEqual if x == y => b.ins().fcmp(FloatCC::Unordered, x, y),
        Binary::FloatEqual => b.ins().fcmp(FloatCC::Equal, x, y),
        Binary::FloatNotEqual => b.ins().fcmp(FloatCC::NotEqual, x, y),
        Binary::FloatLess => b.ins().fcmp(FloatCC::LessThan, x, y),
        Binary::FloatLessEqual => b.ins().fcmp(FloatCC::LessThanOrEqual, x, y),
    }
}
