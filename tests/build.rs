//! Compiles the stencils of the tests' instruction sets.

fn main() {
    for file in ["src/callbacks.rs", "src/registers.rs", "src/stack.rs", "src/corners.rs", "src/broken.rs"] {
        mimeo_build::ops(file).compile();
    }
}
