//! Only the machine makes proofs and references.
#![forbid(unsafe_code)]

use mimeo::tier::References;
use mimeo_tests::callbacks::callback_ops::{FiberRef, Machine, Ops};

fn forge() {
    let _ = FiberRef::new; //~ E0624
    let _ = References::NONE; //~ E0599
}

fn reach_the_tier(machine: &mut Machine) {
    let _ = machine.tier_mut::<mimeo::jit::Jit<Ops>>(); //~ E0599
}

fn main() {}
