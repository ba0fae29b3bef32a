//! A number → its fraction and exponent, and the reverse.

/// Returns the fraction, at least 0.5 and less than 1, or 0, and the exponent of 2. A number that is not finite is its
/// own fraction.
pub(super) fn split(number: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff;
    const SUBNORMAL_SCALE: i32 = 54;
    if number == 0.0 || !number.is_finite() {
        return (number, 0);
    }
    let (number, shift) = match number.is_subnormal() {
        true => (number * 2.0_f64.powi(SUBNORMAL_SCALE), SUBNORMAL_SCALE),
        false => (number, 0),
    };
    let bits = number.to_bits();
    let exponent = (bits >> 52 & EXPONENT) as i32 - 1022;
    (f64::from_bits(bits & !(EXPONENT << 52) | 1022 << 52), exponent - shift)
}

/// Returns `number * 2 ^ exponent`, with the exponent truncated, and rounds once.
pub(super) fn scale(number: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || exponent.is_infinite() {
        return number * exponent.exp2();
    }
    // Beyond this limit every result is infinite or 0.
    let mut exponent = exponent.clamp(-2200.0, 2200.0) as i32;
    let mut number = number;
    while exponent > 1023 {
        number *= 2.0_f64.powi(1023);
        exponent -= 1023;
    }
    // All steps but the last are exact, so that only one rounds.
    while exponent < -1022 {
        number *= 2.0_f64.powi(-1022 + 53);
        exponent += 1022 - 53;
    }
    number * f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::{scale, split};

    #[test]
    fn fractions_and_exponents_convert_back() {
        for number in [1.0, -8.0, 0.3, 5e-324, 1e300, f64::MIN_POSITIVE, f64::MAX, -2.5e-310] {
            let (fraction, exponent) = split(number);
            assert!((0.5..1.0).contains(&fraction.abs()), "{number}: {fraction}");
            assert_eq!(scale(fraction, exponent.into()), number);
        }
        assert_eq!(split(0.0), (0.0, 0));
        assert_eq!(split(f64::INFINITY), (f64::INFINITY, 0));
    }

    #[test]
    fn scaling_overflows_and_underflows() {
        assert_eq!(scale(1.0, 1e10), f64::INFINITY);
        assert_eq!(scale(-1.0, -1e10).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(scale(5e-324, 2097.0), 2.0_f64.powi(1023));
        assert_eq!(scale(3.0, -1075.0), 1e-323);
        assert!(scale(0.0, f64::INFINITY).is_nan() && scale(f64::INFINITY, f64::NEG_INFINITY).is_nan());
        assert_eq!(scale(f64::INFINITY, -5.0), f64::INFINITY);
    }
}
