//! Bytes → a table of stencils, or a refusal.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    mimeo_cli::fuzz::read_table(bytes);
});
