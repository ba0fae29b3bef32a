//! Appended bytes → a string, or an error if it gets too long.

use mimeo::Thrown;

use crate::runtime::{Call, out_of_memory, too_long};

/// The bytes of a string. The length is checked before memory is allocated.
#[derive(Debug)]
pub(in crate::library) struct Output {
    bytes: Vec<u8>,
}

impl Output {
    /// Creates an empty output.
    pub(in crate::library) fn new(call: &mut Call<'_>) -> Output {
        let mut bytes = std::mem::take(&mut call.vm.host.buffer);
        bytes.clear();
        Output { bytes }
    }

    /// Returns the bytes, with room for `more`. Appending a few more than that is harmless.
    ///
    /// # Errors
    ///
    /// If the string would be too long, or memory runs out.
    pub(in crate::library) fn room(&mut self, call: &mut Call<'_>, more: usize) -> Result<&mut Vec<u8>, Thrown> {
        if more > call.vm.host.bounds.text_len().saturating_sub(self.bytes.len()) {
            Err(too_long(call.vm))
        } else if self.bytes.try_reserve(more).is_ok() {
            Ok(&mut self.bytes)
        } else {
            Err(out_of_memory(call.vm))
        }
    }

    /// Appends bytes, and counts the work.
    ///
    /// # Errors
    ///
    /// The same as for [`room`](Output::room), or if the host stops the program.
    pub(in crate::library) fn push(&mut self, call: &mut Call<'_>, bytes: &[u8]) -> Result<(), Thrown> {
        self.room(call, bytes.len())?;
        call.append(&mut self.bytes, bytes)
    }

    /// Repeats the bytes, a whole number of periods, until there are `len`. The work is counted.
    ///
    /// # Errors
    ///
    /// If the host stops the program.
    pub(in crate::library) fn repeat(&mut self, call: &mut Call<'_>, len: usize) -> Result<(), Thrown> {
        /// Number of bytes that are copied at once.
        const PART: usize = 1 << 16;
        let mut period = self.bytes.len();
        while self.bytes.len() < len {
            let from = self.bytes.len() % period;
            let part = (period - from).min(PART).min(len - self.bytes.len());
            self.bytes.extend_from_within(from..from + part);
            // The bytes so far are a period too.
            if self.bytes.len() <= PART {
                period = self.bytes.len();
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
    pub(in crate::library) fn give(mut self, call: &mut Call<'_>) -> Result<(), Thrown> {
        self.room(call, 0)?;
        let text = call.heap().text_of(&mut self.bytes);
        call.vm.host.buffer = self.bytes;
        call.give(text.into())
    }
}
