//! The machine as runtime functions see it: the slots of the running function, the stacks, the programs.

use mimeo_def::Slot;

#[cfg(doc)]
use crate::TrapKind;
use crate::callable::find;
use crate::program::{Program, Verified};
use crate::stacks::end_of_frame;
use crate::{
    Callable, Callee, FiberLimits, Function, FunctionRef, InstructionSet, Linked, LoadError, NotLoaded, Thrown, Value,
    Vm,
};

impl<I: InstructionSet> Vm<I> {
    /// Returns a slot, counted from slot 0 of the frame of the op that called the runtime function, or from the start
    /// of the stack while nothing runs. Slots after the frame may hold values that a call left there.
    ///
    /// # Panics
    ///
    /// If the slot is beyond the end of the value stack (test `slots_have_addresses_until_the_next_call`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// assert_eq!(in_op([3, 4], |vm, args| Ok(vm.slot(args.start() + 1))), Ok(4));
    /// ```
    #[inline]
    pub fn slot(&self, index: u32) -> I::Value {
        let bits = if index < self.room_at_present() {
            // SAFETY: it is a slot of the stack.
            unsafe { *self.top_base().add(index as usize) }
        } else {
            self.bits_beyond(index)
        };
        // SAFETY: a slot holds the bits of a value, possibly a stale one.
        unsafe { I::Value::from_bits(bits) }
    }

    /// Sets a slot, counted as by [`slot`](Self::slot). Moves the stack to larger memory if the slot is beyond its
    /// current end.
    ///
    /// # Panics
    ///
    /// If the slot is beyond the end of the value stack (test `slots_have_addresses_until_the_next_call`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     vm.set_slot(args.start(), 30);
    ///     Ok(vm.slot(args.start()) + vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(34));
    /// ```
    #[inline]
    pub fn set_slot(&mut self, index: u32, value: I::Value) {
        if index >= self.room_at_present() {
            self.make_room_or_panic(index);
        }
        // SAFETY: it is a slot of the stack, and no reference to it exists.
        unsafe { *self.top_base().add(index as usize) = value.to_bits() };
    }

    /// Sets the slots starting at `start` to these values. It costs one check and a copy of 8 bytes for each value.
    ///
    /// # Panics
    ///
    /// If [`set_slot`](Self::set_slot) would panic for the last of them (test
    /// `many_slots_are_set_filled_and_copied_at_once`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     vm.set_slots(args.start(), &[30, 40]);
    ///     Ok(vm.slot(args.start()) + vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(70));
    /// ```
    #[inline]
    pub fn set_slots(&mut self, start: u32, values: &[I::Value]) {
        for (slot, value) in self.bits_mut(start, values.len()).iter_mut().zip(values) {
            *slot = value.to_bits();
        }
    }

    /// Sets `count` slots starting at `start` to a value. It costs one check.
    ///
    /// # Panics
    ///
    /// If [`set_slot`](Self::set_slot) would panic for the last of them (test
    /// `many_slots_are_set_filled_and_copied_at_once`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     vm.fill_slots(args.start(), 2, 5);
    ///     Ok(vm.slot(args.start()) + vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(10));
    /// ```
    #[inline]
    pub fn fill_slots(&mut self, start: u32, count: u32, value: I::Value) {
        self.bits_mut(start, count as usize).fill(value.to_bits());
    }

    /// Copies the `count` slots starting at `from` to those starting at `to`. The two ranges may overlap. It costs one
    /// check.
    ///
    /// # Panics
    ///
    /// If [`set_slot`](Self::set_slot) would panic for the last slot of either range (test
    /// `many_slots_are_set_filled_and_copied_at_once`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     vm.copy_slots(args.start() + 1, args.start(), 1);
    ///     Ok(vm.slot(args.start()))
    /// });
    /// assert_eq!(result, Ok(4));
    /// ```
    #[inline]
    pub fn copy_slots(&mut self, from: u32, to: u32, count: u32) {
        let (first, offset, count) = (from.min(to), from.abs_diff(to) as usize, count as usize);
        let bits = self.bits_mut(first, offset + count).as_mut_ptr();
        /// More slots than these are copied at once.
        const FEW: usize = 64;
        // `volatile` forces single copies: the slots are few and were just written one by one, and a wider load would
        // have to wait until those stores are done.
        if count > FEW {
            // SAFETY: both are slots.
            unsafe { bits.add((to - first) as usize).copy_from(bits.add((from - first) as usize), count) };
        } else if from >= to {
            for index in 0..count {
                // SAFETY: both are slots.
                unsafe { bits.add(index).write_volatile(bits.add(index + offset).read_volatile()) };
            }
        } else {
            for index in (0..count).rev() {
                // SAFETY: both are slots.
                unsafe { bits.add(index + offset).write_volatile(bits.add(index).read_volatile()) };
            }
        }
    }

