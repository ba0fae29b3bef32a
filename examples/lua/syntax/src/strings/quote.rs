//! Turns bytes into a string literal for them, as `%q` does.

use std::io::Write as _;
use std::ops::Range;

/// Appends `text` in double quotes. Puts a backslash before newlines, and writes other control characters in decimal.
pub fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    push_escaped(out, text, 0..text.len());
    out.push(b'"');
}

/// Appends a part of what is between the quotes.
pub fn push_escaped(out: &mut Vec<u8>, text: &[u8], part: Range<usize>) {
    for index in part {
        let byte = text[index];
        let before_digit = text.get(index + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'"' | b'\\' | b'\n' => out.extend_from_slice(&[b'\\', byte]),
            // Three digits if the next character is a digit too.
            _ if byte.is_ascii_control() && before_digit => {
                write!(out, "\\{byte:03}").expect("writing to a vector never fails")
            }
            _ if byte.is_ascii_control() => write!(out, "\\{byte}").expect("writing to a vector never fails"),
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::push_quoted;

    #[test]
    fn quoted_text_is_a_literal() {
        let mut out = Vec::new();
        push_quoted(&mut out, b"a\"b\\c\nd\0e\x001\r\x7f\xff");
        assert_eq!(out, b"\"a\\\"b\\\\c\\\nd\\0e\\0001\\13\\127\xff\"");
    }
}
