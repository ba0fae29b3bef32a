//! An op that a runtime function runs again finds in its inline-cache cell what that run has left there, whatever rustc
//! makes of its handler

use crate::drift::{Build, OUTPUT};

/// Optimizes the package, whose handlers are its own; what it depends on stays as it is.
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
fn fields_of_cells_are_the_standard_librarys_cells() {
    let imported = "    use std::cell::UnsafeCell as Cell;\n\n    /// An inline-cache cell.";
    let build = Build::default().ops("    /// An inline-cache cell.", imported);
    build.fails("mismatched types", "pub count: Cell<i64>");
}
