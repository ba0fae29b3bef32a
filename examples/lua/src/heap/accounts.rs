//! Bytes that objects allocate and free → when the collector has to run and how much it has to do, and the charges to
//! the machine's account.
//!
//! An allocation only counts: it compares nothing. The bytes that may be allocated until somebody has to look are the
//! [window](Accounts::left). It ends where the collector's next step is due, or where the bytes end that the machine's
//! account was charged for in advance, whichever comes first. So the account is never behind by more than what is
//! allocated between two safepoints beyond a window, which is a few small objects: everything whose size depends on the
//! program is [claimed](super::Heap::claim) before it is made.

use mimeo::{Account, Charge, MemoryKind, OutOfMemory};

/// Lua's defaults.
const PAUSE: u32 = 200;
const STEP_MULTIPLIER: u32 = 200;

/// Bytes that can be allocated between two steps of a cycle.
pub(super) const STEP: i64 = 8 * 1024;

/// Minimal number of bytes to allocate between two cycles.
const MIN_PAUSE: i64 = 64 * 1024;

/// Bytes that the machine's account is charged for in advance.
const ADVANCE: usize = 64 * 1024;
/// The same number where the limit is near.
const LEAST_ADVANCE: usize = 4 * 1024;

/// Bytes that the heap leaves to others below the limit: a stack can still grow a little, for example to handle the error.
pub(crate) const HEADROOM: usize = 16 * 1024;

/// The collector's accounting.
#[derive(Debug)]
pub(super) struct Accounts {
    /// Bytes of all objects.
    pub(super) live: usize,
    /// Bytes of the objects that only waited for their finalizers in the last cycle: the next one frees them.
    pub(super) waiting: usize,
    /// Bytes of the window that are left.
    pub(super) left: i64,
    /// Bytes of the window when it was opened.
    window: i64,
    /// Bytes until the collector's next step, when the window was opened.
    due: i64,
    /// Size at which the next cycle starts, in per cent of the size after the last one.
    pub(super) pause: u32,
    /// Bytes that a step visits, in per cent of the bytes allocated.
    pub(super) step_multiplier: u32,
    /// Whether steps are disabled.
    pub(super) is_stopped: bool,
    /// For tests: unless 0, a step is needed at every safepoint, and every `eager`th one is a full cycle.
    pub(super) eager: u32,
    /// Steps until the next such cycle.
    pub(super) eager_left: u32,
    /// The charge to the machine's account, which includes the window. A heap without a machine has none.
    charge: Option<Charge>,
    /// Bytes outside of the heap that objects keep, when they were last counted.
    outside: usize,
    /// The largest size at the beginning of a cycle since memory was given back to the system.
    peak: usize,
    /// Bytes of all objects at the end of the last cycle.
    after_cycle: usize,
}

impl Default for Accounts {
    fn default() -> Accounts {
        Accounts {
            live: 0,
            waiting: 0,
            left: MIN_PAUSE,
            window: MIN_PAUSE,
            due: MIN_PAUSE,
            pause: PAUSE,
            step_multiplier: STEP_MULTIPLIER,
            is_stopped: false,
            eager: 0,
            eager_left: 0,
            charge: None,
            outside: 0,
            peak: 0,
            after_cycle: 0,
        }
    }
}

/// Less memory is not worth giving it back to the system.
const MIN_GIVEN_BACK: usize = 4 << 20;

impl Accounts {
    #[inline]
    pub(super) fn charge(&mut self, bytes: usize) {
        self.live += bytes;
        self.left -= bytes as i64;
    }

