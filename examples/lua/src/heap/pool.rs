//! Sizes → blocks of memory. Small blocks of one size come from chunks, and free ones are kept in a list for reuse:
//! most objects are small and short-lived.
//!
//! In debug builds freed memory is poisoned and kept for a while, so that a use of a freed object finds an invalid
//! kind: [`Kind::of`](super::Kind::of) panics then.
//!
//! Contract of its unsafe blocks: a block in a list of free blocks is in a chunk, has the size of the list's class, and
//! is not referred to from elsewhere; a chunk lives as long as the pool, or until all its blocks are in these lists.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::collections::VecDeque;
use std::hint::black_box;

use mimeo::OutOfMemory;

/// The sizes of classes are multiples of this.
const STEP_BYTES: usize = 16;
/// The largest size that comes from chunks.
const MAX_BYTES: usize = 256;
const CHUNK: Layout = match Layout::from_size_align(64 << 10, STEP_BYTES) {
    Ok(layout) => layout,
    Err(_) => panic!("a chunk has a layout"),
};

/// The size of the reserve. The system commits none of it, because nothing is written there.
const RESERVE_BYTES: usize = 1 << 20;

/// A free block, with a pointer to the next one of its size.
struct Free {
    next: *mut Free,
}

/// Memory that is cut into small blocks.
#[derive(Debug)]
struct Chunk {
    start: *mut u8,
    /// The bytes of its blocks, once it was cut up. The rest is smaller than the block that did not fit.
    blocks_bytes: usize,
}

/// Returns the place of a block's chunk among those that were cut up, which are in the order of their addresses.
fn place_of(chunks: &[Chunk], block: *mut Free) -> Option<usize> {
    let place = chunks.partition_point(|chunk| chunk.start.addr() <= block.addr()).checked_sub(1)?;
    (block.addr() - chunks[place].start.addr() < CHUNK.size()).then_some(place)
}

/// The memory of a heap's objects.
#[derive(Debug)]
pub(super) struct Pool {
    /// The free blocks by class.
    free: [*mut Free; MAX_BYTES / STEP_BYTES],
    /// The last one is being cut up.
    chunks: Vec<Chunk>,
    /// The unused rest of the last chunk.
    fresh: *mut u8,
    fresh_bytes: usize,
    /// The blocks freed last, in debug builds.
    quarantine: VecDeque<(*mut u8, Layout)>,
    /// Memory that is given back when the system refuses a block, so that the running operation can be completed.
    reserve: Vec<u8>,
    /// Whether the reserve was given back.
    is_exhausted: bool,
}

impl Default for Pool {
    fn default() -> Pool {
        let free = [std::ptr::null_mut(); MAX_BYTES / STEP_BYTES];
        Pool {
            free,
            chunks: Vec::new(),
            fresh: std::ptr::null_mut(),
            fresh_bytes: 0,
            quarantine: VecDeque::new(),
            reserve: Vec::new(),
            is_exhausted: true,
        }
    }
}

impl Pool {
    /// Number of blocks in the quarantine.
    const QUARANTINE: usize = if cfg!(debug_assertions) { 4096 } else { 0 };
    const POISON: u8 = 0xdd;

    /// Returns the class of a size, if its blocks come from chunks.
    #[inline]
    fn class(layout: Layout) -> Option<usize> {
        let is_small = layout.size().wrapping_sub(1) < MAX_BYTES && layout.align() <= STEP_BYTES;
        is_small.then(|| (layout.size() - 1) / STEP_BYTES)
    }

    /// Allocates an uninitialised block of this layout, whose size is not 0.
    #[inline]
    pub(super) fn allocate(&mut self, layout: Layout) -> *mut u8 {
        let Some(class) = Pool::class(layout) else {
            // SAFETY: the size is not 0.
            let block = unsafe { alloc(layout) };
            // SAFETY: as above.
            return if block.is_null() { self.spend_reserve(layout, || unsafe { alloc(layout) }) } else { block };
        };
        let block = self.free[class];
        if block.is_null() {
            return self.fresh(class);
        }
        // SAFETY: the contract.
        self.free[class] = unsafe { (*block).next };
        block.cast()
    }

    /// Takes a block from the rest of the last chunk, or from a new chunk.
    #[cold]
    fn fresh(&mut self, class: usize) -> *mut u8 {
        let bytes = (class + 1) * STEP_BYTES;
        if self.fresh_bytes < bytes {
            if let Some(last) = self.chunks.last_mut() {
                last.blocks_bytes -= self.fresh_bytes;
            }
            // SAFETY: the size is not 0.
            self.fresh = unsafe { alloc(CHUNK) };
            if self.fresh.is_null() {
                // SAFETY: as above.
                self.fresh = self.spend_reserve(CHUNK, || unsafe { alloc(CHUNK) });
            }
            self.chunks.push(Chunk { start: self.fresh, blocks_bytes: CHUNK.size() });
            self.fresh_bytes = CHUNK.size();
        }
        let block = self.fresh;
        self.fresh = block.wrapping_add(bytes);
        self.fresh_bytes -= bytes;
        block
    }

