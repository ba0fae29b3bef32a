//! Random times through `os.date`, and random dates through `os.time`, in two time zones.

use lua::time::{Fields, Zone};

use crate::ask::{check, installed, literal, shown};
use crate::random::Random;

const CASES: usize = 2000;

/// All conversions of C, and no others.
const FORMAT: &str =
    "%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %m %M %n %p %r %R %S %t %T %u %U %V %w %W %x %X %y %Y %%";

/// Returns a time from 1901 to 2038, which fits into 32 bits.
fn seconds(random: &mut Random) -> i64 {
    i64::from(random.bits() as u32 as i32)
}

#[test]
fn random_times_to_text() {
    let mut random = Random::new(9);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let seconds = seconds(&mut random);
        calls.push(format!("show(os.date({}, {seconds}))", literal(format!("!{FORMAT}").as_bytes())));
        expected.push(shown(&Zone::UTC.date(seconds).expect("in range").format(FORMAT.as_bytes())));
    }
    for oracle in installed() {
        check(oracle, "dates", &calls, &expected);
    }
}

/// The flags are those of glibc, and PUC's Lua does not pass them on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn random_flags_and_widths() {
    const LETTERS: &[u8] = b"aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyYzZ%";
    let mut random = Random::new(11);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let seconds = seconds(&mut random);
        let mut format = String::from("!");
        for _ in 0..4 {
            let flags: String = (0..random.below(3)).map(|_| char::from(b"_-0^#"[random.below(5)])).collect();
            let width = ["", "", "1", "3", "7", "12"][random.below(6)];
            let letter = char::from(LETTERS[random.below(LETTERS.len())]);
            format += &format!("%{flags}{width}{letter}|");
        }
        calls.push(format!("show(os.date({}, {seconds}))", literal(format.as_bytes())));
        expected.push(shown(&Zone::UTC.date(seconds).expect("in range").format(&format.as_bytes()[1..])));
    }
    for oracle in installed().into_iter().filter(|&oracle| oracle == "luajit") {
        check(oracle, "flags", &calls, &expected);
    }
}

#[test]
fn random_dates_to_seconds() {
    let zone = Zone::local();
    let mut random = Random::new(10);
    let (mut calls, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let mut part = |from: i64, count: usize| from + random.below(count) as i64;
        let (year, month, day) = (part(1971, 60), part(-20, 50), part(-50, 120));
        let (hour, minute, second) = (part(-30, 80), part(-100, 300), part(-100, 300));
        let table = format!("year={year}, month={month}, day={day}, hour={hour}, min={minute}, sec={second}");
        // Converts in both directions, so that the result does not depend on the oracle's zone.
        calls.push(format!("show(os.date('%Y %m %d %H %M %S', os.time({{ {table} }})))"));
        let fields = Fields { year, month, day, hour, minute, second, is_dst: None };
        let seconds = zone.seconds(&fields).expect("in range");
        expected.push(shown(&zone.date(seconds).expect("in range").format(b"%Y %m %d %H %M %S")));
    }
    for oracle in installed() {
        check(oracle, "times", &calls, &expected);
    }
}
