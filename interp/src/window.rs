//! The slots of a [`Window`], for ops and runtime functions.

use crate::{InstructionSet, Vm, Window};

impl<I: InstructionSet> Vm<I> {
    /// Returns the values of a window's slots. For runtime functions.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| Ok(vm.values_of(args).sum()));
    /// assert_eq!(result, Ok(7));
    /// ```
    #[inline]
    pub fn values_of(&self, window: Window) -> impl Iterator<Item = I::Value> {
        (0..window.len() as u32).map(move |index| self.slot(window.start() + index))
    }

    /// Returns the value of a window's slot with this index, or `None` if the window is shorter. For ops and runtime
    /// functions.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     assert_eq!(vm.slot_of(args, 2), None);
    ///     Ok(vm.slot_of(args, 1).unwrap_or(0))
    /// });
    /// assert_eq!(result, Ok(4));
    /// ```
    #[inline]
    pub fn slot_of(&self, window: Window, index: u64) -> Option<I::Value> {
        (index < window.len()).then(|| self.slot(window.start() + index as u32))
    }

    /// Sets a window's slot with this index. Returns `false` if the window is shorter, and then changes nothing. For ops
    /// and runtime functions.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     assert!(vm.set_slot_of(args, 1, 40) && !vm.set_slot_of(args, 2, 50));
    ///     Ok(vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(40));
    /// ```
    #[inline]
    pub fn set_slot_of(&mut self, window: Window, index: u64, value: I::Value) -> bool {
        let is_inside = index < window.len();
        if is_inside {
            self.set_slot(window.start() + index as u32, value);
        }
        is_inside
    }

    /// Sets all slots of a window to a value. For ops and runtime functions.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, args| {
    ///     vm.fill(args, 5);
    ///     Ok(vm.slot(args.start()) + vm.slot(args.start() + 1))
    /// });
    /// assert_eq!(result, Ok(10));
    /// ```
    #[inline]
    pub fn fill(&mut self, window: Window, value: I::Value) {
        self.fill_slots(window.start(), window.len() as u32, value);
    }
}
