//! What ops call: errors, output, and the variables that a session keeps.

use std::io::Write;

use mimeo::Thrown;
use mimeo_shell::Output;

use crate::language::ops::ops::Vm;

/// The state of the language that only Rust accesses, as `vm.host`.
pub struct Host {
    pub output: Output,
    /// The variables of the top level, in the order in which the last chunk has kept them.
    pub variables: Vec<i64>,
}

pub(crate) fn overflow(vm: &mut Vm, operator: u8) -> Thrown {
    vm.throw(format!("integer overflow in `{}`", char::from(operator)))
}

pub(crate) fn division_by_zero(vm: &mut Vm) -> Thrown {
    vm.throw("division by zero")
}

pub(crate) fn print_number(vm: &mut Vm, value: i64) -> Result<(), Thrown> {
    let result = writeln!(vm.host.output, "{value}");
    result.map_err(|error| vm.throw(format!("cannot print: {error}")))
}

pub(crate) fn keep_variable(vm: &mut Vm, value: i64) {
    vm.host.variables.push(value);
}
