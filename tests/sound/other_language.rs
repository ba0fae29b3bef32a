//! References to one language's functions, programs and fibers do not fit another language.
#![forbid(unsafe_code)]

use mimeo_tests::callbacks::callback_ops;
use mimeo_tests::registers::register_ops;

fn call(machine: &mut callback_ops::Machine, function: register_ops::FunctionRef) {
    let _ = machine.call(function, &[]); //~ E0308
}

fn run(vm: &mut callback_ops::Vm, callee: register_ops::Callee) {
    let _ = vm.run(callee, &[]); //~ E0277
}

fn resume(vm: &mut callback_ops::Vm, fiber: register_ops::FiberRef) {
    let _ = vm.resume_fiber(fiber); //~ E0308
}

fn load(machine: &mut callback_ops::Machine, program: &register_ops::Program) {
    let _ = machine.load(program); //~ E0308
}

fn main() {}
