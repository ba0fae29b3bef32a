//! New native code → [`CodeRegion`], its description for observers.

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
    /// The offsets at which only the return address is on the native stack, in any order. In a compiled function each op
    /// starts at one. Offsets outside the code are ignored.
    pub entries: &'a [CodeOffset],
}
