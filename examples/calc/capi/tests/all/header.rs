//! `include/mimeo_calc.h` is what cbindgen generates from the Rust functions; `UPDATE_EXPECT=1` updates it.

use std::path::Path;

use expect_test::expect_file;

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
    let made = String::from_utf8(made).expect("a header is text");
    expect_file![package.join("include/mimeo_calc.h")].assert_eq(&made);
}
