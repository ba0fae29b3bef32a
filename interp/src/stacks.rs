//! [`Stacks`]: the memory of the value stack and of the frame records.

use std::mem::size_of;

use memmap2::{MmapMut, MmapRaw};
use mimeo_def::frame::Frame;

/// Zeroed memory for values and frame records. The operating system commits it page by page on first use, and has it
/// back at once when it is dropped: an allocator would keep it, and would have to clear it before the next use.
///
/// Contract of this island: (1) `memory` has room for `slots + 1` slots, and behind them for `depth + 2` records; it
/// lives, and does not move, until `self` is dropped; (2) record 0 is the host's, and the last one is never filled.
#[derive(Debug)]
pub(crate) struct Stacks {
    memory: MmapRaw,
    slots: u32,
    depth: u32,
}

impl Stacks {
    /// # Panics
    ///
    /// When the address space has no room for them.
    pub(crate) fn new(slots: u32, depth: u32) -> Self {
        let frames_bytes = (depth as usize + 2) * size_of::<Frame>();
        let memory = MmapMut::map_anon(Self::values_bytes(slots) + frames_bytes);
        let memory = memory.unwrap_or_else(|error| panic!("no memory for stacks of {slots} slots: {error}"));
        Stacks { memory: memory.into(), slots, depth }
    }

    /// Bytes before the first record.
    fn values_bytes(slots: u32) -> usize {
        (slots as usize + 1) * size_of::<u64>()
    }

    /// Slot 0.
    pub(crate) fn base(&self) -> *mut u64 {
        self.memory.as_mut_ptr().cast()
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
        unsafe { self.base().add(self.slots as usize) }
    }

    /// The host's record.
    pub(crate) fn host_frame(&self) -> *mut Frame {
        // SAFETY: (1); records are aligned as slots are.
        unsafe { self.memory.as_mut_ptr().add(Self::values_bytes(self.slots)).cast() }
    }

    /// The last record that a function may have.
    pub(crate) fn frame_limit(&self) -> *mut Frame {
        // SAFETY: (1).
        unsafe { self.host_frame().add(self.depth as usize) }
    }
}

const _: () = assert!(align_of::<Frame>() <= align_of::<u64>(), "records lie behind slots");
