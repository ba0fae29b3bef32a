//! What ops call: errors and output.

use std::io::Write as _;

use mimeo::Thrown;
use mimeo_shell::Output;

use crate::ops::ops::Vm;

// ANCHOR: host
/// What only Rust accesses, as `vm.host`.
pub struct Host {
    pub output: Output,
}

pub(crate) fn print_number(vm: &mut Vm, number: i64) -> Result<(), Thrown> {
    let written = writeln!(vm.host.output, "{number}");
    written.map_err(|error| vm.throw(format!("cannot print: {error}")))
}
// ANCHOR_END: host

// ANCHOR: overflow
pub(crate) fn overflow(vm: &mut Vm, operator: u8) -> Thrown {
    vm.throw(format!("integer overflow in `{}`", char::from(operator)))
}
// ANCHOR_END: overflow
