//! The command's output and its errors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mimeo_build::object_file::Format;
use mimeo_cli::selftest;
use mimeo_def::stencil::Arch;

fn mimeo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).output().expect("the command runs")
}

#[track_caller]
fn fails(args: &[&str], message: &str) {
    let output = mimeo(args);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains(message), "no `{message}` in\n{text}");
}

/// Writes a file to the tests' folder.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("the temporary folder can be written");
    path
}

/// Returns an object of the self-test.
fn object(format: Format, arch: Arch, name: &str) -> Vec<u8> {
    selftest::objects(format, arch).into_iter().find(|(of, _)| *of == name).expect("there is such a sample").1
}

#[test]
fn the_selftest_passes_in_every_format_without_a_compiler() {
    let output = Command::new(env!("CARGO_BIN_EXE_mimeo"))
        .args(["extract", "--selftest"])
        .env_clear()
        .output()
        .expect("the command runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.lines().count(), selftest::FORMATS.len(), "{text}");
    for (format, arch) in selftest::FORMATS {
        let start = format!("{} for {} ", format.name(), arch.name());
        let line = text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
        assert!(line.contains("valid objects accepted") && line.contains("invalid objects refused"), "{line}");
    }
}

#[test]
fn the_functions_of_an_object_are_listed() {
    for (format, arch) in selftest::FORMATS {
        let name = "a slow path in another function, and padding between functions";
        let path = file(&format!("slow-{}-{}.o", format.name(), arch.name()), &object(format, arch, name));
        let output = mimeo(&["extract", path.to_str().expect("a plain path")]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let head = format!(": {} for {}, 3 functions\n", format.name(), arch.name());
        assert!(text.contains(&head), "{text}");
        let (hot, cold) = if arch == Arch::X86_64 { (11, 5) } else { (12, 4) };
        assert!(text.contains(&format!("\nop_x\n    hot {hot}, cold {cold}, rodata 0, falls through\n")), "{text}");
        assert!(text.contains("  EXIT_deopt") && text.contains("\nslow\n") && text.contains("\nop_y\n"), "{text}");
    }
}

#[test]
fn a_function_that_cannot_be_a_stencil_is_listed_with_the_reason() {
    let path = file("call.o", &object(Format::MachO, Arch::Aarch64, "a call to an undeclared function"));
    let output = mimeo(&["extract", path.to_str().expect("a plain path")]);
    let text = String::from_utf8_lossy(&output.stdout);
    let reason = "\nop_x\n    no stencil: calls `puts`, which is not a runtime function of this op\n";
    assert!(output.status.success() && text.contains(reason), "{text}");
}

#[test]
fn errors_name_the_wrong_argument() {
    fails(&[], "error: no command was given\n\nusage: mimeo new [options] NAME");
    fails(&["new"], "error: no name was given\n\nusage: mimeo new");
    fails(&["new", "a", "b"], "error: unexpected argument \"b\"");
    fails(&["new", "--fast", "a"], "error: invalid option '--fast'");
    fails(&["new", "--mimeo"], "error: missing argument for option '--mimeo'");
    fails(&["new", "Loud"], "error: `Loud` cannot be the name of a language: ");
    fails(&["exract"], "error: unknown command `exract`");
    fails(&["extract"], "error: no object file was given");
    fails(&["extract", "--selftest", "a.o"], "error: --selftest takes no files");
    fails(&["extract", "no/such.o"], "error: cannot read `no/such.o`: ");
    fails(&["generate", "a.rs", "b.rs"], "unexpected argument \"b.rs\"");
    fails(
        &["generate", "--target", "mips-unknown-linux-gnu"],
        "error: there are no stencils for `mips-unknown-linux-gnu`",
    );
    fails(&["generate", "no/such.rs"], "error: cannot read `no/such.rs`: ");
    fails(&["renew", "--chek"], "error: invalid option '--chek'");
    fails(&["renew", "a", "b"], "error: unexpected argument \"b\"");
    fails(&["renew", "no/such"], "error: cannot read `no/such`: ");
    let text = file("text.o", b"not an object");
    fails(
        &["extract", text.to_str().expect("a plain path")],
        "the object file cannot be read: it is not an ELF, Mach-O or COFF file",
    );
}

#[test]
fn a_table_is_the_same_each_time_and_stale_when_the_ops_change() {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package");
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    fs::write(package.join("Cargo.toml"), "").expect("the package can be written");
    let ops = package.join("src/ops.rs");
    let source = "#[instruction_set(value = i64)]\nmod ops {\n    #[vm_op]\n    fn add(a: i64, b: i64) -> i64 { \
                  a.wrapping_add(b) }\n}\n";
    fs::write(&ops, source).expect("the ops can be written");
    let ops = ops.to_str().expect("a plain path");
    let table = package.join(format!("src/ops.{}.stencils", std::env::consts::ARCH));
    let _ = fs::remove_file(&table);
    fails(&["generate", "--check", ops], "error: cannot read `");
    let read = || fs::read_to_string(&table).expect("there is a table");
    let output = mimeo(&["generate", ops]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("stencils for 1 of 1 ops, for "), "{output:?}");
    let first = read();
    assert!(first.starts_with("# Stencils of ops.rs for ") && first.contains("\nop add "), "{first}");
    assert!(!first.contains(package.to_str().expect("a plain path")), "{first}");
    assert!(mimeo(&["generate", ops]).status.success());
    assert_eq!(first, read());
    assert!(mimeo(&["generate", "--check", ops]).status.success());
    fs::write(ops, source.replace("wrapping_add", "wrapping_sub")).expect("the ops can be written");
    fails(&["generate", "--check", ops], "`:\n  `add` changed: body");
    fs::write(ops, "fn main() {}").expect("the ops can be written");
    fails(&["generate", ops], "error: `src/ops.rs` has no `#[instruction_set]` module");
}
