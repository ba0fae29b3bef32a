//! Memory that nobody may touch → reports by AddressSanitizer, in builds with `--cfg mimeo_asan` (`tests/asan/run`).

#[cfg(mimeo_asan)]
unsafe extern "C" {
    fn __asan_poison_memory_region(address: *const u8, len: usize);
    fn __asan_unpoison_memory_region(address: *const u8, len: usize);
}

/// Has each access to these bytes reported, or no longer.
///
/// # Safety
///
/// The bytes are the caller's, who does not touch them as long as they are poisoned.
#[inline]
pub(crate) unsafe fn set_poisoned(address: *const u8, len: usize, is_poisoned: bool) {
    #[cfg(mimeo_asan)]
    // SAFETY: the caller's promise.
    unsafe {
        match is_poisoned {
            true => __asan_poison_memory_region(address, len),
            false => __asan_unpoison_memory_region(address, len),
        }
    }
    #[cfg(not(mimeo_asan))]
    let _ = (address, len, is_poisoned);
}
