//! `include/mimeo_calc.h` is what cbindgen generates from the Rust functions; `MIMEO_BLESS=1` updates it.

use std::fs;
use std::path::Path;

#[test]
fn the_header_matches_the_functions() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(package.join("cbindgen.toml")).expect("the configuration can be read");
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(package.join("../../../jit/capi/src/lib.rs"))
        .with_src(package.join("src/lib.rs"))
        .generate()
        .expect("cbindgen understands the sources");
    let mut made = Vec::new();
    bindings.write(&mut made);
    let path = package.join("include/mimeo_calc.h");
    if std::env::var_os("MIMEO_BLESS").is_some() {
        fs::write(path, made).expect("the header can be written");
    } else {
        let found = fs::read(path).expect("the header is there");
        assert!(found == made, "include/mimeo_calc.h is out of date: run with MIMEO_BLESS=1");
    }
}
