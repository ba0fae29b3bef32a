//! The name of a folder in `tests` → a package made from the manifest there, and cargo in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mimeo_corpus::tree;

/// The target folder of all these packages.
pub(crate) const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/packages-target");

/// Returns the root of the tree.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests' folder is in the root")
}

/// Makes a package with the manifest `tests/NAME/Cargo.toml.in`, and returns its folder.
pub(crate) fn package(name: &str) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(package.join("src")).expect("the folder can be made");
    let template = root().join("tests").join(name).join("Cargo.toml.in");
    let template = fs::read_to_string(template).expect("the manifest is there");
    write(&package.join("Cargo.toml"), &template.replace("ROOT", root().to_str().expect("a plain path")));
    // No network: the packages of the workspace suffice.
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).expect("the lock can be copied");
    package
}

/// Returns a cargo command in a package.
pub(crate) fn cargo(package: &Path, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(package).args(&arguments[..1]).args(["--offline", "--color=never"]).args(&arguments[1..]);
    cargo.env("CARGO_TARGET_DIR", TARGET);
    cargo.env_remove("RUSTFLAGS").env_remove("OUT_DIR").env_remove("MIMEO_STENCILS");
    cargo
}

/// Writes a file of a package, unless it has this content.
pub(crate) fn write(path: &Path, text: &str) {
    tree::write(path, text).expect("the file can be written");
}
