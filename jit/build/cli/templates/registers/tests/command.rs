//! The command: programs, sessions, and errors.

mod process;

use mimeo::Limits;
use mimeo::jit::JitConfig;
use mimeo_shell::{Language as _, Output, Text};
use my_lang::glue::session::Session;

use process::run;

/// A collection at every new object frees nothing that is still in use.
#[test]
fn objects_live_as_long_as_they_are_reachable() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    for entry in std::fs::read_dir(folder).expect("there are programs").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        let text = Text { name: "program".to_owned(), text };
        let run = |is_eager| {
            let mut session = Session::new(JitConfig::default(), Limits::default(), Output::memory());
            session.machine().vm_mut().host.heap.set_eager(is_eager);
            let (linked, defined) = session.load(&text).expect("it has no error");
            let result = session.run(linked, defined);
            (session.machine().vm().host.output.written().to_vec(), result.map_err(|trap| trap.to_string()))
        };
        assert_eq!(run(true), run(false), "{}", entry.path().display());
    }
}

#[test]
fn programs_run() {
    assert_eq!(run(&["-e", "print(1 + 2)"], ""), ("3\n".into(), String::new(), true));
    assert_eq!(run(&["--jit=on", "-"], "print(7);"), ("7\n".into(), String::new(), true));
}

#[test]
fn errors_have_a_place() {
    let expected = "-e:2:9: error: `+` needs numbers, not 1 and nil\n";
    assert_eq!(run(&["-e", "print(1);\nprint(1 + nil);"], ""), ("1\n".into(), expected.into(), false));
}

#[test]
fn limits_of_the_command_line_are_errors() {
    let endless = "let a = [];\nwhile true { push(a, [a]); }";
    let (_, errors, succeeded) = run(&["--memory-limit=1M", "-e", endless], "");
    assert_eq!((errors.as_str(), succeeded), ("-e:2:14: error: not enough memory\n", false));
    let (_, errors, succeeded) = run(&["--fuel=1000", "-e", endless], "");
    assert_eq!((errors.as_str(), succeeded), ("-e:2:1: error: out of fuel\n", false));
    let (_, errors, succeeded) = run(&["--memory-limit=0", "-e", "let a = 1;"], "");
    assert_eq!((errors.as_str(), succeeded), ("-e:1:1: error: not enough memory\n", false));
    // Each text of a session has all of the fuel.
    let (output, errors, _) =
        run(&["--fuel=20"], "fn f() { return 1; }\nf() + f()\nlet i = 0; while true { i = i + 1; }\nf()\n");
    assert_eq!((output.as_str(), errors.as_str()), ("2\n1\n", "<3>:1:12: error: out of fuel\n"));
}

#[test]
fn sessions_keep_what_chunks_define() {
    let (output, errors, succeeded) = run(&[], "let x = 20\nfn twice(n) {\nreturn n * 2\n}\ntwice(x) + 2\n");
    assert_eq!((output.as_str(), errors.as_str(), succeeded), ("42\n", "", true));
    // A chunk that fails defines nothing, and the session continues. The error is in an earlier chunk.
    let (output, errors, _) = run(&[], "fn f(n) {\nreturn 1 + n\n}\nlet y = f(nil)\ny\n7\n");
    assert_eq!(output, "7\n");
    assert_eq!(errors, "<1>:2:10: error: `+` needs numbers, not 1 and nil\n<3>:1:1: error: unknown variable `y`\n");
}
