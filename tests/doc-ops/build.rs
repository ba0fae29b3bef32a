//! Compiles the stencils of the examples' ops, and of those with objects.

fn main() {
    mimeo_build::ops("src/ops.rs").compile();
    mimeo_build::ops("src/objects.rs").compile();
}