    /// Returns the bits of slots of the top frame or after it. The stack grows if necessary.
    #[inline]
    fn bits_mut(&mut self, start: u32, count: usize) -> &mut [u64] {
        let end = start as usize + count;
        if end > self.room_at_present() as usize {
            // A stack has fewer slots than a `u32` can count.
            self.make_room_or_panic(u32::try_from(end - 1).unwrap_or(u32::MAX));
        }
        // SAFETY: they are slots of the stack, and no reference to them exists.
        unsafe { std::slice::from_raw_parts_mut(self.top_base().add(start as usize), count) }
    }

    /// Grows the stack so that it has this slot of the top frame.
    #[cold]
    fn make_room_or_panic(&mut self, index: u32) {
        assert!(index < self.room(), "the value stack has no slot {index}");
        assert!(self.make_room_for(index).is_ok(), "not enough memory for slot {index} of the value stack");
    }

    /// Returns the address of a slot, through which it can be read and written. The address is valid until the next call,
    /// growth or drop of the stack: see (6) of [`TrustedOps`](crate::TrustedOps).
    ///
    /// The running function must list the slot as [escaping](crate::asm::FunctionBody::escaping), because the value of
    /// any other slot may be elsewhere while native code runs. Slots after the frame need not be listed.
    ///
    /// # Panics
    ///
    /// If the slot is not listed (test `only_escaping_slots_have_pointers`) or beyond the current end of the value stack
    /// (test `slots_have_addresses_until_the_next_call`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let slot = vm.slot_ptr(vm.frame_slots());
    ///     // SAFETY: it is a slot of the stack, and nothing has been called since.
    ///     unsafe { *slot = 5 };
    ///     Ok(vm.slot(vm.frame_slots()))
    /// });
    /// assert_eq!(result, Ok(5));
    /// ```
    #[inline]
    pub fn slot_ptr(&self, index: u32) -> *mut u64 {
        assert!(index < self.room_at_present(), "the value stack has no slot {index}");
        assert!(self.may_escape(index), "slot {index} is not listed as escaping");
        self.top_base().wrapping_add(index as usize)
    }

    /// Returns `true` if the address of a slot can be taken.
    fn may_escape(&self, index: u32) -> bool {
        // SAFETY: as in `top_base`. A function is valid while a record refers to it.
        let function = unsafe { (*self.core.frame).function.cast::<Function>().as_ref() };
        index >= self.frame_slots()
            || function.is_some_and(|function| function.body().escaping.binary_search(&Slot(index as u16)).is_ok())
    }

    /// Returns the address of a slot, or of the end of the stack, to compare it with those of others.
    ///
    /// # Panics
    ///
    /// If the slot is beyond the current end of the value stack (test `slots_have_addresses_until_the_next_call`).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     let [first, last] = [args.start(), args.start() + 1].map(|slot| vm.slot_addr(slot));
    ///     Ok((last - first) as i64)
    /// });
    /// assert_eq!(result, Ok(8));
    /// ```
    #[inline]
    pub fn slot_addr(&self, index: u32) -> usize {
        assert!(index <= self.room_at_present(), "the value stack has no slot {index}");
        self.top_base().wrapping_add(index as usize).addr()
    }

    /// Returns the number of slots from slot 0 of the running op's frame to the end of the value stack at its maximum
    /// size.
    ///
    /// ```
    /// use mimeo::Limits;
    /// use mimeo_doc_ops::new_machine;
    ///
    /// assert_eq!(new_machine().vm().room(), Limits::default().slots);
    /// ```
    #[inline]
    pub fn room(&self) -> u32 {
        self.room_at_present() + self.driver.growth_slots
    }

