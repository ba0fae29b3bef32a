//! Bytes, one after the other → a string, or the error that there are too many.

use mimeo::Thrown;

use crate::ops::ops::Text;
use crate::runtime::{Call, out_of_memory};

/// What a string is put together in. Nothing is allocated before its length is known to be allowed.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
}

impl Output {
    /// An empty one.
    pub(super) fn new(call: &mut Call<'_>) -> Output {
        let mut bytes = std::mem::take(&mut call.vm.host.buffer);
        bytes.clear();
        Output { bytes }
    }

    /// Its bytes, with room for `more`. Whoever appends a few more than that does no harm.
    ///
    /// # Errors
    ///
    /// When there would be too many, or there is no memory.
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
    /// As [`room`](Output::room).
    pub(super) fn push(&mut self, call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Thrown> {
        self.room(call, bytes.len())?.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// As [`room`](Output::room).
    pub(super) fn give(mut self, call: &mut Call<'_>) -> Result<(), Thrown> {
        self.room(call, 0)?;
        let text = call.heap().text_of(&mut self.bytes);
        call.vm.host.buffer = self.bytes;
        call.give(text.into())
    }
}
