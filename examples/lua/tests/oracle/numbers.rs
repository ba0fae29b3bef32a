//! Random numbers through `tostring`, and random texts through `tonumber`.

use lua::strings::{Spec, push_number, scan_number, scan_number_in_base};

use crate::ask::{check, installed, is_installed, literal, shown};
use crate::random::Random;

const CASES: usize = 5000;

/// Returns a finite number of any magnitude.
pub fn double(random: &mut Random) -> f64 {
    loop {
        let number = match random.below(4) {
            0 => f64::from_bits(random.bits()),
            1 => (random.bits() as f64 / u64::MAX as f64 - 0.5) * 10_f64.powi(random.below(40) as i32 - 20),
            2 => (random.bits() >> random.below(64)) as f64,
            // Not close to a tie, for any number of digits.
            _ => random.below(1000) as f64 + 0.123_456_789,
        };
        if number.is_finite() {
            return number;
        }
    }
}

/// Returns `true` if rounding to a few digits can be a tie. C rounds it to even, as we do; LuaJIT rounds it away from
/// zero.
pub fn can_tie(number: f64) -> bool {
    let digits = format!("{number:.1100e}");
    let digits = digits.split('e').next().expect("digits").trim_end_matches('0');
    let hex_digits = format!("{:013x}", number.to_bits() & ((1 << 52) - 1));
    digits.len() < 40 && digits.ends_with('5') || hex_digits.trim_end_matches('0').ends_with('8')
}

/// Returns the cases of those `numbers` on which `oracle` and C agree.
pub fn without_ties(
    oracle: &str,
    numbers: &[f64],
    calls: &[String],
    expected: &[String],
) -> (Vec<String>, Vec<String>) {
    let cases = numbers.iter().zip(calls.iter().zip(expected));
    let cases = cases.filter(|(number, _)| oracle != "luajit" || !can_tie(**number));
    cases.map(|(_, (call, expected))| (call.clone(), expected.clone())).unzip()
}

/// Returns a literal of exactly this number.
pub fn exact(number: f64) -> String {
    format!("({number:e})")
}

/// Returns a number as `show` prints it.
fn shown_number(number: Option<f64>) -> String {
    match number {
        None => "nil".into(),
        Some(number) if number.is_nan() => "nan".into(),
        Some(number) => {
            let mut out = Vec::new();
            Spec::parse(b".17g").expect("a conversion").0.push_float(&mut out, number);
            String::from_utf8(out).expect("numbers are text")
        }
    }
}

#[test]
fn random_numbers_to_text() {
    let mut random = Random::new(2);
    let (mut numbers, mut calls, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CASES {
        let number = double(&mut random);
        numbers.push(number);
        calls.push(format!("show(tostring({}))", exact(number)));
        let mut out = Vec::new();
        push_number(&mut out, number);
        expected.push(shown(&out));
    }
    for oracle in installed() {
        let (calls, expected) = without_ties(oracle, &numbers, &calls, &expected);
        check(oracle, "tostring", &calls, &expected);
    }
}

/// Returns `true` for exponents with very many digits, which LuaJIT refuses, and C converts to infinity or zero.
fn has_long_exponent(text: &str) -> bool {
    let exponent = text.rsplit(['e', 'E', 'p', 'P']).next().unwrap_or_default();
    exponent.len() < text.len() && exponent.len() > 6
}

#[test]
fn random_text_to_numbers() {
    let decimal = &[
        "0",
        "1",
        "9",
        "25",
        "007",
        "123456789012345678",
        ".",
        "e",
        "E5",
        "e-3",
        "+",
        "-",
        " ",
        "\t",
        "\n",
        "x",
        "1.5",
    ];
    let other = &[
        "0x",
        "0X",
        "a",
        "F",
        "p",
        "P2",
        "p-70",
        ".",
        "8",
        "0",
        "1",
        "0b",
        "101",
        "inf",
        "nan",
        "-",
        " ",
        "ffffffffffff",
        "e1",
    ];
    // PUC Lua uses C's parser, which lacks binary numbers and stops at a zero byte.
    for (parts, oracles) in [(&decimal[..], &["luajit", "lua5.1"][..]), (&other[..], &["luajit"])] {
        let mut random = Random::new(3);
        let (mut calls, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..CASES {
            let text = random.text(parts, 5);
            if has_long_exponent(&text) {
                continue;
            }
            calls.push(format!("show(tonumber({}))", literal(text.as_bytes())));
            expected.push(shown_number(scan_number(text.as_bytes())));
        }
        for oracle in oracles {
            if is_installed(oracle) {
                check(oracle, "tonumber", &calls, &expected);
            } else {
                println!("skipped: {oracle} is not installed");
            }
        }
    }
}

#[test]
fn random_text_to_numbers_in_a_base() {
    let parts = &["0", "1", "7", "9", "a", "f", "Z", "-", " ", "0x", ".", "10", "zz"];
    let mut random = Random::new(4);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let text = random.text(parts, 4);
        let base = 2 + random.below(35) as u32;
        calls.push(format!("show(tonumber({}, {base}))", literal(text.as_bytes())));
        expected.push(shown_number(scan_number_in_base(text.as_bytes(), base)));
    }
    if is_installed("luajit") {
        check("luajit", "tonumber-base", &calls, &expected);
    } else {
        println!("skipped: luajit is not installed");
    }
}