    /// Returns the number of slots from slot 0 of the running op's frame to the current end of the value stack.
    #[inline]
    fn room_at_present(&self) -> u32 {
        ((self.core.stack_limit.addr() - self.top_base().addr()) / size_of::<u64>()) as u32
    }

    /// Returns the bits of a slot beyond the current end of the stack, which has never been written.
    #[cold]
    fn bits_beyond(&self, index: u32) -> u64 {
        assert!(index < self.room(), "the value stack has no slot {index}");
        0
    }

    /// Ensures that [`set_slot`](Self::set_slot) can set the slots before `end`, by moving the stack to larger memory if
    /// necessary. A runtime function whose number of values depends on the program calls this before it writes them
    /// after its frame. The slots that are there keep their values.
    ///
    /// # Errors
    ///
    /// [`StackOverflow`](TrapKind::StackOverflow) if the stack may not be so large, and
    /// [`OutOfMemory`](TrapKind::OutOfMemory) if there is not enough memory, even after the language has
    /// [freed some](Self::set_reclaim).
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     vm.ensure_slots(1000)?;
    ///     vm.set_slot(999, 5);
    ///     Ok(vm.slot(999))
    /// });
    /// assert_eq!(result, Ok(5));
    ///
    /// let trap = in_op([3, 4], |vm, _| {
    ///     vm.ensure_slots(vm.room() + 1)?;
    ///     Ok(0)
    /// });
    /// assert_eq!(trap.unwrap_err().kind, mimeo::TrapKind::StackOverflow);
    /// ```
    #[inline]
    pub fn ensure_slots(&mut self, end: u32) -> Result<(), Thrown> {
        if end <= self.room_at_present() {
            return Ok(());
        }
        self.ensure_room_for(end - 1).map_err(|reason| self.throw_kind(reason.into()))
    }

    /// Moves the running stack to smaller memory if at least three quarters of it are unused, for example after a deep
    /// recursion. A language calls this when memory runs out, where a call could also move the stack: values after the
    /// top frame can be lost. It does nothing if there is not even memory for a smaller stack.
    ///
    /// ```
    /// use mimeo::{Limits, Machine, MemoryKind};
    /// use mimeo_doc_ops::{Context, DEPTH, Host, sample_program};
    ///
    /// let limits = Limits::default().with_memory(Some(1 << 20));
    /// let mut machine = Machine::builder(Context::default(), Host::default()).limits(limits).build();
    /// let depth = machine.load(&sample_program())?.function(DEPTH);
    /// let before = machine.memory().used_by(MemoryKind::Stacks);
    /// machine.call(depth, &[5_000]).unwrap();
    /// assert!(machine.memory().used_by(MemoryKind::Stacks) > 2 * before);
    /// machine.vm_mut().shrink_stack();
    /// assert!(machine.memory().used_by(MemoryKind::Stacks) <= before);
    /// assert_eq!(machine.call(depth, &[5_000]), Ok(5_000), "it grows again");
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    pub fn shrink_stack(&mut self) {
        let stacks = self.driver.stacks();
        let (size, first) = (stacks.size(), self.driver.first_fiber_size.within(stacks.max_size()));
        let slots = (end_of_frame(self.core.frame).addr() - stacks.base().addr()) / size_of::<u64>();
        let depth = stacks.index_of(self.core.frame);
        let smaller = |used: usize, first: u32, size: u32| {
            let used = u32::try_from(used).unwrap_or(u32::MAX);
            if used > size / 4 { size } else { (2 * used).next_power_of_two().max(first).min(size) }
        };
        let target = FiberLimits {
            slots: smaller(slots, first.slots, size.slots),
            depth: smaller(depth, first.depth, size.depth),
        };
        if target != size {
            // Without memory for both, the stack stays where it is.
            let _stays = self.move_stack(target);
        }
    }

