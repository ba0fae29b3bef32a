//! Tells the crate for which target it is built.

fn main() {
    println!("cargo::rustc-env=TARGET={}", std::env::var("TARGET").expect("cargo sets it"));
}
