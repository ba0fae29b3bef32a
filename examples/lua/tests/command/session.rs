//! Sessions with the command itself. The unit tests of the session cover the handling of lines.

use std::path::PathBuf;

use crate::run::{file, lua, ok};
use crate::terminal::Terminal;

const VERSION: &str = concat!("mimeo-lua ", env!("CARGO_PKG_VERSION"), " -- Lua 5.1, as LuaJIT implements it\n");

#[test]
fn sessions_read_lines_from_a_pipe() {
    assert_eq!(lua(&["-i"], b"x = 5\n= x\nx +\n1\n"), ok(&format!("{VERSION}5\n6\n")));
    file("before.lua", "print('script', ...) y = 2");
    assert_eq!(lua(&["-i", "before.lua", "a"], b"y"), ok(&format!("{VERSION}script\ta\n2\n")));
    let outcome = lua(&["-i"], b"error('boom', 0)\n1\n");
    assert_eq!((outcome.stdout, outcome.status), (format!("{VERSION}1\n"), 0));
    assert!(outcome.stderr.starts_with("mimeo-lua: boom\n"), "{}", outcome.stderr);
}

#[test]
fn lines_on_a_terminal_can_be_edited_and_are_kept() {
    let history = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("new-folder/history");
    // The session creates the directory.
    let _missing = std::fs::remove_dir_all(history.parent().expect("it has a folder"));
    let path = history.to_str().expect("the folder's name is text");
    let Some(mut terminal) = Terminal::open(path) else { return };
    terminal.sees("mimeo-lua ");
    // The left arrow: inserts a digit before the last one.
    terminal.types("10 + 1\x1b[D2\r").sees("\n31\r\n");
    // Interrupted, not run.
    terminal.types("dropped(\x03").sees("\n");
    terminal.types("print('on')\r").sees("\non\r\n");
    terminal.ends();
    let kept = std::fs::read_to_string(&history).expect("the session has written it");
    assert!(kept.contains("\n10 + 21\n") && kept.contains("print('on')\n") && !kept.contains("dropped"), "{kept}");
    // The next session reads it: up, up, and return.
    let mut terminal = Terminal::open(path).expect("there was one before");
    terminal.types("\x1b[A\x1b[A\r").sees("\n31\r\n");
    terminal.ends();
}

#[test]
fn a_session_works_without_its_history() {
    // A file is not a directory.
    let path = file("no-folder", "").join("history");
    let Some(mut terminal) = Terminal::open(path.to_str().expect("the folder's name is text")) else { return };
    terminal.types("40 + 2\r").sees("\n42\r\n");
    terminal.ends();
}
