//! Which texts patterns match, what they capture, and which patterns are refused.

use super::{Captured, Match, Matches, Pattern, PatternError, Search, find_plain};
use crate::steps::Steps;

/// Returns the values of the first match, with positions as `@1`.
fn first(subject: &str, pattern: &str) -> Result<Vec<String>, PatternError> {
    let Some(found) = Pattern::new(pattern.as_bytes()).matches(subject.as_bytes(), 0).next() else {
        return Ok(Vec::new());
    };
    let found = found?;
    let show = |index| {
        Ok(match found.value(index)? {
            Captured::Range(range) => subject[range].to_owned(),
            Captured::Position(position) => format!("@{position}"),
        })
    };
    (0..found.values()).map(show).collect()
}

fn all(subject: &str, pattern: &str) -> Vec<String> {
    let matches = Pattern::new(pattern.as_bytes()).matches(subject.as_bytes(), 0);
    matches.map(|found| subject[found.expect("a good pattern").range].to_owned()).collect()
}

fn replaced(subject: &str, pattern: &str, replacement: &str) -> Result<String, PatternError> {
    let (mut out, mut last) = (Vec::new(), 0);
    for found in Pattern::new(pattern.as_bytes()).matches(subject.as_bytes(), 0) {
        let found = found?;
        out.extend_from_slice(&subject.as_bytes()[last..found.range.start]);
        found.push_replacement(subject.as_bytes(), replacement.as_bytes(), &mut out)?;
        last = found.range.end;
    }
    out.extend_from_slice(&subject.as_bytes()[last..]);
    Ok(String::from_utf8(out).expect("text"))
}

#[test]
fn patterns_match() {
    for (subject, pattern, values) in [
        ("hello", "l+", &["ll"][..]),
        ("hello", ".-l", &["hel"]),
        ("hello", ".*l", &["hell"]),
        ("hello", "x", &[]),
        ("hello", "", &[""]),
        ("hello", "^l", &[]),
        ("hello", "lo$", &["lo"]),
        ("a$b", "a$b", &["a$b"]),
        ("key = val", "(%w+)%s*=%s*(%w+)", &["key", "val"]),
        ("abc", "()b()", &["@2", "@3"]),
        ("abc", "((a)(b))", &["ab", "a", "b"]),
        ("f(a(b)c)", "%b()", &["(a(b)c)"]),
        ("THE fox", "%f[%a]%a+", &["THE"]),
        ("\"x\" y", "([\"'])(.-)%1", &["\"", "x"]),
        ("a-z]", "[]%-]+", &["-"]),
        ("a-z]", "[a-]+", &["a-"]),
        ("x^", "[%^]", &["^"]),
        ("abc", "[^a-b]", &["c"]),
        ("aaab", "a-b", &["aaab"]),
        ("ab", "a?b?c?", &["ab"]),
        ("a%b", "%%", &["%"]),
        ("a b", "%S+%s%S+", &["a b"]),
        ("()1", "()%1", &[]),
    ] {
        assert_eq!(first(subject, pattern), Ok(values.iter().map(|&value| value.into()).collect()), "{pattern}");
    }
}

#[test]
fn malformed_patterns() {
    use PatternError as E;
    let captures = "(a)".repeat(33);
    for (pattern, error) in [
        ("[a", E::MissingBracket),
        ("[]", E::MissingBracket),
        ("[^]", E::MissingBracket),
        ("[a%", E::MissingBracket),
        ("%", E::EndsWithPercent),
        ("(a", E::UnfinishedCapture),
        ("a)%a", E::InvalidCapture),
        ("%1", E::InvalidIndex),
        ("%0", E::InvalidIndex),
        ("(a%1)", E::InvalidIndex),
        ("%b", E::Unbalanced),
        ("%bx", E::Unbalanced),
        ("%fa", E::MissingSet),
        ("[a\0]", E::MissingBracket),
        (&captures, E::TooManyCaptures),
    ] {
        assert_eq!(first(&"a".repeat(33), pattern), Err(error), "{pattern}");
    }
    let subject = "a".repeat(300);
    assert_eq!(first(&subject, &("a?".repeat(250) + "b")), Err(E::TooComplex));
    assert_eq!(first(&subject, &("a".repeat(299) + "$")), Ok(vec!["a".repeat(299)]));
}

#[test]
fn matches_do_not_overlap() {
    assert_eq!(all("one two", "%a+"), ["one", "two"]);
    assert_eq!(all("abc", ""), ["", "", "", ""]);
    assert_eq!(all("hello", "l*"), ["", "", "ll", "", ""]);
    assert_eq!(all("aaa", "^a"), ["a"]);
    let matches = Pattern::new(b"^a").unanchored_matches(b"a^a", 0);
    assert_eq!(matches.map(|found| found.map(|found| found.range)).collect::<Vec<_>>(), [Ok(1..3)]);
    let mut rest = Pattern::new(b"a").unanchored_matches(b"aa", 1);
    assert_eq!(rest.next().map(|found| found.map(|found| found.range)), Some(Ok(1..2)));
    assert_eq!((rest.position(), rest.next(), rest.position()), (Some(2), None, None));
}

