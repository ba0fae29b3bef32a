//! Arguments of the command line → [`Val`]s of a function's types, and results → text.

use std::ffi::OsString;

use crate::{Val, ValType};

/// Parses the values for parameters of these types.
pub(super) fn parse(args: &[OsString], types: &[ValType]) -> Result<Vec<Val>, String> {
    if args.len() != types.len() {
        return Err(format!("the function takes {} values, not {}", types.len(), args.len()));
    }
    let values = args.iter().zip(types).map(|(arg, &ty)| {
        let text = arg.to_string_lossy();
        value(&text, ty).ok_or_else(|| format!("`{text}` is not a value of the type {ty}"))
    });
    values.collect()
}

fn value(text: &str, ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(integer(text, i32::MIN.into(), u32::MAX.into())? as i32),
        ValType::I64 => Val::I64(integer(text, i64::MIN.into(), u64::MAX.into())? as i64),
        ValType::F32 => Val::from(text.parse::<f32>().ok()?),
        ValType::F64 => Val::from(text.parse::<f64>().ok()?),
        ValType::FuncRef | ValType::ExternRef => (text == "null").then_some(ty.default_value())?,
    })
}

/// Parses an integer in a range, decimal or hexadecimal.
fn integer(text: &str, min: i128, max: i128) -> Option<i128> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let magnitude = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let magnitude = i128::from(magnitude.ok()?);
    let value = if is_negative { -magnitude } else { magnitude };
    (min..=max).contains(&value).then_some(value)
}

/// Returns the text of a value.
pub(super) fn text(value: Val) -> String {
    match value {
        Val::I32(value) => value.to_string(),
        Val::I64(value) => value.to_string(),
        Val::F32(bits) if f32::from_bits(bits).is_nan() => "nan".to_owned(),
        Val::F64(bits) if f64::from_bits(bits).is_nan() => "nan".to_owned(),
        Val::F32(bits) => f32::from_bits(bits).to_string(),
        Val::F64(bits) => f64::from_bits(bits).to_string(),
        Val::FuncRef(None) | Val::ExternRef(None) => "null".to_owned(),
        Val::FuncRef(Some(_)) => "funcref".to_owned(),
        Val::ExternRef(Some(_)) => "externref".to_owned(),
    }
}
