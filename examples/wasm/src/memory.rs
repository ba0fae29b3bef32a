//! [`LinearMemory`]: the bytes of a memory, at an address that does not change.

use mimeo::{Account, Charge, MemoryKind};
use region::{Allocation, Protection};

use crate::value::MemoryType;

/// The size of a page.
pub(crate) const PAGE: u64 = 1 << 16;
const MAX_PAGES: u64 = 1 << 16;

/// A memory. It reserves the addresses that it may need, so it never moves.
pub(crate) struct LinearMemory {
    /// Nothing if the memory cannot have a page.
    addresses: Option<Allocation>,
    pages: u64,
    max: Option<u64>,
    charge: Charge,
}

impl LinearMemory {
    /// Creates a memory of zeros, or returns `None` if there is not enough.
    pub(crate) fn new(ty: MemoryType, account: &Account) -> Option<LinearMemory> {
        let limit = ty.bounds.max.unwrap_or(MAX_PAGES).min(MAX_PAGES);
        let addresses = match limit {
            0 => None,
            pages => Some(region::alloc(usize::try_from(pages * PAGE).ok()?, Protection::NONE).ok()?),
        };
        let charge = account.charge(MemoryKind::Heap, 0).ok()?;
        let mut memory = LinearMemory { addresses, pages: 0, max: ty.bounds.max, charge };
        memory.grow(ty.bounds.min).map(|_| memory)
    }

    pub(crate) fn base(&self) -> *mut u8 {
        self.addresses.as_ref().map_or(std::ptr::dangling_mut(), |addresses| addresses.as_ptr::<u8>().cast_mut())
    }

    pub(crate) fn pages(&self) -> u64 {
        self.pages
    }

    pub(crate) fn max(&self) -> Option<u64> {
        self.max
    }

    pub(crate) fn len_bytes(&self) -> u64 {
        self.pages * PAGE
    }

    /// Adds pages, and returns how many there were; `None` if that is too many.
    pub(crate) fn grow(&mut self, count: u64) -> Option<u64> {
        let before = self.pages;
        let pages = before.checked_add(count)?;
        if pages > self.max.unwrap_or(MAX_PAGES).min(MAX_PAGES) {
            return None;
        }
        if count > 0 {
            let (start, bytes) = (self.len_bytes() as usize, (count * PAGE) as usize);
            self.charge.resize((pages * PAGE) as usize).ok()?;
            // SAFETY: the pages belong to the reservation, and nothing refers to them yet.
            let granted = unsafe { region::protect(self.base().wrapping_add(start), bytes, Protection::READ_WRITE) };
            if granted.is_err() {
                self.charge.resize(start).expect("fewer bytes are never refused");
                return None;
            }
        }
        self.pages = pages;
        Some(before)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the pages can be read, and only this thread accesses them.
        unsafe { std::slice::from_raw_parts(self.base(), self.len_bytes() as usize) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`.
        unsafe { std::slice::from_raw_parts_mut(self.base(), self.len_bytes() as usize) }
    }

    /// Returns the bytes in a range, or `None` if it is not inside.
    pub(crate) fn range(&mut self, start: u64, len: u64) -> Option<&mut [u8]> {
        let end = start.checked_add(len)?;
        self.bytes_mut().get_mut(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_the_system_refuses_are_not_charged() {
        let account = Account::new(None);
        let charge = account.charge(MemoryKind::Heap, 0).expect("there is no limit");
        // Without a reservation, there are no pages that could be made accessible.
        let mut memory = LinearMemory { addresses: None, pages: 0, max: Some(1), charge };
        assert_eq!(memory.grow(1), None);
        assert_eq!((memory.pages(), account.used()), (0, 0));
    }
}
