//! Turns doubles into text: `%e`, `%f`, `%g` and `%a`, each in both cases.

use super::Spec;

/// Appends `number` in the format `%.*g` with `precision`, which is at least 1.
pub fn push_general(out: &mut Vec<u8>, number: f64, precision: usize) {
    let spec = Spec { precision: Some(precision), conversion: b'g', ..Spec::default() };
    spec.push_float(out, number);
}

impl Spec {
    /// Appends a number: `%e`, `%E`, `%f`, `%g`, `%G`, `%a` and `%A`.
    pub fn push_float(&self, out: &mut Vec<u8>, number: f64) {
        let is_upper = self.conversion.is_ascii_uppercase();
        // The sign of a NaN is not visible to programs.
        let sign = self.sign(number.is_sign_negative() && !number.is_nan());
        let magnitude = number.abs();
        let mut prefix = "";
        let mut digits = if !number.is_finite() {
            if number.is_nan() { "nan".to_owned() } else { "inf".to_owned() }
        } else {
            match self.conversion.to_ascii_lowercase() {
                b'f' => self.fixed(magnitude, self.precision.unwrap_or(6)),
                b'e' => self.exponential(magnitude, self.precision.unwrap_or(6)),
                b'a' => {
                    prefix = "0x";
                    self.hexadecimal(magnitude)
                }
                _ => self.general(magnitude, self.precision.unwrap_or(6).max(1)),
            }
        };
        let mut prefix = prefix.to_owned();
        if is_upper {
            digits.make_ascii_uppercase();
            prefix.make_ascii_uppercase();
        }
        self.push_number(out, sign, prefix.as_bytes(), digits.as_bytes(), number.is_finite());
    }

    /// Formats like `123.456`.
    fn fixed(&self, number: f64, precision: usize) -> String {
        let point = if precision == 0 && self.is_alternate { "." } else { "" };
        format!("{number:.precision$}{point}")
    }

    /// Formats like `1.23456e+02`.
    fn exponential(&self, number: f64, precision: usize) -> String {
        let (digits, exponent) = split_exponent(number, precision);
        let point = if precision == 0 && self.is_alternate { "." } else { "" };
        format!("{digits}{point}{}", show_exponent(exponent))
    }

    /// Formats in fixed or exponential notation, as C selects it, with `precision` significant digits.
    fn general(&self, number: f64, precision: usize) -> String {
        let (digits, exponent) = split_exponent(number, precision - 1);
        let places = precision as i32 - 1 - exponent;
        let is_fixed = exponent >= -4 && places >= 0;
        let mut text = if is_fixed { format!("{number:.*}", places as usize) } else { digits };
        if self.is_alternate {
            if !text.contains('.') {
                text.push('.');
            }
        } else if text.contains('.') {
            let len_bytes = text.trim_end_matches('0').trim_end_matches('.').len();
            text.truncate(len_bytes);
        }
        if is_fixed { text } else { text + &show_exponent(exponent) }
    }

    /// Formats like `1.8p+1`, without the `0x`.
    fn hexadecimal(&self, number: f64) -> String {
        const FRACTION_BITS: u32 = 52;
        const FRACTION_DIGITS: usize = 13;
        if number == 0.0 {
            let zeros = "0".repeat(self.precision.unwrap_or(0));
            let point = if zeros.is_empty() && !self.is_alternate { "" } else { "." };
            return format!("0{point}{zeros}p+0");
        }
        // Scales a subnormal number by 2^64, to a normal one.
        let (bits, offset) =
            if number.is_normal() { (number.to_bits(), 0) } else { ((number * 2_f64.powi(64)).to_bits(), -64) };
        let exponent = (bits >> FRACTION_BITS) as i32 - 1023 + offset;
        let mut mantissa = bits & ((1 << FRACTION_BITS) - 1) | 1 << FRACTION_BITS;
        let digits = self.precision.unwrap_or(FRACTION_DIGITS);
        if digits < FRACTION_DIGITS {
            let surplus = 4 * (FRACTION_DIGITS - digits);
            let half = 1 << (surplus - 1);
            let lost = mantissa & ((1 << surplus) - 1);
            let is_odd = mantissa >> surplus & 1 == 1;
            mantissa >>= surplus;
            mantissa += u64::from(lost > half || lost == half && is_odd);
            mantissa <<= surplus;
        }
        let fraction = format!("{:013x}", mantissa & ((1 << FRACTION_BITS) - 1));
        let fraction = match self.precision {
            None => fraction.trim_end_matches('0').to_owned(),
            Some(_) if digits <= FRACTION_DIGITS => fraction[..digits].to_owned(),
            Some(_) => fraction + &"0".repeat(digits - FRACTION_DIGITS),
        };
        let point = if fraction.is_empty() && !self.is_alternate { "" } else { "." };
        format!("{}{point}{fraction}p{exponent:+}", mantissa >> FRACTION_BITS)
    }
}

/// Returns the digits of `number` with one before the point and `precision` after it, and the power of ten.
fn split_exponent(number: f64, precision: usize) -> (String, i32) {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').expect("Rust writes an exponent");
    (digits.to_owned(), exponent.parse().expect("Rust writes a number after the `e`"))
}

/// Formats an exponent like `e+02`: a sign and at least two digits.
fn show_exponent(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.abs())
}
