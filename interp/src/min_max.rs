//! [`MinMax`]: two floats → the smaller or the larger one, the same in both tiers.

/// The smaller and the larger of two floats.
///
/// `f64::min` does not say which zero the smaller of 0.0 and -0.0 is, so the interpreter and a stencil could differ. Here,
/// -0.0 is smaller than 0.0. The methods differ in what becomes of a NaN.
///
/// ```
/// use mimeo::MinMax;
///
/// let (less, more) = (MinMax::minimum(0f64, -0.0), MinMax::maximum(-0f64, 0.0));
/// assert!(less.is_sign_negative() && more.is_sign_positive());
/// assert!(MinMax::minimum(1.0, f64::NAN).is_nan());
/// assert_eq!(1f32.minimum_number(f32::NAN), 1.0);
/// ```
pub trait MinMax: Sized {
    /// Returns the smaller float, or a NaN if one of them is: `minimum` of IEEE 754-2019.
    ///
    /// ```
    /// use mimeo::MinMax;
    ///
    /// assert_eq!(MinMax::minimum(1.0, 2.0), 1.0);
    /// assert!(MinMax::minimum(f64::NAN, 2.0).is_nan());
    /// ```
    #[must_use]
    fn minimum(self, other: Self) -> Self;

    /// Returns the larger float, or a NaN if one of them is: `maximum` of IEEE 754-2019.
    ///
    /// ```
    /// use mimeo::MinMax;
    ///
    /// assert_eq!(MinMax::maximum(1.0, 2.0), 2.0);
    /// assert!(MinMax::maximum(1.0, f64::NAN).is_nan());
    /// ```
    #[must_use]
    fn maximum(self, other: Self) -> Self;

    /// Returns the smaller float, or the other one if one is a NaN: `minimumNumber` of IEEE 754-2019.
    ///
    /// ```
    /// use mimeo::MinMax;
    ///
    /// assert_eq!((1f64.minimum_number(2.0), f64::NAN.minimum_number(2.0)), (1.0, 2.0));
    /// ```
    #[must_use]
    fn minimum_number(self, other: Self) -> Self;

    /// Returns the larger float, or the other one if one is a NaN: `maximumNumber` of IEEE 754-2019.
    ///
    /// ```
    /// use mimeo::MinMax;
    ///
    /// assert_eq!((1f64.maximum_number(2.0), 1.0.maximum_number(f64::NAN)), (2.0, 1.0));
    /// ```
    #[must_use]
    fn maximum_number(self, other: Self) -> Self;
}

/// Implements the trait as `c/prelude.h` in mimeo-lower does.
macro_rules! min_max {
    ($($float:ident),*) => {
        $(impl MinMax for $float {
            #[inline]
            fn minimum(self, other: $float) -> $float {
                if self.is_nan() || other.is_nan() { self + other } else { self.minimum_number(other) }
            }

            #[inline]
            fn maximum(self, other: $float) -> $float {
                if self.is_nan() || other.is_nan() { self + other } else { self.maximum_number(other) }
            }

            #[inline]
            fn minimum_number(self, other: $float) -> $float {
                match () {
                    () if self < other || other.is_nan() => self,
                    () if other < self || self.is_nan() => other,
                    // Equal floats differ in the sign of 0 only.
                    () => $float::from_bits(self.to_bits() | other.to_bits()),
                }
            }

            #[inline]
            fn maximum_number(self, other: $float) -> $float {
                match () {
                    () if self > other || other.is_nan() => self,
                    () if other > self || self.is_nan() => other,
                    () => $float::from_bits(self.to_bits() & other.to_bits()),
                }
            }
        })*
    };
}

min_max!(f32, f64);

#[cfg(test)]
mod tests {
    use super::MinMax;

    #[test]
    fn zeros_are_ordered_and_nans_are_passed_on_or_dropped() {
        for (a, b) in [(0f64, -0.0), (-0.0, 0.0)] {
            assert_eq!(MinMax::minimum(a, b).to_bits(), (-0f64).to_bits());
            assert_eq!(MinMax::maximum(a, b).to_bits(), 0f64.to_bits());
            assert_eq!(a.minimum_number(b).to_bits(), (-0f64).to_bits());
            assert_eq!(a.maximum_number(b).to_bits(), 0f64.to_bits());
        }
        for (a, b) in [(f32::NAN, 2.0), (2.0, f32::NAN), (2.0, f32::from_bits(0x7f80_0001))] {
            assert!(MinMax::minimum(a, b).is_nan() && MinMax::maximum(a, b).is_nan());
            assert_eq!((a.minimum_number(b), a.maximum_number(b)), (2.0, 2.0));
        }
        assert!(f32::NAN.minimum_number(f32::NAN).is_nan() && f32::NAN.maximum_number(f32::NAN).is_nan());
        assert_eq!((MinMax::minimum(-1.0, 2.0), MinMax::maximum(-1.0, 2.0)), (-1.0, 2.0));
        assert_eq!((MinMax::minimum(2.0, 2.0), f64::INFINITY.maximum_number(2.0)), (2.0, f64::INFINITY));
    }
}
