//! Bytes of machine code → functions that can be called: [`CodeBuf`], memory that is first writable and then executable,
//! never both.
//!
//! Contract of this island:
//! 1. `entry`: at `offset` is the first instruction of a function that has the signature and the
//!    convention of `F`, and `F` is not called once the buffer is dropped.
//! 2. A sealed buffer stays mapped, readable and executable until it is dropped.

use std::io;
use std::marker::PhantomData;

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;

use crate::errors::CodeBufError;
use crate::memory::icache;
use crate::memory::pages::{CodePool, Pages};

/// The phase of a buffer that is being filled. See [`CodeBuf`] for an example.
#[derive(Debug)]
pub enum Writable {}

/// The phase of a buffer whose code can run. See [`CodeBuf`] for an example.
#[derive(Debug)]
pub enum Executable {}

/// Memory for machine code, usable alone for any signature. Dropping it frees the memory.
///
/// ```
/// use mimeo_def::CodeOffset;
/// use mimeo_jit::CodeBuf;
///
/// // fn add(a: i32, b: i32) -> i32
/// #[cfg(target_arch = "x86_64")]
/// let code = [
///     0x8d, 0x04, 0x37, // lea eax, [rdi + rsi]
///     0xc3, //             ret
/// ];
/// #[cfg(target_arch = "aarch64")]
/// let code = [
///     0x00, 0x00, 0x01, 0x0b, // add w0, w0, w1
///     0xc0, 0x03, 0x5f, 0xd6, // ret
/// ];
/// #[cfg(target_arch = "x86_64")]
/// type Add = extern "sysv64" fn(i32, i32) -> i32;
/// #[cfg(target_arch = "aarch64")]
/// type Add = extern "C" fn(i32, i32) -> i32;
///
/// let mut buf = CodeBuf::new(code.len())?;
/// buf.bytes_mut().copy_from_slice(&code);
/// let buf = buf.seal()?;
/// // SAFETY: the code at 0 is a function of this signature, and `buf` outlives the call.
/// let add: Add = unsafe { buf.entry(CodeOffset(0)) };
/// assert_eq!(add(40, 2), 42);
/// # Ok::<(), mimeo_jit::CodeBufError>(())
/// ```
#[derive(Debug)]
pub struct CodeBuf<Phase> {
    pages: Pages,
    len_bytes: usize,
    phase: PhantomData<Phase>,
}

impl<Phase> CodeBuf<Phase> {
    /// Returns the code.
    ///
    /// ```
    /// use mimeo::jit::CodeBuf;
    ///
    /// let mut buf = CodeBuf::new(2)?;
    /// buf.bytes_mut()[1] = 0xc3;
    /// assert_eq!(buf.bytes(), [0, 0xc3]);
    /// # Ok::<(), mimeo::jit::CodeBufError>(())
    /// ```
    pub fn bytes(&self) -> &[u8] {
        &self.pages.bytes()[..self.len_bytes]
    }

    /// Returns the number of bytes of memory that the buffer takes, which is a whole number of pages.
    ///
    /// ```
    /// use mimeo::jit::CodeBuf;
    ///
    /// let buf = CodeBuf::new(2)?;
    /// assert!(buf.footprint_bytes() >= 4096);
    /// # Ok::<(), mimeo::jit::CodeBufError>(())
    /// ```
    pub fn footprint_bytes(&self) -> usize {
        self.pages.len_bytes()
    }

    /// Returns the address at which the code at `offset` runs. Sealing does not move it.
    ///
    /// ```
    /// use mimeo::def::CodeOffset;
    /// use mimeo::jit::CodeBuf;
    ///
    /// let buf = CodeBuf::new(16)?;
    /// let start = buf.address(CodeOffset(0));
    /// let buf = buf.seal()?;
    /// assert_eq!(buf.address(CodeOffset(8)), start + 8);
    /// # Ok::<(), mimeo::jit::CodeBufError>(())
    /// ```
    #[inline]
    pub fn address(&self, offset: CodeOffset) -> CodeAddr {
        self.pages.start() as CodeAddr + offset.0 as usize
    }
}

