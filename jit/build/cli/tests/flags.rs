//! The user's flags do not reach stencils: the table does not depend on `CC`, `CFLAGS` and similar variables.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OPS: &str = "
#[instruction_set(value = f64)]
mod ops {
    #[vm_op]
    fn axpy(a: f64, b: f64, c: f64) -> f64 { (a * b + c).quiet() }
    #[vm_op]
    fn sum(a: f64, b: f64, c: f64) -> f64 { (a + b + c).quiet() }
    #[vm_op]
    fn zeros(a: f64) -> f64 { a.to_bits().trailing_zeros() as f64 }
    #[vm_op]
    fn ones(a: f64) -> f64 { (a as u64).leading_zeros() as f64 }
}
";

/// Flags that must not reach stencils.
const HOSTILE: &str = "-O0 -g -mfpmath=387 -mno-sse2 -mavx2 -march=native -mtune=native -mcmodel=large -ffast-math \
                       -funsafe-math-optimizations -freciprocal-math -frounding-math -ffp-contract=fast \
                       -fexcess-precision=fast -fPIC -flto -fsanitize=address -pg -finstrument-functions \
                       -fprofile-generate -DHELPER= -Dcold=hot -UMIMEO_MUSTTAIL -include /no/such.h -I /no/such \
                       -Xclang -menable-unsafe-fp-math -mllvm -x86-asm-syntax=intel -specs=/no/such @/no/such";

/// Variables that are removed, so that only those of a test case have an effect.
const VARIABLES: [&str; 12] = [
    "CC",
    "CFLAGS",
    "TARGET_CC",
    "TARGET_CFLAGS",
    "HOST_CC",
    "HOST_CFLAGS",
    "CC_x86_64_unknown_linux_gnu",
    "CFLAGS_x86_64_unknown_linux_gnu",
    "CC_aarch64_unknown_linux_gnu",
    "CFLAGS_aarch64_unknown_linux_gnu",
    "CPATH",
    "CCC_OVERRIDE_OPTIONS",
];

struct Package {
    ops: PathBuf,
    table: PathBuf,
}

impl Package {
    fn new(name: &str) -> Package {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(folder.join("src")).expect("the folder can be made");
        fs::write(folder.join("Cargo.toml"), "").expect("the package can be written");
        let ops = folder.join("src/ops.rs");
        fs::write(&ops, OPS).expect("the ops can be written");
        Package { ops, table: folder.join("ops.stencils") }
    }

    fn generate(&self, target: &str, more: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.args(["generate", "--target", target, "--output"]).arg(&self.table).args(more).arg(&self.ops);
        command.envs(variables.iter().copied()).output().expect("the command runs")
    }

