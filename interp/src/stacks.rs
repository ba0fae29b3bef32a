//! [`Stacks`]: the memory of the value stack and of the frame records.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::mem::size_of;
use std::ops::Range;

use memmap2::{MmapMut, MmapRaw};
use mimeo_def::frame::Frame;

use crate::FiberLimits;
use crate::poison::set_poisoned;

/// Zeroed memory for values and frame records.
///
/// Contract of this island: (1) `base` is the start of `memory`, which has room for `size.slots + 1` slots, and after
/// them for `size.depth + 2` records; it lives, and does not move, until `self` is dropped; (2) record 0 is the host's,
/// whose base is always slot 0, and the last one is never filled.
#[derive(Debug)]
pub(crate) struct Stacks {
    base: *mut u64,
    memory: Memory,
    size: FiberLimits,
    /// How large they may become.
    most: FiberLimits,
    /// Calls may be as deep as this, if the limits allow it.
    allowed_depth: u32,
}

#[derive(Debug)]
enum Memory {
    /// The operating system commits it page by page on first use, and has it back at once when it is dropped: the
    /// allocator would keep it, and would have to clear it before the next use.
    Mapped(MmapRaw),
    /// A system call and a page each would be too much for small stacks, of which there may be many.
    Allocated(*mut u8, Layout),
}

impl Memory {
    /// From this size on, memory is mapped.
    const MAPPED_BYTES: usize = 64 << 10;

    fn new(len_bytes: usize) -> Option<Self> {
        if len_bytes >= Self::MAPPED_BYTES {
            return Some(Memory::Mapped(MmapMut::map_anon(len_bytes).ok()?.into()));
        }
        let layout = Layout::from_size_align(len_bytes, align_of::<u64>()).ok()?;
        // SAFETY: there are slots, so the size is not 0.
        let start = unsafe { alloc_zeroed(layout) };
        (!start.is_null()).then_some(Memory::Allocated(start, layout))
    }

    fn start(&self) -> *mut u8 {
        match self {
            Memory::Mapped(memory) => memory.as_mut_ptr(),
            Memory::Allocated(start, _) => *start,
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Memory::Allocated(start, layout) = *self {
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(start, layout) };
        }
    }
}

impl Stacks {
    /// Stacks of this size, or `None` when there is no memory for them.
    pub(crate) fn new(size: FiberLimits, most: FiberLimits) -> Option<Self> {
        let frames_bytes = (size.depth as usize + 2) * size_of::<Frame>();
        let memory = Memory::new(Self::values_bytes(size.slots) + frames_bytes)?;
        let stacks = Stacks { base: memory.start().cast(), memory, size, most, allowed_depth: most.depth };
        stacks.reset();
        stacks.poison(true);
        Some(stacks)
    }

    /// Has accesses to the slot after the last one, and to the record after the last one, reported, or no longer.
    fn poison(&self, is_poisoned: bool) {
        let last_record = self.record(self.size.depth as usize + 1);
        // SAFETY: (1), (2): there are both, and nobody uses them.
        unsafe {
            set_poisoned(self.limit().cast(), size_of::<u64>(), is_poisoned);
            set_poisoned(last_record.cast(), size_of::<Frame>(), is_poisoned);
        }
    }

    /// The same stacks in other memory, of this size, and the record that was `top`; `None` when there is no memory.
    ///
    /// Slots and records up to the top one stay what they are, but for the records' bases.
    pub(crate) fn moved(&self, size: FiberLimits, top: *mut Frame) -> Option<(Stacks, *mut Frame)> {
        let mut stacks = Stacks::new(size, self.most)?;
        stacks.allowed_depth = self.allowed_depth;
        let (slots, records) = (self.size.slots.min(size.slots) as usize, self.index_of(top) + 1);
        // SAFETY: (1): both have so many slots, and so many records, each of whose bases is a slot.
        unsafe {
            stacks.base().copy_from_nonoverlapping(self.base(), slots);
            for index in 0..records {
                let mut record = *self.host_frame().add(index);
                record.base = stacks.base().byte_add(record.base.addr() - self.base().addr());
                *stacks.host_frame().add(index) = record;
            }
        }
        let top = stacks.record(records - 1);
        Some((stacks, top))
    }

    /// Nothing is active.
    fn reset(&self) {
        let host = Frame::new(std::ptr::null(), self.base());
        // SAFETY: (1).
        unsafe { *self.host_frame() = host };
    }

    /// Their size.
    pub(crate) fn size(&self) -> FiberLimits {
        self.size
    }

    /// How large they may become.
    pub(crate) fn most(&self) -> FiberLimits {
        FiberLimits { depth: self.allowed_depth, ..self.most }
    }

    /// Slots by which they may still grow.
    pub(crate) fn growth_slots(&self) -> u32 {
        self.most.slots - self.size.slots
    }

    /// Allows calls to this depth only.
    pub(crate) fn limit_depth(&mut self, depth: u32) {
        self.allowed_depth = depth.min(self.most.depth);
    }

    /// Which record this is, counted from the host's.
    #[inline]
    pub(crate) fn index_of(&self, record: *const Frame) -> usize {
        (record.addr() - self.host_frame().addr()) / size_of::<Frame>()
    }

    /// The record with this index.
    #[inline]
    pub(crate) fn record(&self, index: usize) -> *mut Frame {
        self.host_frame().wrapping_add(index)
    }

