//! Methods of numbers and pointers → C that is defined for every input.

use crate::ir::Intrinsic;
use crate::ty::{Integer, Ty};

use super::types;
use super::writer::Writer;

impl Writer {
    /// Emits a method of a value of type `ty`, and returns its result. The arguments are C expressions without side
    /// effects.
    pub(super) fn intrinsic(&mut self, intrinsic: Intrinsic, args: Vec<(String, &Ty)>, ty: &Ty, result: &Ty) -> String {
        // Most of the forms below write an argument more than once.
        let names: Vec<String> = args.into_iter().map(|(text, ty)| self.named(text, ty)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match ty.integer() {
            Some(integer) if intrinsic != Intrinsic::FloatFromBits => {
                self.integer_intrinsic(intrinsic, &names, ty, integer, result)
            }
            _ => other_intrinsic(intrinsic, &names, ty, result),
        }
    }

    fn integer_intrinsic(
        &mut self,
        intrinsic: Intrinsic,
        args: &[&str],
        ty: &Ty,
        integer: Integer,
        result: &Ty,
    ) -> String {
        let (c, wide) = (types::name(ty), types::wrapping(ty));
        let a = args[0];
        let b = args.get(1).copied().unwrap_or_default();
        let Integer { bits, signed } = integer;
        let (mask, max) = (bits - 1, types::int_literal(integer.max(), ty));
        let min = types::int_literal(if signed { !integer.max() } else { 0 }, ty);
        let unsigned = format!("uint{bits}_t");
        match intrinsic {
            Intrinsic::WrappingAdd => format!("(({c})(({wide}){a} + ({wide}){b}))"),
            Intrinsic::WrappingSub => format!("(({c})(({wide}){a} - ({wide}){b}))"),
            Intrinsic::WrappingMul => format!("(({c})(({wide}){a} * ({wide}){b}))"),
            Intrinsic::WrappingNeg => format!("(({c})(0 - ({wide}){a}))"),
            Intrinsic::WrappingAbs => format!("({a} < 0 ? ({c})(0 - ({wide}){a}) : {a})"),
            Intrinsic::WrappingShl => format!("(({c})(({wide}){a} << ({b} & {mask})))"),
            Intrinsic::WrappingShr => format!("(({c})({a} >> ({b} & {mask})))"),
            Intrinsic::CheckedAdd => self.checked("add", a, b, ty, result),
            Intrinsic::CheckedSub => self.checked("sub", a, b, ty, result),
            Intrinsic::CheckedMul => self.checked("mul", a, b, ty, result),
            Intrinsic::CheckedNeg => self.checked("sub", &format!("({c})0"), a, ty, result),
            Intrinsic::CheckedDiv | Intrinsic::CheckedRem => {
                let symbol = if intrinsic == Intrinsic::CheckedDiv { '/' } else { '%' };
                let overflow = if signed { format!(" || ({b} == -1 && {a} == {min})") } else { String::new() };
                let bad = self.keep(format!("{b} == 0{overflow}"), &Ty::BOOL);
                // The division is valid even where its result is not used.
                let value = self.keep(format!("{bad} ? 0 : ({c})({a} {symbol} {b})"), ty);
                self.keep(format!("{{!{bad}, {value}}}"), result)
            }
            Intrinsic::CheckedShl => {
                self.keep(format!("{{{b} < {bits}, ({c})(({wide}){a} << ({b} & {mask}))}}"), result)
            }
            Intrinsic::CheckedShr => self.keep(format!("{{{b} < {bits}, ({c})({a} >> ({b} & {mask}))}}"), result),
            Intrinsic::OverflowingAdd => self.overflowing("add", a, b, ty, result),
            Intrinsic::OverflowingSub => self.overflowing("sub", a, b, ty, result),
            Intrinsic::OverflowingMul => self.overflowing("mul", a, b, ty, result),
            Intrinsic::SaturatingAdd | Intrinsic::SaturatingSub => {
                let add = intrinsic == Intrinsic::SaturatingAdd;
                let (value, overflow) = self.with_overflow(if add { "add" } else { "sub" }, a, b, ty);
                let limit = match (signed, add) {
                    (true, _) => format!("({a} < 0 ? {min} : {max})"),
                    (false, true) => max,
                    (false, false) => min,
                };
                format!("({overflow} ? {limit} : {value})")
            }
            Intrinsic::SaturatingMul => {
                let (value, overflow) = self.with_overflow("mul", a, b, ty);
                let limit = if signed { format!("(({a} < 0) != ({b} < 0) ? {min} : {max})") } else { max };
                format!("({overflow} ? {limit} : {value})")
            }
            Intrinsic::RotateLeft | Intrinsic::RotateRight => {
                let (one, other) = if intrinsic == Intrinsic::RotateLeft { ("<<", ">>") } else { (">>", "<<") };
                let (bits_of_a, back) =
                    (format!("({wide})({unsigned}){a}"), format!("(({bits} - ({b} & {mask})) & {mask})"));
                format!("(({c})(({bits_of_a} {one} ({b} & {mask})) | ({bits_of_a} {other} {back})))")
            }
            Intrinsic::LeadingZeros => {
                let above = 64 - bits;
                format!("({a} == 0 ? {bits}u : (uint32_t)__builtin_clzll((uint64_t)({unsigned}){a}) - {above}u)")
            }
            Intrinsic::TrailingZeros => {
                format!("({a} == 0 ? {bits}u : (uint32_t)__builtin_ctzll((uint64_t)({unsigned}){a}))")
            }
            Intrinsic::CountOnes => format!("count_ones(({unsigned}){a})"),
            Intrinsic::SwapBytes if bits == 8 => a.to_owned(),
            Intrinsic::SwapBytes => format!("(({c})__builtin_bswap{bits}(({unsigned}){a}))"),
            Intrinsic::Min => format!("({b} < {a} ? {b} : {a})"),
            Intrinsic::Max => format!("({b} > {a} ? {b} : {a})"),
            Intrinsic::UnsignedAbs => format!("(({unsigned})({a} < 0 ? 0 - ({wide}){a} : ({wide}){a}))"),
            _ => unreachable!("not a method of integers"),
        }
    }

    /// Emits `a op b`, and returns the names of the wrapped value and of the overflow flag.
    fn with_overflow(&mut self, op: &str, a: &str, b: &str, ty: &Ty) -> (String, String) {
        let value = self.keep("0".into(), ty);
        let overflow = self.keep(format!("__builtin_{op}_overflow({a}, {b}, &{value})"), &Ty::BOOL);
        (value, overflow)
    }

    fn checked(&mut self, op: &str, a: &str, b: &str, ty: &Ty, result: &Ty) -> String {
        let (value, overflow) = self.with_overflow(op, a, b, ty);
        self.keep(format!("{{!{overflow}, {value}}}"), result)
    }

    fn overflowing(&mut self, op: &str, a: &str, b: &str, ty: &Ty, result: &Ty) -> String {
        let (value, overflow) = self.with_overflow(op, a, b, ty);
        self.keep(format!("{{{value}, {overflow}}}"), result)
    }
}

fn other_intrinsic(intrinsic: Intrinsic, args: &[&str], ty: &Ty, result: &Ty) -> String {
    let a = args[0];
    let b = args.get(1).copied().unwrap_or_default();
    let suffix = if *ty == Ty::F32 { "f" } else { "" };
    match intrinsic {
        Intrinsic::FloatAbs => format!("__builtin_fabs{suffix}({a})"),
        Intrinsic::FloatSqrt => format!("__builtin_sqrt{suffix}({a})"),
        Intrinsic::FloatFloor => format!("{ty}_floor({a})"),
        Intrinsic::FloatCeil => format!("{ty}_ceil({a})"),
        Intrinsic::FloatTrunc => format!("{ty}_trunc({a})"),
        Intrinsic::FloatRoundTiesEven => format!("{ty}_round_ties_even({a})"),
        Intrinsic::FloatCopySign => format!("__builtin_copysign{suffix}({a}, {b})"),
        Intrinsic::FloatIsSignNegative => format!("((_Bool)({ty}_to_bits({a}) >> (sizeof({a}) * 8 - 1)))"),
        Intrinsic::FloatMinimum => format!("{ty}_minimum({a}, {b})"),
        Intrinsic::FloatMaximum => format!("{ty}_maximum({a}, {b})"),
        Intrinsic::FloatMinimumNumber => format!("{ty}_minimum_number({a}, {b})"),
        Intrinsic::FloatMaximumNumber => format!("{ty}_maximum_number({a}, {b})"),
        Intrinsic::FloatIsNan => format!("((_Bool)({a} != {a}))"),
        Intrinsic::FloatToBits => format!("{ty}_to_bits({a})"),
        Intrinsic::FloatCanonicalBits => format!("{ty}_canonical_bits({a})"),
        Intrinsic::FloatQuiet => format!("{ty}_quiet({a})"),
        Intrinsic::FloatFromBits => format!("{result}_from_bits({a})"),
        // In unsigned bytes, so that an offset that is valid in Rust is not undefined in C.
        Intrinsic::PtrAdd | Intrinsic::PtrOffset => pointer_step(a, '+', b, ty),
        Intrinsic::PtrSub => pointer_step(a, '-', b, ty),
        Intrinsic::PtrIsNull => format!("((_Bool)({a} == 0))"),
        _ => unreachable!("not a method of floats or pointers"),
    }
}

fn pointer_step(pointer: &str, sign: char, count: &str, ty: &Ty) -> String {
    let c = types::name(ty);
    let element = c.trim_end_matches('*').trim();
    format!("(({c})((uintptr_t){pointer} {sign} (uintptr_t){count} * sizeof({element})))")
}
