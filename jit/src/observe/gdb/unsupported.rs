//! Code that appears → nothing: [`GdbImage`] on systems where gdb does not look for compiled code.

use std::io;

use crate::observe::code_region::CodeRegion;

/// Code that debuggers know of: there is none here.
#[derive(Debug)]
pub(crate) enum GdbImage {}

impl GdbImage {
    /// Says that this is for Linux.
    ///
    /// # Errors
    ///
    /// Always, with [`io::ErrorKind::Unsupported`].
    pub(crate) fn register(_: &[CodeRegion<'_>]) -> io::Result<GdbImage> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "code is shown to gdb on Linux only"))
    }
}
