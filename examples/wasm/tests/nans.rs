//! NaNs keep their bits, or become canonical, in every mode: also where optimized code does not make them canonical
//! between two operations.

use mimeo_corpus::Mode;
use wasm::{Config, Engine, Linker, Module, Store};

/// Each function has a loop over `$x`, which starts with some bits, and returns the bits that it has in the end.
const MODULE: &str = r#"(module
    ;; Adds 1 in no iteration.
    (func (export "kept") (param $n i32) (param $bits i64) (result i64) (local $x f64)
        (local.set $x (f64.reinterpret_i64 (local.get $bits)))
        (loop
            (if (i32.eq (local.get $n) (i32.const -1)) (then (local.set $x (f64.add (local.get $x) (f64.const 1)))))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.reinterpret_f64 (local.get $x)))
    ;; Adds 1 in every iteration.
    (func (export "added") (param $n i32) (param $bits i64) (result i64) (local $x f64)
        (local.set $x (f64.reinterpret_i64 (local.get $bits)))
        (loop
            (local.set $x (f64.add (local.get $x) (f64.const 1)))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.reinterpret_f64 (local.get $x)))
    ;; Adds 1 in every iteration except the last, which assigns the bits again.
    (func (export "again") (param $n i32) (param $bits i64) (result i64) (local $x f64)
        (loop
            (local.set $x (f64.add (local.get $x) (f64.const 1)))
            (if (i32.eq (local.get $n) (i32.const 1)) (then (local.set $x (f64.reinterpret_i64 (local.get $bits)))))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.reinterpret_f64 (local.get $x)))
    ;; Subtracts infinities in every iteration.
    (func (export "left") (param $n i32) (param $bits i64) (result i64) (local $x f64)
        (local.set $x (f64.reinterpret_i64 (local.get $bits)))
        (loop
            (local.set $x (f64.sub (f64.mul (local.get $x) (f64.const inf)) (f64.mul (local.get $x) (f64.const inf))))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i64.reinterpret_f64 (local.get $x)))
    ;; Subtracts infinities, and looks at the bits in every iteration.
    (func (export "seen") (param $n i32) (param $bits i64) (result i64) (local $x f64) (local $sum i64)
        (local.set $x (f64.reinterpret_i64 (local.get $bits)))
        (loop
            (local.set $x (f64.sub (f64.mul (local.get $x) (f64.const inf)) (f64.mul (local.get $x) (f64.const inf))))
            (local.set $sum (i64.xor (i64.rotl (local.get $sum) (i64.const 1)) (i64.reinterpret_f64 (local.get $x))))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))"#;

const ITERATIONS: i32 = 100;

/// Returns what each function returns for numbers and NaNs: the call, the bits, and the result.
fn results(mode: &Mode) -> Vec<(String, u64, u64)> {
    let engine = Engine::new(Config::default().with_jit(mode.jit.clone().expect("the mode has a native tier")));
    let module = Module::new(&engine, MODULE).expect("the module is valid");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new().instantiate(&mut store, &module).expect("it needs nothing");
    let bits =
        [0, 0x8000 << 48, 0x3ff0 << 48, 0x7ff0 << 48, 0x7ff8 << 48, 0xfff8 << 48, 0x7ff4_0000_0000_0001, u64::MAX];
    let mut results = Vec::new();
    for name in ["kept", "added", "again", "left", "seen"] {
        let function = instance.get_typed_func::<(i32, u64), u64>(&store, name).expect("it is exported");
        for bits in bits {
            // The second call finds code of which the first has been too late.
            for _ in 0..2 {
                let result = function.call(&mut store, (ITERATIONS, bits)).expect("nothing traps");
                results.push((format!("{name}({bits:#x})"), bits, result));
            }
        }
    }
    results
}

#[test]
fn bits_are_the_same_in_every_mode() {
    let expected = results(&Mode::off());
    for (call, bits, result) in &expected {
        let is_nan = f64::from_bits(*bits).is_nan();
        match &call[..5] {
            "kept(" | "again" => assert_eq!(result, bits, "{call}"),
            "added" if is_nan => assert_eq!(*result, 0x7ff8 << 48, "{call}"),
            _ => {}
        }
    }
    #[cfg(feature = "jit")]
    for mode in [Mode::on()].into_iter().chain(Mode::tier_up()).chain(Mode::optimized()) {
        for (given, expected) in results(&mode).iter().zip(&expected) {
            assert_eq!(given, expected, "{mode}");
        }
    }
}
