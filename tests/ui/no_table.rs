//! A package whose build script made no table: the ops are fine, and there are no stencils for them.

#[mimeo::instruction_set(value = i64)]
mod unbuilt {
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }
}

fn main() {}
