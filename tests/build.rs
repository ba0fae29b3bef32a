//! Compiles the stencils of the tests' instruction sets.

fn main() {
    for set in ["callbacks", "registers", "stack", "slow", "loops", "corners", "tagged", "broken", "reference"] {
        mimeo_build::ops(format!("src/{set}.rs")).compile();
    }
}
