//! The flags and the width between the `%` and the letter of a conversion → the shape of its text: [`Shape`].
//!
//! C has none. They are those of glibc.

/// How the text of a conversion is padded and written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// `_`, `-` or `0`: pads with spaces, not at all, or with zeros.
    pad: Option<u8>,
    /// `^`: writes names in upper case.
    is_upper: bool,
    /// `#`: writes names in the other case.
    changes_case: bool,
    width: usize,
}

/// The text of a conversion without flags.
pub(super) enum Part {
    /// A number with at least so many digits, padded with this byte.
    Number(i64, usize, u8),
    /// A name, which `#` writes in upper case.
    Name(&'static str),
    /// A name that `#` writes in lower case.
    Short(String),
    /// Half of the day in lower case.
    Lower(&'static str),
    /// Any other text.
    Text(Vec<u8>),
    /// The offset of a zone in minutes.
    Offset(i64),
}

impl Shape {
    /// The largest width. A larger one would be an attack.
    const MAX_WIDTH: usize = 1 << 10;

    /// Parses flags and a width. Returns the rest of the format as well.
    pub(super) fn parse(mut format: &[u8]) -> (Shape, &[u8]) {
        let mut shape = Shape::default();
        while let [flag @ (b'_' | b'-' | b'0' | b'^' | b'#'), rest @ ..] = format {
            match flag {
                b'^' => shape.is_upper = true,
                b'#' => shape.changes_case = true,
                &pad => shape.pad = Some(pad),
            }
            format = rest;
        }
        while let [digit @ b'0'..=b'9', rest @ ..] = format {
            shape.width = (10 * shape.width + usize::from(digit - b'0')).min(Self::MAX_WIDTH);
            format = rest;
        }
        (shape, format)
    }

    /// Appends a part.
    pub(super) fn push(self, out: &mut Vec<u8>, part: Part) {
        match part {
            Part::Number(number, digits, pad) => self.push_number(out, number, digits, pad),
            Part::Name(name) if self.is_upper || self.changes_case => {
                self.pad(out, name.to_ascii_uppercase().as_bytes())
            }
            Part::Name(name) => self.pad(out, name.as_bytes()),
            Part::Short(name) if self.changes_case => self.pad(out, name.to_ascii_lowercase().as_bytes()),
            Part::Short(name) if self.is_upper => self.pad(out, name.to_ascii_uppercase().as_bytes()),
            Part::Short(name) => self.pad(out, name.as_bytes()),
            Part::Lower(name) => self.pad(out, name.to_ascii_lowercase().as_bytes()),
            Part::Text(text) if self.is_upper => self.pad(out, &text.to_ascii_uppercase()),
            Part::Text(text) => self.pad(out, &text),
            Part::Offset(minutes) => {
                self.pad(out, if minutes < 0 { b"-" } else { b"+" });
                let minutes = minutes.abs();
                self.push_number(out, minutes / 60 * 100 + minutes % 60, 4, b'0');
            }
        }
    }

    fn push_number(self, out: &mut Vec<u8>, number: i64, digits: usize, pad: u8) {
        let width = digits.max(self.width);
        let text = match self.pad.unwrap_or(pad) {
            b'-' => number.to_string(),
            b'0' => format!("{number:0width$}"),
            _ => format!("{number:width$}"),
        };
        self.pad(out, text.as_bytes());
    }

    /// Appends a text, after as many bytes as are missing to the width.
    fn pad(self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = self.width.saturating_sub(text.len());
        let pad = if self.pad == Some(b'0') { b'0' } else { b' ' };
        out.extend(std::iter::repeat_n(pad, missing));
        out.extend_from_slice(text);
    }
}
