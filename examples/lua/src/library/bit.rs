//! The table `bit`: 32-bit operations on numbers.

use std::io::Write as _;

use mimeo::Thrown;

use super::{Functions, define_module};
use crate::ops::ops::{Value, Vm};
use crate::runtime::Call;

const FUNCTIONS: Functions = &[
    ("arshift", arshift),
    ("band", band),
    ("bnot", bnot),
    ("bor", bor),
    ("bswap", bswap),
    ("bxor", bxor),
    ("lshift", lshift),
    ("rol", rol),
    ("ror", ror),
    ("rshift", rshift),
    ("tobit", tobit),
    ("tohex", tohex),
];

pub(super) fn open(vm: &mut Vm) {
    define_module(vm, "bit", FUNCTIONS);
}

/// Returns an argument as bits: the number modulo 2^32, rounded to even.
#[inline]
fn bits(call: &mut Call<'_>, index: u32) -> Result<u32, Thrown> {
    // The sum with 2^52 + 2^51 has the integer in its lowest bits. Beyond 2^51 this gives the same as LuaJIT.
    const SHIFTER: f64 = 6_755_399_441_055_744.0;
    Ok((call.number(index)? + SHIFTER).to_bits() as u32)
}

#[inline]
fn give(call: &mut Call<'_>, bits: u32) -> Result<(), Thrown> {
    call.give(Value::number(f64::from(bits as i32)))
}

fn fold(call: &mut Call<'_>, operation: impl Fn(u32, u32) -> u32) -> Result<(), Thrown> {
    let mut all = bits(call, 0)?;
    for index in 1..call.len() {
        all = operation(all, bits(call, index)?);
    }
    give(call, all)
}

fn shift(call: &mut Call<'_>, operation: impl Fn(u32, u32) -> u32) -> Result<(), Thrown> {
    let (value, count) = (bits(call, 0)?, bits(call, 1)?);
    give(call, operation(value, count & 31))
}

fn tobit(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = bits(call, 0)?;
    give(call, value)
}

fn bnot(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = bits(call, 0)?;
    give(call, !value)
}

fn bswap(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = bits(call, 0)?;
    give(call, value.swap_bytes())
}

fn band(call: &mut Call<'_>) -> Result<(), Thrown> {
    fold(call, |a, b| a & b)
}

fn bor(call: &mut Call<'_>) -> Result<(), Thrown> {
    fold(call, |a, b| a | b)
}

fn bxor(call: &mut Call<'_>) -> Result<(), Thrown> {
    fold(call, |a, b| a ^ b)
}

fn lshift(call: &mut Call<'_>) -> Result<(), Thrown> {
    shift(call, |value, count| value << count)
}

fn rshift(call: &mut Call<'_>) -> Result<(), Thrown> {
    shift(call, |value, count| value >> count)
}

fn arshift(call: &mut Call<'_>) -> Result<(), Thrown> {
    shift(call, |value, count| (value as i32 >> count) as u32)
}

fn rol(call: &mut Call<'_>) -> Result<(), Thrown> {
    shift(call, u32::rotate_left)
}

fn ror(call: &mut Call<'_>) -> Result<(), Thrown> {
    shift(call, u32::rotate_right)
}

fn tohex(call: &mut Call<'_>) -> Result<(), Thrown> {
    let value = u64::from(bits(call, 0)?);
    let digits = if call.len() < 2 { 8 } else { bits(call, 1)? as i32 };
    let (is_upper, digits) = (digits < 0, digits.wrapping_neg().max(digits));
    let value = if digits < 16 { value & ((1 << (4 * digits.max(0))) - 1) } else { value };
    // LuaJIT stores the width in eight bits, in which 255 means none.
    let width = ((digits.wrapping_add(1) & 255) - 1).max(i32::from(digits & 255 == 255)) as usize;
    let mut text = Vec::new();
    if width > 0 || value > 0 {
        if is_upper { write!(text, "{value:0width$X}") } else { write!(text, "{value:0width$x}") }
            .expect("writing to a vector never fails");
    }
    let text = call.text(text);
    call.give(text)
}
