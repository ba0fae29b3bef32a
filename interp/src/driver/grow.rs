//! Stacks that are too small for a call → stacks moved to larger memory.
//!
//! Contract of this island: that of the driver.

use super::{Driver, end_of_frame};
use crate::{FiberLimits, InstructionSet, OutOfMemory, StackMove, Thrown, TrapKind, Vm};

/// The language's function that frees memory: see [`Vm::set_reclaim`].
pub(super) type Reclaim<I> = fn(&mut Vm<I>, Option<u32>);

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
    /// Ensures that there is room for a requested call with this many slots: after the top frame, for a record, and for
    /// the wait of the top frame's op. The arguments are roots of a collector meanwhile.
    ///
    /// # Errors
    ///
    /// [`TrapKind::StackOverflow`] if the limits do not allow it, or [`TrapKind::OutOfMemory`].
    pub(crate) fn make_room_for_request(&mut self, slots: usize, args: &[u64]) -> Result<(), Thrown> {
        let mut can_wait = self.driver.reserve_wait();
        if can_wait.is_err() {
            self.reclaim(None, args.iter().copied());
            can_wait = self.driver.reserve_wait();
        }
        let has_room = can_wait.map_err(|OutOfMemory| NoRoom::Memory);
        let has_room = has_room.and_then(|()| self.make_room_for_run(slots, 1, args.iter().copied()));
        has_room.map_err(|reason| self.throw_kind(reason.into()))
    }

    /// Ensures that the stack has room for a call that no op makes: this many slots after the top frame, and this many
    /// records after the top one. The arguments are roots of a collector meanwhile.
    #[inline]
    pub(super) fn make_room_for_run(
        &mut self,
        slots: usize,
        records: usize,
        args: impl ExactSizeIterator<Item = u64>,
    ) -> Result<(), NoRoom> {
        match self.has_room(slots, records) {
            Err(NoRoom::Memory) => {
                self.reclaim(None, args);
                self.has_room(slots, records)
            }
            result => result,
        }
    }

    #[inline]
    fn has_room(&mut self, slots: usize, records: usize) -> Result<(), NoRoom> {
        let top = self.core.frame;
        let end = end_of_frame(top);
        let has_slots = (self.core.stack_limit.addr() - end.addr()) / size_of::<u64>() >= slots;
        if has_slots && top.wrapping_add(records) <= self.core.frame_limit {
            return Ok(());
        }
        self.grow(end, slots, records)
    }

    /// Moves the stack so that it has room for a call by the top frame's op: this many slots starting at slot `start` of
    /// the frame, and this many records after the top one.
    pub(super) fn grow_for_op(&mut self, start: usize, slots: usize, records: usize) -> Result<(), NoRoom> {
        match self.grow(self.top_base().wrapping_add(start), slots, records) {
            Err(NoRoom::Memory) => {
                self.reclaim(Some(start as u32), std::iter::empty());
                self.grow(self.top_base().wrapping_add(start), slots, records)
            }
            result => result,
        }
    }

    /// Grows the stack so that it has this slot of the top frame. The slots after the frame are roots of a collector
    /// meanwhile, and keep their values.
    #[cold]
    pub(crate) fn ensure_room_for(&mut self, index: u32) -> Result<(), NoRoom> {
        match self.make_room_for(index) {
            Err(NoRoom::Memory) => {}
            result => return result,
        }
        let mut after = Vec::new();
        after.try_reserve_exact(self.after_frame().len()).map_err(|_| NoRoom::Memory)?;
        after.extend_from_slice(self.after_frame());
        self.reclaim(None, after.iter().copied());
        let result = self.make_room_for(index);
        for (slot, bits) in self.after_frame().iter_mut().zip(after) {
            *slot = bits;
        }
        result
    }

    /// Returns the slots after the top frame.
    fn after_frame(&mut self) -> &mut [u64] {
        let end = end_of_frame(self.core.frame);
        let len = (self.core.stack_limit.addr() - end.addr()) / size_of::<u64>();
        // SAFETY: (2): they are slots of the active stacks, and no reference to them exists.
        unsafe { std::slice::from_raw_parts_mut(end, len) }
    }

    /// Grows the stack so that it has this slot of the top frame.
    #[cold]
    pub(crate) fn make_room_for(&mut self, index: u32) -> Result<(), NoRoom> {
        let after_frame = index as usize + 1 - self.frame_slots() as usize;
        self.grow(end_of_frame(self.core.frame), after_frame, 0)
    }

    /// Calls the language's function that frees memory. It cannot be called again meanwhile.
    pub(crate) fn reclaim(&mut self, start: Option<u32>, args: impl ExactSizeIterator<Item = u64>) {
        let Some(reclaim) = self.driver.reclaim.take() else { return };
        self.driver.begin_run();
        let reclaiming = Reclaiming { vm: self, reclaim };
        let arriving = &mut reclaiming.vm.driver.arriving;
        if arriving.try_reserve_exact(args.len()).is_ok() {
            arriving.extend(args);
            reclaim(reclaiming.vm, start);
        }
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
    #[inline]
    pub(crate) fn use_limits(&mut self) {
        let stacks = self.driver.stacks();
        let (stack_limit, frame_limit) = (stacks.limit(), stacks.frame_limit());
        let moves_at_calls = self.driver.moves_at_calls && stacks.size().slots <= Driver::<I>::MAX_SLOTS_MOVED_AT_CALLS;
        let frame_limit = if moves_at_calls { stacks.host_frame() } else { frame_limit };
        self.driver.growth_slots = stacks.growth_slots();
        (self.core.stack_limit, self.core.frame_limit) = (stack_limit, frame_limit);
    }
}

