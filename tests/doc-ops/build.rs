//! Compiles the stencils of the examples' ops.

fn main() {
    mimeo_build::ops("src/ops.rs").compile();
}
