//! [`QuietNan`]: any float → the same float, with every NaN replaced by one quiet NaN.

/// Canonicalizes NaNs: every NaN becomes one quiet NaN, `0x7ff8_0000_0000_0000` of `f64` and `0x7fc0_0000` of `f32`, which
/// are also [`f64::NAN`] and [`f32::NAN`].
///
/// An operation may produce any NaN: Rust and C do not specify which one. The interpreter and a stencil, or two builds,
/// may therefore produce different NaNs for the same operation. These methods make the bits equal. Ops need them where
/// the bits of a float are observable: see `#[vm_op]`. Runtime functions that put a float into a value need them too.
///
/// ```
/// use mimeo::QuietNan;
///
/// let signalling = f64::from_bits(0x7ff4_0000_0000_0001);
/// assert_eq!((signalling + 1.0).canonical_bits(), f64::NAN.to_bits());
/// assert_eq!((-signalling).quiet().to_bits(), 0x7ff8_0000_0000_0000);
/// assert_eq!(1.5f64.canonical_bits(), 1.5f64.to_bits());
/// assert_eq!((0.0f32 / 0.0).canonical_bits(), f32::NAN.to_bits());
/// ```
pub trait QuietNan {
    /// The integer with the bits of the float.
    type Bits;

    /// Returns the bits of the float, or those of the quiet NaN.
    ///
    /// ```
    /// use mimeo::QuietNan;
    ///
    /// // How an op whose values are NaN-boxed makes a value of a result.
    /// assert_eq!((0.5 + 1.0).canonical_bits(), 1.5f64.to_bits());
    /// assert_eq!((0.0f64 / 0.0).canonical_bits(), f64::NAN.to_bits());
    /// ```
    fn canonical_bits(self) -> Self::Bits;

    /// Returns the float, or the quiet NaN.
    ///
    /// ```
    /// use mimeo::QuietNan;
    ///
    /// // How an op whose values are floats returns one.
    /// assert_eq!((0.5 * 3.0).quiet(), 1.5);
    /// assert_eq!((0.0f64 / 0.0).quiet().to_bits(), f64::NAN.to_bits());
    /// ```
    #[must_use]
    fn quiet(self) -> Self;
}

/// Stencils use `f64_canonical_bits` and `f64_quiet` of `c/prelude.h` in mimeo-lower.
impl QuietNan for f64 {
    type Bits = u64;

    #[inline]
    fn canonical_bits(self) -> u64 {
        // A choice between integers, because a compiler may replace the NaN of a float operation by another NaN.
        if self.is_nan() { 0x7ff8_0000_0000_0000 } else { self.to_bits() }
    }

    #[inline]
    fn quiet(self) -> f64 {
        f64::from_bits(self.canonical_bits())
    }
}

/// Stencils use `f32_canonical_bits` and `f32_quiet`.
impl QuietNan for f32 {
    type Bits = u32;

    #[inline]
    fn canonical_bits(self) -> u32 {
        if self.is_nan() { 0x7fc0_0000 } else { self.to_bits() }
    }

    #[inline]
    fn quiet(self) -> f32 {
        f32::from_bits(self.canonical_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::QuietNan;

    #[test]
    fn every_nan_becomes_the_same_one_and_nothing_else_changes() {
        let nans =
            [0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000, 0x7ff0_0000_0000_0001, 0xfff4_0000_0000_0001, u64::MAX];
        for nan in nans.map(f64::from_bits) {
            assert_eq!((nan.canonical_bits(), nan.quiet().to_bits()), (f64::NAN.to_bits(), f64::NAN.to_bits()));
        }
        let others = [0.0, -0.0, 1.5, f64::MIN_POSITIVE / 2.0, f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
        for other in others {
            assert_eq!((other.canonical_bits(), other.quiet().to_bits()), (other.to_bits(), other.to_bits()));
        }
        for nan in [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffa0_0000, u32::MAX].map(f32::from_bits) {
            assert_eq!((nan.canonical_bits(), nan.quiet().to_bits()), (f32::NAN.to_bits(), f32::NAN.to_bits()));
        }
        for other in [0.0, -0.0, 1.5, f32::MIN_POSITIVE / 2.0, f32::MAX, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!((other.canonical_bits(), other.quiet().to_bits()), (other.to_bits(), other.to_bits()));
        }
    }
}
