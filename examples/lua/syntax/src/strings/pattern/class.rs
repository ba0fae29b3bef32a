//! A class (`%a`), a set (`[a-z]`) or a character → [`ByteSet`]: the bytes that it matches.

/// A set of bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteSet([u64; 4]);

/// By the character after a `%`: letters stand for classes, others for themselves.
static CLASSES: [ByteSet; 256] = {
    let mut classes = [ByteSet::NONE; 256];
    let mut class = 0;
    while class < 256 {
        classes[class] = ByteSet::of_class(class as u8);
        class += 1;
    }
    classes
};

impl ByteSet {
    const NONE: ByteSet = ByteSet([0; 4]);

    const fn of_class(class: u8) -> ByteSet {
        let mut set = ByteSet::NONE;
        let mut byte = 0;
        loop {
            if is_in_class(byte, class) {
                set.add(byte);
            }
            if byte == u8::MAX {
                return set;
            }
            byte += 1;
        }
    }

    /// Returns the bytes that match `item`: a character, a class or a set.
    #[inline]
    pub(super) fn of_item(item: &[u8]) -> ByteSet {
        match item {
            [b'.'] => ByteSet::NONE.complement(),
            [b'%', class] => CLASSES[usize::from(*class)],
            [b'[', set @ .., b']'] => ByteSet::of_set(set),
            _ => {
                let mut bytes = ByteSet::NONE;
                item.iter().for_each(|&byte| bytes.add(byte));
                bytes
            }
        }
    }

    /// Returns the bytes in `set`, the text between the brackets.
    fn of_set(set: &[u8]) -> ByteSet {
        let (is_complement, mut rest) = match set {
            [b'^', rest @ ..] => (true, rest),
            _ => (false, set),
        };
        let mut bytes = ByteSet::NONE;
        loop {
            rest = match rest {
                [] => return if is_complement { bytes.complement() } else { bytes },
                [b'%', class, rest @ ..] => {
                    bytes.add_all(&CLASSES[usize::from(*class)]);
                    rest
                }
                [first, b'-', last, rest @ ..] => {
                    bytes.add_range(*first, *last);
                    rest
                }
                [single, rest @ ..] => {
                    bytes.add(*single);
                    rest
                }
            };
        }
    }

    #[inline]
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 != 0
    }

    #[inline]
    const fn add(&mut self, byte: u8) {
        self.0[(byte / 64) as usize] |= 1 << (byte % 64);
    }

    /// Adds the bytes from `first` to `last`.
    fn add_range(&mut self, first: u8, last: u8) {
        for (word, bits) in self.0.iter_mut().enumerate() {
            let start = 64 * word as u32;
            let from = start.max(first.into());
            let to = (start + 63).min(last.into());
            if from <= to {
                *bits |= u64::MAX >> (63 - (to - from)) << (from - start);
            }
        }
    }

    #[inline]
    fn add_all(&mut self, other: &ByteSet) {
        self.0.iter_mut().zip(other.0).for_each(|(bits, other)| *bits |= other);
    }

    #[inline]
    fn complement(self) -> ByteSet {
        ByteSet(self.0.map(|word| !word))
    }
}

/// Returns `true` if `byte` is in the class of this letter, or not in it if it is a capital letter.
const fn is_in_class(byte: u8, class: u8) -> bool {
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
