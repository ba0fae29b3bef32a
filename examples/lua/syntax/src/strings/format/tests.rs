//! Conversions, as C defines them.

use super::{FormatError, Spec, to_signed, to_unsigned};

/// Formats `number` with one conversion.
fn formatted(format: &str, number: f64) -> String {
    let (spec, len_bytes) = Spec::parse(format.as_bytes()).unwrap_or_else(|error| panic!("{format}: {error}"));
    assert_eq!(len_bytes, format.len(), "{format}");
    let mut out = Vec::new();
    match spec.conversion {
        b'd' | b'i' => spec.push_signed(&mut out, to_signed(number)),
        b'u' | b'o' | b'x' | b'X' => spec.push_unsigned(&mut out, to_unsigned(number)),
        b'c' => spec.push_byte(&mut out, number as u8),
        _ => spec.push_float(&mut out, number),
    }
    String::from_utf8(out).expect("numbers are text")
}

#[test]
fn integers() {
    for (format, number, text) in [
        ("d", -42.9, "-42"),
        ("5d", 42.0, "   42"),
        ("-5d", 42.0, "42   "),
        ("05d", -42.0, "-0042"),
        ("-05d", 42.0, "42   "),
        ("+d", 1.0, "+1"),
        (" i", 1.0, " 1"),
        ("5.3d", 7.0, "  007"),
        ("05.3d", 7.0, "  007"),
        (".0d", 0.0, ""),
        (".0d", 1.0, "1"),
        ("x", 255.0, "ff"),
        ("#X", 255.0, "0XFF"),
        ("#x", 0.0, "0"),
        ("#010x", 255.0, "0x000000ff"),
        ("o", 8.0, "10"),
        ("#o", 8.0, "010"),
        ("#o", 0.0, "0"),
        ("x", -1.0, "ffffffffffffffff"),
        ("u", 9_223_372_036_854_775_808.0, "9223372036854775808"),
        ("d", 1e300, "-9223372036854775808"),
        ("d", f64::NAN, "-9223372036854775808"),
        ("3c", 65.0, "  A"),
        ("-3c", 65.0, "A  "),
    ] {
        assert_eq!(formatted(format, number), text, "%{format} of {number}");
    }
}

#[test]
fn floats() {
    for (format, number, text) in [
        ("f", 3.25, "3.250000"),
        (".0f", 0.5, "0"),
        (".0f", 1.5, "2"),
        ("#.0f", 1.0, "1."),
        ("08.2f", -3.256, "-0003.26"),
        ("e", 12345.678, "1.234568e+04"),
        (".0e", 5.0, "5e+00"),
        ("E", 1e-100, "1.000000E-100"),
        ("g", 100_000.0, "100000"),
        ("g", 1_000_000.0, "1e+06"),
        ("g", 0.0001, "0.0001"),
        ("g", 0.00001, "1e-05"),
        ("#g", 1.0, "1.00000"),
        ("#.3g", 1e10, "1.00e+10"),
        (".0g", 123.0, "1e+02"),
        (".3g", 999.9, "1e+03"),
        ("G", 1e-10, "1E-10"),
        ("a", 1.0, "0x1p+0"),
        ("a", 0.1, "0x1.999999999999ap-4"),
        (".2a", 1.0 / 3.0, "0x1.55p-2"),
        (".0a", 1.5, "0x2p+0"),
        ("A", 10.0, "0X1.4P+3"),
        ("a", 5e-324, "0x1p-1074"),
        (".15a", 1.5, "0x1.800000000000000p+0"),
        ("010a", -1.0, "-0x0001p+0"),
        ("6f", f64::INFINITY, "   inf"),
        ("06f", f64::NEG_INFINITY, "  -inf"),
        ("F", f64::NAN, "NAN"),
        ("+g", f64::INFINITY, "+inf"),
    ] {
        assert_eq!(formatted(format, number), text, "%{format} of {number}");
    }
    assert_eq!(formatted(".99f", 1.0).len(), 101);
}

#[test]
fn strings() {
    let spec = |text: &str| Spec::parse(text.as_bytes()).expect("a conversion").0;
    for (format, text, expected) in
        [("s", "abc", "abc"), ("5s", "abc", "  abc"), ("-5.2s", "abc", "ab   "), (".0s", "abc", "")]
    {
        let mut out = b"<".to_vec();
        spec(format).push_string(&mut out, text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out[1..]), expected, "%{format}");
    }
}

#[test]
fn invalid_conversions() {
    for (format, len_bytes) in [
        ("", 0),
        ("y", 1),
        ("y5d", 1),
        ("ld", 1),
        ("5", 1),
        ("-+ #05.", 7),
        ("123d", 3),
        (".123d", 4),
        ("1.2.3d", 4),
        ("5\n", 1),
        ("%", 1),
    ] {
        assert_eq!(Spec::parse(format.as_bytes()), Err(FormatError { len_bytes }), "%{format}");
    }
    assert_eq!(Spec::parse(b"------5d").map(|(spec, len_bytes)| (spec.conversion, len_bytes)), Ok((b'd', 8)));
}
