//! Proofs and names are made by the machine only.
#![forbid(unsafe_code)]

use mimeo::tier::References;
use mimeo_tests::callbacks::callback_ops::{FiberRef, Machine, Ops};

fn forge() {
    let _ = FiberRef::new;
    let _ = References::NONE;
}

fn reach_the_tier(machine: &mut Machine) {
    let _ = machine.tier_mut::<mimeo::jit::Jit<Ops>>();
}

fn main() {}
