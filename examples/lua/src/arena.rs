//! The allocator's settings → memory that goes back to the system.

/// Makes all threads allocate from one arena. glibc does not give back what is free at the end of a thread's own arena,
/// which can be 64 MB.
pub(crate) fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it has no preconditions.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
