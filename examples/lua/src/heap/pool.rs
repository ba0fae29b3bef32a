//! Sizes → blocks of memory. Small blocks of one size come from chunks, and free ones are kept in a list for reuse:
//! most objects are small and short-lived.
//!
//! In debug builds freed memory is poisoned and kept for a while, so that a use of a freed object finds an invalid
//! kind: [`Kind::of`](super::Kind::of) panics then.
//!
//! Contract of its unsafe blocks: a block in a list of free blocks is in a chunk, has the size of the list's class, and
//! is not referred to from elsewhere; chunks live as long as the pool.

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

/// The memory of a heap's objects.
#[derive(Debug)]
pub(super) struct Pool {
    /// The free blocks by class.
    free: [*mut Free; MAX_BYTES / STEP_BYTES],
    chunks: Vec<*mut u8>,
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
            // SAFETY: the size is not 0. The rest of the chunk before is lost; it is smaller than a block.
            self.fresh = unsafe { alloc(CHUNK) };
            if self.fresh.is_null() {
                // SAFETY: as above.
                self.fresh = self.spend_reserve(CHUNK, || unsafe { alloc(CHUNK) });
            }
            self.chunks.push(self.fresh);
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
        for &chunk in &self.chunks {
            // SAFETY: it was allocated with this layout, and its objects were freed before.
            unsafe { dealloc(chunk, CHUNK) };
        }
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
}
