//! Requests for memory → the system's answers, or refusals of large ones: the [`Allocator`] of tests.
//!
//! Contract of this island: (1) what the methods of `GlobalAlloc` require is what they require of the system's
//! allocator; a refusal is a null pointer, after which a block that was to change its size is as it was.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// The largest number of bytes that the thread can allocate at once.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The system's allocator, which refuses what [`refusing`] wants it to.
#[derive(Debug)]
pub struct Allocator;

impl Allocator {
    fn refuses(len_bytes: usize) -> bool {
        // The thread may be ending.
        LARGEST.try_with(|largest| len_bytes > largest.get()).unwrap_or(false)
    }
}

// SAFETY: (1).
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if Allocator::refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: (1).
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Allocator::refuses(layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: (1).
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if Allocator::refuses(new_size) {
            return std::ptr::null_mut();
        }
        // SAFETY: (1).
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
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
