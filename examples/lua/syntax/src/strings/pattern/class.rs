//! Checks whether a byte is in a class (`%a`) or a set (`[a-z]`).

/// Returns `true` if `byte` is in the class named by the letter after a `%`. Other characters stand for themselves.
pub(super) fn is_in_class(byte: u8, class: u8) -> bool {
    let is_in = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => matches!(byte, b' ' | b'\t'..=b'\r'),
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    is_in != class.is_ascii_uppercase()
}

/// Returns `true` if `byte` is in `set`, the text between the brackets.
// Inlined, it takes registers from the matcher's loops.
#[inline(never)]
pub(super) fn is_in_set(byte: u8, set: &[u8]) -> bool {
    let (is_complement, mut rest) = match set {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    loop {
        rest = match rest {
            [] => return is_complement,
            [b'%', class, rest @ ..] => {
                if is_in_class(byte, *class) {
                    return !is_complement;
                }
                rest
            }
            [first, b'-', last, rest @ ..] => {
                if (*first..=*last).contains(&byte) {
                    return !is_complement;
                }
                rest
            }
            [single, rest @ ..] => {
                if *single == byte {
                    return !is_complement;
                }
                rest
            }
        };
    }
}