/// A guard for a call of the function that frees memory. What the function has requested is forgotten.
struct Reclaiming<'a, I: InstructionSet> {
    vm: &'a mut Vm<I>,
    reclaim: Reclaim<I>,
}

impl<I: InstructionSet> Drop for Reclaiming<'_, I> {
    fn drop(&mut self) {
        let driver = &mut self.vm.driver;
        driver.end_run();
        driver.arriving = Vec::new();
        // The function may have replaced itself.
        driver.reclaim.get_or_insert(self.reclaim);
    }
}

/// # Memory
///
/// [`memory`](Vm::memory) counts what the machine and the language use. Where a larger stack or a fiber is needed and
/// there is no memory for one, the language can free some.
impl<I: InstructionSet> Vm<I> {
    /// Sets the function that is called when there is not enough memory for the stack that a call needs, and before
    /// [`ensure_slots`](Self::ensure_slots), [`set_fiber_slot`](Self::set_fiber_slot) and [`new_fiber`](Self::new_fiber)
    /// fail. If it frees enough, for example by a full cycle of a collector, they succeed after all. Otherwise, they fail
    /// with [`TrapKind::OutOfMemory`], as they do without such a function.
    ///
    /// If an op makes a call, the function gets the slot of the running frame where the callee's arguments begin. Those
    /// that are after the frame ([`frame_slots`](Self::frame_slots)) are not among the
    /// [active stacks](Self::active_stacks): a language whose functions take any number of arguments keeps them, and puts
    /// them back. In all other cases the function gets `None`, and the active stacks include the arguments of a call by the
    /// host, by a runtime function, or that was [requested](Self::request), and the slots that `ensure_slots` and
    /// `set_fiber_slot` find after the frame. What a runtime function alone refers to must be made reachable before it
    /// calls one of these.
    ///
    /// The function may [run](Self::run) others, for which it is not called.
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// use mimeo::{Limits, Machine, MemoryKind};
    /// use mimeo_doc_ops::{Context, DEPTH, Host, sample_program};
    ///
    /// let limits = Limits::default().with_memory(Some(1 << 20));
    /// let mut machine = Machine::builder(Context::default(), Host::default()).limits(limits).build();
    /// let depth = machine.load(&sample_program())?.function(DEPTH);
    /// let cache = machine.memory().charge(MemoryKind::Heap, 700 << 10)?;
    /// machine.vm_mut().host.cache = Some(Rc::new(cache));
    /// assert!(machine.call(depth, &[3_000]).is_err(), "the cache takes most of the memory");
    ///
    /// machine.vm_mut().set_reclaim(|vm, _| vm.host.cache = None);
    /// assert_eq!(machine.call(depth, &[3_000]), Ok(3_000));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_reclaim(&mut self, reclaim: fn(&mut Vm<I>, Option<u32>)) {
        self.driver.reclaim = Some(reclaim);
    }
}
