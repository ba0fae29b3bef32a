//! Strings → [`Text`] for C, kept as long as C may read it.

use crate::Text;

/// A string followed by a zero byte. Moving it does not move its bytes.
#[derive(Debug)]
pub(crate) struct Kept(Box<[u8]>);

impl Kept {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let mut bytes = text.into().into_bytes();
        bytes.push(0);
        Kept(bytes.into_boxed_slice())
    }

    /// Returns the text for C. It is valid as long as `self`.
    pub(crate) fn view(&self) -> Text {
        Text { bytes: self.0.as_ptr().cast(), len: self.0.len() - 1 }
    }
}
