//! Appended bytes → a string, or an error if it gets too long.

use mimeo::Thrown;

use crate::ops::ops::Text;
use crate::runtime::{Call, Scratch, out_of_memory};

/// The bytes of a string. The length is checked before memory is allocated. What holds for values [across calls](Call)
/// holds for everything here.
#[derive(Debug)]
pub(in crate::library) struct Output {
    scratch: Scratch,
}

impl Output {
    /// Appending so many bytes more than there is room for is harmless.
    const SPARE: usize = 64;

    /// Creates an empty output.
    ///
    /// # Errors
    ///
    /// If memory runs out.
    pub(in crate::library) fn new(call: &mut Call<'_>) -> Result<Output, Thrown> {
        Ok(Output { scratch: Scratch::new(call.vm, Output::SPARE)? })
    }

    /// Returns the bytes, with room for `more`. Appending a few more than that is harmless.
    ///
    /// # Errors
    ///
    /// If the string would be too long, or memory runs out.
    pub(in crate::library) fn room(&mut self, call: &mut Call<'_>, more: usize) -> Result<&mut Vec<u8>, Thrown> {
        if more > Text::MAX_LEN.saturating_sub(self.scratch.bytes.len()) {
            return Err(out_of_memory(call.vm));
        }
        self.scratch.reserve(call.vm, more + Output::SPARE)?;
        Ok(&mut self.scratch.bytes)
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room).
    pub(in crate::library) fn push(&mut self, call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Thrown> {
        self.room(call, bytes.len())?.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room).
    pub(in crate::library) fn give(mut self, call: &mut Call<'_>) -> Result<(), Thrown> {
        self.room(call, 0)?;
        let text = self.scratch.into_text(call.vm)?;
        call.give(text.into())
    }
}
