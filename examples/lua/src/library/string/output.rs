//! Appended bytes → a string, or an error if it gets too long.

use mimeo::Thrown;

use crate::runtime::{Call, PART, Scratch, too_long};

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
    #[inline]
    pub(in crate::library) fn room(&mut self, call: &mut Call<'_>, more: usize) -> Result<&mut Vec<u8>, Thrown> {
        if more > call.vm.host.bounds.text_len().saturating_sub(self.scratch.bytes.len()) {
            return Err(too_long(call.vm));
        }
        self.scratch.reserve(call.vm, more + Output::SPARE)?;
        Ok(&mut self.scratch.bytes)
    }

    /// Appends bytes, and counts the work.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room), or if the host stops the program.
    pub(in crate::library) fn push(&mut self, call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Thrown> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.room(call, bytes.len())?;
        call.append(&mut self.scratch.bytes, bytes)
    }

    /// Repeats the bytes, a whole number of periods, until there are `len`. The work is counted.
    ///
    /// # Errors
    ///
    /// If the host stops the program.
    pub(in crate::library) fn repeat(&mut self, call: &mut Call<'_>, len: usize) -> Result<(), Thrown> {
        let mut period = self.scratch.bytes.len();
        while self.scratch.bytes.len() < len {
            let from = self.scratch.bytes.len() % period;
            let part = (period - from).min(PART).min(len - self.scratch.bytes.len());
            self.scratch.bytes.extend_from_within(from..from + part);
            // The bytes so far are a period too.
            if self.scratch.bytes.len() <= PART {
                period = self.scratch.bytes.len();
            }
            call.work(part)?;
        }
        Ok(())
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room).
    pub(in crate::library) fn give(self, call: &mut Call<'_>) -> Result<(), Thrown> {
        if self.scratch.bytes.len() > call.vm.host.bounds.text_len() {
            return Err(too_long(call.vm));
        }
        let text = self.scratch.into_text(call.vm)?;
        call.give(text.into())
    }
}