#[test]
fn replacements() {
    assert_eq!(replaced("hello", "l", "[%0]"), Ok("he[l][l]o".into()));
    assert_eq!(replaced("hello", "", "-"), Ok("-h-e-l-l-o-".into()));
    assert_eq!(replaced("ab", "(a)(b)", "%2%1%%%x"), Ok("ba%x".into()));
    assert_eq!(replaced("ab", "()b", "%1"), Ok("a2".into()));
    assert_eq!(replaced("ab", "b", "%1"), Ok("ab".into()));
    assert_eq!(replaced("ab", "b", "%2"), Err(PatternError::InvalidIndex));
    assert_eq!(replaced("ab", "b", "%"), Ok("a\0".into()));
    assert_eq!(replaced("ab", "(b", "x"), Ok("ax".into()));
}

#[test]
fn plain_text_is_found_with_zeros_in_it() {
    assert_eq!(find_plain(b"a\0b\0b", b"\0b", 2), Some(3..5));
    assert_eq!(find_plain(b"abc", b"", 3), Some(3..3));
    assert_eq!(find_plain(b"abc", b"", 4), None);
    assert_eq!(find_plain(b"abc", b"d", 0), None);
    assert!(Pattern::has_specials(b"a.b") && !Pattern::has_specials(b"a]b)"));
}

/// Returns the result of a search that may take `limit` steps, and the number of reported steps.
fn limited(pattern: &[u8], subject: &[u8], limit: u32) -> (Result<Option<Match>, PatternError>, u32) {
    let mut taken = 0;
    let mut may_continue = |steps| {
        taken += steps;
        taken <= limit
    };
    let mut matches = Pattern::new(pattern).matches(subject, 0);
    let found = matches.next_match(Steps::limited(&mut may_continue)).map(Option::<&Match>::cloned);
    (found, taken)
}

#[test]
fn searches_that_take_long_can_be_stopped() {
    let subject = vec![b'a'; 5000];
    let slow: [&[u8]; 6] = [b"a*a*a*a*b", b"a-a-a-a-b", b"(a*)(a*)%1%2b", b"%ba(b", b"%f[a]a*a*b", b"[^bc]*[^bc]*b"];
    for pattern in slow {
        let (found, taken) = limited(pattern, &subject, 100_000);
        assert_eq!(found, Err(PatternError::Stopped), "{pattern:?}");
        assert!((100_001..101_000).contains(&taken), "{pattern:?}: {taken}");
    }
    let (found, taken) = limited(b"a+", &subject, 100_000);
    assert!(matches!(found, Ok(Some(found)) if found.range == (0..5000)) && (256..400).contains(&taken), "{taken}");
}

#[test]
fn the_steps_of_short_matches_add_up() {
    let subject = vec![b'a'; 1000];
    let mut matches = Pattern::new(b"a").matches(&subject, 0);
    let mut taken = 0;
    let mut may_continue = |steps| {
        taken += steps;
        true
    };
    while matches.next_match(Steps::limited(&mut may_continue)) != Ok(None) {}
    assert!((1900..2100).contains(&taken), "{taken}");
}

#[test]
fn patterns_of_a_single_item_match_as_the_matcher_does() {
    let items = ["a", ".", "-", "^", "%a", "%.", "%S", "%)", "[ab]", "[^a ]", "[]a]", "[%w-]", "[a-c]", "*", "?"];
    let subjects = ["", "a", "ab", "  aab)a-", "--", "^a", "b a.b]", "*?+"];
    let mut found = 0;
    let forms = items.iter().flat_map(|item| ["", "+", "*", "?"].map(|suffix| (*item, suffix)));
    // Alone, a `$` is the end of the subject.
    for (item, suffix) in forms.chain(["+", "*", "?"].map(|suffix| ("$", suffix))) {
        for pattern in [format!("{item}{suffix}"), format!("({item}{suffix})")] {
            for (subject, start) in
                subjects.iter().flat_map(|subject| [0, 1, 2].map(|start| (subject.as_bytes(), start)))
            {
                let pattern = Pattern::new(pattern.as_bytes());
                for single in [
                    pattern.unanchored_matches(subject, start),
                    Matches { is_anchored: true, ..pattern.unanchored_matches(subject, start) },
                ] {
                    assert!(matches!(single.search, Search::Single(_)), "{pattern:?}");
                    let by_matcher = Matches { search: Search::Items { first: None }, ..single.clone() };
                    let expected: Vec<_> = by_matcher.collect();
                    assert_eq!(single.collect::<Vec<_>>(), expected, "{pattern:?} in {subject:?} from {start}");
                    found += expected.len();
                }
            }
        }
    }
    assert!(found > 2000, "{found}");
}

#[test]
fn what_looks_like_a_single_item_and_is_none() {
    for pattern in [
        "", "()", "(a)b", "(a", "a)", "(%)", "%", "[a", "([a)", "a-", "(a-)", "$", "($)", "%b()", "%f[a]", "%1", "ab",
        "a+b",
    ] {
        let matches = Pattern::new(pattern.as_bytes()).unanchored_matches(b"", 0);
        assert!(matches!(matches.search, Search::Items { .. }), "{pattern}");
    }
}

#[test]
fn the_steps_of_a_single_item_are_limited() {
    let subject = vec![b'a'; 1 << 20];
    for pattern in ["b", "a+", "[^b]*"] {
        let mut taken = 0;
        let mut may_continue = |steps| {
            taken += steps;
            taken < 1000
        };
        let mut matches = Pattern::new(pattern.as_bytes()).matches(&subject, 0);
        assert_eq!(matches.next_match(Steps::limited(&mut may_continue)), Err(PatternError::Stopped), "{pattern}");
        assert!(taken < 1200, "{taken}");
    }
}
