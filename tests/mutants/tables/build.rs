//! Passes the target of the build to the crate.

fn main() {
    println!("cargo::rustc-env=TARGET={}", std::env::var("TARGET").expect("cargo sets it"));
}
