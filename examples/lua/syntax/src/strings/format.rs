//! Turns a conversion of `string.format` and its argument into text.

mod float;
mod integer;

use std::fmt;

pub use float::push_general;
pub use integer::{to_signed, to_unsigned};

/// A conversion: the part of a format after a `%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// `-`: pads with spaces on the right.
    is_left: bool,
    /// `+`: shows the sign of positive numbers.
    has_plus: bool,
    /// A space: shows a space before positive numbers.
    has_space: bool,
    /// `#`: uses the alternate form.
    is_alternate: bool,
    /// `0`: pads with zeros instead of spaces.
    has_zeros: bool,
    width: usize,
    precision: Option<usize>,
    /// The letter, which determines the type of the argument.
    pub conversion: u8,
}

/// A format in which a `%` begins no conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The length of what follows the `%`, up to the byte that cannot follow. That byte is included if it can be shown.
    pub len_bytes: usize,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no conversion in the first {} bytes", self.len_bytes)
    }
}

impl std::error::Error for FormatError {}

/// The letters of all conversions.
const CONVERSIONS: &[u8] = b"aAcdeEfFgGiopqsuxX";

/// As many zeros as the largest width.
const ZEROS: [u8; 99] = [b'0'; 99];

impl Spec {
    /// Parses a conversion after its `%`, other than a second `%`. Returns its length in bytes as well.
    ///
    /// ```
    /// use lua_syntax::strings::Spec;
    ///
    /// let (spec, len_bytes) = Spec::parse(b"08.3f, and more")?;
    /// assert_eq!((spec.conversion, len_bytes), (b'f', 5));
    /// let mut out = Vec::new();
    /// spec.push_float(&mut out, -1.0 / 3.0);
    /// assert_eq!(out, b"-000.333");
    /// # Ok::<(), lua_syntax::strings::FormatError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no letter of a conversion after flags, a width of up to two digits and a precision of as many.
    pub fn parse(text: &[u8]) -> Result<(Spec, usize), FormatError> {
        let mut spec = Spec::default();
        let mut rest = text;
        while let [flag @ (b'-' | b'+' | b' ' | b'#' | b'0'), tail @ ..] = rest {
            match flag {
                b'-' => spec.is_left = true,
                b'+' => spec.has_plus = true,
                b' ' => spec.has_space = true,
                b'#' => spec.is_alternate = true,
                _ => spec.has_zeros = true,
            }
            rest = tail;
        }
        spec.width = take_digits(&mut rest);
        if let [b'.', tail @ ..] = rest {
            rest = tail;
            spec.precision = Some(take_digits(&mut rest));
        }
        let before = text.len() - rest.len();
        match rest {
            [letter, ..] if CONVERSIONS.contains(letter) => {
                spec.conversion = *letter;
                Ok((spec, before + 1))
            }
            [b' '..=255, ..] => Err(FormatError { len_bytes: before + 1 }),
            _ => Err(FormatError { len_bytes: before }),
        }
    }

    /// Returns `true` if [`push_string`](Self::push_string) appends a text of this length as it is.
    #[must_use]
    pub fn keeps(&self, len_bytes: usize) -> bool {
        self.width <= len_bytes && self.precision.is_none_or(|precision| precision >= len_bytes)
    }

    /// Appends `text`, cut off at the precision: `%s`.
    pub fn push_string(&self, out: &mut Vec<u8>, text: &[u8]) {
        let len_bytes = self.precision.map_or(text.len(), |precision| precision.min(text.len()));
        self.push_padded(out, &[&text[..len_bytes]]);
    }

    /// Appends a byte: `%c`.
    pub fn push_byte(&self, out: &mut Vec<u8>, byte: u8) {
        self.push_padded(out, &[&[byte]]);
    }

    /// Appends `parts` with spaces before or after them.
    fn push_padded(&self, out: &mut Vec<u8>, parts: &[&[u8]]) {
        let len_bytes = parts.iter().map(|part| part.len()).sum();
        let end = out.len() + self.width.max(len_bytes);
        if !self.is_left {
            out.resize(end - len_bytes, b' ');
        }
        parts.iter().for_each(|part| out.extend_from_slice(part));
        out.resize(end, b' ');
    }

    /// Appends the sign, a prefix such as `0x`, and the digits of a number. Zeros for padding precede the digits if
    /// allowed.
    fn push_number(&self, out: &mut Vec<u8>, sign: &[u8], prefix: &[u8], digits: &[u8], may_have_zeros: bool) {
        let len_bytes = sign.len() + prefix.len() + digits.len();
        let zeros =
            if self.has_zeros && !self.is_left && may_have_zeros { self.width.saturating_sub(len_bytes) } else { 0 };
        self.push_padded(out, &[sign, prefix, &ZEROS[..zeros], digits]);
    }

    /// Returns the sign to show.
    fn sign(&self, is_negative: bool) -> &'static [u8] {
        match (is_negative, self.has_plus, self.has_space) {
            (true, ..) => b"-",
            (false, true, _) => b"+",
            (false, false, true) => b" ",
            (false, false, false) => b"",
        }
    }
}

/// Takes at most two digits from the front of `rest`.
fn take_digits(rest: &mut &[u8]) -> usize {
    let mut value = 0;
    for _ in 0..2 {
        if let [digit @ b'0'..=b'9', tail @ ..] = *rest {
            value = value * 10 + usize::from(digit - b'0');
            *rest = tail;
        }
    }
    value
}

#[cfg(test)]
mod tests;
