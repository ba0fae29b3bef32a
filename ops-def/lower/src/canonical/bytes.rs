//! Values → [`Bytes`], from which they could be read back: two values with the same bytes are equal.
//!
//! A number has a fixed width and is little-endian. A text or a list begins with its length. An enum begins with a tag,
//! the byte that belongs to the variant. The bytes of one value are therefore never the beginning of another value's,
//! and values can follow each other without separators.

/// Canonical bytes.
#[derive(Default)]
pub(super) struct Bytes(Vec<u8>);

impl Bytes {
    pub(super) fn put(&mut self, value: &(impl Canonical + ?Sized)) {
        value.put(self);
    }

    pub(super) fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// A value with canonical bytes.
pub(super) trait Canonical {
    fn put(&self, out: &mut Bytes);
}

/// An enum whose variants have tags.
pub(super) trait Tagged {
    /// The tags of all variants.
    #[cfg(test)]
    const TAGS: &'static [u8];

    /// Returns the tag of the variant.
    fn tag(&self) -> u8;
}

/// Gives the variants of an enum their tags. A tag keeps its meaning: the number of a variant that is removed is not
/// used again.
macro_rules! tags {
    ($of:ident: $($variant:ident = $tag:literal,)*) => {
        impl $crate::canonical::bytes::Tagged for $of {
            #[cfg(test)]
            const TAGS: &'static [u8] = &[$($tag),*];

            fn tag(&self) -> u8 {
                match self {
                    $($of::$variant { .. } => $tag,)*
                }
            }
        }
    };
}

pub(super) use tags;

impl Canonical for u8 {
    fn put(&self, out: &mut Bytes) {
        out.tag(*self);
    }
}

impl Canonical for u16 {
    fn put(&self, out: &mut Bytes) {
        out.number((*self).into());
    }
}

impl Canonical for u32 {
    fn put(&self, out: &mut Bytes) {
        out.number((*self).into());
    }
}

impl Canonical for u64 {
    fn put(&self, out: &mut Bytes) {
        out.number(*self);
    }
}

impl Canonical for i128 {
    fn put(&self, out: &mut Bytes) {
        out.0.extend(self.to_le_bytes());
    }
}

/// The same on hosts of every width.
impl Canonical for usize {
    fn put(&self, out: &mut Bytes) {
        out.number(*self as u64);
    }
}

impl Canonical for bool {
    fn put(&self, out: &mut Bytes) {
        out.tag((*self).into());
    }
}

impl Canonical for str {
    fn put(&self, out: &mut Bytes) {
        out.put(&self.len());
        out.0.extend(self.as_bytes());
    }
}

impl Canonical for String {
    fn put(&self, out: &mut Bytes) {
        out.put(self.as_str());
    }
}

impl<T: Canonical> Canonical for [T] {
    fn put(&self, out: &mut Bytes) {
        out.put(&self.len());
        self.iter().for_each(|part| out.put(part));
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn put(&self, out: &mut Bytes) {
        out.put(self.as_slice());
    }
}

impl<T: Canonical + ?Sized> Canonical for Box<T> {
    fn put(&self, out: &mut Bytes) {
        out.put(&**self);
    }
}

impl<T: Canonical> Canonical for Option<T> {
    fn put(&self, out: &mut Bytes) {
        out.put(&self.is_some());
        self.iter().for_each(|value| out.put(value));
    }
}

impl<T: Canonical, U: Canonical> Canonical for (T, U) {
    fn put(&self, out: &mut Bytes) {
        out.put(&self.0);
        out.put(&self.1);
    }
}