    /// Gives the reserve back and tries again to allocate a block that the system has refused.
    #[cold]
    fn spend_reserve(&mut self, layout: Layout, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
        (self.reserve, self.is_exhausted) = (Vec::new(), true);
        let block = allocate();
        if block.is_null() { handle_alloc_error(layout) } else { block }
    }

    /// Allocates the reserve if it was given back.
    pub(super) fn refill_reserve(&mut self) -> Result<(), OutOfMemory> {
        if self.is_exhausted {
            self.reserve.try_reserve_exact(RESERVE_BYTES)?;
            self.is_exhausted = false;
        }
        Ok(())
    }

    /// Checks that the system has so many bytes in one piece.
    pub(super) fn probe(&self, bytes: usize) -> Result<(), OutOfMemory> {
        if bytes < RESERVE_BYTES / 4 {
            return Ok(());
        }
        let mut probe = Vec::<u8>::new();
        probe.try_reserve_exact(bytes)?;
        // The compiler may otherwise assume that it succeeds.
        black_box(&mut probe);
        Ok(())
    }

    /// Frees a block.
    ///
    /// # Safety
    ///
    /// It was allocated here with this layout, and is not used again.
    #[inline]
    pub(super) unsafe fn free(&mut self, block: *mut u8, layout: Layout) {
        if Pool::QUARANTINE == 0 {
            // SAFETY: the caller's promise.
            return unsafe { self.reuse(block, layout) };
        }
        // SAFETY: as above.
        unsafe { block.write_bytes(Pool::POISON, layout.size()) };
        self.quarantine.push_back((block, layout));
        if self.quarantine.len() > Pool::QUARANTINE
            && let Some((block, layout)) = self.quarantine.pop_front()
        {
            // SAFETY: it was freed.
            unsafe { self.reuse(block, layout) };
        }
    }

    /// # Safety
    ///
    /// The same as for [`free`](Self::free).
    #[inline]
    unsafe fn reuse(&mut self, block: *mut u8, layout: Layout) {
        match Pool::class(layout) {
            Some(class) => {
                let block = block.cast::<Free>();
                // SAFETY: the block is as large as its class, and the caller gave it up.
                unsafe { (*block).next = self.free[class] };
                self.free[class] = block;
            }
            // SAFETY: the caller's promise.
            None => unsafe { dealloc(block, layout) },
        }
    }

    /// Gives chunks whose blocks are all free back to the system, and what the allocator keeps. It takes some nanoseconds
    /// for each free block.
    pub(super) fn trim(&mut self) {
        if let Some(last) = self.chunks.pop() {
            self.free_chunks();
            self.chunks.push(last);
        }
        trim_allocator();
    }

    /// Frees the chunks whose blocks are all free. All were cut up.
    fn free_chunks(&mut self) {
        self.chunks.sort_unstable_by_key(|chunk| chunk.start.addr());
        let mut used_bytes = Vec::new();
        if used_bytes.try_reserve_exact(self.chunks.len()).is_err() {
            return;
        }
        used_bytes.extend(self.chunks.iter().map(|chunk| chunk.blocks_bytes));
        let chunks = std::mem::take(&mut self.chunks);
        self.retain_free(|block, bytes| {
            if let Some(place) = place_of(&chunks, block) {
                used_bytes[place] -= bytes;
            }
            true
        });
        self.retain_free(|block, _| place_of(&chunks, block).is_none_or(|place| used_bytes[place] > 0));
        for (chunk, used_bytes) in chunks.into_iter().zip(used_bytes) {
            if used_bytes > 0 {
                self.chunks.push(chunk);
            } else {
                // SAFETY: it was allocated with this layout, and none of its blocks is in a list any more.
                unsafe { dealloc(chunk.start, CHUNK) };
            }
        }
    }

    /// Removes free blocks for which `keeps` returns `false` from the lists. It gets each block and its size.
    fn retain_free(&mut self, mut keeps: impl FnMut(*mut Free, usize) -> bool) {
        for class in 0..self.free.len() {
            let mut block = std::mem::replace(&mut self.free[class], std::ptr::null_mut());
            let mut kept = &raw mut self.free[class];
            while !block.is_null() {
                // SAFETY: the contract: the block is in the list, and so is that before it, whose `next` is `kept`.
                unsafe {
                    let next = (*block).next;
                    if keeps(block, (class + 1) * STEP_BYTES) {
                        *kept = block;
                        kept = &raw mut (*block).next;
                        *kept = std::ptr::null_mut();
                    }
                    block = next;
                }
            }
        }
    }

