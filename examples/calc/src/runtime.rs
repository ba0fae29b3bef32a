//! What ops cannot do themselves: errors with a text, and output.

use std::fmt;
use std::io::Write;

use mimeo::Thrown;

use crate::ops::ops::Vm;

/// The part of the machine that only Rust touches.
pub struct Host {
    /// Where `print` writes.
    pub out: Box<dyn Write>,
    /// The memory behind [`Context::globals`](crate::ops::ops::Context::globals).
    pub globals: Vec<i64>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("globals", &self.globals).finish_non_exhaustive()
    }
}

pub(crate) fn overflow(vm: &mut Vm, operator: u8) -> Thrown {
    vm.throw(format!("integer overflow in `{}`", char::from(operator)))
}

pub(crate) fn division_by_zero(vm: &mut Vm) -> Thrown {
    vm.throw("division by zero")
}

pub(crate) fn print_value(vm: &mut Vm, value: i64) -> Result<(), Thrown> {
    writeln!(vm.host.out, "{value}").map_err(|error| vm.throw(format!("cannot print: {error}")))
}
