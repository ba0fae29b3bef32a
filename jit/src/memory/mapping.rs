//! The operating system's memory → [`Mapping`]: pages of this process, near the program's own code where possible.
//!
//! Native code calls the runtime functions of the program. Memory within reach of a direct branch saves a jump through a
//! stub; memory elsewhere works too.
//!
//! Contract of this island: (1) `start` is a mapping of `len_bytes` bytes, made by [`Mapping::new`] and unmapped only
//! when `self` is dropped.

use std::io;

use region::Protection;

/// Whether code is written elsewhere and copied to its final place by [`Mapping::install`].
///
/// On Apple silicon each thread decides for itself whether memory for code is writable or executable, and a borrow of
/// bytes must not depend on the mode of the thread.
pub(crate) const IS_STAGED: bool = cfg!(all(target_os = "macos", target_arch = "aarch64"));

/// Whole pages of memory, initially writable. Dropping the mapping frees them.
///
/// If [`IS_STAGED`], they are executable, and only [`Mapping::install`] writes.
#[derive(Debug)]
pub(crate) struct Mapping {
    os: os::Memory,
}

impl Mapping {
    /// Maps a number of zeroed pages.
    pub(crate) fn new(pages: usize) -> io::Result<Mapping> {
        Ok(Mapping { os: os::Memory::new(pages * page_bytes())? })
    }

    #[inline]
    pub(crate) fn start(&self) -> *mut u8 {
        self.os.start()
    }

    /// Changes the protection of some of the pages.
    ///
    /// # Safety
    ///
    /// The range consists of whole pages of the mapping, and nothing relies on the access that is removed.
    pub(crate) unsafe fn protect(&self, start: *mut u8, len_bytes: usize, protection: Protection) -> io::Result<()> {
        // SAFETY: (1); the caller's promise.
        unsafe { region::protect(start, len_bytes, protection) }.map_err(io::Error::other)
    }

    /// Makes some of the pages executable and no longer writable. If `has_landing_pads` and the system supports it, the
    /// processor raises an exception when an indirect jump or call arrives anywhere but at a landing pad.
    ///
    /// # Safety
    ///
    /// As for [`protect`](Self::protect).
    pub(crate) unsafe fn make_executable(
        &self,
        start: *mut u8,
        len_bytes: usize,
        has_landing_pads: bool,
    ) -> io::Result<()> {
        #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
        if has_landing_pads && checks_landing_pads() {
            // SAFETY: (1); the caller's promise.
            let result =
                unsafe { libc::mprotect(start.cast(), len_bytes, libc::PROT_READ | libc::PROT_EXEC | PROT_BTI) };
            return if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) };
        }
        let _ = has_landing_pads;
        // SAFETY: the caller's promise.
        unsafe { self.protect(start, len_bytes, Protection::READ_EXECUTE) }
    }

    /// Copies bytes to the start of some of the pages, which are executable afterwards.
    ///
    /// # Safety
    ///
    /// The range up to the end of `bytes` consists of whole pages of the mapping, nothing runs there, and nothing refers
    /// to its contents.
    #[cfg(all(target_os = "macos", target_arch = "aarch64"))]
    pub(crate) unsafe fn install(&self, start: *mut u8, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: only this thread's mode changes, and nothing of what runs until it is changed back is in such memory;
        // (1) and the caller's promise.
        unsafe {
            libc::pthread_jit_write_protect_np(0);
            start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            libc::pthread_jit_write_protect_np(1);
        }
        Ok(())
    }

    /// Copies bytes to the start of some of the pages, which are executable afterwards.
    ///
    /// # Safety
    ///
    /// The range up to the end of `bytes` consists of whole pages of the mapping, nothing runs there, and nothing refers
    /// to its contents.
    #[cfg(not(all(target_os = "macos", target_arch = "aarch64")))]
    pub(crate) unsafe fn install(&self, start: *mut u8, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: (1) and the caller's promise.
        unsafe {
            self.protect(start, bytes.len(), Protection::READ_WRITE)?;
            start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            self.protect(start, bytes.len(), Protection::READ_EXECUTE)
        }
    }
}

/// The protection of pages whose landing pads the processor checks. Other C libraries of Linux have the same number.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
const PROT_BTI: libc::c_int = 0x10;

/// Returns `true` if the processor and the kernel support [`PROT_BTI`].
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
pub(crate) fn checks_landing_pads() -> bool {
    const HWCAP2_BTI: libc::c_ulong = 1 << 17;
    // SAFETY: the call only takes a number.
    unsafe { libc::getauxval(libc::AT_HWCAP2) & HWCAP2_BTI != 0 }
}

