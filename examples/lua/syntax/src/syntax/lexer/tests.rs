//! The tokens of every kind, and the errors.

use super::Lexer;
use crate::steps::Steps;
use crate::strings::scan_number;
use crate::syntax::interner::Strings;
use crate::syntax::source::Source;
use crate::syntax::token::TokenKind;

/// Returns the tokens of `source` as messages show them, and the error at the end.
fn lexed(source: &[u8]) -> (String, Option<String>) {
    let mut source = Source::whole(source.into());
    let mut lexer = Lexer::new(&mut source, Strings::default(), Steps::unlimited());
    all_of(&mut lexer)
}

fn all_of(lexer: &mut Lexer<'_, '_>) -> (String, Option<String>) {
    let mut texts = Vec::new();
    loop {
        match lexer.next_token() {
            Ok(token) if token.kind == TokenKind::End => return (texts.join(" "), None),
            Ok(token) => texts.push(String::from_utf8_lossy(&lexer.text(&token)).into_owned()),
            Err(error) => return (texts.join(" "), Some(error.to_string())),
        }
    }
}

/// Returns the bytes of the only string literal in `source`.
fn string(source: &str) -> Vec<u8> {
    let mut text = Source::whole(source.into());
    let mut lexer = Lexer::new(&mut text, Strings::default(), Steps::unlimited());
    let token = lexer.next_token().unwrap_or_else(|error| panic!("{source}: {error}"));
    let TokenKind::String(id) = token.kind else { panic!("{source} is {token:?}") };
    assert!(matches!(lexer.next_token(), Ok(token) if token.kind == TokenKind::End), "{source}");
    lexer.strings.text(id).to_vec()
}

#[test]
fn text_becomes_tokens() {
    for (source, expected) in [
        ("", ""),
        ("-- comment", ""),
        ("a--[[x\ny]]b--[==[ ]] ]==]c", "a b c"),
        ("#!/bin/lua\nx", "x"),
        ("\u{feff}#!\nx", "x"),
        ("a.b..c...d", "a . b .. c ... d"),
        ("a==b~=c<=d>=e<f>g=h", "a == b ~= c <= d >= e < f > g = h"),
        ("::a:: b:c", ":: a :: b : c"),
        ("a=[[b]]c<[=[d]=]e[ [[f]] ]", "a = [[b]] c < [=[d]=] e [ [[f]] ]"),
        ("x<y>z<=w>=v=u==t", "x < y > z <= w >= v = u == t"),
        ("f(x)[y]{z;w,}", "f ( x ) [ y ] { z ; w , }"),
        ("1 2.5 .5 5. 1e10 0xff 0x1p4 3..2", "1 2.5 .5 5. 1e10 0xff 0x1p4"),
        ("for endx end", "for endx end"),
        ("größe _1", "größe _1"),
        ("-#+*/%^", "- # + * / % ^"),
        ("a[b[c]]", "a [ b [ c ] ]"),
        ("$ ~ \u{1}", "$ ~ char(1)"),
        ("\"a\\n\" 'b' [[c]] [=[d]]]=]", "\"a\n\" 'b' [[c]] [=[d]]]=]"),
    ] {
        assert_eq!(lexed(source.as_bytes()).0, expected, "{source:?}");
    }
}

/// Short numbers are read in another way than `tonumber` reads them.
#[test]
fn numbers_are_those_that_their_texts_say() {
    let check = |text: &str| {
        let source = format!("{text},");
        let mut source = Source::whole(source.into());
        let mut lexer = Lexer::new(&mut source, Strings::default(), Steps::unlimited());
        let token = lexer.next_token().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((token.start, token.end), (0, text.len()), "{text}");
        let TokenKind::Number(number) = token.kind else { panic!("{text} is {token:?}") };
        assert_eq!(Some(number.to_bits()), scan_number(text.as_bytes()).map(f64::to_bits), "{text}");
    };
    for text in
        ["0", "7.", "0.1", "00.30", "123456789012345", "1234567890123456", "9007199254740993", "0x10", "1e3", "1.5e-3"]
    {
        check(text);
    }
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for step in 0..20_000 {
        bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let digits = (bits >> 11 >> (step % 50)).to_string();
        let point = (bits >> 5) as usize % digits.len();
        check(&digits);
        check(&format!("{}.{}", &digits[..=point], &digits[point + 1..]));
    }
}

