//! A table that does not fit its ops is an error of the build, at the op. `tests/drift` is a language whose
//! build script damages the table after it was made. Tests also change its ops after the stencils were reviewed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mimeo_cli::command::Generate;
use mimeo_cli::generate;

use crate::tools::packages::{cargo, package, root, write};

/// All tests use one package, so its builds run one at a time.
static PACKAGE: Mutex<()> = Mutex::new(());

const OPS: &str = include_str!("../../drift/src/ops.rs");
const STENCIL: &str = include_str!("../../drift/src/double.c");
const SCRIPT: &str = include_str!("../../drift/build.rs");

/// The output of the package: the result in the interpreter, and with native code.
pub(crate) const OUTPUT: &str =
    "-2147483527 after 1 call, 9000 from 3 runs\n-2147483527 after 1 call, 9000 from 3 runs\n";

/// The inputs of a build.
pub(crate) struct Build {
    ops: String,
    stencil: String,
    script: String,
    /// How the build script changes the table.
    drift: Option<&'static str>,
    /// The value of `MIMEO_STENCILS`.
    stencils: Option<&'static str>,
}

/// The result of a build.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Default for Build {
    fn default() -> Self {
        let (stencil, script) = (STENCIL.to_owned(), SCRIPT.to_owned());
        Build { ops: reviewed(OPS), stencil, script, drift: None, stencils: None }
    }
}

impl Build {
    pub(crate) fn drift(drift: &'static str) -> Build {
        Build { drift: Some(drift), ..Build::default() }
    }

    /// Returns a build without stencils.
    pub(crate) fn without_stencils() -> Build {
        Build { stencils: Some("off"), ..Build::default() }
    }

    /// Makes an op use the stencil in `src/OP.c`, marked as reviewed.
    pub(crate) fn by_hand(self, op: &str) -> Build {
        let reviewed = format!("stencil = \"src/{op}.c\", reviewed = \"{}\"", fingerprint(&self.ops, op));
        self.attribute(op, &reviewed)
    }

    /// Adds an argument of `#[vm_op]` to an op.
    pub(crate) fn attribute(self, op: &str, argument: &str) -> Build {
        let plain = format!("#[vm_op]\n    fn {op}(");
        let with = format!("#[vm_op({argument})]\n    fn {op}(");
        self.ops(&plain, &with)
    }

    /// Changes the source of the ops.
    pub(crate) fn ops(mut self, from: &str, to: &str) -> Build {
        assert!(self.ops.contains(from), "`{from}` is not in the ops");
        self.ops = self.ops.replacen(from, to, 1);
        self
    }

    /// Changes the hand-written stencil.
    pub(crate) fn stencil(mut self, from: &str, to: &str) -> Build {
        assert!(self.stencil.contains(from), "`{from}` is not in the stencil");
        self.stencil = self.stencil.replacen(from, to, 1);
        self
    }

    /// Changes the call in the build script.
    fn script(mut self, to: &str) -> Build {
        let from = "mimeo_build::ops(\"src/ops.rs\").compile();";
        assert!(self.script.contains(from), "the build script calls `mimeo_build`");
        self.script = self.script.replacen(from, to, 1);
        self
    }

    fn cargo(&self, command: &str) -> Outcome {
        self.cargo_with(&[command])
    }

    /// Builds the package if necessary, and runs it.
    pub(crate) fn run(&self, options: &[&str]) -> Outcome {
        self.cargo_with(&[&["run"], options].concat())
    }

    fn cargo_with(&self, arguments: &[&str]) -> Outcome {
        let _guard = PACKAGE.lock().unwrap_or_else(PoisonError::into_inner);
        self.cargo_in(&self.write(), arguments)
    }

    /// Writes the package, and returns its folder.
    fn write(&self) -> PathBuf {
        let package = package("drift");
        for file in ["src/main.rs", "src/number.c", "src/ret.c"] {
            let text = fs::read_to_string(root().join("tests/drift").join(file)).expect("it is there");
            write(&package.join(file), &text);
        }
        write(&package.join("build.rs"), &self.script);
        write(&package.join("src/ops.rs"), &self.ops);
        write(&package.join("src/double.c"), &self.stencil);
        package
    }

