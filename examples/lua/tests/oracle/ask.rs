//! Runs the installed reference Luas, and returns their output.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The reference Luas.
const ORACLES: [&str; 2] = ["luajit", "lua5.1"];

pub fn is_installed(oracle: &str) -> bool {
    let version = Command::new(oracle).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Returns the installed oracles. Prints a note if there are none.
pub fn installed() -> Vec<&'static str> {
    let installed: Vec<_> = ORACLES.into_iter().filter(|oracle| is_installed(oracle)).collect();
    if installed.is_empty() {
        println!("skipped: none of {ORACLES:?} is installed");
    }
    installed
}

/// Runs a file of `folder` with an optional argument.
pub fn run(oracle: &str, file: &OsStr, argument: Option<&str>, folder: &Path) -> Output {
    let output = Command::new(oracle).arg(file).args(argument).current_dir(folder).stdin(Stdio::null()).output();
    output.expect("the oracle exists")
}

/// The beginning of every script: `show` prints values without line breaks, and `try` the results of a call.
const PRELUDE: &str = r##"
local function text(value)
  if type(value) == "string" then
    return "'" .. value:gsub("[^%w ]", function(c) return ("\\%03d"):format(c:byte()) end) .. "'"
  elseif type(value) == "number" and value ~= value then
    return "nan"
  elseif type(value) == "number" then
    return ("%.17g"):format(value)
  end
  return tostring(value)
end
local function show(...)
  local line = {}
  for i = 1, select("#", ...) do line[i] = text((select(i, ...))) end
  io.write(table.concat(line, " "), "\n")
end
local function outcome(ok, ...)
  if ok then show(ok, ...) else show(ok, ((...):gsub("^[%w.-]+:%d+: ", ""))) end
end
local function try(...) outcome(pcall(...)) end
"##;

/// Returns the bytes as a Lua literal.
pub fn literal(bytes: &[u8]) -> String {
    let inside: String = bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:03}").expect("writing to a string never fails");
        text
    });
    format!("\"{inside}\"")
}

/// Returns the bytes as `show` prints them.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::from("'");
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || byte == b' ' {
            text.push(byte as char);
        } else {
            write!(text, "\\{byte:03}").expect("writing to a string never fails");
        }
    }
    text + "'"
}

/// Runs `calls`, each of which prints a line, and returns the lines. `what` names the script.
pub fn answers(oracle: &str, what: &str, calls: &[String]) -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = format!("{what}-{oracle}.lua");
    // A function has a limited number of constants.
    let mut script = PRELUDE.to_owned();
    for part in calls.chunks(100) {
        script += "(function()\n";
        script += &part.join("\n");
        script += "\nend)();\n";
    }
    std::fs::write(folder.join(&file), script).expect("the folder for temporary files can be written");
    let output = run(oracle, OsStr::new(&file), None, &folder);
    assert!(output.status.success(), "{what} under {oracle}: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).expect("`show` writes ASCII");
    let said: Vec<_> = said.lines().map(str::to_owned).collect();
    assert_eq!(said.len(), calls.len(), "{what} under {oracle}");
    said
}

/// Runs `calls`, and checks that they print the lines `expected`.
pub fn check(oracle: &str, what: &str, calls: &[String], expected: &[String]) {
    let said = answers(oracle, what, calls);
    assert_eq!(said.len(), expected.len());
    let cases = calls.iter().zip(said.iter().zip(expected));
    let wrong: Vec<_> = cases.filter(|(_, (said, expected))| said != expected).collect();
    let show = |(call, (said, expected)): &(&String, (&String, &String))| {
        format!("{call}\n  {oracle}: {said}\n  expected: {expected}\n")
    };
    let first: String = wrong.iter().take(10).map(show).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{first}", wrong.len(), calls.len());
}
