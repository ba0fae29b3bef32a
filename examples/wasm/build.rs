//! Compiles the stencils of the ops.

use mimeo_build::Feature;

fn main() {
    // Instructions for rounding and for counting bits, which every x86-64 processor since 2008 has. Others interpret.
    let features = [Feature::Sse41, Feature::Popcnt];
    mimeo_build::ops("src/ops.rs").raise_baseline(features).stencils(cfg!(feature = "jit")).compile();
}
