//! Random patterns on random subjects, through `string.find`, `string.gmatch` and `string.gsub`.

use lua::strings::{Captured, Match, Pattern, PatternError, find_plain};

use crate::ask::{check, installed, is_installed, literal, shown};
use crate::random::Random;

const CASES: usize = 6000;

const PARTS: &[&str] = &[
    "a", "b", "c", ".", "%a", "%d", "%s", "%w", "%A", "%W", "[ab]", "[^a]", "[a-c]", "[%d_]", "[]]", "[^]a]", "[a-]",
    "*", "+", "-", "?", "*", "+", "-", "?", "(", ")", "(a)", "(.-)", "()", "(%a*)", "%1", "%2", "$", "^", "%b()",
    "%bab", "%f[%a]", "%f[^b]", "%%", "%.", "[", "]", "%", "(b?)", "1", " ", "%z", "\0", "%p", "%x", "[%a", "%u",
    "\u{e9}",
];

const SUBJECT_PARTS: &[&str] =
    &["a", "b", "c", "ab", "1", " ", "(", ")", "_", "B", "]", "%", "\0", "aa", "\u{e9}", "-", "."];

fn value(subject: &str, captured: Captured) -> String {
    match captured {
        Captured::Range(range) => shown(&subject.as_bytes()[range]),
        Captured::Position(position) => position.to_string(),
    }
}

fn values(subject: &str, found: &Match, count: usize) -> Result<Vec<String>, PatternError> {
    (0..count).map(|index| found.value(index).map(|captured| value(subject, captured))).collect()
}

/// Does the same as `string.find`.
fn find(subject: &str, pattern: &str) -> Result<String, PatternError> {
    let (bytes, text) = (subject.as_bytes(), pattern.as_bytes());
    if !Pattern::has_specials(text) {
        let found = find_plain(bytes, text, 0);
        return Ok(found.map_or("nil".into(), |range| format!("{} {}", range.start + 1, range.end)));
    }
    let Some(found) = Pattern::new(text).matches(bytes, 0).next() else {
        return Ok("nil".into());
    };
    let found = found?;
    let mut all = vec![(found.range.start + 1).to_string(), found.range.end.to_string()];
    all.extend(values(subject, &found, found.captures())?);
    Ok(all.join(" "))
}

/// Returns the values of all matches, as `string.gmatch` does.
fn gmatch(subject: &str, pattern: &str) -> Result<String, PatternError> {
    let mut all = Vec::new();
    for found in Pattern::new(pattern.as_bytes()).unanchored_matches(subject.as_bytes(), 0) {
        let found = found?;
        all.extend(values(subject, &found, found.values())?);
    }
    Ok(all.join(" "))
}

/// Does the same as `string.gsub`.
fn gsub(subject: &str, pattern: &str, replacement: &str) -> Result<String, PatternError> {
    let (mut out, mut last, mut count) = (Vec::new(), 0, 0);
    for found in Pattern::new(pattern.as_bytes()).matches(subject.as_bytes(), 0) {
        let found = found?;
        out.extend_from_slice(&subject.as_bytes()[last..found.range.start]);
        found.push_replacement(subject.as_bytes(), replacement.as_bytes(), &mut out)?;
        last = found.range.end;
        count += 1;
    }
    out.extend_from_slice(&subject.as_bytes()[last..]);
    Ok(format!("{} {count}", shown(&out)))
}

fn outcome(result: Result<String, PatternError>) -> String {
    match result {
        Ok(values) if values.is_empty() => "true".into(),
        Ok(values) => format!("true {values}"),
        Err(error) => format!("false {}", shown(error.to_string().as_bytes())),
    }
}

#[test]
fn random_patterns() {
    let mut random = Random::new(1);
    // Cases for both oracles, and cases with a zero byte, which not all of PUC Lua treats as the end of a pattern.
    let mut all = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    for case in 0..CASES {
        let subject = random.text(SUBJECT_PARTS, 12);
        let pattern = random.text(PARTS, 6);
        let (calls, expected) = &mut all[usize::from(pattern.contains('\0'))];
        let (s, p) = (literal(subject.as_bytes()), literal(pattern.as_bytes()));
        match case % 3 {
            0 => {
                calls.push(format!("try(string.find, {s}, {p})"));
                expected.push(outcome(find(&subject, &pattern)));
            }
            1 => {
                let collect = "local t = {} for a, b, c, d in";
                let keep = "for _, v in pairs({ a, b, c, d }) do t[#t + 1] = v end end return unpack(t)";
                calls.push(format!("try(function() {collect} string.gmatch({s}, {p}) do {keep} end)"));
                // The loop takes at most four values.
                let few = pattern.matches('(').count() <= 4;
                if !few {
                    calls.pop();
                    continue;
                }
                expected.push(outcome(gmatch(&subject, &pattern)));
            }
            _ => {
                let replacement = random.text(&["x", "%0", "%1", "%2", "%%", "%", "-"], 3);
                calls.push(format!("try(string.gsub, {s}, {p}, {})", literal(replacement.as_bytes())));
                expected.push(outcome(gsub(&subject, &pattern, &replacement)));
            }
        }
    }
    let [(calls, expected), (zero_calls, zero_expected)] = all;
    // A short pattern matches a short subject often enough.
    let matches = expected.iter().filter(|line| line.starts_with("true") && !line.ends_with("nil")).count();
    assert!(matches > CASES / 10, "{matches} matches");
    for oracle in installed() {
        check(oracle, "patterns", &calls, &expected);
    }
    if is_installed("luajit") {
        check("luajit", "patterns-zero", &zero_calls, &zero_expected);
    }
}
