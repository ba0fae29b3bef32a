//! Compiles the stencils of the ops.

fn main() {
    mimeo_build::ops("src/ops.rs").stencils(cfg!(feature = "jit")).compile();
}