/// Returns the number of bytes of a page.
pub(crate) fn page_bytes() -> usize {
    region::page::size()
}

#[cfg(unix)]
mod os {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[cfg(target_os = "linux")]
    const FLAGS: libc::c_int = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_POPULATE;
    #[cfg(all(target_os = "macos", target_arch = "aarch64"))]
    const FLAGS: libc::c_int = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_JIT;
    #[cfg(not(any(target_os = "linux", all(target_os = "macos", target_arch = "aarch64"))))]
    const FLAGS: libc::c_int = libc::MAP_PRIVATE | libc::MAP_ANON;

    /// With `MAP_JIT` all are granted, and the mode of the thread removes one of the latter two.
    const ACCESS: libc::c_int = if super::IS_STAGED {
        libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC
    } else {
        libc::PROT_READ | libc::PROT_WRITE
    };

    /// The gap between the program and the first mapping, for what the loader maps there.
    const GAP_BYTES: usize = 16 << 20;

    /// Bytes that were requested near the program so far. The next mapping is requested below them.
    static REQUESTED_BYTES: AtomicUsize = AtomicUsize::new(GAP_BYTES);

    /// The distance below the program that a direct branch still reaches.
    const REACH_BYTES: usize = if cfg!(target_arch = "aarch64") { 96 << 20 } else { 1 << 30 };

    #[derive(Debug)]
    pub(super) struct Memory {
        start: *mut u8,
        len_bytes: usize,
    }

    // SAFETY: the memory is owned; the owner of the pages controls who writes to them.
    unsafe impl Send for Memory {}
    // SAFETY: as above.
    unsafe impl Sync for Memory {}

    /// Returns an address for a mapping near the program: below it, where usually nothing is mapped.
    fn hint(len_bytes: usize) -> *mut libc::c_void {
        let below = REQUESTED_BYTES.fetch_add(len_bytes, Ordering::Relaxed) + len_bytes;
        let program = hint as fn(usize) -> *mut libc::c_void as usize;
        let page = super::page_bytes();
        if below > REACH_BYTES {
            return std::ptr::null_mut();
        }
        let address = program.saturating_sub(below) / page * page;
        // The lowest addresses are left alone, because a position-dependent program lies there.
        if address < REACH_BYTES { std::ptr::null_mut() } else { address as *mut libc::c_void }
    }

    impl Memory {
        pub(super) fn new(len_bytes: usize) -> io::Result<Memory> {
            // SAFETY: without MAP_FIXED the address is only a hint, and existing mappings stay as they are. On Linux all pages
            // are faulted in at once, because all are about to be written, and this is cheaper than one by one.
            let start = unsafe { libc::mmap(hint(len_bytes), len_bytes, ACCESS, FLAGS, -1, 0) };
            if start == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            Ok(Memory { start: start.cast(), len_bytes })
        }

        pub(super) fn start(&self) -> *mut u8 {
            self.start
        }
    }

    impl Drop for Memory {
        fn drop(&mut self) {
            // SAFETY: (1). It can only fail for addresses outside the mapping.
            unsafe { libc::munmap(self.start.cast(), self.len_bytes) };
        }
    }
}

#[cfg(not(unix))]
mod os {
    use std::{fmt, io};

    use region::{Allocation, Protection};

    pub(super) struct Memory(Allocation);

    impl fmt::Debug for Memory {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_tuple("Memory").field(&self.0.as_ptr_range::<u8>()).finish()
        }
    }

    impl Memory {
        pub(super) fn new(len_bytes: usize) -> io::Result<Memory> {
            region::alloc(len_bytes, Protection::READ_WRITE).map(Memory).map_err(io::Error::other)
        }

        pub(super) fn start(&self) -> *mut u8 {
            self.0.as_ptr::<u8>().cast_mut()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(all(target_os = "macos", target_arch = "aarch64")))]
    #[test]
    fn a_new_mapping_is_zero_and_writable() {
        let mapping = Mapping::new(3).unwrap();
        let bytes = 3 * page_bytes();
        // SAFETY: (1).
        let slice = unsafe { std::slice::from_raw_parts_mut(mapping.start(), bytes) };
        assert!(slice.iter().all(|&byte| byte == 0));
        slice.fill(1);
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn a_mapping_lies_within_reach_of_the_program() {
        let program = a_mapping_lies_within_reach_of_the_program as fn() as usize;
        let mapping = Mapping::new(1).unwrap();
        let distance = program.abs_diff(mapping.start() as usize);
        assert!(distance < i32::MAX as usize, "{distance:#x} bytes away");
    }
}
