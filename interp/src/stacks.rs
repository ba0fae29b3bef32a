//! [`Stacks`]: the memory of a value stack and its frame records.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::mem::size_of;
use std::ops::Range;

use memmap2::{MmapMut, MmapRaw};
use mimeo_def::frame::Frame;

use crate::poison::set_poisoned;
use crate::{Account, Charge, FiberLimits, MemoryKind, OutOfMemory};

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
    /// The limits of their size.
    max: FiberLimits,
    /// The maximum call depth, at most `max.depth`.
    allowed_depth: u32,
    /// The size of `memory`.
    charge: Charge,
}

/// The room that is added to full stacks for the function that is called before they are unwound.
const RESERVE: FiberLimits = FiberLimits::new().with_slots(1 << 14).with_depth(200);

#[derive(Debug)]
enum Memory {
    /// The operating system commits it page by page on first use and gets it back when it is dropped. An allocator
    /// would keep it, and would have to clear it before the next use.
    Mapped(MmapRaw),
    /// A system call and a page each would cost too much for small stacks, of which there may be many.
    Allocated(*mut u8, Layout),
}

impl Memory {
    /// The size from which memory is mapped.
    const MAPPED_BYTES: usize = 64 << 10;

    fn new(len_bytes: usize) -> Result<Self, OutOfMemory> {
        if len_bytes >= Self::MAPPED_BYTES {
            return Ok(Memory::Mapped(MmapMut::map_anon(len_bytes).map_err(|_| OutOfMemory)?.into()));
        }
        let layout = Layout::from_size_align(len_bytes, align_of::<u64>()).map_err(|_| OutOfMemory)?;
        // SAFETY: there is at least one slot, so the size is not 0.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() { Err(OutOfMemory) } else { Ok(Memory::Allocated(start, layout)) }
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
    /// Creates stacks of this size, which are charged as this kind.
    pub(crate) fn new(
        size: FiberLimits,
        max: FiberLimits,
        account: &Account,
        kind: MemoryKind,
    ) -> Result<Self, OutOfMemory> {
        let frames_bytes = (size.depth as usize + 2) * size_of::<Frame>();
        let len_bytes = Self::values_bytes(size.slots) + frames_bytes;
        let charge = account.charge(kind, len_bytes)?;
        let memory = Memory::new(len_bytes)?;
        let stacks = Stacks { base: memory.start().cast(), memory, size, max, allowed_depth: max.depth, charge };
        stacks.reset();
        stacks.poison(true);
        Ok(stacks)
    }

    /// Starts or stops reporting accesses to the slot and the record after the last ones.
    fn poison(&self, is_poisoned: bool) {
        let last_record = self.record(self.size.depth as usize + 1);
        // SAFETY: (1), (2): both exist, and nothing uses them.
        unsafe {
            set_poisoned(self.limit().cast(), size_of::<u64>(), is_poisoned);
            set_poisoned(last_record.cast(), size_of::<Frame>(), is_poisoned);
        }
    }

    /// Copies the stacks to new memory of this size. Returns them with the new address of `top`.
    ///
    /// Slots and the records up to the top one keep their contents, except for the records' bases.
    pub(crate) fn moved(&self, size: FiberLimits, top: *mut Frame) -> Result<(Stacks, *mut Frame), OutOfMemory> {
        let mut stacks = Stacks::new(size, self.max, self.charge.account(), self.charge.kind())?;
        stacks.allowed_depth = self.allowed_depth;
        let (slots, records) = (self.size.slots.min(size.slots) as usize, self.index_of(top) + 1);
        // SAFETY: (1): both have this many slots and records, and the base of each record is a slot.
        unsafe {
            stacks.base().copy_from_nonoverlapping(self.base(), slots);
            for index in 0..records {
                let mut record = *self.host_frame().add(index);
                record.base = stacks.base().byte_add(record.base.addr() - self.base().addr());
                *stacks.host_frame().add(index) = record;
            }
        }
        let top = stacks.record(records - 1);
        Ok((stacks, top))
    }

    /// Resets the stacks to the state in which nothing is active.
    fn reset(&self) {
        let host = Frame::new(std::ptr::null(), self.base());
        // SAFETY: (1).
        unsafe { *self.host_frame() = host };
    }

    /// Returns the current size.
    pub(crate) fn size(&self) -> FiberLimits {
        self.size
    }

    /// Returns the limits of the size.
    pub(crate) fn max_size(&self) -> FiberLimits {
        FiberLimits { depth: self.allowed_depth, ..self.max }
    }

    /// Returns the number of slots by which they may still grow.
    pub(crate) fn growth_slots(&self) -> u32 {
        // They may have grown while there was a reserve.
        self.max.slots.saturating_sub(self.size.slots)
    }

    /// Adds a reserve to the limits of the size, or takes it away.
    pub(crate) fn set_reserve(&mut self, is_added: bool) {
        let change =
            |limit: &mut u32, reserve: u32| *limit = if is_added { *limit + reserve } else { *limit - reserve };
        change(&mut self.max.slots, RESERVE.slots);
        change(&mut self.max.depth, RESERVE.depth);
        change(&mut self.allowed_depth, RESERVE.depth);
    }

    /// Limits the call depth.
    pub(crate) fn limit_depth(&mut self, depth: u32) {
        self.allowed_depth = depth.min(self.max.depth);
    }

    /// Returns the index of a record, counted from the host's.
    #[inline]
    pub(crate) fn index_of(&self, record: *const Frame) -> usize {
        (record.addr() - self.host_frame().addr()) / size_of::<Frame>()
    }

    /// Returns the record with this index.
    #[inline]
    pub(crate) fn record(&self, index: usize) -> *mut Frame {
        self.host_frame().wrapping_add(index)
    }

    /// Returns the number of bytes before the first record.
    fn values_bytes(slots: u32) -> usize {
        (slots as usize + 1) * size_of::<u64>()
    }

    /// Returns the address of slot 0.
    #[inline]
    pub(crate) fn base(&self) -> *mut u64 {
        self.base
    }

    /// Returns the slots before `end`.
    pub(crate) fn values(&self, end: *const u64) -> &[u64] {
        assert!(end >= self.base().cast_const() && end <= self.limit().cast_const(), "it is in the stack");
        // SAFETY: (1); all memory is initialised.
        unsafe { std::slice::from_raw_parts(self.base(), end.offset_from_unsigned(self.base())) }
    }

    /// Sets the slots starting at `from` to 0, as on a new stack. Where possible, it returns the pages after that of
    /// `from` to the operating system, which costs little if they were not used.
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

    /// Releases the whole pages between these offsets to the operating system, and returns their range. They read as
    /// zeros when they are used again.
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

    /// Returns the address after the last slot.
    #[inline]
    pub(crate) fn limit(&self) -> *mut u64 {
        // SAFETY: (1).
        unsafe { self.base().add(self.size.slots as usize) }
    }

    /// Returns the host's record.
    #[inline]
    pub(crate) fn host_frame(&self) -> *mut Frame {
        // SAFETY: (1); records are aligned as slots are.
        unsafe { self.base.byte_add(Self::values_bytes(self.size.slots)).cast() }
    }

    /// Returns the records up to `top`, to be changed.
    pub(crate) fn records_mut(&mut self, top: *mut Frame) -> &mut [Frame] {
        let first = self.host_frame();
        // SAFETY: (2): as in `records`; nothing else refers to them while the stacks are borrowed.
        unsafe { std::slice::from_raw_parts_mut(first, top.offset_from_unsigned(first) + 1) }
    }

    /// Returns the filled records up to `top`.
    pub(crate) fn records(&self, top: *mut Frame) -> &[Frame] {
        let first = self.host_frame();
        // SAFETY: (2): both are records of one array, and those between are filled.
        unsafe { std::slice::from_raw_parts(first, top.offset_from_unsigned(first) + 1) }
    }

    /// Returns the last record that a function may use.
    #[inline]
    pub(crate) fn frame_limit(&self) -> *mut Frame {
        // SAFETY: (1).
        unsafe { self.host_frame().add(self.allowed_depth.min(self.size.depth) as usize) }
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        // Something else may use the memory next.
        self.poison(false);
    }
}

const _: () = assert!(align_of::<Frame>() <= align_of::<u64>(), "records lie after slots");

/// The old and the new location of a value stack that was moved. It is valid only during the call of
/// [`TrustedOps::stack_moved`] that receives it.
///
/// [`TrustedOps::stack_moved`]: crate::TrustedOps::stack_moved
///
/// ```
/// use mimeo::StackMove;
/// use mimeo_doc_ops::Vm;
///
/// // For a language that keeps addresses of slots in a list.
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
    /// costs one comparison. See [`TrustedOps::stack_moved`](crate::TrustedOps::stack_moved) for an example.
    pub fn rebased<T>(&self, slot: *mut T) -> *mut T {
        let offset_bytes = slot.addr().wrapping_sub(self.from);
        if offset_bytes / size_of::<u64>() >= self.slots {
            return slot;
        }
        self.to.wrapping_byte_add(offset_bytes).cast()
    }
}

/// Returns the end of a record's frame. A host's frame has no slots.
pub(crate) fn end_of_frame(record: *const Frame) -> *mut u64 {
    // SAFETY: (1) of the driver: the function of a record is loaded.
    unsafe {
        let function = (*record).function;
        let frame_bytes = if function.is_null() { 0 } else { (*function).frame_bytes };
        (*record).base.byte_add(frame_bytes as usize)
    }
}
