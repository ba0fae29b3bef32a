//! Calc prints the same with the table of each compiler, with each checked-in table (from ELF, Mach-O and COFF
//! objects), and without a table. A stale or damaged table is an error of the build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mimeo_cli::command::{Generate, Renew};
use mimeo_cli::{generate, renew};
use mimeo_corpus::program::{CALC, Program};
use mimeo_corpus::runner::check;
use mimeo_corpus::{process, tree};

use crate::tools::packages::{TARGET, cargo, package, root};
use crate::tools::tree::is_there;

/// All tests use one package, so its builds run one at a time.
static PACKAGE: Mutex<()> = Mutex::new(());

/// Triples of this machine's architecture, each with a compiler, which is mandatory if `CI` is set.
const ORIGINS: &[(&str, &str)] = if cfg!(target_arch = "x86_64") {
    &[
        ("x86_64-unknown-linux-gnu", "cc"),
        ("x86_64-apple-darwin", "clang-19"),
        ("x86_64-pc-windows-gnu", "x86_64-w64-mingw32-gcc"),
        ("x86_64-pc-windows-gnu", "clang-19"),
    ]
} else {
    &[("aarch64-unknown-linux-gnu", "cc"), ("aarch64-apple-darwin", "clang-19")]
};

/// The copy of the package for the tests.
struct Package {
    folder: PathBuf,
    _guard: MutexGuard<'static, ()>,
}

impl Package {
    /// Makes a fresh copy of calc, with the tables that are checked in.
    fn new() -> Package {
        let guard = PACKAGE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = package("prebuilt");
        let calc = root().join("examples/calc");
        tree::copy(&calc.join("src"), &folder.join("src")).expect("the sources can be copied");
        fs::copy(calc.join("build.rs"), folder.join("build.rs")).expect("calc has a build script");
        Package { folder, _guard: guard }
    }

    fn ops(&self) -> PathBuf {
        self.folder.join("src/ops.rs")
    }

    /// Returns the path of the checked-in table.
    fn table(&self) -> PathBuf {
        self.folder.join(file())
    }

    /// Generates the table as the command `mimeo generate` does.
    fn generate(&self, triple: &str, compiler: &str) {
        self.generate_with(self.request(triple, compiler));
    }

    fn request(&self, triple: &str, compiler: &str) -> Generate {
        Generate {
            file: Some(self.ops()),
            target: Some(triple.to_owned()),
            compiler: Some(compiler.to_owned()),
            ..Generate::default()
        }
    }

    fn generate_with(&self, request: Generate) {
        generate::run(&request).unwrap_or_else(|message| panic!("{request:?}: {message}"));
        let check = Generate { check: true, ..request };
        generate::run(&check).unwrap_or_else(|message| panic!("{check:?}: {message}"));
    }

    /// Changes a file of the package.
    fn change(&self, file: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(file).expect("the file exists");
        assert!(text.contains(from), "`{from}` is not in {}", file.display());
        fs::write(file, text.replacen(from, to, 1)).expect("the file can be written");
    }

    fn cargo(&self, command: &str, stencils: Option<&str>, compiler: &str) -> Output {
        self.command(command, stencils, compiler).output().expect("cargo runs")
    }

    fn command(&self, command: &str, stencils: Option<&str>, compiler: &str) -> Command {
        let mut cargo = cargo(&self.folder, &[command]);
        cargo.env("CC", compiler).envs(stencils.map(|stencils| ("MIMEO_STENCILS", stencils)));
        cargo
    }

    /// Builds the command, and returns the output of the build.
    fn build(&self, stencils: Option<&str>, compiler: &str) -> String {
        let output = self.cargo("build", stencils, compiler);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stencils:?} with {compiler}: {text}");
        text
    }

    /// Builds the command with flags for the C compiler, and returns the output of the build.
    fn build_with_flags(&self, flags: &str) -> String {
        let output = self.command("build", None, "cc").env("CFLAGS", flags).output().expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{flags}: {text}");
        text
    }

    /// Asserts that the build fails with these messages.
    fn fails(&self, stencils: Option<&str>, expected: &[&str]) {
        let output = self.cargo("check", stencils, "/bin/false");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{text}");
        for expected in expected {
            assert!(text.contains(expected), "no `{expected}` in\n{text}");
        }
    }

    /// Runs the build script that was built last in a profile, and returns what it tells cargo.
    fn build_script(&self, profile: &str) -> String {
        let folders = fs::read_dir(Path::new(TARGET).join("debug/build")).expect("there is a build script").flatten();
        let of_calc = folders.filter(|entry| entry.file_name().to_string_lossy().starts_with("mimeo-calc-"));
        let scripts = of_calc.map(|entry| entry.path().join("build-script-build")).filter(|script| script.is_file());
        let last = scripts.max_by_key(|script| fs::metadata(script).and_then(|of| of.modified()).ok());
        let triple = ORIGINS[0].0;
        let mut script = Command::new(last.expect("there is one"));
        script.envs([("PROFILE", profile), ("TARGET", triple), ("HOST", triple), ("CC", "cc")]);
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prebuilt-out");
        fs::create_dir_all(&out).expect("the folder can be made");
        script.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder).env("OUT_DIR", out);
        let output = script.env_remove("MIMEO_STENCILS").output().expect("the build script runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn calc(&self, args: &[&str]) -> Output {
        Command::new(calc()).args(args).output().expect("calc runs")
    }

    /// Returns the output of `--stats` for a small program.
    fn statistics(&self) -> String {
        let output = self.calc(&["--jit=on", "--stats", "-e", "print(1 + 2);"]);
        assert_eq!(output.stdout, b"3\n");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Asserts that native code has landing pads, and runs the corpus.
    fn run_with_landing_pads(&self) {
        let capability = self.calc(&["--jit=on", "--capability"]);
        let text = String::from_utf8_lossy(&capability.stdout);
        assert!(text.starts_with("native code: yes; ") && text.contains(", landing pads\n"), "{text}");
        assert!(self.statistics().contains(NATIVE), "{text}");
        self.run_corpus("landing pads");
    }

    /// Asserts that every program of the corpus prints what it should.
    fn run_corpus(&self, what: &str) {
        let run = |program: &Program, _: &_| {
            let mut command = process::command(&[""; 0], &calc());
            command.arg("--jit=on");
            (process::run(command, program).unwrap_or_else(|problem| panic!("{problem}")), ())
        };
        check(CALC.programs(100).iter().map(|program| (program, what)), run).unwrap();
    }
}

