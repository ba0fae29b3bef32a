//! Three mistakes give three errors in one build, in the order of the source, and rustc adds none.

#[mimeo::instruction_set(value = i64)]
pub mod ops {
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a + b
    }

    fn helper(a: i64) -> i64 {
        missing(a)
    }

    #[vm_op]
    fn not(a: i64) -> i64 {
        helper(!a)
    }

    #[vm_op]
    fn choose(a: i64) -> i64 {
        if a { 1 } else { 2 }
    }
}

/// What uses the instruction set compiles all the same.
pub fn assemble() {
    let mut assembler = ops::Assembler::new("main", 0, 2);
    assembler.add(mimeo::def::Slot(0), mimeo::def::Slot(0), mimeo::def::Slot(1));
}

fn main() {}
