//! Strings → [`Text`] that C reads, kept until nobody may read it any more.

use crate::Text;

/// A string with a zero byte behind it. Its bytes stay where they are when it moves.
#[derive(Debug)]
pub(crate) struct Kept(Box<[u8]>);

impl Kept {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let mut bytes = text.into().into_bytes();
        bytes.push(0);
        Kept(bytes.into_boxed_slice())
    }

    /// The text as C sees it. It is valid while `self` lives.
    pub(crate) fn view(&self) -> Text {
        Text { bytes: self.0.as_ptr().cast(), len: self.0.len() - 1 }
    }
}
