//! An op that a runtime function runs again sees the changes of that run in its inline-cache cell, however rustc
//! optimises its handler.

use crate::tools::drift::{Build, OUTPUT};

/// Optimises the package with the handlers, but not its dependencies.
const OPTIMIZED: &str = "--config=profile.dev.package.drift.opt-level=3";

#[test]
fn optimized_handlers_read_their_cells_again() {
    let build = Build::default();
    let outcome = build.run(&[OPTIMIZED]);
    assert_eq!((outcome.stdout.as_str(), outcome.success), (OUTPUT, true), "{}", outcome.stderr);
    let twins = build.run(&[OPTIMIZED, "--", "twins"]);
    let expected = "7 ops are the same in both tiers\n";
    assert_eq!((twins.stdout.as_str(), twins.success), (expected, true), "{}", twins.stderr);
}

#[test]
fn fields_of_cells_must_be_standard_library_cells() {
    let imported = "    use std::cell::UnsafeCell as Cell;\n\n    /// An inline-cache cell.";
    let build = Build::default().ops("    /// An inline-cache cell.", imported);
    build.fails("mismatched types", "pub count: Cell<i64>");
}
