//! Closures, coroutines, objects with fields, and a collector: the parts of a language that several chapters of the book
//! explain. There is no compiler; the tests assemble their programs.
//!
//! The modules are private, because ops follow the pointers in values: no other crate can make a value or a program.

#![cfg_attr(not(test), expect(dead_code, reason = "the tests are the programs"))]

mod objects;
mod ops;
mod runtime;
#[cfg(test)]
mod tests;