    /// Returns the number of slots of the running op's frame, or 0 while nothing runs. The slots after the frame still
    /// hold what the last function that was [run](Vm::run) left there, starting with its result.
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE, in_op};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     vm.run(vm.host.function(DOUBLE), &[21])?;
    ///     // The frame of `ask` has three slots; `double` used the next one.
    ///     assert_eq!(vm.frame_slots(), 3);
    ///     Ok(vm.slot(vm.frame_slots()))
    /// });
    /// assert_eq!(result, Ok(42));
    /// ```
    #[inline]
    pub fn frame_slots(&self) -> u32 {
        ((end_of_frame(self.core.frame) as usize - self.top_base() as usize) / size_of::<u64>()) as u32
    }

    #[inline]
    pub(crate) fn top_base(&self) -> *mut u64 {
        // SAFETY: the top record is current while a runtime function runs, and is the host's while nothing runs.
        unsafe { (*self.core.frame).base }
    }

    /// Returns the bits of all values on the stacks of the machine and of the running fibers, innermost first: the
    /// roots of a garbage collector. Values that an op left after its frame are not included.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let roots: Vec<u64> = vm.active_stacks().flatten().copied().collect();
    ///     assert_eq!(roots, [3, 4, 0]);
    ///     Ok(0)
    /// });
    /// assert_eq!(result, Ok(0));
    /// ```
    pub fn active_stacks(&self) -> impl Iterator<Item = &[u64]> {
        self.driver.active_values(self.core.frame)
    }

    /// Sets the bits of every slot after the [active stacks](Self::active_stacks) to 0, as on a fresh stack. A frame
    /// created there later has slots that it has not written to, and a collector must not find references to freed
    /// objects in them.
    ///
    /// On Linux it returns whole pages to the operating system, which costs little where the stack was not used.
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE, in_op};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     vm.run(vm.host.function(DOUBLE), &[21])?;
    ///     vm.clear_after_stacks();
    ///     Ok(vm.slot(vm.frame_slots()))
    /// });
    /// assert_eq!(result, Ok(0));
    /// ```
    pub fn clear_after_stacks(&mut self) {
        self.driver.clear_after_values(self.core.frame);
    }

    /// Returns the bits of the constants of all loaded functions, for a garbage collector.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, _) = sample_machine();
    /// // The ops of the examples have no constants, only immediates.
    /// assert_eq!(machine.vm().constants().flatten().count(), 0);
    /// ```
    pub fn constants(&self) -> impl Iterator<Item = &[u64]> {
        self.driver.programs.functions().map(|function| &*function.body().constants)
    }

    /// Loads a program, so that its functions can be called, even during a run. See
    /// [`Machine::load`](crate::Machine::load).
    ///
    /// # Errors
    ///
    /// If the program needs a larger index space than the machine has, or there is not enough memory.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, in_op, sum_program};
    ///
    /// // What an op does that loads a module.
    /// let result = in_op([3, 4], |vm, args| {
    ///     let linked = vm.load(&sum_program()).expect("the program needs no index space");
    ///     vm.run(linked.function(SUM), &[vm.slot(args.start())])
    /// });
    /// assert_eq!(result, Ok(6));
    /// ```
    pub fn load(&mut self, program: &Program<I, Verified>) -> Result<Linked<I>, LoadError> {
        self.load_with_word(program, 0)
    }

    /// Loads a program as [`load`](Self::load) does, and gives its functions a word. See
    /// [`Machine::load_with_word`](crate::Machine::load_with_word).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, in_op, sum_program};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let linked = vm.load_with_word(&sum_program(), 7).expect("the program needs no index space");
    ///     Ok(vm.function(linked.function(SUM)).expect("it is loaded").word() as i64)
    /// });
    /// assert_eq!(result, Ok(7));
    /// ```
    pub fn load_with_word(&mut self, program: &Program<I, Verified>, word: u64) -> Result<Linked<I>, LoadError> {
        let driver = &mut self.driver;
        for &(space, program) in program.spaces() {
            let machine = driver.spaces.iter().find(|(name, _)| *name == space).map_or(0, |&(_, len)| len);
            if program > machine {
                return Err(LoadError::SpaceTooSmall { space, program, machine });
            }
        }
        let countdown = if driver.tier.is_some() { 1 } else { i32::MAX };
        if let Some(tier) = &mut driver.tier {
            tier.reserve(driver.programs.ids_with(program))?;
        }
        let linked = driver.programs.add(program, word, driver.markers.call, countdown)?;
        if driver.debug.is_some() {
            let loaded = driver.programs.get(linked).expect("it has just been loaded");
            let new: Vec<_> = loaded.functions().map(std::ptr::from_ref).collect();
            self.trace_named(&new);
        }
        Ok(linked)
    }

    /// Returns a loaded function.
    ///
    /// # Errors
    ///
    /// If the function is not loaded.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// assert_eq!(machine.vm().function(linked.function(SUM))?.body().name, "sum");
    /// # Ok::<(), mimeo::NotLoaded>(())
    /// ```
    pub fn function(&self, function: impl Callable<I>) -> Result<&Function, NotLoaded> {
        let function = find(self, function)?;
        // SAFETY: it is loaded, and programs are not unloaded while the machine is borrowed.
        Ok(unsafe { &*function })
    }

    /// Returns the word of the running function, which its program was [loaded](crate::Machine::load_with_word) with: 0
    /// without one, or while no function runs. For ops and runtime functions. In native code it is a constant.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// assert_eq!(in_op([3, 4], |vm, _| Ok(vm.function_word() as i64)), Ok(0));
    /// ```
    #[inline]
    pub fn function_word(&self) -> u64 {
        // SAFETY: the top record is current while an op that reads it or a runtime function runs. Its function is loaded,
        // or null if it is the host's.
        unsafe { (*self.core.frame).function.cast::<Function>().as_ref() }.map_or(0, Function::word)
    }

    /// Sets whether a function may have native code. If not, the code that it has is not entered again, and none is
    /// compiled. A debugger does the same with a function that has breakpoints, and allows native code when the last one
    /// is removed.
    ///
    /// # Errors
    ///
    /// If the function is not loaded.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_native(linked.function(SUM), false)?;
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// # Ok::<(), mimeo::NotLoaded>(())
    /// ```
    pub fn set_native(&mut self, function: impl Callable<I>, is_allowed: bool) -> Result<(), NotLoaded> {
        let function = find(self, function)?;
        self.with_tier(|tier, _| {
            // SAFETY: the function is loaded.
            unsafe { tier.exclude(&*function, !is_allowed) }
        });
        Ok(())
    }

    /// Unloads a program and retires its native code. See [`Machine::unload`](crate::Machine::unload).
    ///
    /// # Errors
    ///
    /// If the program is not loaded.
    ///
    /// # Safety
    ///
    /// No function of the program is active on any stack or being called while [memory is freed](Self::set_reclaim), and
    /// no value, request or host state that the machine can still reach holds a [`Callee`] of the program.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, in_op, sum_program};
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let linked = vm.load(&sum_program()).expect("the program needs no index space");
    ///     let sum = vm.run(linked.function(SUM), &[10])?;
    ///     // SAFETY: its function has returned, and the values are integers.
    ///     unsafe { vm.unload(linked) }.expect("it is loaded");
    ///     Ok(sum)
    /// });
    /// assert_eq!(result, Ok(55));
    /// ```
    pub unsafe fn unload(&mut self, linked: Linked<I>) -> Result<(), NotLoaded> {
        let loaded = self.driver.programs.remove(linked)?;
        if let Some(debug) = &mut self.driver.debug {
            loaded.functions().for_each(|function| debug.unload(function.id()));
        }
        if let Some(tier) = &mut self.driver.tier {
            for function in loaded.functions() {
                // SAFETY: the function belongs to this machine and still exists. Its code is freed at the next
                // safepoint, because native code may be active here.
                unsafe { tier.unload(function) };
            }
        }
        Ok(())
    }

    /// Returns the callee for a function of a loaded program, which ops and the language's values can hold.
    ///
    /// # Errors
    ///
    /// If the program is not loaded, or has no such function.
    ///
    /// # Safety
    ///
    /// The callee is used only in this machine, and while the program is loaded: (5) of
    /// [`TrustedOps`](crate::TrustedOps).
    ///
    /// ```
    /// use mimeo::NotLoaded;
    /// use mimeo::asm::FunctionIndex;
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let vm = machine.vm();
    /// // SAFETY: neither is used.
    /// unsafe {
    ///     assert!(vm.callee(linked.function(SUM)).is_ok());
    ///     assert_eq!(vm.callee(linked.function(FunctionIndex(1000))), Err(NotLoaded));
    /// }
    /// ```
    pub unsafe fn callee(&self, function: FunctionRef<I>) -> Result<Callee<I>, NotLoaded> {
        Ok(Callee::new(self.driver.programs.function(function)?.header()))
    }
}
