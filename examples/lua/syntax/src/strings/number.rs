//! Turns a number into its text in `tostring`.

use super::format::push_general;

/// Integers below this are written with all their digits: 10 to the power of the number of digits.
const INTEGER_LIMIT: f64 = 1e14;

/// Number of significant digits.
const DIGITS: i32 = 14;

/// Appends `number` in the format `%.14g`.
pub fn push_number(out: &mut Vec<u8>, number: f64) {
    let integer = number as i64;
    if number.abs() < INTEGER_LIMIT && integer as f64 == number && !(integer == 0 && number.is_sign_negative()) {
        out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
    } else if let Some(decimal) = Decimal::rounded(number) {
        decimal.push(out, number.is_sign_negative());
    } else {
        push_general(out, number, DIGITS as usize);
    }
}

/// The magnitude of a number: digits, of which the last one is not 0, and a power of ten.
struct Decimal {
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// Rounds a number to [`DIGITS`]. Returns `None` if the shortest text that reads as the number does not tell how.
    ///
    /// The shortest text is rounded instead of the number, which has many more digits. Both are on the same side of each
    /// tie between two roundings: a tie has one digit more than these, so a tie between the text and the number would have
    /// been the shortest text. If it is, it does not tell on which side the number is.
    fn rounded(number: f64) -> Option<Decimal> {
        // Others have too few binary digits, or are no numbers.
        if !number.is_normal() {
            return None;
        }
        let Decimal { digits, exponent } = Decimal::shortest(number).trimmed();
        let surplus = count_digits(digits) - DIGITS;
        if surplus <= 0 {
            return Some(Decimal { digits, exponent });
        }
        let unit = 10_u64.pow(surplus as u32);
        let (kept, lost) = (digits / unit, digits % unit);
        let up = u64::from(lost > unit / 2);
        (lost != unit / 2).then(|| Decimal { digits: kept + up, exponent: exponent + surplus }.trimmed())
    }

    /// Returns the shortest decimal number that reads as a number, which is finite.
    fn shortest(number: f64) -> Decimal {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(number.abs()).as_bytes();
        let (text, mut exponent) = match text.iter().position(|&byte| byte == b'e') {
            None => (text, 0),
            Some(at) => {
                let (is_negative, digits) = match &text[at + 1..] {
                    [b'-', digits @ ..] => (true, digits),
                    [b'+', digits @ ..] | digits => (false, digits),
                };
                let magnitude = read_digits(digits) as i32;
                (&text[..at], if is_negative { -magnitude } else { magnitude })
            }
        };
        if let Some(point) = text.iter().position(|&byte| byte == b'.') {
            exponent -= (text.len() - point - 1) as i32;
        }
        Decimal { digits: read_digits(text), exponent }
    }

    /// Moves zeros at the end of the digits into the exponent.
    fn trimmed(mut self) -> Decimal {
        while self.digits != 0 && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }

    /// Appends it as `%g` does.
    fn push(&self, out: &mut Vec<u8>, is_negative: bool) {
        const ZEROS: &[u8] = &[b'0'; DIGITS as usize];
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.digits).as_bytes();
        // The power of ten of the first digit.
        let first = self.exponent + digits.len() as i32 - 1;
        if is_negative {
            out.push(b'-');
        }
        match usize::try_from(first + 1) {
            _ if !(-4..DIGITS).contains(&first) => {
                out.push(digits[0]);
                push_fraction(out, &[], &digits[1..]);
                out.extend_from_slice(if first < 0 { b"e-" } else { b"e+" });
                if first.abs() < 10 {
                    out.push(b'0');
                }
                out.extend_from_slice(itoa::Buffer::new().format(first.abs()).as_bytes());
            }
            Ok(before) if before >= digits.len() => {
                out.extend_from_slice(digits);
                out.extend_from_slice(&ZEROS[..before - digits.len()]);
            }
            Ok(before @ 1..) => {
                out.extend_from_slice(&digits[..before]);
                push_fraction(out, &[], &digits[before..]);
            }
            _ => {
                out.push(b'0');
                push_fraction(out, &ZEROS[..(-1 - first) as usize], digits);
            }
        }
    }
}

/// Appends a point, zeros and digits, unless there are no digits.
fn push_fraction(out: &mut Vec<u8>, zeros: &[u8], digits: &[u8]) {
    if !digits.is_empty() {
        out.push(b'.');
        out.extend_from_slice(zeros);
        out.extend_from_slice(digits);
    }
}

/// Returns the number that the digits make, without other characters between them.
fn read_digits(text: &[u8]) -> u64 {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn count_digits(number: u64) -> i32 {
    number.checked_ilog10().map_or(1, |log| log as i32 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::format::push_general;
    use super::push_number;

    /// The general format computes with all digits of the number.
    #[test]
    fn numbers_are_rounded_as_the_general_format_rounds_them() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let check = |number: f64| {
            let (mut fast, mut general) = (Vec::new(), Vec::new());
            push_number(&mut fast, number);
            push_general(&mut general, number, 14);
            let [fast, general] = [fast, general].map(|text| String::from_utf8_lossy(&text).into_owned());
            assert_eq!(fast, general, "{number:e}");
        };
        for step in 0..40_000_u32 {
            bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (small, large) = (f64::from(step % 5000), (bits >> 16) as f64);
            // Anything, short fractions, and ties: a digit 5 after fourteen digits.
            check(f64::from_bits(bits));
            check(small / 8.0);
            check(-small / 1000.0);
            check(large / f64::from(1 << (step % 30)));
            check(
                ((bits % 90_000_000_000_000 + 10_000_000_000_000) as f64 * 10.0 + 5.0) / 10_f64.powi(step as i32 % 40),
            );
            check((bits % 90_000_000_000_000) as f64 + 0.5);
        }
        for exponent in -330..310 {
            for digits in ["1", "9.99999999999995", "9.9999999999999949", "1.00000000000005", "5", "2.5"] {
                check(format!("{digits}e{exponent}").parse().expect("it is a number"));
            }
        }
    }

    #[test]
    fn numbers_have_fourteen_digits() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (42.0, "42"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.33333333333333"),
            (99_999_999_999_999.0, "99999999999999"),
            (100_000_000_000_000.0, "1e+14"),
            (123_456_789_012_346.0, "1.2345678901235e+14"),
            (1e100, "1e+100"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (5e-324, "4.9406564584125e-324"),
            (f64::MAX, "1.7976931348623e+308"),
            (0.1 + 0.2, "0.3"),
            (1.999_999_999_999_999_9, "2"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            let mut out = Vec::new();
            push_number(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }
}
