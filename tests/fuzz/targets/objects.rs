//! Bytes → an object file and its stencils, or a refusal.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mimeo_cli::fuzz::read_object(bytes);
});
