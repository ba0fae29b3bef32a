//! Native code that appears → [`CodeRegion`]: what its observers learn of it.

use mimeo_def::CodeOffset;
use mimeo_def::frame::CodeAddr;

/// Native code in one piece: a compiled function, or the support code of a tier. See [`Observer`](crate::Observer) for
/// an example.
#[derive(Clone, Copy, Debug)]
pub struct CodeRegion<'a> {
    /// The name for profiles and backtraces.
    pub name: &'a str,
    /// The address at which the code runs.
    pub start: CodeAddr,
    /// The code, with constants and stubs.
    pub bytes: &'a [u8],
    /// The places with nothing but the return address on the native stack, in any order. In a compiled function each
    /// op starts at one. Offsets outside of the code have no meaning.
    pub entries: &'a [CodeOffset],
}
