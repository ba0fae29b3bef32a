//! Canonical bytes of an op → [`Fingerprint`], which tells whether two builds saw the same definition.

use core::fmt;

/// Hashes the text of a C file, so that a table can recognise the file that a stencil was made from.
///
/// Line endings `\n` and `\r\n` hash alike, because checkouts differ in them. Any other change changes the hash.
///
/// ```
/// use mimeo_def::fingerprint::hash_text;
/// assert_eq!(hash_text(b"int a;\r\nint b;\r\n"), hash_text(b"int a;\nint b;\n"));
/// assert_ne!(hash_text(b"int a;\rint b;\r"), hash_text(b"int a;\nint b;\n"));
/// ```
pub const fn hash_text(bytes: &[u8]) -> u32 {
    let mut hash = FNV_START;
    let mut i = 0;
    while i < bytes.len() {
        let ends_line = bytes[i] == b'\r' && i + 1 < bytes.len() && bytes[i + 1] == b'\n';
        if !ends_line {
            hash = fnv_step(hash, bytes[i]);
        }
        i += 1;
    }
    hash
}

const FNV_START: u32 = 0x811c_9dc5;

const fn fnv_step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// Hash of everything that an op means, in four parts, so that a mismatch can say what changed.
///
/// Each part is a 32-bit FNV-1a hash of canonical bytes of the typed IR, which exclude comments, formatting and names of
/// variables. The hash guards against drift, not against an adversary. Source of the algorithm:
/// Fowler, Noll, Vo, <http://www.isthe.com/chongo/tech/comp/fnv/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Operands: their order, kinds and encodings, and the kind of result.
    pub operands: u32,
    /// The op's own body.
    pub body: u32,
    /// Helpers, constants and runtime signatures that the body reaches.
    pub reached: u32,
    /// Layouts of the structs it uses, and the stencil ABI version.
    pub layout: u32,
}

impl Fingerprint {
    /// Hashes the canonical bytes of one part.
    pub const fn hash(bytes: &[u8]) -> u32 {
        let mut hash = FNV_START;
        let mut i = 0;
        while i < bytes.len() {
            hash = fnv_step(hash, bytes[i]);
            i += 1;
        }
        hash
    }

    /// Returns the names of the parts in which `self` and `other` differ; none if they are equal.
    ///
    /// ```
    /// use mimeo_def::Fingerprint;
    /// let a = Fingerprint { operands: 1, body: 2, reached: 3, layout: 4 };
    /// let b = Fingerprint { body: 9, layout: 9, ..a };
    /// let changed: Vec<_> = a.differences(&b).collect();
    /// assert_eq!(changed, ["body", "layout"]);
    /// ```
    pub fn differences(&self, other: &Self) -> impl Iterator<Item = &'static str> {
        [
            ("operands", self.operands == other.operands),
            ("body", self.body == other.body),
            ("helper", self.reached == other.reached),
            ("layout", self.layout == other.layout),
        ]
        .into_iter()
        .filter_map(|(name, same)| (!same).then_some(name))
    }

    /// Returns `true` if the fingerprints are equal, for use in `const` assertions.
    pub const fn same(&self, other: &Self) -> bool {
        self.operands == other.operands
            && self.body == other.body
            && self.reached == other.reached
            && self.layout == other.layout
    }

    /// Parses the form that [`Display`](fmt::Display) writes: 32 hexadecimal digits.
    ///
    /// ```
    /// use mimeo_def::Fingerprint;
    /// let text = "00000001000000020000000300000004";
    /// assert_eq!(Fingerprint::parse(text).unwrap().to_string(), text);
    /// assert!(Fingerprint::parse("9f3c").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let part = |i: usize| u32::from_str_radix(text.get(i * 8..i * 8 + 8)?, 16).ok();
        if text.len() != 32 {
            return None;
        }
        Some(Fingerprint { operands: part(0)?, body: part(1)?, reached: part(2)?, layout: part(3)? })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}{:08x}{:08x}{:08x}", self.operands, self.body, self.reached, self.layout)
    }
}
