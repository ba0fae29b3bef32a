//! For every instruction set of the tree, installed compiler and target, each op has a stencil, unless its
//! definition excludes it. So the audit accepts all code that these compilers emit. Tables that are checked in fit the
//! ops.

use std::fs;
use std::path::{Path, PathBuf};

use mimeo_build::Target;
use mimeo_build::generate::Job;
use mimeo_cli::command::{Generate, Renew};
use mimeo_cli::{generate, renew};
use mimeo_corpus::process::is_installed;

use crate::tools::packages::root;

const SETS: [&str; 7] = [
    "examples/calc/src/ops.rs",
    "examples/lua/src/ops.rs",
    "tests/src/registers.rs",
    "tests/src/stack.rs",
    "tests/src/corners.rs",
    "tests/src/callbacks.rs",
    "tests/src/broken.rs",
];

const COMPILERS: [(&str, &str); 7] = [
    ("x86_64-unknown-linux-gnu", "clang-14"),
    ("x86_64-unknown-linux-gnu", "clang-19"),
    ("x86_64-apple-darwin", "clang-19"),
    ("aarch64-unknown-linux-gnu", "aarch64-linux-gnu-gcc"),
    ("aarch64-unknown-linux-gnu", "clang-14"),
    ("aarch64-unknown-linux-gnu", "clang-19"),
    ("aarch64-apple-darwin", "clang-19"),
];

/// Returns `true` if the compiler is installed. In CI it must be.
pub(crate) fn is_there(compiler: &str) -> bool {
    let found = is_installed(compiler);
    assert!(found || std::env::var_os("CI").is_none(), "there is no `{compiler}`");
    found
}

/// Returns the reasons why ops of a set have no stencil, except for `stencil = none`.
fn gaps(set: &str, target: Option<&str>, compiler: &str) -> Vec<String> {
    let name = format!("{}-{}-{compiler}.stencils", set.replace('/', "_"), target.unwrap_or("host"));
    let output: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let request = Generate {
        file: Some(root().join(set)),
        target: target.map(str::to_owned),
        compiler: Some(compiler.to_owned()),
        output: Some(output.clone()),
        ..Generate::default()
    };
    generate::run(&request).unwrap_or_else(|message| panic!("{set} by {compiler}: {message}"));
    let text = fs::read_to_string(output).expect("there is a table");
    let reasons = text.lines().filter_map(|line| line.strip_prefix("none "));
    reasons.filter(|reason| !reason.starts_with("the op says ")).map(str::to_owned).collect()
}

#[test]
fn every_op_of_the_tree_has_a_stencil() {
    let nothing: [String; 0] = [];
    for set in SETS {
        assert_eq!(gaps(set, None, "cc"), nothing, "{set} by cc");
        for (target, compiler) in COMPILERS.into_iter().filter(|(_, compiler)| is_there(compiler)) {
            assert_eq!(gaps(set, Some(target), compiler), nothing, "{set} by {compiler} for {target}");
        }
    }
}

#[test]
fn tables_that_are_checked_in_are_up_to_date() {
    let folder = root().to_owned();
    let said = renew::run(&Renew { folder: Some(folder.clone()), check: true }).unwrap_or_else(|bad| panic!("{bad}"));
    // `mimeo new` writes those of the templates.
    let templates = ["stack", "registers"].map(|name| format!("jit/build/cli/templates/{name}/src/language"));
    for place in ["examples/calc/src", "examples/lua/src"].into_iter().chain(templates.iter().map(String::as_str)) {
        for arch in ["x86_64", "aarch64"] {
            let table = folder.join(place).join(format!("ops.{arch}.stencils"));
            assert!(said.contains(&format!("`{}`: ", table.display())), "{said}");
        }
    }
}

#[test]
fn tables_are_the_same_each_time() {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let text = |file: &str| std::fs::read_to_string(package.join("src").join(file)).expect("the file exists");
    let sets: Vec<_> = ["registers.rs", "broken.rs"]
        .iter()
        .flat_map(|file| mimeo_lower::lower_file(&text(file), &format!("src/{file}")).expect("it is Rust"))
        .collect();
    let root = std::env::temp_dir().join(format!("mimeo-tables-{}", std::process::id()));
    let tables = ["one", "other"].map(|folder| {
        let out = root.join(folder);
        std::fs::create_dir_all(&out).expect("a folder can be made");
        let target = Target { triple: triple.clone(), host: triple.clone() };
        let mode = mimeo_build::mode::Mode::Build;
        let job = Job {
            mode,
            target,
            compiler: Some("cc".into()),
            package: package.clone(),
            features: Vec::new(),
            landing_pads: false,
            warns_of_stale_file: false,
            ops: "src/ops.rs".into(),
            out: out.clone(),
        };
        let outcome = job.run(&sets).expect("tables are made");
        assert_eq!((outcome.warnings, outcome.reused), (vec![], 0));
        sets.iter()
            .flat_map(|set| ["rs", "c", "report.txt"].map(|end| format!("mimeo_{}.{end}", set.name)))
            .map(|name| (std::fs::read_to_string(out.join(&name)).expect("it was written"), name))
            .collect::<Vec<_>>()
    });
    std::fs::remove_dir_all(root).expect("it can be removed");
    let [one, other] = tables;
    assert_eq!(one.len(), 6);
    for ((one, name), (other, _)) in one.iter().zip(&other) {
        assert!(one.len() > 1000 && one == other, "{name} differs");
    }
}
