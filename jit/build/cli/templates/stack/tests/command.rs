//! The command: programs, sessions, and errors.

mod process;

use process::run;

#[test]
fn programs_run() {
    assert_eq!(run(&["-e", "print 1 + 2"], ""), ("3\n".into(), String::new(), true));
    assert_eq!(run(&["--jit=on", "-"], "print 7;"), ("7\n".into(), String::new(), true));
}

#[test]
fn errors_have_a_place() {
    let expected = "-e:2:9: error: division by zero\n";
    assert_eq!(run(&["-e", "print 1;\nprint 1 / 0;"], ""), ("1\n".into(), expected.into(), false));
}

#[test]
fn limits_of_the_command_line_are_errors() {
    let (_, errors, succeeded) = run(&["--fuel=1000", "-e", "while 1 == 1 { let x = 1; }"], "");
    assert_eq!((errors.as_str(), succeeded), ("-e:1:1: error: out of fuel\n", false));
    let (_, errors, succeeded) = run(&["--memory-limit=0", "-e", "print 1"], "");
    assert_eq!((errors.as_str(), succeeded), ("-e:1:1: error: not enough memory\n", false));
}

#[test]
fn sessions_keep_what_chunks_define() {
    let (output, errors, succeeded) = run(&[], "let x = 20\nfn twice(n) {\nreturn n * 2\n}\ntwice(x) + 2\n");
    assert_eq!((output.as_str(), errors.as_str(), succeeded), ("42\n", "", true));
    // A chunk that fails defines nothing, and the session continues. The error is in an earlier chunk.
    let (output, errors, _) = run(&[], "fn f(n) {\nreturn 1 / n\n}\nlet y = f(0)\ny\n7\n");
    assert_eq!(output, "7\n");
    assert_eq!(errors, "<1>:2:10: error: division by zero\n<3>:1:1: error: unknown variable `y`\n");
}
