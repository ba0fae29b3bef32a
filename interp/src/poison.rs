//! Accesses to forbidden memory → reports by AddressSanitizer, in builds with `--cfg mimeo_asan` (`tests/asan/run`).

#[cfg(mimeo_asan)]
unsafe extern "C" {
    fn __asan_poison_memory_region(address: *const u8, len: usize);
    fn __asan_unpoison_memory_region(address: *const u8, len: usize);
}

/// Starts or stops reporting each access to these bytes.
///
/// # Safety
///
/// The caller owns the bytes and does not access them while they are poisoned.
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
