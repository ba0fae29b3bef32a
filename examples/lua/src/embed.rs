//! Rust's side of a running Lua: [`Scope`] turns Rust's values into Lua's and back, and calls from one side to the other.
//!
//! Safe code that uses only this, and [`Lua`](crate::Lua), cannot use an object that was freed:
//!
//! 1. What leaves a Lua is copied, or a [`Handle`] whose object is a root of the collector as long as the handle lives.
//! 2. A handle is of use only in its own Lua, which is checked at each use. It never looks into its object itself.
//! 3. A panic that goes through a running Lua leaves that in the middle of something: it is not entered again, and its
//!    objects are freed without another look at them. [`Embedding::is_inside`] says so.

mod failure;
mod function;
mod handle;
mod scope;
mod value;

use std::rc::Rc;

use crate::heap::Tracer;
use crate::ops::ops::{Ops, Value as Bits, Vm};
use crate::runtime::{Embedded, Embedder};

pub use failure::Failure;
pub use handle::{Function, Handle, Table};
pub use scope::Scope;
pub use value::Value;

use failure::Report;
use function::RustFunction;
use handle::Pins;

/// What of a machine's host belongs to the one who embeds it.
#[derive(Default)]
pub(crate) struct Embedding {
    pins: Pins,
    /// Functions of Rust's that the program can call.
    functions: Vec<Rc<RustFunction>>,
    /// `xpcall`, and the handler that makes reports.
    protection: Option<[Bits; 2]>,
    /// `debug.traceback` as it was at the beginning.
    traceback: Option<Bits>,
    /// What the handler has said of the error that is on its way.
    report: Option<Report>,
    /// Calls that Rust has made, one inside the other.
    calls: u32,
    /// The handler runs.
    is_reporting: bool,
    /// Lua's own code runs, or it ended with a panic.
    is_inside: bool,
}

impl Embedding {
    /// Makes what calls from outside need. The library is there.
    pub(crate) fn open(vm: &mut Vm) {
        failure::open(vm);
    }

    /// A panic went through this Lua.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_inside
    }
}

impl Embedded for Ops {
    type Embedding = Embedding;
}

impl Embedder for Embedding {
    fn trace(&self, tracer: &mut Tracer) {
        self.pins.trace(tracer);
        self.protection.iter().flatten().chain(&self.traceback).for_each(|&value| tracer.value(value));
    }

    fn protects(&self, function: Bits) -> bool {
        self.protection.is_some_and(|[xpcall, _]| xpcall == function)
    }
}