#[test]
fn strings_become_bytes() {
    for (source, bytes) in [
        (r#""""#, &b""[..]),
        (r#""a\tb""#, b"a\tb"),
        (r#"'\a\b\f\n\r\t\v\\\"\''"#, b"\x07\x08\x0c\n\r\t\x0b\\\"'"),
        (r"'\0\65\065\0651\255'", b"\0AAA1\xff"),
        (r"'\x41\xfF'", b"A\xff"),
        ("'a\\\nb\\\r\nc'", b"a\nb\nc"),
        ("'a\\z  \n\t b'", b"ab"),
        (r"'\u{41}\u{20AC}\u{0010ffff}'", "A\u{20ac}\u{10ffff}".as_bytes()),
        ("[[\nx\r\ny\rz]]", b"x\ny\nz"),
        ("[==[]]]=]]==]", b"]]]=]"),
        ("[[\\n]]", b"\\n"),
    ] {
        assert_eq!(string(source), bytes, "{source}");
    }
}

#[test]
fn invalid_tokens_are_errors() {
    for (source, error) in [
        ("'abc", "1: unfinished string near '<eof>'"),
        ("'abc\\", "1: unfinished string near '<eof>'"),
        ("\n'abc\n'", "2: unfinished string near ''abc'"),
        ("'a\\q'", "1: invalid escape sequence near ''a'"),
        ("'\\256'", "1: invalid escape sequence near '''"),
        ("'\\xg1'", "1: invalid escape sequence near '''"),
        ("'\\u{}'", "1: invalid escape sequence near '''"),
        ("'\\u{110000}'", "1: invalid escape sequence near '''"),
        ("'\\u{d800}'", "1: invalid escape sequence near '''"),
        ("'\\u{41'", "1: invalid escape sequence near '''"),
        ("[[a\nb", "2: unfinished long string near '<eof>'"),
        ("--[[a\nb", "2: unfinished long comment near '<eof>'"),
        ("[==x", "1: invalid long string delimiter near '[=='"),
        ("3x", "1: malformed number near '3x'"),
        ("0x", "1: malformed number near '0x'"),
        ("1..2", "1: malformed number near '1..2'"),
        ("1e+x", "1: malformed number near '1e+x'"),
        ("0x1p+", "1: malformed number near '0x1p+'"),
    ] {
        assert_eq!(lexed(source.as_bytes()).1.as_deref(), Some(error), "{source:?}");
    }
}

#[test]
fn lines_are_counted_by_any_kind_of_line_end() {
    let mut source = Source::whole(b"a\nb\rc\r\nd\n\re\n\nf [[\n\n]]".into());
    let mut lexer = Lexer::new(&mut source, Strings::default(), Steps::unlimited());
    let lines = std::iter::from_fn(|| lexer.next_token().ok().filter(|token| token.kind != TokenKind::End));
    assert_eq!(lines.map(|token| token.line.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 7, 9]);
}

/// However a text is cut into parts, its tokens and errors are the same, and no part is read before it is needed.
#[test]
fn parts_become_the_tokens_of_the_whole() {
    let whole = "t[1]<2>=3,{4.25} a--[==[x]=\n]==]b..c...\\x\"q\\z \n \\u{20AC}\\x41\\065\"[=[\r\ny]=]0x1p+4.5e-3 'un";
    for len in 1..=whole.len() {
        let text = &whole.as_bytes()[..len];
        for size in 1..6 {
            let mut parts = text.chunks(size);
            let mut read = |text: &mut Vec<u8>| {
                parts.next().is_some_and(|part| {
                    text.extend_from_slice(part);
                    true
                })
            };
            let mut source = Source::parts(Vec::new(), &mut read);
            let mut lexer = Lexer::new(&mut source, Strings::default(), Steps::unlimited());
            assert_eq!(all_of(&mut lexer), lexed(text), "{len} bytes in parts of {size}");
        }
    }
}
