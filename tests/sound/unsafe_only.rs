//! Functions that can break memory safety cannot be called without `unsafe`.
#![forbid(unsafe_code)]

use mimeo::tier::{Caller, NativeTier, References};
use mimeo::{Function, Value};
use mimeo_tests::callbacks::callback_ops::{Callee, FunctionRef, Linked, Machine, Ops, Vm};

fn forge_value<V: Value>() -> V {
    V::from_bits(0x4141_4141) //~ E0133
}

fn forge_callee() -> Callee {
    Callee::from_word(0x4141_4141) //~ E0133
}

fn look_up(vm: &Vm, function: FunctionRef) {
    let _ = vm.callee(function); //~ E0133
}

fn unload(machine: &mut Machine, linked: Linked) {
    let _ = machine.unload(linked); //~ E0133
}

fn ask_the_tier(tier: &mut dyn NativeTier<Ops>, function: &Function, references: References<'_>) {
    let _ = tier.called(function, Caller::Host, references); //~ E0133
    let _ = tier.compile(function, references); //~ E0133
    tier.safepoint(references); //~ E0133
    tier.unload(function); //~ E0133
}

fn redirect(function: &Function) {
    function.set_entry(0x4141_4141); //~ E0133
}

fn main() {}
