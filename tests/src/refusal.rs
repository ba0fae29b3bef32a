//! Requests for memory → the system's answers, or refusals of large ones: the [`Allocator`] of tests.
//!
//! Contract of this island: (1) what the methods of `GlobalAlloc` require is what they require of the system's
//! allocator; a refusal is a null pointer, after which a block that was to change its size is as it was.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// The largest number of bytes that the thread can allocate at once.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
    /// The bytes that the thread has allocated and not freed, and the most so far.
    static USED: Cell<[isize; 2]> = const { Cell::new([0; 2]) };
}

/// The system's allocator, which refuses what [`refusing`] wants it to, and counts for [`measuring`].
#[derive(Debug)]
pub struct Allocator;

impl Allocator {
    fn refuses(len_bytes: usize) -> bool {
        // The thread may be ending.
        LARGEST.try_with(|largest| len_bytes > largest.get()).unwrap_or(false)
    }

    fn count(more_bytes: usize, less_bytes: usize) {
        let _counted = USED.try_with(|counted| {
            let [used, most] = counted.get();
            let used = used + more_bytes as isize - less_bytes as isize;
            counted.set([used, most.max(used)]);
        });
    }
}

// SAFETY: (1).
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if Allocator::refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        Allocator::count(layout.size(), 0);
        // SAFETY: (1).
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Allocator::refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        Allocator::count(layout.size(), 0);
        // SAFETY: (1).
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if Allocator::refuses(new_size) {
            return std::ptr::null_mut();
        }
        // A block can be copied.
        Allocator::count(new_size, 0);
        Allocator::count(0, layout.size());
        // SAFETY: (1).
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Allocator::count(0, layout.size());
        // SAFETY: (1).
        unsafe { System.dealloc(block, layout) };
    }
}

/// Runs a function while this thread cannot allocate more than `largest` bytes at once. Code that does not expect a
/// refusal aborts the process.
pub fn refusing<T>(largest: usize, run: impl FnOnce() -> T) -> T {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            LARGEST.set(self.0);
        }
    }
    let _restore = Restore(LARGEST.replace(largest));
    run()
}

/// Runs a function. Returns the bytes that this thread has then allocated and not freed in it, the most that it had, and
/// the result.
pub fn measuring<T>(run: impl FnOnce() -> T) -> (isize, isize, T) {
    let [before, most] = USED.get();
    USED.set([before; 2]);
    let result = run();
    let [after, peak] = USED.get();
    USED.set([after, most.max(peak)]);
    (after - before, peak - before, result)
}
