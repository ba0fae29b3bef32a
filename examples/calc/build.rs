//! Compiles the stencils of calc's ops.

fn main() {
    mimeo_build::ops("src/ops.rs").stencils(cfg!(feature = "jit")).compile();
}