impl CodeBuf<Writable> {
    /// Creates a buffer of `len_bytes` zeroed bytes at the start of a page. Each buffer is a separate mapping.
    ///
    /// # Errors
    ///
    /// [`CodeBufError::Empty`] and [`CodeBufError::Map`].
    ///
    /// ```
    /// use mimeo::jit::{CodeBuf, CodeBufError};
    ///
    /// assert!(CodeBuf::new(16)?.bytes().iter().all(|&byte| byte == 0));
    /// assert!(matches!(CodeBuf::new(0), Err(CodeBufError::Empty)));
    /// # Ok::<(), CodeBufError>(())
    /// ```
    pub fn new(len_bytes: usize) -> Result<Self, CodeBufError> {
        Self::on(Pages::map, len_bytes)
    }

    /// Creates a buffer in a pool, which is cheaper for many buffers.
    pub(crate) fn in_pool(pool: &mut CodePool, len_bytes: usize) -> Result<Self, CodeBufError> {
        Self::on(|len_bytes| pool.take(len_bytes), len_bytes)
    }

    fn on(take: impl FnOnce(usize) -> io::Result<Pages>, len_bytes: usize) -> Result<Self, CodeBufError> {
        if len_bytes == 0 {
            return Err(CodeBufError::Empty);
        }
        Ok(CodeBuf { pages: take(len_bytes).map_err(CodeBufError::Map)?, len_bytes, phase: PhantomData })
    }

    /// Returns the code for writing. See [`CodeBuf`] for an example.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.pages.bytes_mut()[..self.len_bytes]
    }

    /// Makes the code executable and immutable. See [`CodeBuf`] for an example.
    ///
    /// # Errors
    ///
    /// [`CodeBufError::Seal`].
    pub fn seal(mut self) -> Result<CodeBuf<Executable>, CodeBufError> {
        self.pages.make_executable().map_err(CodeBufError::Seal)?;
        // SAFETY: icache (1): the pages are readable and live until this function returns.
        unsafe { icache::flush(self.pages.start(), self.len_bytes) };
        Ok(CodeBuf { pages: self.pages, len_bytes: self.len_bytes, phase: PhantomData })
    }
}

