//! A runtime function cannot swap the machine that it works on.
#![forbid(unsafe_code)]

use mimeo_tests::callbacks::callback_ops::{Machine, Vm};

fn swap(vm: &mut Vm, other: &mut Machine) {
    std::mem::swap(vm, other.vm_mut()); //~ E0277
}

fn overwrite(vm: &mut Vm, other: &mut Machine) {
    *vm = *other.vm_mut(); //~ E0277
}

fn main() {}
