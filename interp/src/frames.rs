//! The records of a stack → its functions, with their positions and slots: [`FrameView`].
//!
//! Contract of this island: that of the driver.

use mimeo_def::Pc;
use mimeo_def::frame::Frame;

use crate::{FiberError, FiberRef, Function, InstructionSet, Position, Value, Vm};

/// An active function. It borrows the machine, so nothing can run while it exists.
///
/// ```
/// use mimeo_doc_ops::in_op;
///
/// let result = in_op([3, 4], |vm, _| {
///     let frame = vm.frames().next().expect("a function is running");
///     assert_eq!(frame.function.body().name, "ask");
///     assert_eq!(frame.slots, [3, 4, 0]);
///     Ok(0)
/// });
/// assert_eq!(result, Ok(0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FrameView<'a> {
    /// The function.
    pub function: &'a Function,
    /// The op that the function is running.
    pub pc: Pc,
    /// The bits of the frame's slots. A caller's slots overlap those of its callee.
    pub slots: &'a [u64],
}

impl FrameView<'_> {
    /// Returns the source position of the op, if the compiler gave it to the assembler.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let frame = vm.frames().next().expect("a function is running");
    ///     assert_eq!(frame.position(), None, "the assembler of `ask` was given no position");
    ///     Ok(0)
    /// });
    /// assert_eq!(result, Ok(0));
    /// ```
    pub fn position(&self) -> Option<Position> {
        self.function.body().position(self.pc)
    }
}

impl FrameView<'_> {
    /// Returns the view of a filled record, which is the caller of another one or not.
    fn of((record, is_caller): (*mut Frame, bool)) -> Self {
        // SAFETY: the records up to the top one are filled.
        let Frame { function, base, pc, .. } = unsafe { *record };
        // SAFETY: a record that is not a host's names a loaded function.
        let function = unsafe { &*function.cast::<Function>() };
        // A caller's `pc` is already after the op that called.
        let pc = Pc((pc - u64::from(is_caller)) as u32);
        // SAFETY: the slots of an active frame lie in the stack.
        let slots = unsafe { std::slice::from_raw_parts(base, function.facts().slots as usize) };
        FrameView { function, pc, slots }
    }
}

/// Returns the records from `top` down to `first` that name a function, and whether each is the caller of the one
/// before.
fn records_of_functions(first: *mut Frame, top: *mut Frame) -> impl Iterator<Item = (*mut Frame, bool)> {
    let mut next = top;
    let mut is_caller = false;
    std::iter::from_fn(move || {
        while next > first {
            let record = next;
            next = next.wrapping_sub(1);
            // Where a runtime function called back, the next record is that of the op that called it.
            // SAFETY: the records up to the top one are filled.
            let was_caller = std::mem::replace(&mut is_caller, unsafe { !(*record).function.is_null() });
            if is_caller {
                return Some((record, was_caller));
            }
        }
        None
    })
}

/// Sets a slot of the frame of a record. Returns `false` if there is no such slot.
///
/// # Safety
///
/// The record is filled and names a loaded function, and nothing refers to the slots of its frame.
pub(crate) unsafe fn set_slot_of(record: *mut Frame, slot: u32, bits: u64) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let function = &*(*record).function.cast::<Function>();
        if slot >= function.facts().slots {
            return false;
        }
        *(*record).base.add(slot as usize) = bits;
    }
    true
}

impl<I: InstructionSet> Vm<I> {
    /// Returns the active functions on the current stacks, starting with the one whose op called the runtime function.
    /// Each step costs O(1).
    ///
    /// ```
    /// use mimeo_doc_ops::{ASK, in_op};
    ///
    /// let depth = in_op([3, 4], |vm, args| {
    ///     // Calls itself through the host until there are five frames.
    ///     if vm.frames().count() < 5 {
    ///         let (a, b) = (vm.slot(args.start()), vm.slot(args.start() + 1));
    ///         return vm.run(vm.host.function(ASK), &[a, b]);
    ///     }
    ///     Ok(vm.frames().count() as i64)
    /// });
    /// assert_eq!(depth, Ok(5));
    /// ```
    pub fn frames(&self) -> impl Iterator<Item = FrameView<'_>> {
        self.frame_records().map(FrameView::of)
    }

    /// Returns the records of the active functions, and whether each is the caller of the one before.
    pub(crate) fn frame_records(&self) -> impl Iterator<Item = (*mut Frame, bool)> + use<I> {
        records_of_functions(self.driver.stacks().host_frame(), self.core.frame)
    }

    /// Returns the functions on the stack of a fiber that is not running, innermost first, as [`frames`](Self::frames)
    /// does for the current stacks. There are none before the fiber starts and after it has ended.
    ///
    /// # Errors
    ///
    /// If the fiber is the running one, or no longer exists.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// assert_eq!(vm.fiber_frames(fiber)?.count(), 0);
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// let names: Vec<&str> = vm.fiber_frames(fiber)?.map(|frame| frame.function.body().name.as_str()).collect();
    /// assert_eq!(names, ["yield"]);
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn fiber_frames(&self, fiber: FiberRef<I>) -> Result<impl Iterator<Item = FrameView<'_>>, FiberError> {
        let (first, top) = self.driver.fiber_records(fiber)?;
        Ok(records_of_functions(first, top).map(FrameView::of))
    }

    /// Sets a slot of a frame of a fiber that is not running, counted as [`fiber_frames`](Self::fiber_frames) does.
    /// Returns `false` if there is no such slot.
    ///
    /// # Errors
    ///
    /// If the fiber is the running one, or no longer exists.
    ///
    /// ```
    /// use mimeo::FiberLimits;
    /// use mimeo_doc_ops::{YIELD, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let vm = machine.vm_mut();
    /// let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    /// vm.start_fiber(fiber, linked.function(YIELD), &[4]).unwrap();
    /// assert!(vm.set_fiber_frame_slot(fiber, 0, 1, 30)? && !vm.set_fiber_frame_slot(fiber, 1, 0, 30)?);
    /// assert_eq!(vm.fiber_slot(fiber, 1)?, 30);
    /// # Ok::<(), mimeo::FiberError>(())
    /// ```
    pub fn set_fiber_frame_slot(
        &mut self,
        fiber: FiberRef<I>,
        frame: usize,
        slot: u32,
        value: I::Value,
    ) -> Result<bool, FiberError> {
        let (first, top) = self.driver.fiber_records(fiber)?;
        let record = records_of_functions(first, top).nth(frame);
        // SAFETY: (1): the record is filled, and nothing refers to its slots.
        Ok(record.is_some_and(|(record, _)| unsafe { set_slot_of(record, slot, value.to_bits()) }))
    }
}
