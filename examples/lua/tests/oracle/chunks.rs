//! Broken programs in `loadstring`: the first error and its message are the same.

use lua::Steps;
use lua::parse::{Memory, parse_chunk};
use lua::syntax::Source;
use mimeo_corpus::program::{LUA, LUA_BENCHMARKS};

use crate::ask::{answers, check, is_installed, literal, shown};
use crate::random::Random;

/// Number of broken versions of each program in the corpus.
const VERSIONS: usize = 24;

/// Number of random texts.
const RANDOM_TEXTS: usize = 4000;

const TOKENS: &[&str] = &[
    " end ",
    " do ",
    " then ",
    " if ",
    " else ",
    " elseif ",
    " for ",
    " in ",
    " function ",
    " local ",
    " return ",
    " break ",
    " repeat ",
    " until ",
    " while ",
    " goto ",
    " not ",
    " and ",
    " nil ",
    " = ",
    " == ",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ";",
    ".",
    "..",
    "...",
    ":",
    "::",
    "::x::",
    "'",
    "\"",
    "[[",
    "]]",
    "--",
    "--[[",
    "1",
    "0x",
    "1e",
    "x",
    " goto x ",
    "\\",
    "#",
    "%",
    "\n",
    "\\x",
    "\\400",
    "~",
    "$",
    "[=",
    "3.4.5",
    "''",
    "\u{e9}",
    "\u{1}",
];

fn outcome(source: &[u8]) -> String {
    match parse_chunk(&mut Source::whole(source.into()), Steps::unlimited(), &mut Memory::default(), &mut |_, _| Ok(()))
    {
        Ok(_) => "true".into(),
        Err(error) => format!("false {}", shown(&error.in_chunk(b"=c"))),
    }
}

/// Returns the offset of a random character.
fn place(random: &mut Random, source: &str) -> usize {
    let mut place = random.below(source.len() + 1);
    while !source.is_char_boundary(place) {
        place -= 1;
    }
    place
}

/// Returns `source` with a part removed, added or repeated.
fn broken(random: &mut Random, source: &str) -> String {
    let mut text = source.to_owned();
    let start = place(random, source);
    let end =
        source[start..].char_indices().nth(1 + random.below(8)).map_or(source.len(), |(offset, _)| start + offset);
    match random.below(4) {
        0 => text.replace_range(start..end, ""),
        1 => text.insert_str(start, random.pick(TOKENS)),
        2 => text.replace_range(start..end, random.pick(TOKENS)),
        _ => text.truncate(start),
    }
    text
}

/// The programs of the corpus are parsed, or refused with the message that they expect.
#[test]
fn whole_programs() {
    let mut refused = 0;
    for program in LUA.programs(150).into_iter().chain(LUA_BENCHMARKS.programs(10)) {
        // Includes the expectations at the end, because a message can contain their line number.
        let mut source = Source::whole(program.text.clone().into());
        match (
            parse_chunk(&mut source, Steps::unlimited(), &mut Memory::default(), &mut |_, _| Ok(())),
            &program.expected.error,
        ) {
            (Err(error), Some(expected)) if program.expected.output.is_empty() => {
                let message = error.in_chunk(format!("@{}.lua", program.name).as_bytes());
                assert_eq!(&String::from_utf8_lossy(&message), expected);
                refused += 1;
            }
            (Err(error), _) => panic!("{}: {error}", program.name),
            (Ok(_), _) => {}
        }
    }
    assert!(refused >= 3, "{refused} programs are refused");
}

#[test]
fn broken_programs() {
    if !is_installed("luajit") {
        println!("skipped: luajit is not installed");
        return;
    }
    let mut random = Random::new(8);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for program in LUA.programs(150) {
        for _ in 0..VERSIONS {
            let source = broken(&mut random, &program.source());
            let chunk = literal(source.as_bytes());
            calls.push(format!("local f, e = loadstring({chunk}, '=c') if f then show(true) else show(false, e) end"));
            expected.push(outcome(source.as_bytes()));
        }
    }
    let wrong = expected.iter().filter(|line| line.starts_with("false")).count();
    assert!(wrong > expected.len() / 2, "{wrong} broken programs");
    compare("chunks", &calls, &expected);
}

/// Words, signs and bytes in random order.
#[test]
fn random_tokens() {
    if !is_installed("luajit") {
        println!("skipped: luajit is not installed");
        return;
    }
    let mut random = Random::new(11);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..RANDOM_TEXTS {
        let mut source = random.text(TOKENS, 6).into_bytes();
        if random.below(4) == 0 {
            source.extend_from_slice(&random.bits().to_le_bytes());
        }
        source.extend_from_slice(random.text(TOKENS, 6).as_bytes());
        // LuaJIT's bytecode begins with this byte.
        if source.first() == Some(&0x1b) {
            continue;
        }
        let chunk = literal(&source);
        calls.push(format!("local f, e = loadstring({chunk}, '=c') if f then show(true) else show(false, e) end"));
        expected.push(outcome(&source));
    }
    compare("soups", &calls, &expected);
}

/// Compares the outcomes of `calls`.
fn compare(what: &str, calls: &[String], expected: &[String]) {
    // If a program has two errors, a jump and something after it, LuaJIT may report the jump first.
    let said = answers("luajit", what, calls);
    let is_jump = |said: &str| {
        ["jumps into the scope", "undefined label", "duplicate label", "no loop to break"]
            .iter()
            .any(|word| said.contains(word))
    };
    let is_second = |said: &str, expected: &str| is_jump(said) && expected.starts_with("false") && !is_jump(expected);
    // Only LuaJIT has numbers of C's types, and imaginary ones.
    let is_number_of_c = |expected: &str| {
        let number = expected.split_once("malformed number near").map(|(_, number)| number.to_ascii_lowercase());
        number.is_some_and(|number| ["i\\039'", "ll\\039'"].iter().any(|end| number.ends_with(end)))
    };
    let cases = calls.iter().zip(said.iter().zip(expected));
    let cases = cases.filter(|(_, (_, expected))| !is_number_of_c(expected));
    let wrong: Vec<_> = cases.filter(|(_, (said, expected))| said != expected).collect();
    let unexplained: Vec<_> = wrong.iter().filter(|(_, (said, expected))| !is_second(said, expected)).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert!(wrong.len() < calls.len() / 500, "{} of {} cases", wrong.len(), calls.len());
}

/// Each is well formed so far, so that before its end only the depth can be an error.
#[test]
fn deep_programs() {
    if !is_installed("luajit") {
        println!("skipped: luajit is not installed");
        return;
    }
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for (start, part, end) in [
        ("return ", "(", ""),
        ("return ", "{", ""),
        ("return ", "- ", ""),
        ("return ", "not ", ""),
        ("return ", "a[", ""),
        ("return ", "function() return ", ""),
        ("return ", "1 ..", "1"),
        ("return ", "1 ^", "1"),
        ("", "do ", ""),
        ("", "if x then ", ""),
        ("", "while x do ", ""),
        ("", "repeat ", ""),
        ("", "a,", "a = 1"),
        ("do ", "a,", "a = 1 end"),
        ("function f() ", "a,", "a = 1 end"),
    ] {
        for count in (90..102).chain(190..205) {
            let source = format!("{start}{}{end}", part.repeat(count));
            let ask = format!("loadstring({start:?} .. ({part:?}):rep({count}) .. {end:?}, '=c')");
            calls.push(format!("local f, e = {ask} if f then show(true) else show(false, e) end"));
            expected.push(outcome(source.as_bytes()));
        }
    }
    check("luajit", "deep-chunks", &calls, &expected);
}
