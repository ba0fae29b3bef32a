//! The work of runtime functions → fuel, so that one that takes long can be stopped.
//!
//! A unit of work takes about a nanosecond: one byte that is copied, or a small part of a step of another kind. Work
//! depends only on the program, so the same program uses the same fuel in every tier.

use std::cmp::Ordering;

use mimeo::Thrown;

use super::Call;
use crate::heap::Gc;
use crate::ops::ops::{Text, Vm};

/// Units of work that cost as much fuel as a call or a backward jump.
const PER_EVENT: usize = 64;

/// Units of work that a builtin collects before it pays for them. The work of a short call costs no fuel.
const UNPAID: usize = 4096;

/// Number of bytes that are copied or compared at once: the machine's budget is checked after each part.
pub(crate) const PART: usize = 1 << 16;

/// The most work between two payments. It takes a millisecond.
const MOST: usize = 1 << 20;

/// Pays for work, at most [`MOST`].
///
/// # Errors
///
/// If the host stops the program.
#[inline]
pub(crate) fn pay(vm: &mut Vm, work: usize) -> Result<(), Thrown> {
    debug_assert!(work <= MOST, "work that a stop waits for");
    pay_at_once(vm, work)
}

/// Pays for work that was done in one piece.
///
/// # Errors
///
/// If the host stops the program.
#[inline]
pub(crate) fn pay_at_once(vm: &mut Vm, work: usize) -> Result<(), Thrown> {
    if work < PER_EVENT { Ok(()) } else { vm.spend_fuel(u32::try_from(work / PER_EVENT).unwrap_or(u32::MAX)) }
}

/// Appends bytes, and pays for them.
///
/// # Errors
///
/// If the host stops the program.
#[inline]
pub(crate) fn append(vm: &mut Vm, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Thrown> {
    for part in bytes.chunks(PART) {
        out.extend_from_slice(part);
        pay(vm, part.len())?;
    }
    Ok(())
}

/// Compares the bytes of two texts, and pays for it.
///
/// # Errors
///
/// If the host stops the program.
#[inline]
pub(crate) fn compare(vm: &mut Vm, a: Gc<Text>, b: Gc<Text>) -> Result<Ordering, Thrown> {
    let (a, b) = (a.bytes(), b.bytes());
    for (a, b) in a.chunks(PART).zip(b.chunks(PART)) {
        let len = a.len().min(b.len());
        pay(vm, len / 8)?;
        match a[..len].cmp(&b[..len]) {
            Ordering::Equal => {}
            different => return Ok(different),
        }
    }
    Ok(a.len().cmp(&b.len()))
}

impl Call<'_> {
    /// Counts work of this call, at most [`MOST`], and pays for it from time to time.
    ///
    /// # Errors
    ///
    /// If the host stops the program.
    #[inline]
    pub fn work(&mut self, work: usize) -> Result<(), Thrown> {
        self.unpaid = self.unpaid.saturating_add(work);
        if self.unpaid < UNPAID { Ok(()) } else { self.pay() }
    }

    #[cold]
    fn pay(&mut self) -> Result<(), Thrown> {
        let work = std::mem::take(&mut self.unpaid);
        pay(self.vm, work)
    }

    /// Pays for work of this call that is done in one piece.
    ///
    /// # Errors
    ///
    /// If the host stops the program.
    pub fn work_at_once(&mut self, work: usize) -> Result<(), Thrown> {
        if work < UNPAID { self.work(work) } else { pay_at_once(self.vm, work) }
    }

    /// Appends bytes, and counts the work.
    ///
    /// # Errors
    ///
    /// If the host stops the program.
    #[inline]
    pub fn append(&mut self, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Thrown> {
        if bytes.len() > PART {
            return self.append_parts(out, bytes);
        }
        out.extend_from_slice(bytes);
        self.work(bytes.len())
    }

    #[cold]
    fn append_parts(&mut self, out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Thrown> {
        for part in bytes.chunks(PART) {
            out.extend_from_slice(part);
            self.work(part.len())?;
        }
        Ok(())
    }
}
