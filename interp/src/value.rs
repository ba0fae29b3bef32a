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
    fn from_bits(bits: u64) -> Self {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() <= 8) };
        // SAFETY: every bit pattern is valid, by the trait's contract.
        unsafe { std::mem::transmute_copy(&bits) }
    }
}

// SAFETY: 8 bytes, no padding, every bit pattern valid.
unsafe impl Value for i64 {}
// SAFETY: as above.
unsafe impl Value for u64 {}
// SAFETY: as above.
unsafe impl Value for f64 {}