    /// Bytes before the first record.
    fn values_bytes(slots: u32) -> usize {
        (slots as usize + 1) * size_of::<u64>()
    }

    /// Slot 0.
    #[inline]
    pub(crate) fn base(&self) -> *mut u64 {
        self.base
    }

    /// The slots before `end`.
    pub(crate) fn values(&self, end: *const u64) -> &[u64] {
        assert!(end >= self.base().cast_const() && end <= self.limit().cast_const(), "it is in the stack");
        // SAFETY: (1); all memory is initialised.
        unsafe { std::slice::from_raw_parts(self.base(), end.offset_from_unsigned(self.base())) }
    }

    /// Makes the slots from `from` on what they are on a fresh stack: bits of 0. Where the operating system can be
    /// told, it has all pages back behind that of `from`, which costs little if they were not used.
    pub(crate) fn clear(&mut self, from: *mut u64) {
        assert!(from >= self.base() && from <= self.limit(), "it is in the stack");
        let start_bytes = from as usize - self.base() as usize;
        let end_bytes = self.limit() as usize - self.base() as usize;
        let kept_bytes = self.release(start_bytes, end_bytes);
        for range in [start_bytes..kept_bytes.start, kept_bytes.end..end_bytes] {
            for at in range.start / size_of::<u64>()..range.end / size_of::<u64>() {
                // SAFETY: (1): a slot.
                unsafe {
                    let slot = self.base().add(at);
                    // A page that is only read stays uncommitted.
                    if *slot != 0 {
                        *slot = 0;
                    }
                }
            }
        }
    }

    /// Hands whole pages between these offsets back, which are zeros when they are used again; returns which.
    #[cfg(all(target_os = "linux", not(miri)))]
    fn release(&mut self, start_bytes: usize, end_bytes: usize) -> Range<usize> {
        let Memory::Mapped(memory) = &self.memory else { return end_bytes..end_bytes };
        // SAFETY: it has no preconditions.
        let page_bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let page_bytes = usize::try_from(page_bytes).ok().filter(|bytes| bytes.is_power_of_two());
        // Mappings begin at a page.
        let Some(page_bytes) = page_bytes else { return end_bytes..end_bytes };
        let pages = start_bytes.next_multiple_of(page_bytes)..end_bytes / page_bytes * page_bytes;
        if pages.is_empty() {
            return end_bytes..end_bytes;
        }
        // SAFETY: (1): nothing refers to a slot, and the pages are private and hold nothing but slots.
        let released =
            unsafe { memory.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, pages.start, pages.len()) };
        if released.is_ok() { pages } else { end_bytes..end_bytes }
    }

    #[cfg(not(all(target_os = "linux", not(miri))))]
    fn release(&mut self, _: usize, end_bytes: usize) -> Range<usize> {
        end_bytes..end_bytes
    }

    /// Behind the last slot.
    pub(crate) fn limit(&self) -> *mut u64 {
        // SAFETY: (1).
        unsafe { self.base().add(self.size.slots as usize) }
    }

    /// The host's record.
    pub(crate) fn host_frame(&self) -> *mut Frame {
        // SAFETY: (1); records are aligned as slots are.
        unsafe { self.base.byte_add(Self::values_bytes(self.size.slots)).cast() }
    }

    /// The filled records up to `top`.
    pub(crate) fn records(&self, top: *mut Frame) -> &[Frame] {
        let first = self.host_frame();
        // SAFETY: (2): both are records of one array, and those between are filled.
        unsafe { std::slice::from_raw_parts(first, top.offset_from_unsigned(first) + 1) }
    }

    /// The last record that a function may have.
    pub(crate) fn frame_limit(&self) -> *mut Frame {
        // SAFETY: (1).
        unsafe { self.host_frame().add(self.allowed_depth.min(self.size.depth) as usize) }
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        // Somebody else has the memory next.
        self.poison(false);
    }
}

const _: () = assert!(align_of::<Frame>() <= align_of::<u64>(), "records lie after slots");

/// The move of a value stack: from where to where. It is valid during [`TrustedOps::stack_moved`], which gets it.
///
/// [`TrustedOps::stack_moved`]: crate::TrustedOps::stack_moved
///
/// ```
/// use mimeo::StackMove;
/// use mimeo_doc_ops::Vm;
///
/// // What a language does that keeps addresses of slots in a list.
/// fn stack_moved(_vm: &mut Vm, moved: &StackMove, open: &mut [*mut i64]) {
///     for slot in open {
///         *slot = moved.rebased(*slot);
///     }
/// }
/// # let _ = stack_moved;
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct StackMove {
    pub(crate) from: usize,
    pub(crate) to: *mut u64,
    pub(crate) slots: usize,
}

impl StackMove {
    /// Returns the new address of the slot that was at `slot`, or `slot` itself if it is not a slot of this stack. It
    /// costs a comparison. See [`TrustedOps::stack_moved`](crate::TrustedOps::stack_moved) for an example.
    pub fn rebased<T>(&self, slot: *mut T) -> *mut T {
        let offset_bytes = slot.addr().wrapping_sub(self.from);
        if offset_bytes / size_of::<u64>() >= self.slots {
            return slot;
        }
        self.to.wrapping_byte_add(offset_bytes).cast()
    }
}
