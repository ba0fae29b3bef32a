//! The page of `mimeo explore`: each stage of the ops of a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mimeo_explore::parsed::{self, Page, Pane};

const OPS: &str = r#"#[instruction_set(value = i64)]
pub mod ops {
    #[runtime(crate)]
    unsafe extern "Rust" {
        #[cold]
        fn too_large(vm: &mut Vm, sum: i64) -> Thrown;
    }

    /// `dst = left + right`; not </pre><script>alert(1)</script> & others.
    #[vm_op]
    fn add(vm: &mut Vm, left: i64, right: i64) -> Result<i64, Thrown> {
        match left.checked_add(right) {
            Some(sum) => Ok(sum),
            None => Err(too_large(vm, left)),
        }
    }

    /// Only in the interpreter.
    #[vm_op(stencil = none)]
    fn halve(a: i64) -> i64 { a.wrapping_shr(1) }
}
"#;

fn mimeo(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mimeo")).args(args).output().expect("the command runs")
}

/// Writes a package with these ops, and returns the path of the ops.
fn package(name: &str, ops: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    fs::write(package.join("Cargo.toml"), "").expect("the package can be written");
    let file = package.join("src/ops.rs");
    fs::write(&file, ops).expect("the ops can be written");
    file
}

/// Returns the HTML of the ops in a file.
fn explored(ops: &Path, names: &[&str]) -> String {
    let file = ops.with_extension("html");
    let paths = [ops, &file].map(|path| path.to_str().expect("a plain path"));
    let output = mimeo(&[&["explore", "--output", paths[1], paths[0]], names].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("wrote `{}`\n", paths[1]));
    fs::read_to_string(file).expect("it was written")
}

fn page(html: &str) -> Page {
    parsed::page(html).unwrap_or_else(|error| panic!("it is not well-formed: {error}"))
}

/// Returns the text of each block of a pane.
fn texts(pane: &Pane) -> Vec<&str> {
    pane.blocks.iter().map(|block| block.text.as_str()).collect()
}

#[test]
fn each_op_is_shown_in_every_stage() {
    let html = explored(&package("explored", OPS), &[]);
    assert!(!html.contains("<script>alert"));
    let page = page(&html);
    let names: Vec<&str> = page.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(names, ["add", "halve"]);
    let [add, halve] = &page.sections[..] else { panic!("{names:?}") };
    let rust = texts(add.pane("Rust"));
    // Without the indentation that all its lines have.
    let expected = OPS.lines().zip(1..).skip(8).take(8).map(|(line, number)| format!("{number:4}  {}", &line[4..]));
    let expected: Vec<String> = expected.collect();
    assert_eq!(rust, expected);
    assert!(texts(add.pane("IR")).contains(&"  v2: i64 = add v0, v1"));
    assert!(texts(add.pane("C")).iter().any(|line| line.starts_with("STENCIL op_add(")));
    let stencil = texts(add.pane("stencil"));
    assert_eq!(stencil.iter().filter(|line| ["hot", "cold"].contains(line)).count(), 2, "{stencil:?}");
    for hole in
        ["  operand left", "  operand right", "  operand dst", "  next op", "  runtime too_large", "  exit throw"]
    {
        let holes = stencil.iter().filter(|line| line.ends_with(hole) && line.contains("··"));
        assert!(holes.count() > 0, "{hole} in {stencil:?}");
    }
    // An op without a stencil has all but that, and the reason.
    assert_eq!((halve.pane("stencil").blocks.len(), halve.pane("Rust").blocks.len()), (0, 3));
    assert!(html.contains("<small>none: the op says `#[vm_op(stencil = none)]`</small>"));
}

#[test]
fn lines_that_name_the_same_are_linked() {
    let page = page(&explored(&package("linked", OPS), &["add"]));
    assert_eq!(page.sections.len(), 1);
    let linked = |title: &str, text: &str| {
        let blocks = page.sections[0].pane(title).blocks.iter().filter(|block| block.text.contains(text));
        blocks.map(|block| block.links.clone()).next().unwrap_or_else(|| panic!("{title} has no {text}"))
    };
    let runtime = linked("stencil", "  runtime too_large");
    assert_eq!(runtime.len(), 1);
    assert_eq!(linked("IR", "runtime too_large("), runtime);
    assert_eq!(linked("C", "rt_too_large("), runtime);
    let right = linked("stencil", "  operand right");
    assert_eq!((linked("C", "extern char HOLE_right[]"), right.len()), (right.clone(), 1));
    assert_ne!(right, runtime);
    assert_eq!(linked("Rust", "/// `dst = left + right`"), [0; 0]);
    // The call passes an operand.
    let left = linked("C", "extern char HOLE_left[]");
    let mut both = [left, runtime].concat();
    both.sort_unstable();
    assert_eq!(linked("Rust", "too_large(vm, left)"), both);
}

#[test]
fn a_page_is_the_same_each_time() {
    let ops = package("repeated", OPS);
    assert_eq!(explored(&ops, &[]), explored(&ops, &[]));
}

#[test]
fn mistakes_name_the_file_the_op_or_the_place() {
    let fails = |args: &[&str], message: &str| {
        let output = mimeo(&[&["explore"], args].concat());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(message), "no `{message}` in\n{text}");
    };
    let ops = package("mistaken", OPS);
    let ops = ops.to_str().expect("a plain path");
    fails(&[], "error: no file with ops was given");
    fails(&["--fast", ops], "error: invalid option '--fast'");
    fails(&["no/such.rs"], "error: cannot read `no/such.rs`: ");
    fails(&[ops, "add", "subtract"], &format!("error: `{ops}` has no op `subtract`"));
    fails(&["--compiler", "no-such-cc", ops], "no-such-cc");
    fails(&["--output", "no/such/page.html", ops], "error: cannot write `no/such/page.html`: ");
    let wrong = package("wrong", &OPS.replace("a.wrapping_shr(1)", "a + 1"));
    fails(&[wrong.to_str().expect("a plain path")], "ops.rs:20:31: ");
}
