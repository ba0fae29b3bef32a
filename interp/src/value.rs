//! [`Value`]: what one slot of the value stack holds.

/// A language's value: eight bytes without padding, copied freely.
///
/// `#[instruction_set(value = …)]` implements it for the author's type.
///
/// # Safety
///
/// The type is 8 bytes, at most 8-byte aligned, `Copy`, without padding, and every bit pattern is valid.
pub unsafe trait Value: Copy + 'static {
    /// The value's bits, as a slot holds them.
    fn to_bits(self) -> u64 {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() <= 8) };
        // SAFETY: 8 bytes without padding, by the trait's contract.
        unsafe { std::mem::transmute_copy(&self) }
    }

    /// The value with these bits.
    ///
    /// # Safety
    ///
    /// The bits are those of a value of the machine that gets it: see (1) of [`TrustedOps`](crate::TrustedOps). For a
    /// [`PlainValue`] all bits are.
    unsafe fn from_bits(bits: u64) -> Self {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() <= 8) };
        // SAFETY: every bit pattern is valid, by the trait's contract.
        unsafe { std::mem::transmute_copy(&bits) }
    }
}

/// A value that holds no address, so that any bits are a right one.
///
/// ```
/// use mimeo_interp::PlainValue;
/// assert_eq!(i64::from_plain_bits(u64::MAX), -1);
/// ```
///
/// # Safety
///
/// Nothing takes a value of this type for the address of anything.
pub unsafe trait PlainValue: Value {
    /// The value with these bits.
    fn from_plain_bits(bits: u64) -> Self {
        // SAFETY: the trait's contract.
        unsafe { Self::from_bits(bits) }
    }
}

macro_rules! plain {
    ($($number:ty),*) => {$(
        // SAFETY: 8 bytes, no padding, every bit pattern valid.
        unsafe impl Value for $number {}
        // SAFETY: a number is no address.
        unsafe impl PlainValue for $number {}
    )*};
}

plain!(i64, u64, f64);
