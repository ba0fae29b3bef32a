//! Which texts are numbers, and their values.

use super::{scan_number, scan_number_in_base};

#[test]
fn texts_that_are_numbers() {
    for (text, number) in [
        ("0", 0.0),
        ("007", 7.0),
        (" 12\t\n", 12.0),
        ("-1.5e3", -1500.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1E+2", 100.0),
        ("1e400", f64::INFINITY),
        ("1e1048575", f64::INFINITY),
        ("1e-1048575", 0.0),
        ("0x10", 16.0),
        ("-0XfF", -255.0),
        ("0x.8", 0.5),
        ("0xA.8p1", 21.0),
        ("0x1p-1074", 5e-324),
        ("0x1p-1075", 0.0),
        ("0x1.8p-1075", 5e-324),
        ("0x1p1024", f64::INFINITY),
        ("0x1fffffffffffff", 9_007_199_254_740_991.0),
        ("0x20000000000001", 9_007_199_254_740_992.0),
        ("0x20000000000003", 9_007_199_254_740_996.0),
        ("0x200000000000010000000000000000001p-76", 9_007_199_254_740_994.0),
        ("0b101", 5.0),
        ("inf", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        assert_eq!(scan_number(text.as_bytes()), Some(number), "{text}");
    }
    assert!(scan_number(b"nan").is_some_and(f64::is_nan));
    assert!(scan_number(b"-0").is_some_and(f64::is_sign_negative));
}

#[test]
fn texts_that_are_not_numbers() {
    for text in [
        "",
        " ",
        ".",
        "e1",
        "1e",
        "1e+",
        "1..2",
        "1.2.3",
        "0x",
        "0x.",
        "0xp1",
        "0x1p",
        "0xg",
        "1x",
        "1 2",
        "- 1",
        "--1",
        "+-1",
        "0b",
        "0b2",
        "0b1.1",
        "1_000",
        "in",
        "infin",
        "1f",
        "1\0",
        "e",
        "+",
        "1e5.5",
        "1e1e1",
        "1e1048576",
        "0e-1048576",
        "0x1p1048576",
    ] {
        assert_eq!(scan_number(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn other_bases_have_integers_only() {
    for (text, base, number) in [
        ("10", 2, Some(2.0)),
        (" -zZ ", 36, Some(-1295.0)),
        ("ff", 16, Some(255.0)),
        ("0xff", 16, Some(255.0)),
        ("8", 8, None),
        ("ffffffffffffffff", 16, Some(18_446_744_073_709_551_615.0)),
        ("fffffffffffffffff0", 16, Some(18_446_744_073_709_551_615.0)),
        ("-zzzzzzzzzzzzzzzzzzzz", 36, Some(-18_446_744_073_709_551_615.0)),
        ("", 8, None),
        ("-", 8, None),
        ("1.5", 8, None),
        ("1.5", 10, Some(1.5)),
        ("0x10", 10, Some(16.0)),
    ] {
        assert_eq!(scan_number_in_base(text.as_bytes(), base), number, "{text} in {base}");
    }
}
