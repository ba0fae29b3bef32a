//! Compiles the ops to stencils.

fn main() {
    mimeo_build::ops("src/longs.rs").compile();
    mimeo_build::ops("src/pairs.rs").compile();
}
