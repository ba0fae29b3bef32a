//! Turns integers into text: `%d`, `%i`, `%u`, `%o`, `%x` and `%X`.

use super::Spec;

/// Converts a number as for `%d`: truncates it. Numbers out of range become the smallest `i64`, as in C on x86.
#[must_use]
pub fn to_signed(number: f64) -> i64 {
    if number.abs() < 9_223_372_036_854_775_808.0 { number as i64 } else { i64::MIN }
}

/// Converts a number as for `%u` and `%x`: negative numbers become their two's complement.
#[must_use]
pub fn to_unsigned(number: f64) -> u64 {
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    if number >= TWO_TO_64 / 2.0 { to_signed(number - TWO_TO_64) as u64 } else { to_signed(number) as u64 }
}

impl Spec {
    /// Appends an integer: `%d` and `%i`.
    pub fn push_signed(&self, out: &mut Vec<u8>, integer: i64) {
        let digits = self.with_precision(integer.unsigned_abs().to_string());
        self.push_number(out, self.sign(integer < 0), b"", &digits, self.precision.is_none());
    }

    /// Appends an integer: `%u`, `%o`, `%x` and `%X`.
    pub fn push_unsigned(&self, out: &mut Vec<u8>, integer: u64) {
        let digits = match self.conversion {
            b'o' => format!("{integer:o}"),
            b'x' => format!("{integer:x}"),
            b'X' => format!("{integer:X}"),
            _ => integer.to_string(),
        };
        let mut digits = self.with_precision(digits);
        let prefix: &[u8] = match self.conversion {
            b'x' if self.is_alternate && integer != 0 => b"0x",
            b'X' if self.is_alternate && integer != 0 => b"0X",
            _ => b"",
        };
        if self.conversion == b'o' && self.is_alternate && digits.first() != Some(&b'0') {
            digits.insert(0, b'0');
        }
        self.push_number(out, b"", prefix, &digits, self.precision.is_none());
    }

    /// Pads with zeros to the precision. A zero with precision 0 has no digits.
    fn with_precision(&self, digits: String) -> Vec<u8> {
        let precision = self.precision.unwrap_or(1);
        if precision == 0 && digits == "0" {
            return Vec::new();
        }
        let missing = precision.saturating_sub(digits.len());
        let mut digits = digits.into_bytes();
        digits.splice(..0, std::iter::repeat_n(b'0', missing));
        digits
    }
}
