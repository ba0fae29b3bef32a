//! Compiles the ops to stencils. Without a C compiler, the tables beside the ops have them.

fn main() {
    mimeo_build::ops("src/language/ops.rs").compile();
}
