//! Compiles the ops to stencils, with the C compiler of this machine. Without one, ops are interpreted.

fn main() {
    mimeo_build::ops("src/language/ops.rs").compile();
}
