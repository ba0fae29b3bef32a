//! The triple of the machine that the command runs on → `MIMEO_HOST`, which the `cc` crate needs to find compilers.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The target of this build is the machine on which the command looks for compilers.
    println!("cargo::rustc-env=MIMEO_HOST={}", std::env::var("TARGET").unwrap_or_default());
}
