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
    /// Slot 0 of its frame, counted from the bottom of the value stack.
    pub base: usize,
}

impl FrameView<'_> {
    /// Where the op stands in the source, if the compiler said.
    pub fn position(&self) -> Option<Position> {
        self.function.body().position(self.pc)
    }
}

impl<I: InstructionSet> Vm<I> {
    /// A slot, counted from slot 0 of the frame of the op that called the runtime function. Slots behind the frame may
    /// hold what a call left there.
    ///
    /// # Panics
    ///
    /// When the value stack ends before it.
    #[inline]
    pub fn slot(&self, index: u32) -> I::Value {
        // SAFETY: `slot_address` checked it.
        I::Value::from_bits(unsafe { *self.slot_address(index) })
    }

    /// Sets a slot; see [`slot`](Self::slot).
    ///
    /// # Panics
    ///
    /// When the value stack ends before it.
    #[inline]
    pub fn set_slot(&mut self, index: u32, value: I::Value) {
        // SAFETY: `slot_address` checked it, and nothing has a reference to a slot.
        unsafe { *self.slot_address(index) = value.to_bits() };
    }

    #[inline]
    fn slot_address(&self, index: u32) -> *mut u64 {
        // SAFETY: the top record is current while a runtime function runs.
        let base = unsafe { (*self.core.frame).base };
        let room = (self.core.stack_limit as usize - base as usize) / size_of::<u64>();
        assert!((index as usize) < room, "the value stack has no slot {index}");
        base.wrapping_add(index as usize)
    }

    /// Slots from slot 0 of the running op's frame to the end of the value stack.
    pub fn room(&self) -> u32 {
        // SAFETY: as above.
        let base = unsafe { (*self.core.frame).base };
        ((self.core.stack_limit as usize - base as usize) / size_of::<u64>()) as u32
    }

    /// Number of slots of the running op's frame.
    pub fn frame_slots(&self) -> u32 {
        // SAFETY: as above.
        let base = unsafe { (*self.core.frame).base };
        ((end_of_frame(self.core.frame, self.driver.stacks()) as usize - base as usize) / size_of::<u64>()) as u32
    }

    /// The bits of everything on the value stacks of the machine and of the fibers that run, innermost first: a
    /// collector's roots. What an op left behind its frame is not among them.
    pub fn stacks_under_way(&self) -> impl Iterator<Item = &[u64]> {
        self.driver.values_under_way(self.core.frame)
    }

    /// Sets every slot behind the running op's frame to these bits, as far as the stack was ever used up to `used`
    /// slots behind it: values that nobody will read must not look alive to a collector.
    pub fn clear_behind_frame(&mut self, used: u32, bits: u64) {
        let end = end_of_frame(self.core.frame, self.driver.stacks());
        let room = (self.core.stack_limit as usize - end as usize) / size_of::<u64>();
        for index in 0..room.min(used as usize) {
            // SAFETY: a slot of the stack.
            unsafe { *end.wrapping_add(index) = bits };
        }
    }

    /// The functions under way on the current stacks, the one whose op called the runtime function first.
    pub fn frames(&self) -> impl Iterator<Item = FrameView<'_>> {
        let first = self.driver.stacks().host_frame();
        let bottom = self.driver.stacks().base();
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
                return Some(FrameView { function, pc, base: (base as usize - bottom as usize) / size_of::<u64>() });
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

    /// A function of a loaded program, as a value.
    ///
    /// # Panics
    ///
    /// When the program is not loaded, or `function` is not one of its functions.
    pub fn callee(&self, linked: Linked, function: FunctionIndex) -> Callee {
        Callee(std::ptr::from_ref(self.driver.programs.get(linked).function(function)).cast())
    }
}
