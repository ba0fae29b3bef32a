//! Appended bytes → a string, or an error if it gets too long.

use mimeo::Thrown;

use crate::ops::ops::Text;
use crate::runtime::{Call, out_of_memory};

/// The bytes of a string. The length is checked before memory is allocated.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
}

impl Output {
    /// Creates an empty output.
    pub(super) fn new(call: &mut Call<'_>) -> Output {
        let mut bytes = std::mem::take(&mut call.vm.host.buffer);
        bytes.clear();
        Output { bytes }
    }

    /// Returns the bytes, with room for `more`. Appending a few more than that is harmless.
    ///
    /// # Errors
    ///
    /// If the string would be too long, or memory runs out.
    pub(super) fn room(&mut self, call: &mut Call<'_>, more: usize) -> Result<&mut Vec<u8>, Thrown> {
        let is_allowed = more <= Text::MAX_LEN.saturating_sub(self.bytes.len());
        if is_allowed && self.bytes.try_reserve(more).is_ok() {
            Ok(&mut self.bytes)
        } else {
            Err(out_of_memory(call.vm))
        }
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room).
    pub(super) fn push(&mut self, call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Thrown> {
        self.room(call, bytes.len())?.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room).
    pub(super) fn give(mut self, call: &mut Call<'_>) -> Result<(), Thrown> {
        self.room(call, 0)?;
        let text = call.heap().text_of(&mut self.bytes);
        call.vm.host.buffer = self.bytes;
        call.give(text.into())
    }
}