/// Returns the path of the table in the package.
fn file() -> String {
    format!("src/ops.{}.stencils", std::env::consts::ARCH)
}

/// Returns the built command.
fn calc() -> PathBuf {
    Path::new(TARGET).join("debug/mimeo-calc")
}

/// The report if native code ran and every op has a stencil.
const NATIVE: &str = "1  1 ok (100.0%)";

#[test]
fn every_table_gives_the_same_output() {
    let package = Package::new();
    for compiler in ["cc", "clang-19"].into_iter().filter(|compiler| is_there(compiler)) {
        package.build(None, compiler);
        assert!(package.statistics().contains(NATIVE), "{compiler}");
        package.run_corpus(compiler);
    }
    for (triple, compiler) in ORIGINS.iter().filter(|(_, compiler)| is_there(compiler)) {
        package.generate(triple, compiler);
        let text = package.build(Some("prebuilt"), "/bin/false");
        assert!(!text.contains("warning"), "{text}");
        assert!(package.statistics().contains(NATIVE), "{triple} by {compiler}");
        package.run_corpus(&format!("the table of {triple} by {compiler}"));
    }
    // With landing pads, the table is another one.
    let (triple, compiler) = ORIGINS[0];
    package.generate_with(Generate { landing_pads: true, ..package.request(triple, compiler) });
    package.build(Some("prebuilt"), "/bin/false");
    package.run_with_landing_pads();
    for compiler in ["cc", "clang-19"].into_iter().filter(|compiler| is_there(compiler)) {
        package.change(&package.folder.join("build.rs"), ".compile()", ".landing_pads(true).compile()");
        package.build(None, compiler);
        package.run_with_landing_pads();
        package.change(&package.folder.join("build.rs"), ".landing_pads(true)", "");
    }
    package.build(Some("off"), "/bin/false");
    let off = "no native code: JIT_TARGET: no stencils: stencils are switched off";
    assert!(package.statistics().contains(off), "{}", package.statistics());
    package.run_corpus("no stencils");
}

#[test]
fn a_checked_in_table_is_the_fallback_when_no_compiler_works() {
    let file = file();
    let using = format!("using the checked-in stencils `{file}`: the C compiler does not work");
    let package = Package::new();
    let found = package.build(None, "/bin/false");
    assert!(found.contains(&using), "{found}");
    assert!(package.statistics().contains(NATIVE), "{}", package.statistics());
    package.run_corpus("the table that is checked in");

    fs::remove_file(package.table()).expect("there is a table");
    let nothing = package.build(None, "/bin/false");
    assert!(nothing.contains("every op will be interpreted: the C compiler does not work"), "{nothing}");
    assert!(package.statistics().contains("no native code: "), "{}", package.statistics());
    let missing = package.build(Some("prebuilt"), "/bin/false");
    assert!(
        missing.contains(&format!("every op will be interpreted: `{file}` does not exist; `mimeo generate")),
        "{missing}"
    );
    package.generate(ORIGINS[0].0, ORIGINS[0].1);
    // Cargo would not run the build script again, because the table did not exist at its last run.
    package.change(&package.folder.join("build.rs"), "fn main", "\nfn main");
    let found = package.build(None, "/bin/false");
    assert!(found.contains(&using), "{found}");
    assert!(package.statistics().contains(NATIVE), "{}", package.statistics());
}