    #[inline]
    pub(super) fn release(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.live, "more bytes were freed than allocated");
        self.live -= bytes;
    }

    /// Accounts for a part of an object that has changed its size.
    pub(super) fn resize(&mut self, before: usize, after: usize) {
        self.charge(after);
        self.release(before);
    }

    /// Returns `true` if the window has room for an allocation that is too small to be refused by the system.
    #[inline]
    pub(super) fn has_left(&self, bytes: usize) -> bool {
        bytes < ADVANCE && (bytes as i64) <= self.left
    }

    /// Returns the number of bytes until the next step is due, which is negative if it is overdue.
    pub(super) fn due(&self) -> i64 {
        self.due - (self.window - self.left)
    }

    /// Sets the number of bytes until the next step, and opens a window.
    pub(super) fn set_due(&mut self, due: i64) {
        let advance = self.charge.as_ref().map_or(i64::MAX, |charge| charge.bytes() as i64 - self.live as i64);
        self.due = due;
        self.window = if self.is_stopped { advance } else { due.min(advance) };
        self.left = self.window;
    }

    /// Returns the number of bytes that the next step must visit.
    pub(super) fn work(&self) -> i64 {
        let made = STEP - self.due().min(0);
        // With a multiplier of 0 no cycle would ever end.
        made.saturating_mul(i64::from(self.step_multiplier.max(25))) / 100
    }

    /// Sets the bytes until the next cycle, after one has ended.
    pub(super) fn rest(&mut self) {
        self.outside = self.outside_bytes();
        let size = self.live.saturating_sub(self.waiting) + self.outside;
        let more = i64::from(self.pause.max(100) - 100).saturating_mul(size as i64) / 100;
        self.set_due(more.max(MIN_PAUSE));
    }

    /// Notes that a cycle has ended.
    pub(super) fn end(&mut self) {
        self.after_cycle = self.live;
    }

    /// Returns `true` if the objects have doubled since the last cycle has ended.
    pub(super) fn have_doubled(&self) -> bool {
        self.live / 2 > self.after_cycle.max(MIN_PAUSE as usize)
    }

    /// Notes the size at the beginning of a cycle.
    pub(super) fn begin(&mut self) {
        self.peak = self.peak.max(self.size());
    }

    /// Returns `true`, once, if less than half of the size is left and memory should be given back to the system.
    pub(super) fn has_shrunk(&mut self) -> bool {
        let size = self.size();
        let has_shrunk = size < self.peak / 2 && self.peak - size >= MIN_GIVEN_BACK;
        if has_shrunk {
            self.peak = size;
        }
        has_shrunk
    }

    /// Returns the number of bytes that the stacks of fibers and the code of chunks take.
    pub(super) fn outside_bytes(&self) -> usize {
        let kinds = [MemoryKind::Fibers, MemoryKind::Programs];
        self.charge.as_ref().map_or(0, |charge| kinds.map(|kind| charge.account().used_by(kind)).iter().sum())
    }

    /// Returns the size of all objects and of what they keep outside of the heap.
    pub(super) fn size(&self) -> usize {
        self.live + self.outside_bytes()
    }

    /// Accounts for the growth outside of the heap, which also brings the next step nearer.
    pub(super) fn count_outside(&mut self) {
        let outside = self.outside_bytes();
        let more = outside.saturating_sub(self.outside);
        self.outside = outside;
        self.set_due(self.due() - more as i64);
    }

    /// Charges everything to this account from now on.
    pub(super) fn attach(&mut self, account: &Account) -> Result<(), OutOfMemory> {
        self.charge = Some(account.charge(MemoryKind::Heap, self.live)?);
        self.settle(false)
    }

    /// Charges the account for what exists and for some bytes in advance, and opens a window. After a full cycle the
    /// advance must be a part of the heap, because each further cycle costs as much as the heap is large.
    pub(super) fn settle(&mut self, is_after_cycle: bool) -> Result<(), OutOfMemory> {
        if let Some(charge) = &mut self.charge {
            let least = if is_after_cycle { LEAST_ADVANCE + self.live / 64 } else { LEAST_ADVANCE };
            let most = charge.account().available().saturating_add(charge.bytes()).saturating_sub(HEADROOM);
            let available = most.saturating_sub(self.live);
            if available < least {
                return Err(OutOfMemory);
            }
            charge.resize(self.live + available.min(ADVANCE.max(least)))?;
        }
        self.set_due(self.due());
        Ok(())
    }

    /// Releases what the account was charged for in advance. The next safepoint charges it again, and runs a step.
    pub(super) fn give_back(&mut self) {
        if let Some(charge) = &mut self.charge {
            let needed = self.live.min(charge.bytes());
            charge.resize(needed).expect("fewer bytes are never refused");
        }
        self.set_due(0);
    }

    /// Charges the account for bytes that are about to be allocated.
    pub(super) fn claim(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        if let Some(charge) = &mut self.charge {
            let size = self.live.checked_add(bytes).ok_or(OutOfMemory)?;
            if size > charge.bytes() {
                let more = size - charge.bytes();
                if charge.account().available().saturating_sub(HEADROOM) < more {
                    return Err(OutOfMemory);
                }
                charge.resize(size)?;
            }
        }
        self.set_due(self.due());
        Ok(())
    }
}
