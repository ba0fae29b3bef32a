//! Every function of the library does with any arguments what LuaJIT's does.
//!
//! `MIMEO_LIBRARY_CALLS=n` sets the number of random calls of each function.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{create_dir_all, remove_dir_all};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ask::is_installed;

/// Makes the calls, and prints a line for each.
const SCRIPT: &str = "library.lua";

/// The random calls of each function, unless the environment sets their number.
const CALLS: &str = "150";

/// A difference from LuaJIT that is intended: the beginning of the calls, a part of LuaJIT's answer, and the reason.
type Intended = (&'static str, &'static str, &'static str);

/// All of them. `docs/lua.md` has them in words.
const INTENDED: &[Intended] = &[
    ("assert(", "throws", "a message that is no string is the error, and not the last argument"),
    ("debug.getfenv(", "returns table", "files have the globals as their environment"),
    ("debug.getinfo(", "", "there is no level with such a number, which LuaJIT takes for another one"),
    ("debug.getregistry(", "returns table", "the registry has other fields"),
    ("file:read(", "not enough memory", "a NaN is no length"),
    ("fileread(", "not enough memory", "a NaN is no length"),
    ("io.read(", "not enough memory", "a NaN is no length"),
    ("jit.status(", "returns true", "there are no optimizations to list"),
    ("math.ceil() ", "returns", "LuaJIT reads an argument that was not passed"),
    ("math.deg(", "attempt to perform arithmetic", "LuaJIT's is written in Lua"),
    ("math.floor() ", "returns", "LuaJIT reads an argument that was not passed"),
    ("math.rad(", "attempt to perform arithmetic", "LuaJIT's is written in Lua"),
    ("os.setlocale(", "returns", "the only locale is C's"),
    ("package.searchpath(", "bad argument", "arguments are checked from the first"),
    ("string.len() ", "bad argument #1", "LuaJIT takes an argument that was not passed for nil"),
];

/// Functions that only one of the two has.
const OTHERS: [&str; 4] = ["jit.attach", "jit.security", "table.pack", "table.unpack"];

/// Functions of Lua 5.0 that Debian's Lua 5.1 still has, and LuaJIT does not. The manual of 5.1 does not have them.
const OLD: [&str; 3] = ["math.mod", "string.gfind", "table.setn"];

/// Runs the script in a folder without files. Returns what each of its calls does. Without `calls`, there are none.
fn answers(command: &str, options: &[&str], calls: Option<&str>, folder: &Path) -> BTreeMap<String, String> {
    let _absent = remove_dir_all(folder);
    create_dir_all(folder).expect("the folder for temporary files can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(SCRIPT);
    let mut command = Command::new(command);
    command.args(options).arg(script).args(calls).current_dir(folder).stdin(Stdio::null());
    let output = command.output().expect("it is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut answers = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let end = [") returns ", ") throws "].iter().filter_map(|end| line.find(end)).min();
        let (call, answer) = line.split_at(end.unwrap_or_else(|| panic!("{line}")) + 2);
        answers.entry(call.to_owned()).or_insert_with(|| answer.to_owned());
    }
    answers
}

fn name_of(call: &str) -> &str {
    call.split('(').next().unwrap_or(call)
}

fn names(answers: &BTreeMap<String, String>) -> BTreeSet<String> {
    answers.keys().map(|call| name_of(call).to_owned()).collect()
}

#[test]
fn every_function_of_lua_5_1_exists() {
    if !is_installed("lua5.1") {
        println!("skipped: lua5.1 is not installed");
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let ours = names(&answers(env!("CARGO_BIN_EXE_mimeo-lua"), &[], None, &folder.join("library-names")));
    let expected = names(&answers("lua5.1", &[], None, &folder.join("library-lua5.1")));
    assert_eq!(expected.difference(&ours).collect::<Vec<_>>(), OLD.each_ref());
    assert!(expected.len() > 140, "{} functions", expected.len());
}

#[test]
fn any_arguments_do_the_same() {
    if !is_installed("luajit") {
        println!("skipped: luajit is not installed");
        return;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let calls = std::env::var("MIMEO_LIBRARY_CALLS").unwrap_or_else(|_| CALLS.to_owned());
    let said = answers(env!("CARGO_BIN_EXE_mimeo-lua"), &[], Some(&calls), &folder.join("library"));
    let expected = answers("luajit", &["-joff"], Some(&calls), &folder.join("library-luajit"));
    let only_in_one: Vec<_> = names(&said).symmetric_difference(&names(&expected)).cloned().collect();
    assert_eq!(only_in_one, OTHERS);
    assert!(names(&said).len() > 130, "{} functions", names(&said).len());

    let (mut wrong, mut unused) = (Vec::new(), BTreeSet::from_iter(INTENDED));
    for (call, answer) in &said {
        let Some(other) = expected.get(call).filter(|other| *other != answer) else { continue };
        let is_it = |(start, part, _): &&Intended| call.starts_with(start) && other.contains(part);
        match INTENDED.iter().find(is_it) {
            Some(intended) => drop(unused.remove(intended)),
            None => wrong.push(format!("{call}\n  {answer}\n  luajit: {other}\n")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} calls:\n{}", wrong.len(), said.len(), wrong.concat());
    assert_eq!(unused, BTreeSet::new(), "these are no differences any more");
}
