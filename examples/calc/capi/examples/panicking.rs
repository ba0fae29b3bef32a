//! calc's library and an output function that panics → the library that `tests/panic.c` is linked with.
//!
//! It represents all panics of runtime functions: it occurs during a run, and unwinds through native code.

use std::ffi::{c_char, c_int, c_void};

use mimeocalc as _;

/// Always panics.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn panicking_write(_user: *mut c_void, _bytes: *const c_char, len: usize) -> c_int {
    panic!("{len} bytes are too many");
}
