//! Bodies of ops → whether they may observe the bits that they observe. `tests/ui/nans.rs` has the messages.

use crate::lower_file;

/// Returns `true` if the op with this body is lowered. The body can use `a` and `b`, which may be NaNs, `n`, and the
/// items of `MODULE`.
fn is_allowed(body: &str) -> bool {
    let source =
        format!("{MODULE} #[vm_op] fn tested(vm: &mut Vm, a: f64, b: f64, #[imm] n: u8) -> f64 {{ {body} }} }}");
    let sets = lower_file(&source, "ops.rs").expect("it is Rust");
    sets[0].ops.iter().any(|op| op.name == "tested")
}

const MODULE: &str = "
    #[instruction_set(value = f64, context = Context)]
    mod ops {
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct Pair { pub one: f64, pub other: f64, pub flag: bool, pub also: bool }
        #[repr(C)]
        pub struct Context { pub pair: Pair, pub bits: u64 }
        unsafe extern \"Rust\" { fn measure(vm: &mut Vm) -> f64; }
        const LIMIT: f64 = 8.0;
        fn bits(x: f64) -> f64 { f64::from_bits(x.to_bits()) }
        fn is_number(x: f64) -> bool { !x.is_nan() }
        fn is_less(x: f64, y: f64) -> bool { if x > 4.0 { false } else { x < y } }
        fn is_less_changed(mut x: f64, y: f64) -> bool { x = 0.0; x < y }
        fn number(x: f64) -> Option<f64> { if x == x { Some(x) } else { None } }
        fn number_or_thrown(vm: &mut Vm, x: f64) -> Option<f64> {
            if x >= 0.0 { return Some(x); }
            let y = measure(vm);
            if y.is_nan() { None } else { Some(y) }
        }
        fn half(x: f64) -> f64 { x * 0.5 }
        fn pair(x: f64) -> Pair { Pair { one: x, other: 1.0, flag: x == x, also: true } }
        fn is_pair_number(pair: Pair) -> bool { !pair.one.is_nan() }
";

#[test]
fn bits_of_numbers_and_of_nans_from_outside_are_allowed() {
    for body in [
        "a",
        "-a",
        "(-a).abs()",
        "f64::NAN",
        "if a < b { a } else { b }",
        "(a + b).quiet()",
        "f64::from_bits((a / b).canonical_bits())",
        "n as f64",
        "n as f32 as f64",
        "(n as f32 * 2.0) as f64",
        "a.copysign(b)",
        "(n as f64).copysign((a + b).quiet())",
        "(n as f64).round_ties_even()",
        "(n as f64).minimum(2.0)",
        "(n as f64).maximum_number(a + b)",
        "(a + b).minimum_number(1.0)",
        "let x = a + b; if !x.is_nan() && x.is_sign_negative() { x } else { a }",
        "let x = a + b; if x.maximum(a) > 0.0 { x } else { a }",
        "let x = a + b; if x.copysign(a).round_ties_even() > 0.0 { x } else { a }",
        "f64::from_bits((a as f32).canonical_bits() as u64)",
        "let x = a as f32; if x.is_nan() { a } else { x as f64 }",
        "let x = a + b; if x as f32 == 1.0 { x } else { a }",
        "n as f64 * 2.0",
        "(n as f64 + 0.5).floor() - 1.0",
        "-LIMIT + 1.0",
        "let x = a + b; if x.is_nan() { a } else { x }",
        "let x = a + b; if !x.is_nan() { return x; } b",
        "let x = a + b; if x.is_nan() || n == 0 { return a; } bits(x)",
        "let x = a + b; if n == 0 && x == x { x } else { a }",
        "let x = a + b; if x != x { return a; } x",
        "let x = a * b; if x > LIMIT { x } else { a }",
        "let x = a * b; match x { 0.0..=1.0 => x, _ => 1.0 }",
        "let x = a * b; let small = x <= 1.0; let known = small && n != 0; if known { x } else { a }",
        "let x = a * b; if (x - 1.0) * 2.0 == a { x } else { a }",
        "let x = a * b; if -x.sqrt() >= a { x.abs() } else { a }",
        "let x = a + b; if is_number(x) { bits(x) } else { a }",
        "let x = a + b; if is_less(x, 7.0) { x } else { a }",
        "let x = a + b; if let Some(y) = number(x) && n > 1 { if n > 2 { x } else { y } } else { a }",
        "let x = a + b; let found = number(x); match found { Some(y) if y > 1.0 => x, Some(y) => y, None => a }",
        "match a + b { x if x.is_nan() => a, x => x }",
        "match Some(a + b) { Some(x) if !(x >= b) => a, Some(x) => x, None => b }",
        "let x = a + b; let y = x; let z = y; if y.is_nan() { a } else if n == 0 { x } else { z }",
        "let p = pair(a + b); match p.one { x if x.is_nan() => a, x if n == 0 => x, _ => p.one }",
        "let Some(x) = number(a / b) else { return b }; x",
        "let x = number_or_thrown(vm, a + b); if let Some(x) = x { x } else { a }",
        "let p = pair(a + b); if p.one < 1.0 { p.one } else { p.other }",
        "let p = pair(a + b); if is_pair_number(p) { p.one } else { p.other }",
        "let mut p = vm.context.pair; p.one = a + b; p.one = p.one.quiet(); vm.context.pair = p; a",
        "let mut x = a; let mut i: u8 = 0; while i < n { x = (x + 1.0).quiet(); i = i.wrapping_add(1); } x",
        "let mut x = 1.0; let mut i: u8 = 0; while i < n { let y = x + a; if y.is_nan() { break; } x = y; i = i.wrapping_add(1); } x",
        "vm.context.bits = ((a + b) as u64) ^ (a + b < 1.0) as u64; a",
        "let (x, y) = (a + b, 1.0); if x < y { x } else { y }",
    ] {
        assert!(is_allowed(body), "{body}");
    }
}

#[test]
fn bits_of_computed_nans_are_refused() {
    for body in [
        "a + b",
        "-(a + b)",
        "half(a)",
        "(a + b).abs()",
        "a.floor()",
        "(n as f64).sqrt()",
        "n as f64 / n as f64",
        "a as f32 as f64",
        "(a + b).copysign(a)",
        "(n as f64).copysign(a + b)",
        "if (a + b).is_sign_negative() { a } else { b }",
        "a.round_ties_even()",
        "a.minimum(1.0)",
        "a.minimum_number(b)",
        "let x = a + b; if x.maximum_number(a) > 0.0 { x } else { a }",
        "let x = a + b; if a.copysign(x) > 0.0 { x } else { a }",
        "f32::NAN as f64",
        "(a as f32).quiet() as f64",
        // A finite double can be an infinite single.
        "(n as f64 as f32 * 0.0) as f64",
        "f64::from_bits((a as f32).to_bits() as u64)",
        "measure(vm)",
        "bits(a - b)",
        "if n == 0 { a } else { a + b }",
        "let x = a + b; if x.is_nan() { x } else { a }",
        "let x = a + b; if x < 1.0 { a } else { x }",
        "let x = a + b; if x != 1.0 { x } else { a }",
        "let x = a + b; if x.is_nan() && n == 0 { return a; } x",
        "let x = a + b; if x == x || n == 0 { x } else { a }",
        "let mut x = a + b; let y = x; x = a * b; if y.is_nan() { a } else { x }",
        "let x = a + b; let mut y = x; y = 1.0; if y.is_nan() { a } else { x }",
        "let x = a + b; let mut y = 1.0; if n == 0 { y = x; } if y.is_nan() { a } else { x }",
        "let x = a + b; let mut y = 1.0; let mut i: u8 = 0; while i < n { if y == 1.0 { a } else { x }; y = x; i = i.wrapping_add(1); } if y == y { x } else { a }",
        "let mut p = pair(a + b); let x = p.one; p.one = a * b; if x.is_nan() { a } else { p.one }",
        "match Some(a + b) { Some(x) if x >= b => a, Some(x) => x, None => b }",
        // The facts about the variable are older than its change.
        "let mut x = a + b; if x.is_nan() { return a; } x = x - x; x",
        "let mut x = a + b; let known = !x.is_nan(); x = x - b; if known { x } else { a }",
        "let mut x = a + b; if x < { x = x * b; 1.0 } { x } else { a }",
        "let mut x = a + b; if is_less({ x = a * b; a }, x) && is_number({ let y = x; x = b - a; y }) { x } else { a }",
        "let mut x = 1.0; let mut i: u8 = 0; while i < n { x = x + a; i = i.wrapping_add(1); } x",
        "let mut x = 1.0; let mut i: u8 = 0; while i < n { bits(x); x = x + a; i = i.wrapping_add(1); } a",
        "let mut x = 1.0; let mut i: u8 = 0; while i < n { if n == 3 { x = a / b; break; } i = i.wrapping_add(1); } x",
        "let x = a + b; if is_less_changed(x, b) { x } else { a }",
        "let x = a + b; if is_less(x, b) { a } else { x }",
        "let mut x = a + b; let found = number(x); x = a * b; if let Some(_) = found { x } else { a }",
        "let x = a + b; match number(x) { Some(y) => y, None => x }",
        "let mut x = number(a); if n == 0 { x = Some(a + b); } if let Some(x) = x { x } else { a }",
        "let p = pair(a + b); if p.flag { p.other } else { p.one }",
        "let mut p = pair(a + b); p.also = p.one.is_nan(); if p.flag { a } else { p.one }",
        "let p = pair(a + b); if is_pair_number(p) { a } else { p.one }",
        "let p = pair(a + b); vm.context.pair = p; a",
        "vm.context.pair.one = a + b; a",
        "vm.context.bits = (a + b).to_bits(); a",
        "let (x, y) = (a + b, 1.0); if y < 2.0 { x } else { y }",
    ] {
        assert!(!is_allowed(body), "{body}");
    }
}
