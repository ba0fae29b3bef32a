//! Mistakes in the ops: `mimeo generate` reports them as the macro does, and writes no table.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const GOOD: &str = "#[instruction_set(value = i64)]
mod ops {
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 { a.wrapping_add(b) }
    #[vm_op]
    fn sub(a: i64, b: i64) -> i64 { a.wrapping_sub(b) }
    #[vm_op]
    fn not(a: i64) -> i64 { !a }
}
";

const PLAIN_SUB: &str = "6:37: plain integer `-` panics in debug builds, wraps in release builds, and is undefined in C
help: write `a.wrapping_sub(b)`, `a.checked_sub(b)` or `a.overflowing_sub(b)`\n";

/// A package with ops and no table.
struct Package {
    ops: PathBuf,
    table: PathBuf,
}

impl Package {
    fn new(name: &str, ops: &str) -> Package {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(folder.join("src")).expect("the folder can be made");
        fs::write(folder.join("Cargo.toml"), "").expect("the package can be written");
        let package = Package { ops: folder.join("src/ops.rs"), table: folder.join("ops.stencils") };
        fs::write(&package.ops, ops).expect("the ops can be written");
        let _ = fs::remove_file(&package.table);
        package
    }

    /// Runs `mimeo generate`. Returns its output, or its errors with the name of the ops as `OPS`.
    fn generate(&self, more: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.arg("generate").args(more).arg("--output").arg(&self.table).arg(&self.ops);
        let output = command.output().expect("the command runs");
        let text = |bytes| String::from_utf8_lossy(bytes).replace(&self.ops.display().to_string(), "OPS");
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Asserts that the command fails with these errors, with and without `--check`, and writes no table.
    #[track_caller]
    fn fails(&self, errors: &str) {
        assert_eq!(self.generate(&[]), Err(errors.to_owned()));
        assert!(!self.table.exists());
        assert_eq!(self.generate(&["--check"]), Err(errors.to_owned()));
    }
}

#[test]
fn a_bad_op_among_good_ones() {
    let package = Package::new("one_mistake", &GOOD.replace("a.wrapping_sub(b)", "a - b"));
    let errors = format!("error: `OPS` has 1 mistake:\n\nOPS:{PLAIN_SUB}");
    package.fails(&errors);
    // An existing table is not replaced, and is not compared.
    fs::write(&package.table, "a table").expect("the table can be written");
    assert_eq!([package.generate(&[]), package.generate(&["--check"])], [Err(errors.clone()), Err(errors)]);
    assert_eq!(fs::read_to_string(&package.table).expect("the table is still there"), "a table");
}

#[test]
fn mistakes_are_listed_in_the_order_of_the_file() {
    // Helpers are checked before ops, and each set after the one before it.
    let ops = GOOD.replace("a.wrapping_sub(b)", "a - b").replace("!a", "{ later(a) }");
    let ops = ops.replace("mod ops {", "mod one {").replace("\n}\n", "\n    fn later(a: i64) -> i64 { gone(a) }\n}\n");
    let ops = format!("{ops}\n{}", GOOD.replace("a: i64) -> i64 { !a }", "a: i64) -> i64 { a as u32 }"));
    Package::new("three_mistakes", &ops).fails(&format!(
        "error: `OPS` has 3 mistakes:\n\n\
         OPS:{PLAIN_SUB}\n\
         OPS:9:31: unknown function `gone`\n\
         help: define it in the module as a helper, or declare it in `unsafe extern \"Rust\"` and implement it outside\n\n\
         OPS:19:29: expected `i64`, found `u32`\n\
         help: convert it with `as`, or change one of the types; a number without a type is an `i32` or an `f64`\n"
    ));
}

#[test]
fn a_file_that_is_not_rust() {
    let start = "error: `OPS` has 1 mistake:\n\nOPS:";
    let cases = [
        // A parenthesis that is not closed: no tokens follow.
        (GOOD.replace("!a", "!(a"), "8:", "cannot parse string into token stream\n"),
        (GOOD.replace("fn sub", "fun sub"), "6:9:", "expected "),
        (format!("{GOOD}struct"), "10:1:", "unexpected end of input, expected identifier\n"),
    ];
    for (ops, place, what) in cases {
        let package = Package::new("not_rust", &ops);
        let errors = package.generate(&[]).expect_err("it is not Rust");
        assert!(errors.starts_with(&format!("{start}{place}")), "{errors}");
        assert!(errors.contains(&format!(" this is not valid Rust: {what}")), "{errors}");
        assert!(!package.table.exists());
    }
}

#[test]
fn a_set_without_ops_or_without_a_value() {
    Package::new("no_ops", "#[instruction_set(value = i64)]\nmod ops {}\n").fails(
        "error: `OPS` has 1 mistake:\n\nOPS:2:5: the instruction set has no ops\nhelp: write at least one function with \
         `#[vm_op]`\n",
    );
    // The error is about the attribute as a whole.
    let package = Package::new("no_value", &GOOD.replace("#[instruction_set(value = i64)]", "  #[instruction_set]"));
    let errors = package.generate(&[]).expect_err("there is no value type");
    assert!(errors.contains("\nOPS:1:3: the instruction set does not say what a slot holds\nhelp: "), "{errors}");
}

#[test]
fn an_op_outside_a_set_and_a_set_that_is_a_function() {
    let ops = format!("#[vm_op]\nfn outside() {{}}\n\n#[instruction_set(value = i64)]\npub fn set() {{}}\n\n{GOOD}");
    let errors = Package::new("outside", &ops).generate(&[]).expect_err("rustc would refuse it");
    let place = "OPS:2:4: `#[vm_op]` belongs on a function directly inside a `#[mimeo::instruction_set(…)]` module\n";
    assert!(errors.starts_with(&format!("error: `OPS` has 2 mistakes:\n\n{place}help: ")), "{errors}");
    assert!(errors.contains("\nOPS:5:5: `#[mimeo::instruction_set]` belongs on a module\nhelp: "), "{errors}");
}

#[test]
fn an_op_that_changed_after_its_stencil_was_reviewed() {
    let by_hand = "#[vm_op(stencil = \"src/not.c\", reviewed = \"00000000000000000000000000000000\")]\n    fn not";
    let package = Package::new("reviewed", &GOOD.replace("#[vm_op]\n    fn not", by_hand));
    let errors = package.generate(&[]).expect_err("the stencil was reviewed for another op");
    assert!(errors.contains("\nOPS:7:47: `not` changed after its stencil was reviewed: "), "{errors}");
    assert!(errors.contains("\nhelp: compare `src/not.c` with the op, then write `reviewed = \""), "{errors}");
}

#[test]
fn a_file_without_mistakes() {
    let package = Package::new("no_mistakes", GOOD);
    let said = package.generate(&[]).expect("the table is made");
    assert!(said.contains("stencils for 3 of 3 ops, for "), "{said}");
    let table = fs::read_to_string(&package.table).expect("there is a table");
    assert_eq!(table.lines().filter(|line| line.starts_with("op ")).count(), 3, "{table}");
    assert!(package.generate(&["--check"]).is_ok());
}
