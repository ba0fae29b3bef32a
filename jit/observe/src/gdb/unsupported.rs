//! New native code → an error: debuggers look for it only on Linux.

use std::io;

use mimeo_jit::{CodeRegion, Image, Observer};

/// A debugger to which code cannot be shown.
#[derive(Debug)]
pub(crate) struct Debugger;

impl Observer for Debugger {
    fn appeared(&mut self, _: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "code is shown to gdb on Linux only"))
    }
}
