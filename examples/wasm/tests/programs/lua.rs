//! Lua's own interpreter: a large program of others, from the sources in a crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::check;
use crate::compiler::{Target, compile};

/// Returns the folder with the sources of Lua 5.4.
fn sources() -> PathBuf {
    // What only other platforms need may not be there.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--offline", "--filter-platform", &platform]);
    let output = cargo.output();
    let output = output.expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let package = packages.iter().find(|package| package["name"] == "lua-src").expect("this package depends on it");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    let folders = fs::read_dir(manifest.parent().expect("a folder")).expect("the package has sources");
    let mut folders = folders.map(|entry| entry.expect("an entry").path());
    folders.find(|path| path.to_string_lossy().contains("/lua-5.4.")).expect("the package has Lua 5.4")
}

#[test]
fn lua_runs_a_script() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/lua");
    let lua = sources();
    let files = fs::read_dir(&lua).expect("the sources").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "c")).collect();
    files.push(own.join("main.c"));
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let build = tempfile::tempdir().expect("a temporary folder");
    // WASI has no `setjmp`, so an error ends the program.
    fs::write(build.path().join("setjmp.h"), "").expect("the folder can be written");
    let include = |folder: &Path| format!("-I{}", folder.display());
    let (own_include, lua_include) = (include(build.path()), include(&lua));
    let common = [
        &*own_include,
        &lua_include,
        "-w",
        "-DLUAI_THROW(lua, jump)=abort()",
        "-DLUAI_TRY(lua, jump, action)={ action }",
        "-Dluai_jmpbuf=int",
    ];
    let [wasm, native] = Target::ALL.map(|target| {
        let program = build.path().join(target.name());
        let special: &[&str] = match target {
            Target::Wasm => &["-D_WASI_EMULATED_SIGNAL", "-lwasi-emulated-signal", "-Wl,-z,stack-size=1048576"],
            Target::Native => &[],
        };
        compile(target, &files, &[&common, special].concat(), &program);
        program
    });
    let script = fs::read_to_string(own.join("script.lua")).expect("the script");
    let behaviour = check(&wasm, &native, &["script.lua", "argument"], "first\n42 rest\n", &[("script.lua", &script)]);
    assert_eq!(behaviour.status, Some(0), "{behaviour:?}");
    assert!(behaviour.stdout.ends_with("\n97\tw0\t20391\t20350\n"), "{behaviour:?}");
}
