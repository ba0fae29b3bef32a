//! Bytes → a chunk of Lua in verified bytecode, or a message.
#![no_main]

use lua::{Lua, Options};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The chunk is not run: most programs that a fuzzer finds do not end.
    let _ = Lua::new(Options { jit: None, ..Options::default() }).load(bytes, "=fuzz");
});
