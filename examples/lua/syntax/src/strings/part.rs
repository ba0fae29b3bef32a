//! Two places in a string, as programs count them → the bytes between them.

/// Returns the bytes from `first` to `last`, counted from 1, or from -1 at the end.
///
/// ```
/// use lua_syntax::strings::part;
///
/// assert_eq!(part(b"abcde", 2, -2), b"bcd");
/// assert_eq!(part(b"abcde", -100, 100), b"abcde");
/// assert_eq!(part(b"abcde", 4, 3), b"");
/// ```
#[must_use]
#[inline]
pub fn part(bytes: &[u8], first: i32, last: i32) -> &[u8] {
    let len = bytes.len() as i64;
    let from_start = |place: i32| if place < 0 { i64::from(place) + len + 1 } else { i64::from(place) };
    let (first, last) = (from_start(first).max(1), from_start(last).min(len));
    if first > last { &[] } else { &bytes[first as usize - 1..last as usize] }
}
