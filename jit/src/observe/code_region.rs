//! Code that appears → [`CodeRegion`], what the observers of compiled code are told of it.

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;

/// Code that lies in one piece: a compiled function, or the support code of a tier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeRegion<'a> {
    /// What people shall read in profiles and backtraces.
    pub(crate) name: &'a str,
    /// Where the code runs.
    pub(crate) start: CodeAddr,
    /// The code, with constants and stubs.
    pub(crate) bytes: &'a [u8],
    /// Where code of the stencil convention, or a function of the C convention, begins: nothing is on the native
    /// stack there but the return address. For a compiled function the start of each op, in any order; offsets
    /// outside of the code are passed over.
    #[cfg_attr(
        not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
        expect(dead_code, reason = "only the unwind tables for gdb need them, which are for Linux")
    )]
    pub(crate) entries: &'a [CodeOffset],
}

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tiny;