    /// Moves the beginning of a block's bytes to a block of another size, and frees the old one.
    ///
    /// # Safety
    ///
    /// The same as for [`free`](Self::free); the new size is not 0.
    pub(super) unsafe fn resize(&mut self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the size is one of a slice, and the alignment a valid one.
        let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if Pool::class(layout).is_none() && Pool::class(new).is_none() {
            // SAFETY: the caller's promise; neither size is 0.
            let resized = unsafe { realloc(block, layout, size) };
            if !resized.is_null() {
                return resized;
            }
            // SAFETY: as above: a block that could not be resized stays as it was.
            return self.spend_reserve(new, || unsafe { realloc(block, layout, size) });
        }
        let moved = self.allocate(new);
        // SAFETY: both blocks have at least the smaller size, and they are distinct.
        unsafe {
            moved.copy_from_nonoverlapping(block, layout.size().min(size));
            self.free(block, layout);
        }
        moved
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for (block, layout) in std::mem::take(&mut self.quarantine) {
            // SAFETY: it was freed.
            unsafe { self.reuse(block, layout) };
        }
        for chunk in &self.chunks {
            // SAFETY: it was allocated with this layout, and its objects were freed before.
            unsafe { dealloc(chunk.start, CHUNK) };
        }
    }
}

/// Gives what the allocator keeps back to the system. Others than glibc's do that themselves.
fn trim_allocator() {
    #[cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
    // SAFETY: it has no preconditions.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::Layout;

    use super::{CHUNK, Pool};

    #[test]
    fn blocks_come_back_and_keep_their_bytes() {
        let mut pool = Pool::default();
        let layout = |bytes| Layout::from_size_align(bytes, 8).expect("a layout");
        let mut blocks = Vec::new();
        // More than a chunk of every size, and larger sizes.
        for index in 0..3000_usize {
            let bytes = 1 + index * 7 % 400;
            let block = pool.allocate(layout(bytes));
            // SAFETY: the block has `bytes` bytes.
            unsafe { block.write_bytes(index as u8, bytes) };
            blocks.push((block, bytes, index as u8));
        }
        assert!(pool.chunks.len() * CHUNK.size() > 200 << 10);
        for (block, bytes, fill) in &mut blocks {
            let new_bytes = *bytes * 3 / 2 + 1;
            // SAFETY: it is a block of this size; the new one has at least as many bytes.
            unsafe {
                *block = pool.resize(*block, layout(*bytes), new_bytes);
                assert!((0..*bytes).all(|at| *block.add(at) == *fill), "{bytes} bytes");
            }
            *bytes = new_bytes;
        }
        for (block, bytes, _) in blocks {
            // SAFETY: it is not used again.
            unsafe { pool.free(block, layout(bytes)) };
        }
        let mut chunks = Vec::new();
        for _ in 0..5 {
            let blocks: Vec<_> =
                (0..9000_usize).map(|index| (pool.allocate(layout(1 + index % 250)), 1 + index % 250)).collect();
            for (block, bytes) in blocks {
                // SAFETY: it is not used again.
                unsafe { pool.free(block, layout(bytes)) };
            }
            chunks.push(pool.chunks.len());
        }
        assert_eq!(chunks[2], chunks[4], "free blocks are reused");
    }

    #[test]
    fn chunks_without_a_used_block_are_given_back() {
        let mut pool = Pool::default();
        let layout = |index: usize| Layout::from_size_align(1 + index * 7 % 250, 8).expect("a layout");
        let mut blocks: Vec<_> = (0..50_000).map(|index| (pool.allocate(layout(index)), index)).collect();
        let before = pool.chunks.len();
        assert!(before > 90, "{before} chunks");
        // Two are used, and some are in the quarantine.
        let [used, other] = [10_000, 40_000].map(|index| blocks.swap_remove(index));
        for block in [used, other] {
            // SAFETY: the block is as large.
            unsafe { block.0.write_bytes(7, layout(block.1).size()) };
        }
        for (block, index) in blocks {
            // SAFETY: it is not used again.
            unsafe { pool.free(block, layout(index)) };
        }
        pool.trim();
        let after = pool.chunks.len();
        assert!((3..20).contains(&after), "{after} chunks");
        // The free blocks of the others can be used, and all of them again.
        let more: Vec<_> = (0..50_000).map(|index| (pool.allocate(layout(index)), index)).collect();
        for &(block, index) in &more {
            // SAFETY: as above.
            unsafe { block.write_bytes(1, layout(index).size()) };
        }
        assert!(pool.chunks.len() <= before + 20);
        for (block, index) in more.into_iter().chain([used, other]) {
            let expected = if block == used.0 || block == other.0 { 7 } else { 1 };
            // SAFETY: it has this size, and is not used again.
            unsafe {
                assert!((0..layout(index).size()).all(|at| *block.add(at) == expected));
                pool.free(block, layout(index));
            }
        }
        pool.trim();
    }
}
