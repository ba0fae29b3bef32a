//! Turns a number into its text in `tostring`.

use std::io::Write as _;

use super::format::push_general;

/// Integers below this are written with all their digits: 10 to the power of the number of digits.
const INTEGER_LIMIT: f64 = 1e14;

/// Appends `number` in the format `%.14g`.
pub fn push_number(out: &mut Vec<u8>, number: f64) {
    let integer = number as i64;
    if number.abs() < INTEGER_LIMIT && integer as f64 == number && !(integer == 0 && number.is_sign_negative()) {
        write!(out, "{integer}").expect("writing to a vector never fails");
    } else {
        push_general(out, number, 14);
    }
}

#[cfg(test)]
mod tests {
    use super::push_number;

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
