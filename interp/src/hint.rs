//! [`likely`] and [`unlikely`]: a condition → the same condition, with what its author expects.

/// Returns the condition, which is expected to be `true`. The code for `false` is moved out of the way of the other.
///
/// It belongs in the condition of an `if`, also in a part of it. In stencils it is a hint for the C compiler; in the
/// interpreter and in runtime functions, for rustc.
///
/// ```
/// use mimeo::likely;
///
/// let sum = |a: i64, b: i64| if likely(a < 100) { a.wrapping_add(b) } else { 100 };
/// assert_eq!((sum(1, 2), sum(1000, 2)), (3, 100));
/// ```
#[inline(always)]
#[must_use]
pub fn likely(condition: bool) -> bool {
    if !condition {
        rare();
    }
    condition
}

/// Returns the condition, which is expected to be `false`. The code for `true` is moved out of the way of the other.
///
/// See [`likely`].
///
/// ```
/// use mimeo::unlikely;
///
/// let half = |a: i64| if unlikely(a == i64::MIN) { 0 } else { a / 2 };
/// assert_eq!((half(6), half(i64::MIN)), (3, 0));
/// ```
#[inline(always)]
#[must_use]
pub fn unlikely(condition: bool) -> bool {
    if condition {
        rare();
    }
    condition
}

/// Paths that call it are rare for the compiler, which drops the call.
#[cold]
#[inline]
fn rare() {}
