//! Bytes that a heap takes → when a collection is due, and the charge to the machine's account.
//!
//! What is allocated is charged at once. What is freed or changes its size without the heap is found at the end of the
//! next collection, which adds up what is left.

use mimeo_interp::{Account, Charge, MemoryKind, OutOfMemory};

/// The least number of bytes between two collections.
const LEAST: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct Accounts {
    used: usize,
    /// The charge for these bytes, once there is an account.
    charge: Option<Charge>,
    /// The bytes at which the next collection is due.
    due: usize,
    pub(crate) is_eager: bool,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts { used: 0, charge: None, due: LEAST, is_eager: false }
    }
}

impl Accounts {
    pub(crate) fn attach(&mut self, account: &Account) -> Result<(), OutOfMemory> {
        self.charge = Some(account.charge(MemoryKind::Heap, self.used)?);
        Ok(())
    }

    pub(crate) fn used(&self) -> usize {
        self.used
    }

    pub(crate) fn is_due(&self) -> bool {
        self.used >= self.due || self.is_eager
    }

    /// Charges bytes that are about to be allocated.
    #[inline]
    pub(crate) fn claim(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        let used = self.used.checked_add(bytes).ok_or(OutOfMemory)?;
        if let Some(charge) = &mut self.charge {
            charge.resize(used)?;
        }
        self.used = used;
        Ok(())
    }

    /// Returns an error if so many bytes could not be charged.
    pub(crate) fn check(&self, bytes: usize) -> Result<(), OutOfMemory> {
        let available = self.charge.as_ref().map_or(usize::MAX, |charge| charge.account().available());
        if bytes <= available { Ok(()) } else { Err(OutOfMemory) }
    }

    /// Notes how many bytes are left after a collection.
    pub(crate) fn settle(&mut self, used: usize) {
        self.used = used;
        self.due = used.saturating_mul(2).max(LEAST);
        if let Some(charge) = &mut self.charge {
            // If there are more than the account allows, `claim` refuses all others.
            let _refused = charge.resize(used);
        }
    }

    /// Returns `true` if so little memory is available that each collection would soon be followed by another one.
    pub(crate) fn is_crowded(&self) -> bool {
        self.check(self.used / 16).is_err()
    }
}
