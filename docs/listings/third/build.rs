//! Compiles the ops to stencils.

fn main() {
    mimeo_build::ops("src/ops.rs").compile();
}
