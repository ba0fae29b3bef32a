//! Stacks that are too small for a call → stacks moved to larger memory.
//!
//! Contract of this island: that of the driver.

use super::{Driver, end_of_frame};
use crate::{FiberLimits, InstructionSet, OutOfMemory, StackMove, Thrown, TrapKind, Vm};

/// The reason why a stack cannot grow.
pub(crate) enum NoRoom {
    /// The limits of its size do not allow it.
    Limits,
    /// There is not enough memory.
    Memory,
}

impl<E> From<NoRoom> for TrapKind<E> {
    fn from(reason: NoRoom) -> TrapKind<E> {
        match reason {
            NoRoom::Limits => TrapKind::StackOverflow,
            NoRoom::Memory => TrapKind::OutOfMemory,
        }
    }
}

impl<I: InstructionSet> Vm<I> {
    /// Ensures that the stack has room for this many slots after the top frame and this many records after the top one.
    ///
    /// # Errors
    ///
    /// [`TrapKind::StackOverflow`] if the limits do not allow it, or [`TrapKind::OutOfMemory`].
    pub(crate) fn make_room(&mut self, slots: usize, records: usize) -> Result<(), Thrown> {
        self.has_room(slots, records).map_err(|reason| self.throw_kind(reason.into()))
    }

    /// Does the work of [`make_room`](Self::make_room).
    #[inline]
    pub(super) fn has_room(&mut self, slots: usize, records: usize) -> Result<(), NoRoom> {
        let top = self.core.frame;
        let end = end_of_frame(top);
        let has_slots = (self.core.stack_limit.addr() - end.addr()) / size_of::<u64>() >= slots;
        if has_slots && top.wrapping_add(records) <= self.core.frame_limit {
            return Ok(());
        }
        self.grow(end, slots, records)
    }

    /// Moves the stack so that it has this many slots starting at `base` and this many records after the top one.
    #[cold]
    pub(crate) fn grow(&mut self, base: *const u64, slots: usize, records: usize) -> Result<(), NoRoom> {
        let stacks = self.driver.stacks();
        let (size, max) = (stacks.size(), stacks.max_size());
        let slots = (base.addr() - stacks.base().addr()) / size_of::<u64>() + slots;
        let depth = stacks.index_of(self.core.frame) + records;
        if slots > max.slots as usize || depth > max.depth as usize {
            return Err(NoRoom::Limits);
        }
        // Powers of two, so that a stack that grows in small steps is not moved at each step. The limit fits a `u32`.
        let grown = |needed: usize, now: u32, max: u32| now.max(needed.next_power_of_two().min(max as usize) as u32);
        let needed =
            FiberLimits { slots: grown(slots, size.slots, max.slots), depth: grown(depth, size.depth, max.depth) };
        // A stack that is large enough moves only for tests, as long as there is memory for two.
        self.move_stack(needed).or(if needed == size { Ok(()) } else { Err(NoRoom::Memory) })
    }

    /// Moves the value stack and the records to memory of this size.
    pub(crate) fn move_stack(&mut self, size: FiberLimits) -> Result<(), OutOfMemory> {
        let (before, top) = self.driver.move_stacks(size, self.core.frame)?;
        self.core.frame = top;
        self.core.moves += 1;
        self.use_limits();
        if let Some(stack_moved) = I::STACK_MOVED {
            let (from, to) = (before.base().addr(), self.driver.stacks().base());
            stack_moved(self, &StackMove { from, to, slots: before.size().slots as usize });
        }
        Ok(())
    }

    /// Updates the core's limits to those of the current stacks.
    pub(crate) fn use_limits(&mut self) {
        let stacks = self.driver.stacks();
        let (stack_limit, frame_limit) = (stacks.limit(), stacks.frame_limit());
        let moves_at_calls = self.driver.moves_at_calls && stacks.size().slots <= Driver::<I>::MAX_SLOTS_MOVED_AT_CALLS;
        let frame_limit = if moves_at_calls { stacks.host_frame() } else { frame_limit };
        self.driver.growth_slots = stacks.growth_slots();
        (self.core.stack_limit, self.core.frame_limit) = (stack_limit, frame_limit);
    }
}
