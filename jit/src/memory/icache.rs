//! Freshly written code → code that the processor fetches: the flush of the instruction cache.
//!
//! Contract of this island: (1) the range is mapped and readable for the whole call.

/// Makes the processor see the instructions that were written to `start..start + len_bytes`.
///
/// x86-64 keeps its caches coherent, so this does nothing.
///
/// # Safety
///
/// (1).
#[cfg(all(target_arch = "x86_64", not(windows)))]
pub(crate) unsafe fn flush(_start: *const u8, _len_bytes: usize) {}

/// Makes the processor see the instructions that were written to `start..start + len_bytes`.
///
/// # Safety
///
/// (1).
#[cfg(all(target_arch = "aarch64", target_vendor = "apple"))]
pub(crate) unsafe fn flush(start: *const u8, len_bytes: usize) {
    unsafe extern "C" {
        fn sys_icache_invalidate(start: *mut core::ffi::c_void, len_bytes: usize);
    }
    // SAFETY: (1). Apple's kernel does not let user code read the cache type register, so its library does it.
    unsafe { sys_icache_invalidate(start.cast_mut().cast(), len_bytes) }
}

/// Makes the processor see the instructions that were written to `start..start + len_bytes`.
///
/// The sequence is that of the Arm Architecture Reference Manual, B2.4.4, "Implication of caches for the
/// application programmer": clean each data line to the point of unification, then invalidate each
/// instruction line.
///
/// # Safety
///
/// (1).
#[cfg(all(target_arch = "aarch64", not(any(target_vendor = "apple", windows))))]
pub(crate) unsafe fn flush(start: *const u8, len_bytes: usize) {
    use core::arch::asm;

    let cache_type: u64;
    // SAFETY: reads a register that user code may read.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) cache_type, options(nomem, nostack, preserves_flags)) };
    // Both fields are log₂ of a line's length in 4-byte words.
    let data_line_bytes = 4usize << (cache_type >> 16 & 0xf);
    let code_line_bytes = 4usize << (cache_type & 0xf);
    let end = start as usize + len_bytes;

    let mut line = start as usize & !(data_line_bytes - 1);
    while line < end {
        // SAFETY: (1); the rest of a line is in the same page.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
        line += data_line_bytes;
    }
    // SAFETY: a barrier.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    let mut line = start as usize & !(code_line_bytes - 1);
    while line < end {
        // SAFETY: (1); the rest of a line is in the same page.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
        line += code_line_bytes;
    }
    // SAFETY: barriers.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// Makes the processor see the instructions that were written to `start..start + len_bytes`.
///
/// # Safety
///
/// (1).
#[cfg(windows)]
pub(crate) unsafe fn flush(start: *const u8, len_bytes: usize) {
    use core::ffi::c_void;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetCurrentProcess() -> *mut c_void;
        fn FlushInstructionCache(process: *mut c_void, start: *const c_void, len_bytes: usize) -> i32;
    }
    // SAFETY: (1); the handle is a constant and need not be closed. The call fails only for unmapped addresses.
    unsafe { FlushInstructionCache(GetCurrentProcess(), start.cast(), len_bytes) };
}

/// Does nothing: there are no stencils for other architectures, and so no code to flush.
///
/// # Safety
///
/// (1).
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", windows)))]
pub(crate) unsafe fn flush(_start: *const u8, _len_bytes: usize) {}
