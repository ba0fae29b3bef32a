//! Bytes in the making → a string: [`Scratch`], whose memory counts.

use mimeo::{Charge, MemoryKind, OutOfMemory, Thrown};

use super::{claim, free_memory, out_of_memory};
use crate::heap::Gc;
use crate::ops::ops::{Text, Vm};

/// The bytes of a string that is being made. Those of a long one are charged to the machine's account; a short buffer is
/// reused for the next string.
#[derive(Debug)]
pub struct Scratch {
    /// The bytes. Appending more than there is room for is not counted.
    pub bytes: Vec<u8>,
    charge: Option<Charge>,
}

impl Scratch {
    /// Up to this capacity, a buffer is not charged.
    const FREE: usize = 64 << 10;

    /// Creates a buffer with room for so many bytes. What is in use must be reachable, as at a
    /// [safepoint](super::safepoint).
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    pub fn new(vm: &mut Vm, len: usize) -> Result<Scratch, Thrown> {
        let mut bytes = std::mem::take(&mut vm.host.buffer);
        bytes.clear();
        let mut scratch = Scratch { bytes, charge: None };
        scratch.reserve(vm, len)?;
        Ok(scratch)
    }

    /// Makes room for so many more bytes. What is in use must be reachable.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    #[inline]
    pub fn reserve(&mut self, vm: &mut Vm, more: usize) -> Result<(), Thrown> {
        if self.bytes.capacity() - self.bytes.len() >= more { Ok(()) } else { self.grow(vm, more) }
    }

    #[cold]
    fn grow(&mut self, vm: &mut Vm, more: usize) -> Result<(), Thrown> {
        let needed = self.bytes.len().checked_add(more).ok_or_else(|| out_of_memory(vm))?;
        let doubled = needed.max(2 * self.bytes.capacity());
        if self.grow_to(vm, doubled).is_ok() {
            return Ok(());
        }
        free_memory(vm);
        self.grow_to(vm, needed).map_err(|OutOfMemory| out_of_memory(vm))
    }

    fn grow_to(&mut self, vm: &Vm, capacity: usize) -> Result<(), OutOfMemory> {
        if capacity > Scratch::FREE {
            match &mut self.charge {
                Some(charge) => charge.resize(capacity)?,
                None => self.charge = Some(vm.memory().charge(MemoryKind::Heap, capacity)?),
            }
        }
        Ok(self.bytes.try_reserve_exact(capacity - self.bytes.len())?)
    }

    /// Returns the string.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    pub fn into_text(mut self, vm: &mut Vm) -> Result<Gc<Text>, Thrown> {
        // The string takes over the bytes, or they are few.
        self.charge = None;
        claim(vm, self.bytes.len())?;
        let text = vm.host.heap.text_of(&mut self.bytes);
        self.end(vm);
        Ok(text)
    }

    /// Keeps a short buffer for the next string.
    pub fn end(self, vm: &mut Vm) {
        if self.bytes.capacity() <= Scratch::FREE {
            vm.host.buffer = self.bytes;
        }
    }
}
