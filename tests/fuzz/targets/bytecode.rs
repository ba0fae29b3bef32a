//! Bytes → bytecode, which is refused, or does the same in both tiers.
#![no_main]

use std::panic;
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use mimeo_tests::hostile::check;
use mimeo_tests::registers::register_ops;
use mimeo_tests::stack::stack_ops;

fuzz_target!(|bytes: &[u8]| {
    // The fuzzer's hook aborts at every panic, but a runtime function may panic: both tiers must then stop there.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| panic::set_hook(Box::new(|panic| eprintln!("{panic}"))));
    let Some((&set, bytes)) = bytes.split_first() else { return };
    let functions = mimeo_fuzz::functions(bytes);
    match set % 3 {
        0 => check::<calc::ops::ops::Ops>(functions, "calc"),
        1 => check::<register_ops::Ops>(functions, "registers"),
        _ => check::<stack_ops::Ops>(functions, "stack"),
    };
});
