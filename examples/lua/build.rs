//! Compiles the stencils of Lua's ops.

fn main() {
    mimeo_build::ops("src/ops.rs").stencils(cfg!(feature = "jit")).compile();
}
