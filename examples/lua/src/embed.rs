//! The Rust side of a running Lua: [`Scope`] converts values between Rust and Lua, and makes calls in both directions.
//!
//! Safe code that uses only this module and [`Lua`](crate::Lua) cannot use an object that was freed:
//!
//! 1. A value that leaves a Lua is a copy, or a [`Handle`] whose object is a root of the collector while the handle
//!    lives.
//! 2. A handle works only in its own Lua, which every use checks. A handle never reads its object itself.
//! 3. A panic that unwinds through a running Lua can leave it in an inconsistent state. Such a Lua is not entered
//!    again, and its objects are freed without being read. [`Embedding::is_inside`] records this.

mod failure;
mod function;
mod handle;
mod scope;
mod value;

use std::rc::Rc;

use crate::heap::Tracer;
use crate::load::Debugger;
use crate::ops::ops::{Ops, Trap, Value as Bits, Vm};
use crate::runtime::{Embedded, Embedder};

pub use failure::{Failure, Stop};
pub use handle::{Function, Handle, Table};
pub use scope::Scope;
pub use value::Value;

use failure::Report;
pub(crate) use function::Outside;
use function::RustFunction;
use handle::Pins;

/// The part of a machine's host that belongs to the embedder.
#[derive(Default)]
pub(crate) struct Embedding {
    pins: Pins,
    /// Rust functions that the program can call.
    functions: Vec<Rc<RustFunction>>,
    /// `xpcall`, and the handler that makes reports.
    protection: Option<[Bits; 2]>,
    /// The original `debug.traceback`.
    traceback: Option<Bits>,
    /// The handler's report on the error that is being propagated.
    report: Option<Report>,
    /// The stop with which a nested call from Rust has ended.
    stopped: Option<Trap>,
    /// The number of nested calls from Rust.
    calls: u32,
    /// Whether the handler is running.
    is_reporting: bool,
    /// The debugger of the program, if there is one.
    pub(crate) debugger: Option<Rc<dyn Debugger>>,
    /// Whether Lua code is running, or was ended by a panic.
    is_inside: bool,
}

impl Embedding {
    /// Creates what calls from outside need. The library must be loaded.
    pub(crate) fn open(vm: &mut Vm) {
        failure::open(vm);
    }

    /// Returns `true` if a panic has unwound through this Lua.
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

    fn protection(&self, handler: Bits) -> Option<Bits> {
        self.protection.filter(|[_, its]| *its == handler).map(|[xpcall, _]| xpcall)
    }

    fn protects(&self, function: Bits) -> bool {
        self.protection.is_some_and(|[xpcall, _]| xpcall == function)
    }
}
