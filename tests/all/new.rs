//! The project that `mimeo new` writes builds, runs a program, and passes its own tests.

use std::fs;
use std::path::Path;
use std::process::Output;

use mimeo_cli::command::New;
use mimeo_cli::new;

use crate::packages::{cargo, root};

/// Returns standard output and standard error of a command that succeeds.
#[track_caller]
fn succeeds(output: Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    (stdout, stderr)
}

/// Makes the changes that the project's README describes, and adds a program that needs them.
fn add_the_op_of_the_readme(project: &Path) {
    let readme = fs::read_to_string(project.join("README.md")).expect("there is one");
    let op =
        readme.split("   ```rust\n").nth(1).and_then(|rest| rest.split("   ```\n").next()).expect("it shows an op");
    let change = |file: &str, from: &str, to: &str| {
        let path = project.join(file);
        let text = fs::read_to_string(&path).expect("it is there");
        assert!(text.contains(from), "`{from}` is not in {file}");
        fs::write(path, text.replacen(from, to, 1)).expect("it can be written");
    };
    let next = "    /// `a {compare} b`";
    let op: String = op.lines().map(|line| format!(" {line}\n")).collect();
    change("src/language/ops.rs", next, &format!("{op}\n{next}"));
    change("src/language/lexer.rs", "\"/\",", "\"/\", \"%\",");
    let divide = "(\"/\", Assembler::divide)";
    change("src/language/compiler.rs", divide, &format!("{divide}, (\"%\", Assembler::remainder)"));
    for step in ["`\"%\"` in `SYMBOLS`", "`(\"%\", Assembler::remainder)` in `LEVELS`"] {
        assert!(readme.contains(step), "the README does not say {step}");
    }
    let program = "print 17 % 5;\nprint 1 % 0;\n//> 2\n//! 2:9: error: division by zero\n";
    fs::write(project.join("programs/remainder.my-lang"), program).expect("it can be written");
}

#[test]
fn a_new_language_runs_and_passes_its_tests() {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new/my-lang");
    // It does not exist before the first run.
    let _missing = fs::remove_dir_all(&project);
    fs::create_dir_all(project.parent().expect("it has one")).expect("the folder can be made");
    new::run(&New { folder: project.clone(), mimeo: None }).expect("the name is free");
    // No network: the packages of the workspace suffice.
    fs::copy(root().join("Cargo.lock"), project.join("Cargo.lock")).expect("the lock can be copied");

    let run = ["run", "--quiet", "--", "--jit=on", "--stats", "programs/hello.my-lang"];
    let (output, report) = succeeds(cargo(&project, &run).output().expect("cargo runs"));
    assert_eq!(output, "0\n1\n1\n2\n3\n6765\n");
    assert!(report.contains(" with a stencil (100.0%)\n"), "{report}");

    let (_, warnings) = succeeds(cargo(&project, &["check", "--all-targets"]).output().expect("cargo runs"));
    assert!(!warnings.contains("warning"), "{warnings}");
    let formatted = std::process::Command::new("cargo").args(["fmt", "--check"]).current_dir(&project).output();
    succeeds(formatted.expect("rustfmt is installed"));

    add_the_op_of_the_readme(&project);
    let (output, _) = succeeds(cargo(&project, &["test"]).output().expect("cargo runs"));
    for test in ["left_at_one_op", "sessions_keep_what_chunks_define", "every_op_does_the_same_in_both_tiers"] {
        assert!(output.contains(&format!("test {test} ... ok\n")), "{output}");
    }
}
