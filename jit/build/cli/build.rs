//! The triple of the machine that the command runs on → `MIMEO_HOST`: the `cc` crate wants it to find compilers.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The command's target is where it will run, and where it will look for compilers.
    println!("cargo::rustc-env=MIMEO_HOST={}", std::env::var("TARGET").unwrap_or_default());
}