impl CodeBuf<Executable> {
    /// Returns the function at `offset`. `F` is a function pointer. See [`CodeBuf`] for an example.
    ///
    /// # Panics
    ///
    /// If `offset` is outside the buffer (test `there_is_no_entry_outside_a_buffer`). An `F` that is not of a pointer's
    /// size does not compile:
    ///
    /// ```compile_fail
    /// # fn with(buf: mimeo_jit::CodeBuf<mimeo_jit::Executable>) {
    /// let number: u8 = unsafe { buf.entry(mimeo_def::CodeOffset(0)) };
    /// # }
    /// # let _ = with as fn(_);
    /// ```
    ///
    /// # Safety
    ///
    /// (1) At `offset` is the first instruction of a function that has the signature and the convention of
    /// `F`, and `F` is not called once the buffer is dropped.
    pub unsafe fn entry<F: Copy>(&self, offset: CodeOffset) -> F {
        const { assert!(size_of::<F>() == size_of::<*const ()>(), "an entry is a function pointer") };
        let code: *const u8 = &self.bytes()[offset.0 as usize];
        // SAFETY: (1); of the same size, by the assertion above.
        unsafe { std::mem::transmute_copy::<*const u8, F>(&code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_arch = "x86_64")]
    const RETURN: &[u8] = &[0xc3];
    #[cfg(target_arch = "aarch64")]
    const RETURN: &[u8] = &[0xc0, 0x03, 0x5f, 0xd6];

    fn returning() -> CodeBuf<Writable> {
        let mut buf = CodeBuf::new(RETURN.len()).unwrap();
        buf.bytes_mut().copy_from_slice(RETURN);
        buf
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn there_is_no_entry_outside_a_buffer() {
        let buf = returning().seal().unwrap();
        let end = CodeOffset(buf.bytes().len() as u32);
        // SAFETY: the function is not called.
        let _nothing: *const u8 = unsafe { buf.entry(end) };
    }

    #[test]
    fn an_empty_buffer_is_refused() {
        assert_eq!(CodeBuf::new(0).unwrap_err().to_string(), "a code buffer cannot be empty");
    }

    #[test]
    fn sealing_does_not_move_the_code() {
        let buf = returning();
        let before = buf.address(CodeOffset(0));
        let buf = buf.seal().unwrap();
        assert_eq!(buf.address(CodeOffset(0)), before);
        assert_eq!(buf.bytes(), RETURN);
        // SAFETY: (1): it returns at once.
        let run: extern "C" fn() = unsafe { buf.entry(CodeOffset(0)) };
        run();
    }

    /// Runs `child` in a copy of this process that has no other thread, and returns how it ended.
    #[cfg(target_os = "linux")]
    fn in_child(child: impl FnOnce() -> libc::c_int) -> libc::c_int {
        // SAFETY: the allocator can be used in a child, which takes no other lock, and ends without cleaning up.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            let code = child();
            // SAFETY: the call takes a number.
            unsafe { libc::_exit(code) };
        }
        let mut status = 0;
        // SAFETY: the call writes to `status`.
        assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
        status
    }

    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    #[test]
    fn code_with_landing_pads_is_entered_only_there() {
        use crate::memory::mapping::checks_landing_pads;

        // bti c; ret
        const CODE: [u8; 8] = [0x5f, 0x24, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6];
        /// Calls a function in another process, and returns the signal that ends it.
        fn signal(run: extern "C" fn()) -> Option<libc::c_int> {
            let status = in_child(|| {
                run();
                0
            });
            libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status))
        }

        for has_landing_pads in [false, true] {
            let mut pool = CodePool::new(has_landing_pads);
            let mut buf = CodeBuf::in_pool(&mut pool, CODE.len()).unwrap();
            buf.bytes_mut().copy_from_slice(&CODE);
            let buf = buf.seal().unwrap();
            // SAFETY: (1): at both there is a function.
            let [at_pad, after_pad] = [0, 4].map(|at| signal(unsafe { buf.entry(CodeOffset(at)) }));
            assert_eq!(at_pad, None);
            assert_eq!(after_pad, (has_landing_pads && checks_landing_pads()).then_some(libc::SIGILL));
        }
    }

    /// Returns the kernel's permissions for the mapping that contains an address. They are read in a child: an emulator
    /// shows neighbouring mappings as one while another thread changes the permissions of the first.
    #[cfg(target_os = "linux")]
    fn permissions(address: CodeAddr) -> String {
        let status = in_child(|| {
            let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
            let line = maps.lines().find(|line| {
                let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
                let number = |text| CodeAddr::from_str_radix(text, 16).unwrap();
                (number(start)..number(end)).contains(&address)
            });
            let shown = line.expect("mapped").split(' ').nth(1).unwrap();
            shown.chars().fold(0, |bits, flag| bits << 1 | libc::c_int::from(flag != '-'))
        });
        assert!(libc::WIFEXITED(status), "{status}");
        // The last flag says whether the mapping is private.
        let bits = libc::WEXITSTATUS(status) >> 1;
        ['r', 'w', 'x'].iter().zip([4, 2, 1]).map(|(&flag, bit)| if bits & bit != 0 { flag } else { '-' }).collect()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn code_is_never_writable_and_executable() {
        let buf = returning();
        assert_eq!(permissions(buf.address(CodeOffset(0))), "rw-");
        let buf = buf.seal().unwrap();
        assert_eq!(permissions(buf.address(CodeOffset(0))), "r-x");
    }
}
