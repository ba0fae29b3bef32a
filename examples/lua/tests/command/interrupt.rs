//! Ctrl-C: `SIGINT` to the command, and the key on a terminal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdin, Command};

use crate::run::command;
use crate::terminal::Terminal;

/// Starts a program that prints a line when it is ready. Its input stays open.
fn start(mode: &str, code: &str) -> (Child, ChildStdin) {
    let code = format!("io.write('ready\\n') io.flush(); {code}");
    let mut child = command(&[mode, "-e", &code]).spawn().expect("the command starts");
    let stdin = child.stdin.take().expect("a pipe");
    let mut line = String::new();
    let stdout = child.stdout.as_mut().expect("a pipe");
    BufReader::with_capacity(1, stdout).read_line(&mut line).expect("the command writes text");
    assert_eq!(line, "ready\n", "{code}");
    (child, stdin)
}

fn signal(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(status.expect("`kill` is there").success());
}

/// Interrupts a program, and returns what it has written to standard error.
fn interrupted(mode: &str, code: &str) -> String {
    let (mut child, _stdin) = start(mode, code);
    signal(&child);
    let status = child.wait().expect("it was started");
    let mut stderr = String::new();
    child.stderr.as_mut().expect("a pipe").read_to_string(&mut stderr).expect("the command writes text");
    assert_eq!(status.code(), Some(130), "{mode} {code}: {stderr}");
    assert!(stderr.starts_with("mimeo-lua: "), "{mode} {code}: {stderr}");
    stderr
}

const MODES: [&str; 3] = ["--jit=off", "--jit=on", "--jit=auto"];

#[test]
fn a_signal_ends_every_kind_of_program() {
    let programs = [
        "while true do end",
        "local function f(n) if n > 0 then f(n - 1) end end while true do f(10000) end",
        "local go = coroutine.wrap(function() while true do coroutine.yield() end end) while true do go() end",
        "(('a'):rep(1e6)):find(('a*'):rep(20) .. 'b')",
        "while true do pcall(error) end",
        "while true do pcall(string.rep, 'x', 1e8) end",
        "local t = {} for i = 1, 1e5 do t[i] = i % 7 .. '' end while true do table.sort(t) end",
        "io.read()",
        "io.read('*a')",
    ];
    for mode in MODES {
        for program in programs {
            let stderr = interrupted(mode, program);
            assert!(stderr.contains("interrupted!\nstack traceback:\n\t"), "{mode} {program}: {stderr}");
        }
    }
}

/// A signal that another thread receives does not end a wait for input, even if it sets the flag.
#[cfg(target_os = "linux")]
#[test]
fn only_the_thread_of_the_program_receives_the_signal() {
    let code = "local blocked = {} for _, path in ipairs { '/proc/self/status', '/proc/thread-self/status' } do \
        local digit = tonumber(io.open(path):read('*a'):match('SigBlk:%s*%x+(%x)'), 16) \
        blocked[#blocked + 1] = digit % 4 >= 2 end \
        print(unpack(blocked))";
    for mode in MODES {
        let output = command(&[mode, "-e", code]).output().expect("the command starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "true\tfalse\n", "{mode}");
    }
}

#[test]
fn the_message_has_the_place_and_a_traceback() {
    for mode in MODES {
        let stderr = interrupted(mode, "\nlocal function spin()\nwhile true do end\nend\nspin()\nreturn 1");
        let expected = "mimeo-lua: (command line):3: interrupted!\nstack traceback:\n\
            \t(command line):3: in function <(command line):2>\n\t(command line):5: in main chunk\n\t[C]: in ?\n";
        assert_eq!(stderr, expected, "{mode}");
    }
}

#[test]
fn a_second_signal_ends_a_process_that_does_not_react() {
    // Nothing looks for an interruption while a chunk is read from standard input.
    let (mut child, _stdin) = start("--jit=auto", "dofile()");
    let status = loop {
        signal(&child);
        if let Some(status) = child.try_wait().expect("it was started") {
            break status;
        }
    };
    assert_eq!((status.code(), status.signal()), (None, Some(2)));
}

#[test]
fn a_session_survives_the_key() {
    for mode in ["off", "on", "auto"] {
        let Some(mut terminal) = Terminal::open_with("", &[("MIMEO_JIT", mode)]) else { return };
        terminal.types("print('g' .. 'o') while true do end\r").sees("\ngo\r\n");
        terminal.press("\x03");
        terminal.sees("stdin:1: interrupted!\r\nstack traceback:\r\n\tstdin:1: in main chunk");
        terminal.types("print('g' .. 'o') pcall(string.rep, io.read()) print('not reached')\r").sees("\ngo\r\n");
        terminal.press("\x03");
        terminal.sees("stdin:1: interrupted!");
        terminal.types("40 + 2\r").sees("\n42\r\n");
        terminal.ends();
    }
}
