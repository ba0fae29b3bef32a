//! Turns text into a number, as literals and `tonumber` do.

/// Parses a number: decimal, hexadecimal with fraction and binary exponent, binary (`0b101`), `inf` or `nan`. White
/// space around it is ignored. The rules are LuaJIT's.
///
/// ```
/// use lua_syntax::strings::scan_number;
///
/// assert_eq!(scan_number(b" -0x.8p1 "), Some(-1.0));
/// assert_eq!(scan_number(b"1e"), None);
/// ```
#[must_use]
pub fn scan_number(text: &[u8]) -> Option<f64> {
    if let Some(number) = scan_digits(text) {
        return Some(number);
    }
    let (is_negative, digits) = take_sign(trim(text));
    let magnitude = match digits {
        [b'0', b'x' | b'X', hex @ ..] => scan_hexadecimal(hex)?,
        [b'0', b'b' | b'B', binary @ ..] => scan_binary(binary)?,
        _ if digits.eq_ignore_ascii_case(b"inf") || digits.eq_ignore_ascii_case(b"infinity") => f64::INFINITY,
        _ if digits.eq_ignore_ascii_case(b"nan") => f64::NAN,
        _ => scan_decimal(digits)?,
    };
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Parses an integer in `base`, which is from 2 to 36. White space around it is ignored. Base 10 is the same as
/// [`scan_number`], and base 16 allows `0x`. The largest magnitude is that of 64 bits, as in C.
#[must_use]
pub fn scan_number_in_base(text: &[u8], base: u32) -> Option<f64> {
    if base == 10 {
        return scan_number(text);
    }
    let (is_negative, mut digits) = take_sign(trim(text));
    if let (16, [b'0', b'x' | b'X', rest @ ..]) = (base, digits) {
        digits = rest;
    }
    if digits.is_empty() {
        return None;
    }
    let add = |value: u64, digit: &u8| {
        let digit = (*digit as char).to_digit(base)?;
        Some(value.saturating_mul(u64::from(base)).saturating_add(u64::from(digit)))
    };
    let magnitude = digits.iter().try_fold(0, add)? as f64;
    Some(if is_negative { -magnitude } else { magnitude })
}

/// Parses digits, if they are so few that each part of the sum is exact. Most numbers are.
fn scan_digits(text: &[u8]) -> Option<f64> {
    if text.is_empty() || text.len() > f64::DIGITS as usize || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')) as f64)
}

/// Returns `true` for white space in the C locale.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().take_while(|&&byte| is_space(byte)).count();
    let text = &text[start..];
    let end = text.iter().rev().take_while(|&&byte| is_space(byte)).count();
    &text[..text.len() - end]
}

fn take_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// Parses `12`, `1.5`, `.5`, `5.` or `1e10`.
fn scan_decimal(text: &[u8]) -> Option<f64> {
    // Rust reads the same numbers and rounds them correctly, but also accepts words and an exponent sign.
    let is_number = text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts_well = text.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    if let Some(at) = text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        scan_exponent(&text[at + 1..])?;
    }
    let text = std::str::from_utf8(text).ok()?;
    if is_number && starts_well { text.parse().ok() } else { None }
}

/// Parses the exponent after `e` or `p`. Huge exponents are refused, as in LuaJIT.
fn scan_exponent(text: &[u8]) -> Option<i64> {
    const END: i64 = 1 << 20;
    let (is_negative, digits) = take_sign(text);
    if digits.is_empty() {
        return None;
    }
    let add = |value: i64, digit: &u8| {
        let value = value * 10 + i64::from((*digit as char).to_digit(10)?);
        (value < END).then_some(value)
    };
    let value = digits.iter().try_fold(0, add)?;
    Some(if is_negative { -value } else { value })
}

fn scan_binary(digits: &[u8]) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    let add = |value: u64, digit: &u8| {
        let digit = (*digit as char).to_digit(2)?;
        if value >> 63 == 0 { Some(value << 1 | u64::from(digit)) } else { None }
    };
    digits.iter().try_fold(0, add).map(|value| value as f64)
}

/// Parses the part after `0x`: digits with at most one point, and an optional `p` with a decimal exponent.
fn scan_hexadecimal(text: &[u8]) -> Option<f64> {
    let mut mantissa = 0_u64;
    let mut exponent = 0_i64;
    let (mut has_digits, mut has_point) = (false, false);
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'.' && !has_point {
            has_point = true;
        } else if let Some(digit) = (byte as char).to_digit(16) {
            has_digits = true;
            if mantissa >> 60 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
                exponent -= if has_point { 4 } else { 0 };
            } else {
                // Of further digits, it only matters whether one of them is not zero.
                mantissa |= u64::from(digit != 0);
                exponent += if has_point { 0 } else { 4 };
            }
        } else {
            break;
        }
        rest = tail;
    }
    if !has_digits {
        return None;
    }
    if let [b'p' | b'P', digits @ ..] = rest {
        exponent += scan_exponent(digits)?;
    } else if !rest.is_empty() {
        return None;
    }
    Some(scale(mantissa, exponent))
}

/// Returns `mantissa * 2^exponent`, rounded once, ties to even.
fn scale(mantissa: u64, exponent: i64) -> f64 {
    const PRECISION: i64 = 53;
    const SMALLEST_EXPONENT: i64 = -1074;
    if mantissa == 0 {
        return 0.0;
    }
    let len_bits = 64 - i64::from(mantissa.leading_zeros());
    // Number of low bits that do not fit into a normal or subnormal number.
    let surplus = (len_bits - PRECISION).max(SMALLEST_EXPONENT - exponent).max(0);
    if surplus > len_bits + 1 {
        return 0.0;
    }
    let wide = u128::from(mantissa);
    let (kept, lost) = (wide >> surplus, wide & ((1 << surplus) - 1));
    let half = (1_u128 << surplus) >> 1;
    let up = surplus > 0 && (lost > half || lost == half && kept & 1 == 1);
    // At most 2^53, which a double holds exactly.
    let rounded = (kept + u128::from(up)) as f64;
    let power = exponent.saturating_add(surplus);
    // In two steps, because 2^1100 is not a double. The product is exact, so the order does not matter.
    let step = |power: i64| f64::from_bits(((power + 1023) as u64) << 52);
    let mut power = power.clamp(-1100, 1100);
    let mut value = rounded;
    while power != 0 {
        let part = power.clamp(-1000, 1000);
        value *= step(part);
        power -= part;
    }
    value
}

#[cfg(test)]
mod tests;
