//! Sessions with given lines.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::rc::Rc;

use lua::{Failure, Lua, Options};
use mimeo_shell::session::{Input, Lines};

use super::run;

/// Lines that the user types, and everything that the user sees.
struct Script {
    inputs: VecDeque<Input>,
    screen: Screen,
    kept: Vec<String>,
}

#[derive(Clone, Default)]
struct Screen(Rc<RefCell<Vec<u8>>>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines for Script {
    fn read(&mut self, prompt: &str) -> Input {
        let input = self.inputs.pop_front().unwrap_or(Input::End);
        let echo = match &input {
            Input::Line(line) => line,
            Input::Interrupted => "^C",
            Input::End => "^D",
        };
        writeln!(self.screen, "{prompt}{echo}").expect("a screen takes all");
        input
    }

    fn remember(&mut self, chunk: &str) {
        self.kept.push(chunk.to_owned());
    }
}

/// Returns the screen at the end of a session, and the history.
fn session(lines: &[&str]) -> (String, Vec<String>) {
    let input = |line: &&str| if *line == "^C" { Input::Interrupted } else { Input::Line((*line).to_owned()) };
    let screen = Screen::default();
    let mut script = Script { inputs: lines.iter().map(input).collect(), screen: screen.clone(), kept: Vec::new() };
    let mut lua = Lua::new(Options { stdout: Box::new(screen.clone()), ..Options::default() });
    let mut errors = screen.clone();
    let result =
        run(&mut lua, &mut script, &mut |failure| writeln!(errors, "! {failure}").expect("a screen takes all"));
    if let Err(Failure { exit: Some(exit), .. }) = result {
        writeln!(errors, "exit {}", exit.code).expect("a screen takes all");
    }
    let text = String::from_utf8(screen.0.borrow().clone()).expect("it is text");
    (text, script.kept)
}

fn shows(lines: &[&str], expected: &[&str]) {
    let (screen, _) = session(lines);
    let lines: Vec<&str> = screen.lines().collect();
    assert_eq!(lines, [expected, &["> ^D"]].concat());
}

#[test]
fn expressions_are_shown_with_and_without_a_sign() {
    shows(&["1 + 1"], &["> 1 + 1", "2"]);
    shows(&["=1, nil, 'x'"], &["> =1, nil, 'x'", "1\tnil\tx"]);
    shows(&["nil"], &["> nil", "nil"]);
    shows(&["return 4"], &["> return 4", "4"]);
    shows(&["x = 5", "x", "local y = 6", "y"], &["> x = 5", "> x", "5", "> local y = 6", "> y", "nil"]);
    shows(&["select(2, 1)"], &["> select(2, 1)"]);
    shows(&["", "-- nothing"], &["> ", "> -- nothing"]);
}

#[test]
fn a_chunk_may_take_several_lines() {
    shows(
        &["function f(n)", "return n * 2", "end", "f(4)"],
        &["> function f(n)", ">> return n * 2", ">> end", "> f(4)", "8"],
    );
    shows(&["1 +", "2"], &["> 1 +", ">> 2", "3"]);
    shows(&["#{", "1, 2", "}"], &["> #{", ">> 1, 2", ">> }", "2"]);
    shows(&["= #[[", "]]"], &["> = #[[", ">> ]]", "0"]);
    shows(&["x =", "7", "x"], &["> x =", ">> 7", "> x", "7"]);
}

#[test]
fn errors_do_not_end_a_session() {
    shows(&["error('boom')", "1"], &["> error('boom')", "! stdin:1: boom", "> 1", "1"]);
    shows(&["foo bar", "1"], &["> foo bar", "! stdin:1: '=' expected near 'bar'", "> 1", "1"]);
    shows(&["=1 2", "1"], &["> =1 2", "! stdin:1: '<eof>' expected near '2'", "> 1", "1"]);
    shows(&["print(1) error({})"], &["> print(1) error({})", "1", "! (error object is not a string)"]);
    shows(&["x = ", "y z w"], &["> x = ", ">> y z w", "! stdin:2: '=' expected near 'w'"]);
}

#[test]
fn an_interrupt_discards_the_chunk() {
    shows(&["function f(", "^C", "1"], &["> function f(", ">> ^C", "> 1", "1"]);
    shows(&["^C", "1"], &["> ^C", "> 1", "1"]);
}

#[test]
fn an_unfinished_chunk_at_the_end_is_an_error() {
    let (screen, _) = session(&["do"]);
    assert_eq!(screen, "> do\n>> ^D\n! stdin:2: 'end' expected (to close 'do' at line 1) near '<eof>'\n> ^D\n");
}

#[test]
fn a_program_may_replace_print_and_the_prompts() {
    shows(
        &["print = error", "1", "print = nil", "2"],
        &[
            "> print = error",
            "> 1",
            "! error calling 'print' (1)",
            "> print = nil",
            "> 2",
            "! error calling 'print' (it is not a function)",
        ],
    );
    let (screen, _) = session(&["_PROMPT, _PROMPT2 = '$ ', '  '", "do", "end"]);
    assert_eq!(screen, "> _PROMPT, _PROMPT2 = '$ ', '  '\n$ do\n  end\n$ ^D\n");
}

#[test]
fn whole_chunks_are_kept() {
    let (_, kept) = session(&["do", "end", "", "1", "x y", "do", "^C"]);
    assert_eq!(kept, ["do\nend", "1", "x y"]);
}

#[test]
fn a_session_ends_when_the_program_does() {
    let (screen, _) = session(&["print('last') os.exit(3)", "1"]);
    assert_eq!(screen, "> print('last') os.exit(3)\nlast\nexit 3\n");
}