#[test]
fn a_stale_table_is_an_error_that_names_the_op_and_the_command() {
    let package = Package::new();
    package.change(&package.ops(), "a.checked_add(b)", "b.checked_add(a)");
    let stale = "the stencil of `add` is stale: the body of the op changed after the table was made: ";
    let renewal =
        format!("{stale}renew `{}` with `mimeo renew`, or build without stencils (MIMEO_STENCILS=off)", file());
    package.fails(Some("prebuilt"), &[&renewal, "--> src/ops.rs:"]);
    // The fallback also fails.
    package.fails(None, &[&renewal, "--> src/ops.rs:"]);
    let check = Generate { file: Some(package.ops()), check: true, ..Generate::default() };
    let message = generate::run(&check).expect_err("the table is stale");
    assert!(message.ends_with("`:\n  `add` changed: body"), "{message}");
    package.build(Some("off"), "/bin/false");

    renew::run(&Renew { folder: Some(package.folder.clone()), check: false }).expect("the tables are renewed");
    package.build(Some("prebuilt"), "/bin/false");
    assert!(package.statistics().contains(NATIVE), "{}", package.statistics());
}

#[test]
fn a_stale_table_does_not_disturb_whoever_has_a_compiler() {
    let package = Package::new();
    package.change(&package.ops(), "a.checked_add(b)", "b.checked_add(a)");
    let said = package.build(None, "cc");
    assert!(!said.contains("warning"), "{said}");
    assert!(package.statistics().contains(NATIVE), "{}", package.statistics());
    // A build for release is one that users may repeat without a compiler.
    let warning = format!(
        "cargo::warning=mimeo: `{}`, which machines without a C compiler use, is stale (`add` changed: body): renew it \
         with `mimeo renew`\n",
        file()
    );
    assert_eq!(package.build_script("debug").find("cargo::warning"), None);
    let said = package.build_script("release");
    assert!(said.contains(&warning), "{said}");
    package.change(&package.ops(), "b.checked_add(a)", "a.checked_add(b)");
    assert_eq!(package.build_script("release").find("cargo::warning"), None);
}

#[test]
fn a_damaged_table_is_refused_before_any_use() {
    let package = Package::new();
    package.change(&package.table(), "\nhot 4", "\nhot 5");
    let refused =
        ["is damaged: line ", "the file was changed after it was made", "help: make it again with `mimeo renew`"];
    package.fails(Some("prebuilt"), &refused);
    // The fallback also fails.
    package.fails(None, &refused);
}

#[test]
fn a_changed_table_is_refused_even_if_its_checksum_fits() {
    let package = Package::new();
    let sound = fs::read_to_string(package.table()).expect("the table exists");
    let start = sound.find("\nop add ").expect("the table has the op");
    let code = start + sound[start..].find("\nhot ").expect("the op has code") + "\nhot ".len();
    let ret = if cfg!(target_arch = "aarch64") { "c0035fd6" } else { "c3" };
    let changed = format!("{}{ret}{}", &sound[..code], &sound[code + ret.len()..]);
    // The message has the right checksum, between the second pair of quotes.
    let message = mimeo_build::prebuilt::read(&changed).expect_err("the checksum is the old one").reason;
    let sum = message.split('`').nth(3).expect("the message has the checksum");
    let body = changed.rfind("checksum ").expect("there is a checksum");
    fs::write(package.table(), format!("{}checksum {sum}\n", &changed[..body])).expect("the table can be written");
    let refused = format!("`{}` is damaged: the stencil of `add` ", file());
    package.fails(Some("prebuilt"), &[&refused, "help: make it again with `mimeo renew`"]);
}

#[test]
fn flags_for_other_c_code_do_not_reach_stencils_and_the_build_says_so() {
    let package = Package::new();
    let said = package.build_with_flags("-O0 -mavx2 -march=native -g");
    let base = if cfg!(target_arch = "aarch64") { "armv8-a" } else { "x86-64" };
    let warning =
        format!("mimeo: stencils are compiled for the baseline {base}, without `-mavx2`, `-march=native`; to use more");
    assert!(said.contains(&warning), "{said}");
    assert!(package.statistics().contains(NATIVE), "{}", package.statistics());
    // Flags that do not select a processor cause no message.
    let said = package.build_with_flags("-O0 -g -fPIC");
    assert!(!said.contains("stencils are compiled for"), "{said}");
    // The build script is the place where the baseline is raised.
    let raised = "raise_baseline([mimeo_build::Feature::Sse3, mimeo_build::Feature::Lse]).compile()";
    package.change(&package.folder.join("build.rs"), "compile()", raised);
    package.build(None, "cc");
    let statistics = package.statistics();
    assert!(statistics.contains(NATIVE) || statistics.contains("JIT_TARGET"), "{statistics}");
    let features = if cfg!(target_arch = "aarch64") { "lse" } else { "sse3" };
    package.generate(ORIGINS[0].0, ORIGINS[0].1);
    package.build(Some("prebuilt"), "/bin/false");
    let request = Generate {
        file: Some(package.ops()),
        features: vec![mimeo_build::Feature::Ssse3, mimeo_build::Feature::Lse],
        ..Generate::default()
    };
    if cfg!(target_arch = "x86_64") {
        generate::run(&request).expect("the table is made");
        let refused = "needs ssse3, but the build script does not raise the baseline that far";
        let renewal =
            format!("help: make it again with `mimeo generate --target {} --raise-baseline {features} ", ORIGINS[0].0);
        package.fails(Some("prebuilt"), &[refused, &renewal]);
    }
}
