//! [`Stacks`]: the memory of the value stack and of the frame records.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use mimeo_def::frame::Frame;

/// Zeroed memory for values and frame records. The operating system commits it page by page on first use.
///
/// Contract of this island: (1) `values` has `slots` slots and `frames` has `depth + 2` records,
/// both live until `self` is dropped; (2) record 0 is the host's, and the last one is never filled.
#[derive(Debug)]
pub(crate) struct Stacks {
    values: NonNull<u64>,
    frames: NonNull<Frame>,
    slots: u32,
    depth: u32,
}

impl Stacks {
    pub(crate) fn new(slots: u32, depth: u32) -> Self {
        let (values, frames) = Self::layouts(slots, depth);
        // SAFETY: neither layout is of size 0: see `layouts`.
        let (value_memory, frame_memory) = unsafe { (alloc_zeroed(values), alloc_zeroed(frames)) };
        let Some(value_memory) = NonNull::new(value_memory) else { handle_alloc_error(values) };
        let Some(frame_memory) = NonNull::new(frame_memory) else { handle_alloc_error(frames) };
        Stacks { values: value_memory.cast(), frames: frame_memory.cast(), slots, depth }
    }

    fn layouts(slots: u32, depth: u32) -> (Layout, Layout) {
        let values = Layout::array::<u64>(slots as usize + 1).expect("a u32 of slots fits the address space");
        let frames = Layout::array::<Frame>(depth as usize + 2).expect("a u32 of records fits");
        (values, frames)
    }

    /// Slot 0.
    pub(crate) fn base(&self) -> *mut u64 {
        self.values.as_ptr()
    }

    /// The slots before `end`.
    pub(crate) fn values(&self, end: *const u64) -> &[u64] {
        assert!(end >= self.base().cast_const() && end <= self.limit().cast_const(), "it is in the stack");
        // SAFETY: (1); all memory is initialised.
        unsafe { std::slice::from_raw_parts(self.base(), end.offset_from_unsigned(self.base())) }
    }

    /// Behind the last slot.
    pub(crate) fn limit(&self) -> *mut u64 {
        // SAFETY: (1).
        unsafe { self.values.as_ptr().add(self.slots as usize) }
    }

    /// The host's record.
    pub(crate) fn host_frame(&self) -> *mut Frame {
        self.frames.as_ptr()
    }

    /// The last record that a function may have.
    pub(crate) fn frame_limit(&self) -> *mut Frame {
        // SAFETY: (1).
        unsafe { self.frames.as_ptr().add(self.depth as usize) }
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        let (values, frames) = Self::layouts(self.slots, self.depth);
        // SAFETY: allocated in `new` with the same layouts.
        unsafe {
            dealloc(self.values.as_ptr().cast(), values);
            dealloc(self.frames.as_ptr().cast(), frames);
        }
    }
}