    /// Generates a table, and returns it with the command's output.
    #[track_caller]
    fn table(&self, target: &str, more: &[&str], variables: &[(&str, &str)]) -> (String, String) {
        let output = self.generate(target, more, variables);
        assert!(output.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(&self.table).expect("there is a table");
        (text, String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Returns the triple for which the machine's `cc` compiles.
fn host() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

/// Whether a compiler exists. In CI it must exist.
fn is_there(compiler: &str) -> bool {
    let found = Command::new(compiler).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "there is no `{compiler}`");
    found
}

#[test]
fn no_variable_changes_the_code() {
    let package = Package::new("flags");
    let (plain, said) = package.table(host(), &[], &[]);
    assert_eq!(plain.lines().filter(|line| line.starts_with("none ")).count(), 0, "{plain}");
    assert!(!said.contains("dropped compiler flags"), "{said}");
    let of_target = format!("CFLAGS_{}", host().replace('-', "_"));
    let in_cc = format!("cc {HOSTILE}");
    let cases = [("CFLAGS", HOSTILE), (&of_target, HOSTILE), ("HOST_CFLAGS", HOSTILE), ("CC", in_cc.as_str())];
    for case in cases {
        let (table, said) = package.table(host(), &[], &[case]);
        assert_eq!(table, plain, "{}", case.0);
        assert!(said.contains("dropped compiler flags: -O0 -g -mfpmath=387 "), "{said}");
    }
    let header = package.ops.with_file_name("stdint.h");
    fs::write(&header, "#error this is not the compiler's").expect("a header can be written");
    let folder = header.parent().and_then(Path::to_str).expect("a plain path");
    assert_eq!(package.table(host(), &[], &[("CPATH", folder)]).0, plain);
    // The user can tell the compiler where its files are, and the table records it.
    let (table, _) = package.table(host(), &[], &[("CFLAGS", "--sysroot=/ -O0")]);
    assert!(table.contains("\nflags --sysroot=/ "), "{table}");
    let code = |text: &str| text.lines().filter(|line| line.starts_with("hot ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(code(&table), code(&plain));
}

#[test]
fn clang_and_cross_compilers_do_not_get_them_either() {
    let package = Package::new("flags_cross");
    let cases = [
        ("clang-19", "x86_64-unknown-linux-gnu", "CC", "CFLAGS"),
        ("clang-19", "aarch64-unknown-linux-gnu", "CC", "TARGET_CFLAGS"),
        ("aarch64-linux-gnu-gcc", "aarch64-unknown-linux-gnu", "CC_aarch64_unknown_linux_gnu", "CFLAGS"),
        ("clang-19", "aarch64-apple-darwin", "CC", "CFLAGS"),
    ];
    for (compiler, target, cc, flags) in cases.into_iter().filter(|case| is_there(case.0)) {
        let (plain, _) = package.table(target, &[], &[(cc, compiler)]);
        let hostile = format!("{HOSTILE} -march=armv8.5-a+sve -mcpu=apple-m1");
        assert_eq!(package.table(target, &[], &[(cc, compiler), (flags, &hostile)]).0, plain, "{compiler}");
        let with_flags = format!("{compiler} {hostile}");
        assert_eq!(package.table(target, &[], &[(cc, &with_flags)]).0, plain, "{compiler}");
        // Clang changes its command line according to this variable.
        assert_eq!(package.table(target, &[], &[(cc, compiler), ("CCC_OVERRIDE_OPTIONS", "+-O0")]).0, plain);
    }
}

#[test]
fn a_baseline_is_raised_by_the_option_and_recorded() {
    let package = Package::new("flags_raised");
    let raised = "--raise-baseline";
    let (table, said) = package.table(host(), &[raised, "popcnt,avx2,lse"], &[]);
    let expected = match cfg!(target_arch = "aarch64") {
        true => "\nbaseline armv8-a lse\n",
        false => "\nbaseline x86-64 sse3 ssse3 sse4.1 sse4.2 popcnt avx avx2\n",
    };
    assert!(
        table.contains(expected) && said.contains(expected.trim().trim_start_matches("baseline ")),
        "{said}{table}"
    );
    let output = package.generate(host(), &[raised, "popcnt,avx2,lse", "--check"], &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The build script would also refuse it.
    let output = package.generate(host(), &["--check"], &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("it needs "), "{text}");
    let output = package.generate(host(), &[raised, "avx512f"], &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("`avx512f` is not a feature; the features are sse3, ssse3, sse4.1, "), "{text}");
}

#[test]
fn landing_pads_are_made_and_checked_by_the_option() {
    let package = Package::new("flags_pads");
    let pads = "--landing-pads";
    let (plain, _) = package.table(host(), &[], &[]);
    let output = package.generate(host(), &[pads, "--check"], &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && text.contains(" --landing-pads`:\n  its stencils have no landing pads"),
        "{text}"
    );
    let (padded, _) = package.table(host(), &[pads], &[]);
    let begin = if cfg!(target_arch = "aarch64") { "5f2403d5" } else { "f30f1efa" };
    // The first line of each stencil's code follows its name.
    let starts = |table: &str| -> Vec<bool> {
        let lines = table.lines().zip(table.lines().skip(1));
        let named = lines.filter(|(name, _)| name.starts_with("op ") || name.starts_with("stencil "));
        named.map(|(_, code)| code.strip_prefix("hot ").is_some_and(|hot| hot.starts_with(begin))).collect()
    };
    assert!(starts(&plain).len() > 10 && starts(&plain).iter().all(|starts| !starts), "{plain}");
    assert!(starts(&padded).len() == starts(&plain).len() && starts(&padded).iter().all(|starts| *starts), "{padded}");
    for more in [&[pads, "--check"][..], &["--check"]] {
        assert!(package.generate(host(), more, &[]).status.success());
    }
}
