//! Native code that appears → an error: debuggers look for it on Linux only.

use std::io;

use mimeo_jit::{CodeRegion, Image, Observer};

/// The debugger that code cannot be shown to.
#[derive(Debug)]
pub(crate) struct Debugger;

impl Observer for Debugger {
    fn appeared(&mut self, _: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "code is shown to gdb on Linux only"))
    }
}