    fn cargo_in(&self, package: &Path, arguments: &[&str]) -> Outcome {
        let mut cargo = cargo(package, &[&arguments[..1], &["--quiet"], &arguments[1..]].concat());
        cargo.env_remove("DRIFT");
        cargo.envs(self.drift.map(|drift| ("DRIFT", drift)));
        cargo.envs(self.stencils.map(|mode| ("MIMEO_STENCILS", mode)));
        let output = cargo.output().expect("cargo runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome { success: output.status.success(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Asserts that the build fails with this message, at the line of `src/ops.rs` that contains this text.
    pub(crate) fn fails(&self, message: &str, at: &str) {
        self.failed(&self.cargo("check"), message, at);
    }

    fn failed(&self, outcome: &Outcome, message: &str, at: &str) {
        assert!(!outcome.success, "{message}\n{}", outcome.stderr);
        let line = 1 + self.ops.lines().position(|line| line.contains(at)).expect("the text is in the ops");
        let place = format!("--> src/ops.rs:{line}:");
        let mut blocks = outcome.stderr.split("\n\n");
        let found = blocks.any(|block| block.contains(message) && block.contains(&place));
        assert!(found, "no `{message}` with `{place}` in\n{}", outcome.stderr);
    }

    /// Asserts that the build script fails with this message, and says where it was called.
    fn is_refused(&self, message: &str) {
        let outcome = self.cargo("check");
        let found = outcome.stderr.contains(message) && outcome.stderr.contains("\n   --> build.rs:12:");
        assert!(!outcome.success && found, "no `{message}` in\n{}", outcome.stderr);
    }
}

/// Returns the fingerprint of an op of the package.
fn fingerprint(ops: &str, op: &str) -> String {
    let sets = mimeo_lower::lower_file(ops, "src/ops.rs").expect("the ops are Rust");
    let found = sets[0].ops.iter().find(|found| found.name == op).expect("the op has no problem");
    found.fingerprint.to_string()
}

/// Returns the ops with the fingerprint under which the stencil was reviewed.
fn reviewed(ops: &str) -> String {
    ops.replace("REVIEWED", &fingerprint(ops, "double"))
}

#[test]
fn the_package_builds_and_runs() {
    let outcome = Build::default().run(&[]);
    assert!(outcome.success && outcome.stderr.starts_with("native code: yes;"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, OUTPUT);
}

#[test]
fn a_listing_without_a_disassembler_says_so() {
    let outcome = Build::default().run(&["--", "listing"]);
    let note = "\n  bytes only: `mimeo` was built without the feature `disassembler`\n  0000  number r0, 3\n";
    assert!(outcome.success && outcome.stderr.contains(note), "{}", outcome.stderr);
}

#[test]
fn the_macro_reports_why_a_module_cannot_be_read() {
    let unknown = Build::default().ops("value = i64", "values = i64");
    unknown.fails("error: this is not an argument of `#[mimeo::instruction_set]`", "#[mimeo::instruction_set");
    let narrow = Build::default().ops("value = i64", "value = i32");
    narrow.fails("error: `i32` cannot be the value type: it has 4 bytes", "#[mimeo::instruction_set");
    // Without the attribute no macro runs.
    let plain = Build::default().ops("#[mimeo::instruction_set(value = i64, context = Context, host = u32)]\n", "");
    plain.is_refused("error: `src/ops.rs` has no `#[instruction_set]` module");
}

#[test]
fn mistakes_in_the_build_script_are_reported_at_its_call() {
    let place = |call: &str| Build::default().script(call);
    let path = place("mimeo_build::ops(\"ops.rs\").compile();");
    path.is_refused("error: cannot read `ops.rs` in `");
    path.is_refused("\n  help: the path starts there; an instruction set is in `src/ops.rs`\n");
    place("mimeo_build::ops(\"src/main.rs\").compile();")
        .is_refused("error: `src/main.rs` has no `#[instruction_set]` module");
    let twice = "for _ in 0..2 { mimeo_build::ops(\"src/ops.rs\").compile() }";
    let line = 1 + OPS.lines().position(|line| line == "pub mod ops {").expect("it is a module");
    let message = format!(
        "error: two instruction sets of this package are called `ops`: `src/ops.rs:{line}` and `src/ops.rs:{line}`"
    );
    place(twice).is_refused(&message);
    let forgotten = place("let _ = mimeo_build::ops(\"src/ops.rs\");");
    forgotten.fails(
        "error: the build script made no stencil table for `ops`\n       \
         help: write `mimeo_build::ops(\"src/ops.rs\").compile();` in its `main`",
        "pub mod ops {",
    );
}

#[test]
fn a_package_without_a_build_script_learns_how_to_write_one() {
    let _guard = PACKAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let build = Build::default();
    let package = build.write();
    fs::remove_file(package.join("build.rs")).expect("it can be removed");
    let message = "error: there is no stencil table for `ops`\n       \
                   help: add `mimeo-build` to the [build-dependencies] and create this build.rs:\n             \
                   fn main() { mimeo_build::ops(\"src/ops.rs\").compile(); }\n";
    build.failed(&build.cargo_in(&package, &["check"]), message, "pub mod ops {");
}

#[test]
fn a_runtime_function_that_is_not_there_is_an_error_at_its_declaration() {
    let declared = |home: &str| {
        let block =
            format!("{home}    unsafe extern \"Rust\" {{\n        fn nowhere(vm: &mut Vm);\n    }}\n\n    fn stepped(");
        Build::default().ops("    fn stepped(", &block)
    };
    declared("").fails("cannot find value `nowhere` in module `super`", "fn nowhere(");
    declared("    #[runtime(crate::ops)]\n").fails("cannot find value `nowhere` in module `crate::ops`", "fn nowhere(");
    let other = Build::default()
        .ops("value: i64) -> i64;", "value: u64) -> i64;")
        .ops("note(vm, stepped(a).wrapping_add(vm.context.bias))", "note(vm, a as u64)");
    other.fails("mismatched types", "fn note(");
}

#[test]
fn an_op_that_changed_after_the_table_was_made_is_an_error() {
    let parts = [
        ("add.body", "the body of", "add", "fn add("),
        ("add.operands", "the operands of", "add", "fn add("),
        ("tell.reached", "a helper, constant or runtime function of", "tell", "fn tell("),
        ("loop.body", "the body of", "loop", "fn r#loop("),
        ("tell.layout", "a layout or the stencil ABI used by", "tell", "fn tell("),
    ];
    for (drift, what, op, at) in parts {
        let message = format!("the stencil of `{op}` is stale: {what} the op changed after the table was made");
        Build::drift(drift).fails(&message, at);
    }
}

#[test]
fn a_table_of_other_ops_is_an_error() {
    let missing = |op| format!("the stencil table has no op `{op}` here: build again to renew the table");
    Build::drift("double.entry").fails(&missing("double"), "fn double(");
    Build::drift("ret.entry").fails(&missing("ret"), "fn ret(");
    Build::drift("foreign").fails(&missing("number"), "fn number(");
    let longer = "the stencil table has ops that the instruction set lacks";
    Build::drift("longer").fails(longer, "#[mimeo::instruction_set");
    Build::drift("abi")
        .fails("the stencil table was made by a different version of mimeo-build", "#[mimeo::instruction_set");
}

#[test]
fn a_layout_that_stencils_do_not_assume_is_an_error() {
    let fat = Build::default().ops("pub bias: i64,", "pub bias: i64,\n        pub text: *const crate::Text,");
    let message = "stencils assume a different layout of `Context`";
    fat.fails(message, "pub struct Context");
    let drops = "    #[repr(C)]\n    pub struct Guard {\n        pub a: i64,\n    }\n\n    impl Drop for Guard {\n        \
                 fn drop(&mut self) {}\n    }\n\n    const STEP";
    Build::default()
        .ops("    const STEP", drops)
        .fails("stencils do not drop values: remove `impl Drop for Guard`", "pub struct Guard");
}

#[test]
fn an_op_that_changed_under_its_reviewed_stencil_is_an_error() {
    let before = fingerprint(OPS, "double");
    let changes = [
        ("a.wrapping_add(a)", "a.wrapping_mul(2)", "body"),
        ("fn double(a: i64) -> i64 {", "fn double(a: i64, #[imm] _by: u8) -> i64 {", "operands, body"),
        ("a.wrapping_add(a)", "stepped(a).wrapping_add(a)", "body, helper"),
    ];
    for (from, to, what) in changes {
        let build = Build::default().ops(from, to);
        let now = fingerprint(&build.ops, "double");
        let message = format!(
            "error: `double` changed after its stencil was reviewed: {what}\n       \
             was: {before}\n       now: {now}\n       \
             help: compare `src/double.c` with the op, then write `reviewed = \"{now}\"`"
        );
        build.fails(&message, "reviewed = ");
    }
    let nonsense = Build::default().ops(&before, "9f3c");
    nonsense.fails("error: `9f3c` is not a fingerprint, which has 32 hexadecimal digits", "reviewed = ");
}

#[test]
fn a_reviewed_stencil_that_does_not_fit_its_op_is_an_error() {
    let refused = |build: Build, what: &str| {
        let message = format!("error: `double` requires a stencil and has none: {what}");
        build.fails(&message, "stencil = \"src/");
        build.fails("       help: `src/", "stencil = \"src/");
    };
    let foreign = Build::default().stencil("a + a", "a + READ_SLOT(HOLE_b)");
    refused(foreign, "it does not compile: ");
    let declared = Build::default()
        .stencil("STENCIL op_double", "extern char HOLE_b[];\n\nSTENCIL op_double")
        .stencil("a + a", "a + READ_SLOT(HOLE_b)");
    refused(declared, "uses `HOLE_b`, which this op does not declare");
    let ignored = Build::default().stencil("READ_SLOT(HOLE_a)", "(uint64_t)vm->context.bias_");
    refused(ignored, "does not use `HOLE_a`, which the definition uses");
    let not_there = Build::default().ops("src/double.c", "src/triple.c");
    refused(not_there, "the file `src/triple.c` does not exist");
}

#[test]
fn a_generated_stencil_that_is_required_and_missing_is_an_error() {
    let unused =
        Build::default().attribute("add", "stencil = required").ops("a.wrapping_add(b)", "if false { b } else { a }");
    unused.fails(
        "error: `add` requires a stencil and has none: does not use `HOLE_b`, which the definition uses\n       \
         help: change the op, or remove `stencil = required`; `mimeo_ops.report.txt` in `OUT_DIR` lists all ops",
        "fn add(",
    );
    // Without any stencils, every op is interpreted.
    let off = Build { stencils: Some("off"), ..unused };
    assert!(off.cargo("check").success);
}

#[test]
fn a_hand_written_stencil_that_changed_under_a_checked_in_table_is_an_error() {
    let _guard = PACKAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let prebuilt = || Build { stencils: Some("prebuilt"), ..Build::default() };
    let package = prebuilt().write();
    let file = format!("src/ops.{}.stencils", std::env::consts::ARCH);
    let request = Generate { file: Some(package.join("src/ops.rs")), ..Generate::default() };
    generate::run(&request).expect("the table is made");
    let check = || generate::run(&Generate { check: true, ..request.clone() });
    assert_eq!(check().map(drop), Ok(()));
    let outcome = prebuilt().cargo_in(&package, &["run"]);
    assert!(outcome.success && outcome.stderr.starts_with("native code: yes;"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, OUTPUT);

    // Changed code or a changed comment: the table cannot tell which of them matters.
    let message = format!(
        "the stencil of `double` is stale: `src/double.c` changed after the table was made: renew `{file}` with \
         `mimeo renew`, or build without stencils (MIMEO_STENCILS=off)"
    );
    for (from, to) in [("a + a", "a + a + 1"), ("STENCIL op_double", "/* Twice. */ STENCIL op_double")] {
        let edited = prebuilt().stencil(from, to);
        let outcome = edited.cargo_in(&edited.write(), &["check"]);
        edited.failed(&outcome, &message, "reviewed = ");
        let stale = check().expect_err("the table is stale");
        assert!(stale.ends_with("`:\n  `double` changed: the file of its stencil"), "{stale}");
    }
    // A checkout with other line endings is the same file.
    let mut windows = prebuilt();
    windows.stencil = windows.stencil.replace('\n', "\r\n");
    let outcome = windows.cargo_in(&windows.write(), &["check"]);
    assert!(outcome.success, "{}", outcome.stderr);
    assert_eq!(check().map(drop), Ok(()));
    fs::remove_file(package.join(file)).expect("the table can be removed");
    // Nothing is stale if the table is built again.
    let built = Build::default().stencil("STENCIL op_double", "/* Twice. */ STENCIL op_double");
    let outcome = built.cargo_in(&built.write(), &["run"]);
    assert_eq!(outcome.stdout, OUTPUT, "{}", outcome.stderr);
}
