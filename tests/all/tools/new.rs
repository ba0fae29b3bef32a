//! The projects that `mimeo new` writes build, run a program, and pass their own tests.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use mimeo_cli::command::New;
use mimeo_cli::new;

use crate::tools::packages::{TARGET, cargo, root};

/// Returns standard output and standard error of a command that succeeds.
#[track_caller]
fn succeeds(output: Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    (stdout, stderr)
}

/// The projects have one name, and therefore one executable.
static PROJECT: Mutex<()> = Mutex::new(());

/// A template, and the steps of its README to a first op.
struct Template {
    registers: bool,
    /// A loop that prints 1 forever.
    endless: &'static str,
    /// The last line of `hello.my-lang`'s output.
    last: &'static str,
    /// The line before which the op of the README belongs.
    next: &'static str,
    /// What the README says to change: where, what, and the new text.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// A program that needs the op.
    program: &'static str,
}

/// Writes the project, runs a program of it, adds the op that its README describes, and runs its tests.
fn check(template: &Template) {
    let _guard = PROJECT.lock().unwrap_or_else(PoisonError::into_inner);
    let name = if template.registers { "new-registers" } else { "new-stack" };
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).join("my-lang");
    // It does not exist before the first run.
    let _missing = fs::remove_dir_all(&project);
    fs::create_dir_all(project.parent().expect("it has one")).expect("the folder can be made");
    let request = New { folder: project.clone(), registers: template.registers, mimeo: None };
    new::run(&request).expect("the name is free");
    // No network: the packages of the workspace suffice.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("the lock can be copied");

    let run = ["run", "--quiet", "--", "--jit=on", "--stats", "programs/hello.my-lang"];
    // The project brings the stencils for a machine without a C compiler.
    let (output, report) = succeeds(cargo(&project, &run).env("CC", "/bin/false").output().expect("cargo runs"));
    assert!(output.starts_with("0\n1\n1\n2\n3\n6765\n") && output.ends_with(template.last), "{output}");
    assert!(report.contains(" with a stencil (100.0%)\n"), "{report}");
    // The author has written nothing for it.
    let run = ["run", "--quiet", "--", "--trace=ops:main", "programs/hello.my-lang"];
    let (traced, trace) = succeeds(cargo(&project, &run).output().expect("cargo runs"));
    assert_eq!(traced, output);
    let of_main = |line: &str| line.starts_with("programs/hello.my-lang") && line.contains(" in `main`  ");
    assert!(trace.lines().count() > 10 && trace.lines().all(of_main), "{trace}");

    succeeds(
        cargo(&project, &["clippy", "--all-targets", "--", "-D", "warnings"]).output().expect("clippy is installed"),
    );
    let formatted = Command::new("cargo").args(["fmt", "--check"]).current_dir(&project).output();
    succeeds(formatted.expect("rustfmt is installed"));

    #[cfg(unix)]
    interrupted(template.endless);
    add_the_op_of_the_readme(&project, template);
    let (output, _) = succeeds(cargo(&project, &["test"]).output().expect("cargo runs"));
    for test in ["left_at_one_op", "sessions_keep_what_chunks_define", "every_op_does_the_same_in_both_tiers"] {
        assert!(output.contains(&format!("test {test} ... ok\n")), "{output}");
    }
}

/// Interrupts an endless loop in a session, which continues.
#[cfg(unix)]
fn interrupted(endless: &str) {
    let mut session = Command::new(Path::new(TARGET).join("debug/my-lang"));
    session.env("MY_LANG_HISTORY", "").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut session = session.spawn().expect("it was built");
    let mut typed = session.stdin.take().expect("a pipe");
    writeln!(typed, "{endless}").and_then(|()| writeln!(typed, "7")).expect("it reads");
    drop(typed);
    let mut output = session.stdout.take().expect("a pipe");
    // The buffer of standard output is full, so the loop runs.
    output.read_exact(&mut [0; 4096]).expect("it prints");
    let signal = Command::new("kill").args(["-INT", &session.id().to_string()]).status();
    assert!(signal.expect("there is a `kill`").success());
    let mut rest = String::new();
    // A loop that continues loses its reader, which ends it.
    output.take(64 << 20).read_to_string(&mut rest).expect("it prints text");
    let end = session.wait_with_output().expect("it ends");
    assert!(end.status.success() && rest.ends_with("1\n7\n"), "{end:?}, {} bytes", rest.len());
    let errors = String::from_utf8_lossy(&end.stderr);
    assert!(errors.starts_with("<1>:1:") && errors.ends_with(": error: interrupted\n"), "{errors}");
}

/// Makes the changes that the project's README describes, and adds a program that needs them.
fn add_the_op_of_the_readme(project: &Path, template: &Template) {
    let readme = fs::read_to_string(project.join("README.md")).expect("there is one");
    let op =
        readme.split("   ```rust\n").nth(1).and_then(|rest| rest.split("   ```\n").next()).expect("it shows an op");
    let change = |file: &str, from: &str, to: &str| {
        let path = project.join(file);
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(text.contains(from), "`{from}` is not in {file}");
        fs::write(path, text.replacen(from, to, 1)).expect("it can be written");
    };
    let op: String = op.lines().map(|line| format!(" {line}\n")).collect();
    change("src/language/ops.rs", template.next, &format!("{op}\n{}", template.next));
    for (file, from, to) in template.changes {
        change(file, from, to);
    }
    fs::write(project.join("programs/own.my-lang"), template.program).expect("it can be written");
}

#[test]
fn a_new_stack_machine_runs_and_passes_its_tests() {
    check(&Template {
        registers: false,
        endless: "while 1 == 1 { print 1; }",
        last: "\n6765\n",
        next: "    /// `a {compare} b`",
        changes: &[
            ("README.md", "`\"%\"` in `LEXICON`", ""),
            ("src/language/lexer.rs", "\"/\",", "\"/\", \"%\","),
            ("README.md", "`(\"%\", Assembler::remainder)` in `LEVELS`, beside `/`", ""),
            (
                "src/language/compiler.rs",
                "(\"/\", Assembler::divide)",
                "(\"/\", Assembler::divide), (\"%\", Assembler::remainder)",
            ),
        ],
        program: "print 17 % 5;\nprint 1 % 0;\n//> 2\n//! 2:9: error: division by zero\n",
    });
}

#[test]
fn a_new_register_machine_runs_and_passes_its_tests() {
    const BEFORE: &str = "self.code.asm.subtract(zero, zero, value)";
    const AFTER: &str = "self.code.asm.negate(zero, value)";
    check(&Template {
        registers: true,
        endless: "while true { print(1); }",
        last: "\nhello, world\n",
        next: "    /// Whether `a {compare} b`.",
        changes: &[("README.md", AFTER, ""), ("README.md", BEFORE, ""), ("src/language/compiler.rs", BEFORE, AFTER)],
        program: "print(-0.0);\nprint(-nil);\n//> -0.0\n//! 2:7: error: `-` needs numbers, not 0 and nil\n",
    });
}
