//! Runtime functions of the ops → errors with a text, and output.

use std::fmt;
use std::io::Write;

use mimeo::Thrown;

use crate::ops::ops::{Context, Ops, Vm};

/// The part of the machine's state that only Rust code accesses.
pub struct Host {
    /// Where `print` writes.
    pub(crate) out: Box<dyn Write>,
    /// The memory behind [`Context::globals`](crate::ops::ops::Context::globals).
    pub(crate) globals: Vec<i64>,
}

/// Creates the state of a machine with these globals.
///
/// # Safety
///
/// Context and host must stay together: the context has the address of the host's globals.
#[doc(hidden)]
pub unsafe fn state(mut globals: Vec<i64>, out: Box<dyn Write>) -> (Context, Host) {
    let context = Context { globals: globals.as_mut_ptr() };
    (context, Host { out, globals })
}

impl Host {
    /// Returns the values of the globals.
    pub fn globals(&self) -> &[i64] {
        &self.globals
    }
}

// SAFETY: (1) values are integers. (2) The only unsafe blocks are accesses to globals, whose index the verifier has
// compared with the program's number of globals, and `load` has compared that number with the machine's. (3) The
// globals are the host's for as long as the machine lives: nothing in this crate replaces either, and `state` has the
// caller keep them together. (4) There are no cells, (5) no callees in the data, (6) no addresses of slots, (7) no
// collector. (8) No runtime function calls back. (9) Nothing is shared with other threads.
unsafe impl mimeo::TrustedOps for Ops {}

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
