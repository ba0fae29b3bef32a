//! Proofs and references cannot be constructed from their fields.
#![forbid(unsafe_code)]

use mimeo_tests::callbacks::callback_ops::{FunctionRef, Linked};

fn forge(linked: Linked) {
    let _ = mimeo::Thrown { serial: std::num::NonZeroU64::MIN }; //~ E0451
    let _ = FunctionRef { program: linked, index: mimeo::asm::FunctionIndex(0) }; //~ E0451
}

fn main() {}
