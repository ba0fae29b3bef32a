//! The ops in another file.
// covers: NotInline

#[mimeo::instruction_set(value = i64)]
mod ops;

fn main() {}
