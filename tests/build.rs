//! Compiles the stencils of the tests' instruction sets.

fn main() {
    let sets =
        ["boxed", "callbacks", "registers", "stack", "slow", "loops", "corners", "tagged", "broken", "reference"];
    for set in sets {
        mimeo_build::ops(format!("src/{set}.rs")).compile();
    }
}
