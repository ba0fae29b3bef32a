//! Random conversions of random numbers through `string.format`.

use lua::strings::{Spec, push_quoted, to_signed, to_unsigned};

use crate::ask::{check, installed, is_installed, literal, shown};
use crate::numbers::{double, exact, without_ties};
use crate::random::Random;

const CASES: usize = 6000;

fn formatted(format: &str, number: f64) -> String {
    let (spec, _) = Spec::parse(&format.as_bytes()[1..]).expect("a conversion");
    let mut out = Vec::new();
    match spec.conversion {
        b'd' | b'i' => spec.push_signed(&mut out, to_signed(number)),
        b'u' | b'o' | b'x' | b'X' => spec.push_unsigned(&mut out, to_unsigned(number)),
        b'c' => spec.push_byte(&mut out, to_signed(number) as u8),
        _ => spec.push_float(&mut out, number),
    }
    shown(&out)
}

/// Checks conversions with the given letters.
fn check_conversions(oracles: &[&str], what: &str, seed: u64, letters: &[&str]) {
    let mut random = Random::new(seed);
    let (mut numbers, mut calls, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CASES {
        let letter = random.pick(letters);
        let flags = random.text(&["-", "+", " ", "#", "0"], 2);
        let width = random.text(&["1", "7", "9"], 2);
        let precision = random.pick(&["", "", ".", ".0", ".1", ".3", ".10", ".17", ".30"]);
        let format = format!("%{flags}{width}{precision}{letter}");
        let is_integer = "diuoxXc".contains(letter);
        let number = match (is_integer, random.below(8)) {
            (true, _) => (double(&mut random) % 1e15).trunc(),
            (false, 0) => f64::INFINITY,
            (false, 1) => 0.0,
            (false, _) => double(&mut random),
        };
        // PUC Lua replaces -0 by 0 if both are constants of a function.
        let number = number + 0.0;
        let argument = if number.is_infinite() { "math.huge".into() } else { exact(number) };
        calls.push(format!("show(string.format('{format}', {argument}))"));
        expected.push(formatted(&format, number));
        numbers.push(number);
    }
    for oracle in oracles {
        let (calls, expected) = without_ties(oracle, &numbers, &calls, &expected);
        check(oracle, what, &calls, &expected);
    }
}

#[test]
fn random_conversions_of_numbers() {
    let letters = ["d", "i", "u", "o", "x", "X", "e", "E", "f", "g", "G"];
    check_conversions(&installed(), "formats", 5, &letters);
}

#[test]
fn random_hexadecimal_floats() {
    if is_installed("luajit") {
        check_conversions(&["luajit"], "formats-hex", 6, &["a", "A"]);
    } else {
        println!("skipped: luajit is not installed");
    }
}

#[test]
fn random_strings() {
    let mut random = Random::new(7);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let text = random.text(&["a", "\"", "\\", "\n", "\r", "\0", "1", "\u{7f}", "\u{e9}", " ", "\u{1b}", "\t"], 6);
        calls.push(format!("show(string.format('%q', {}))", literal(text.as_bytes())));
        let mut out = Vec::new();
        push_quoted(&mut out, text.as_bytes());
        expected.push(shown(&out));
    }
    if is_installed("luajit") {
        check("luajit", "quoted", &calls, &expected);
    } else {
        println!("skipped: luajit is not installed");
    }
}
