//! A JSON parser and a compressor in Rust, compiled by rustc for WASI and for this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use mimeo_corpus::standard::Std;

use crate::check;

/// The target for WASI.
const WASI: &str = "wasm32-wasip1";

/// Returns a command that builds for WASI, or `None` on a machine that cannot, which is an error if `CI` is set.
fn cargo_for_wasi() -> Option<Command> {
    let std = match Std::of(WASI) {
        Ok(std) => std,
        Err(reason) => {
            assert!(env::var_os("CI").is_none(), "{reason}; `.ci/run install` installs them");
            return None;
        }
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--target", WASI]);
    std.set_up(&mut cargo, "panic_abort");
    if std != Std::Own {
        // The C library is that of `compiler.rs`.
        cargo.env("CARGO_TARGET_WASM32_WASIP1_LINKER", "clang-19");
        let flags = "-Clinker-flavor=gcc -Clink-self-contained=no -Clink-arg=--target=wasm32-wasi";
        cargo.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", flags);
    }
    Some(cargo)
}

/// Returns the program for WASI and the one for this machine.
fn programs() -> Option<&'static [PathBuf; 2]> {
    static PROGRAMS: OnceLock<Option<[PathBuf; 2]>> = OnceLock::new();
    let built = PROGRAMS.get_or_init(|| {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/rust");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust");
        let build = |mut cargo: Command| {
            cargo.current_dir(&package).env("CARGO_TARGET_DIR", &target).args(["--quiet", "--locked"]);
            cargo.env_remove("RUSTFLAGS");
            let output = cargo.output().expect("cargo runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        build(cargo_for_wasi()?);
        let mut native = Command::new(env!("CARGO"));
        native.args(["build", "--release"]);
        build(native);
        Some([target.join(WASI).join("release/others.wasm"), target.join("release/others")])
    });
    built.as_ref()
}

/// Runs a command of the program on an input, and checks the end of its output or of its error output.
#[track_caller]
fn run(command: &str, input: &str, status: i32, end: &str) {
    let Some([wasm, native]) = programs() else { return };
    let behaviour = check(wasm, native, &[command], input, &[]);
    let text = if status == 0 { &behaviour.stdout } else { &behaviour.stderr };
    assert!(behaviour.status == Some(status) && text.ends_with(end), "{behaviour:?}");
}

#[test]
fn a_json_parser() {
    let entry = |i: u32| {
        let number = f64::from(i) / 7.0;
        format!(r#"{{"id": {i}, "name": "n\u00e4me {i}\n\ud83d\ude00", "list": [{number}, -{i}e-3, null, true]}}"#)
    };
    let entries: Vec<String> = (0..500).map(entry).collect();
    run("json", &format!("[{}]", entries.join(",\n")), 0, "\n142446.67857142855\n");
    run("json", "[1, 2.5e300, \"\\u12\"]", 1, "invalid escape at line 1 column 20\n");
    run("json", &"[".repeat(1000), 1, "recursion limit exceeded at line 1 column 128\n");
    run("json", "{\"a\": [1, 2}", 1, "expected `,` or `]` at line 1 column 12\n");
    run("nothing", "", 1, "usage: others json|compress\n");
}

#[test]
fn a_compressor() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops.rs")).expect("a file of the tree");
    run("compress", &text, 0, "\n");
    run("compress", "", 0, "\n");
}
