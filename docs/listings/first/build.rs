//! Compiles the ops to stencils.

// ANCHOR: build
fn main() {
    mimeo_build::ops("src/ops.rs").compile();
}
// ANCHOR_END: build
