//! [`Value`]: the content of one slot of the value stack.

/// A value of a language: eight bytes without padding, copied freely.
///
/// `#[instruction_set(value = …)]` implements it for the author's type. `i64`, `u64` and `f64` implement it already.
///
/// ```
/// use mimeo::Value;
///
/// assert_eq!(1.5f64.to_bits(), Value::to_bits(1.5f64));
/// assert_eq!(Value::to_bits(-1i64), u64::MAX);
/// ```
///
/// # Safety
///
/// The type is 8 bytes, at most 8-byte aligned, `Copy`, without padding, and every bit pattern is valid.
pub unsafe trait Value: Copy + 'static {
    /// Returns the bits of the value, as a slot holds them.
    ///
    /// ```
    /// use mimeo::Value;
    ///
    /// assert_eq!(Value::to_bits(-1i64), u64::MAX);
    /// ```
    fn to_bits(self) -> u64 {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() <= 8) };
        // SAFETY: 8 bytes without padding, by the trait's contract.
        unsafe { std::mem::transmute_copy(&self) }
    }

    /// Returns the value with these bits.
    ///
    /// # Safety
    ///
    /// The bits are those of a value of the machine that receives the result: see (1) of
    /// [`TrustedOps`](crate::TrustedOps). For a [`PlainValue`], all bits are.
    ///
    /// ```
    /// use mimeo::Value;
    ///
    /// // SAFETY: a number is a plain value.
    /// assert_eq!(unsafe { <i64 as Value>::from_bits(u64::MAX) }, -1);
    /// ```
    unsafe fn from_bits(bits: u64) -> Self {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() <= 8) };
        // SAFETY: every bit pattern is valid, by the trait's contract.
        unsafe { std::mem::transmute_copy(&bits) }
    }
}

/// A value that holds no address, so that every bit pattern is valid.
///
/// ```
/// use mimeo::PlainValue;
///
/// assert_eq!(i64::from_plain_bits(u64::MAX), -1);
/// ```
///
/// # Safety
///
/// Nothing uses a value of this type as an address.
pub unsafe trait PlainValue: Value {
    /// Returns the value with these bits.
    ///
    /// ```
    /// use mimeo::PlainValue;
    /// use mimeo_doc_ops::in_op;
    ///
    /// // What a collector or a debugger does with the slots of a frame.
    /// let sum = in_op([3, 4], |vm, _| {
    ///     let frame = vm.frames().next().expect("a function is running");
    ///     Ok(frame.slots.iter().map(|&bits| i64::from_plain_bits(bits)).sum())
    /// });
    /// assert_eq!(sum, Ok(7));
    /// ```
    fn from_plain_bits(bits: u64) -> Self {
        // SAFETY: the trait's contract.
        unsafe { Self::from_bits(bits) }
    }
}

macro_rules! plain {
    ($($number:ty),*) => {$(
        // SAFETY: 8 bytes, no padding, every bit pattern valid.
        unsafe impl Value for $number {}
        // SAFETY: a number is not an address.
        unsafe impl PlainValue for $number {}
    )*};
}

plain!(i64, u64, f64);
