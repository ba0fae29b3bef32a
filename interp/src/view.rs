//! What runtime functions see of the frames that are under way: slots, functions, places in the source.

use mimeo_def::Pc;
use mimeo_def::frame::Frame;

use crate::asm::FunctionIndex;
use crate::driver::end_of_frame;
use crate::program::{Program, Verified};
use crate::{Callee, Function, InstructionSet, Linked, Position, Trap, Value, Vm};

/// A function that is under way.
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    /// The function.
    pub function: &'a Function,
    /// The op that it runs.
    pub pc: Pc,
    /// The bits of its slots. Those of a function that has called another one overlap that one's.
    pub slots: &'a [u64],
}

impl FrameView<'_> {
    /// Where the op stands in the source, if the compiler said.
    pub fn position(&self) -> Option<Position> {
        self.function.body().position(self.pc)
    }
}

impl<I: InstructionSet> Vm<I> {
    /// A slot, counted from slot 0 of the frame of the op that called the runtime function; while nothing runs, from the
    /// start of the stack. Slots behind the frame may hold what a call left there.
    ///
    /// # Panics
    ///
    /// When the value stack ends before it.
    #[inline]
    pub fn slot(&self, index: u32) -> I::Value {
        // SAFETY: `slot_ptr` checked it.
        I::Value::from_bits(unsafe { *self.slot_ptr(index) })
    }

    /// Sets a slot; see [`slot`](Self::slot).
    ///
    /// # Panics
    ///
    /// When the value stack ends before it.
    #[inline]
    pub fn set_slot(&mut self, index: u32, value: I::Value) {
        // SAFETY: `slot_ptr` checked it, and nothing has a reference to a slot.
        unsafe { *self.slot_ptr(index) = value.to_bits() };
    }

    /// Where a slot is, for variables that outlive the call of the runtime function: it stays there as long as the
    /// stack. See [`slot`](Self::slot).
    ///
    /// # Panics
    ///
    /// When the value stack ends before it.
    #[inline]
    pub fn slot_ptr(&self, index: u32) -> *mut u64 {
        assert!(index < self.room(), "the value stack has no slot {index}");
        self.top_base().wrapping_add(index as usize)
    }

    /// Slots from slot 0 of the running op's frame to the end of the value stack.
    #[inline]
    pub fn room(&self) -> u32 {
        ((self.core.stack_limit as usize - self.top_base() as usize) / size_of::<u64>()) as u32
    }

    /// Number of slots of the running op's frame; 0 while nothing runs. The frame of a function that was
    /// [run](Vm::run) was at the slots behind, and what it left there is still there: its first result, then others.
    #[inline]
    pub fn frame_slots(&self) -> u32 {
        ((end_of_frame(self.core.frame) as usize - self.top_base() as usize) / size_of::<u64>()) as u32
    }

    #[inline]
    fn top_base(&self) -> *mut u64 {
        // SAFETY: the top record is current while a runtime function runs, and the host's while nothing does.
        unsafe { (*self.core.frame).base }
    }

    /// The bits of everything on the value stacks of the machine and of the fibers that run, innermost first: a
    /// collector's roots. What an op left behind its frame is not among them.
    pub fn stacks_under_way(&self) -> impl Iterator<Item = &[u64]> {
        self.driver.values_under_way(self.core.frame)
    }

    /// Sets the bits of every slot behind [those](Self::stacks_under_way) to 0, as on a fresh stack. A frame that is
    /// made there later has slots that it has not written to: what a collector finds in them must not be the remains
    /// of what it has freed.
    pub fn clear_behind_stacks(&mut self) {
        self.driver.clear_behind_values(self.core.frame);
    }

    /// The functions under way on the current stacks, the one whose op called the runtime function first.
    pub fn frames(&self) -> impl Iterator<Item = FrameView<'_>> {
        let first = self.driver.stacks().host_frame();
        let mut record = self.core.frame;
        let mut is_caller = false;
        std::iter::from_fn(move || {
            while record > first {
                let Frame { function, base, pc, .. } = self.record(record);
                record = record.wrapping_sub(1);
                if function.is_null() {
                    // A runtime function called back: below it is the op that called it.
                    is_caller = false;
                    continue;
                }
                // SAFETY: a record that is not a host's names a loaded function.
                let function = unsafe { &*function.cast::<Function>() };
                // A caller is behind the op that called.
                let pc = Pc((pc - u64::from(is_caller)) as u32);
                is_caller = true;
                // SAFETY: the slots of a frame under way lie in the stack.
                let slots = unsafe { std::slice::from_raw_parts(base, function.facts().slots as usize) };
                return Some(FrameView { function, pc, slots });
            }
            None
        })
    }

    fn record(&self, record: *const Frame) -> Frame {
        // SAFETY: the records up to the top one are filled.
        unsafe { *record }
    }

    /// Takes the pending error, in a handler or after a call that failed: the program goes on as if nothing had been
    /// thrown. `None` when no error is pending.
    pub fn take_error(&mut self) -> Option<Trap> {
        self.pending.is_some().then(|| self.take_trap())
    }

    /// Loads a program, so that its functions can be called. See [`Machine::load`](crate::Machine::load).
    pub fn load(&mut self, program: &Program<I, Verified>) -> Linked {
        let driver = &mut self.driver;
        let countdown = if driver.tier.is_some() { 1 } else { i32::MAX };
        driver.programs.add(program, driver.markers.call, countdown)
    }

    /// Unloads a program, and retires what was compiled of it. See [`Machine::unload`](crate::Machine::unload).
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    ///
    /// # Safety
    ///
    /// No function of the program is under way on any stack, and nothing that the machine may still reach, neither a
    /// value nor the host's state, holds a [`Callee`] of the program.
    pub unsafe fn unload(&mut self, linked: Linked) {
        let loaded = self.driver.programs.remove(linked);
        if let Some(tier) = &mut self.driver.tier {
            // The code is freed at the next safepoint: native code may be under way here.
            loaded.functions().for_each(|function| tier.unload(function));
        }
    }

    /// A function of a loaded program, as a value.
    ///
    /// # Panics
    ///
    /// When the program is not loaded, or `function` is not one of its functions.
    pub fn callee(&self, linked: Linked, function: FunctionIndex) -> Callee {
        Callee(std::ptr::from_ref(self.driver.programs.get(linked).function(function)).cast())
    }
}
