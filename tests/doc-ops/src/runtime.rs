//! The runtime of the examples: the functions that the ops call, and their state.

use std::fmt;
use std::rc::Rc;

use mimeo::asm::FunctionIndex;
use mimeo::{Charge, StackMove, Thrown, Window};

use crate::ops::ops::{Context, FunctionRef, Linked, Ops, Vm};

/// The runtime function of the op `ask_host`, which each example provides.
pub type HostFunction = dyn Fn(&mut Vm, Window) -> Result<i64, Thrown>;

/// The part of the language's state that only Rust accesses.
#[derive(Clone, Default)]
pub struct Host {
    /// The function that the op `ask_host` runs.
    pub ask: Option<Rc<HostFunction>>,
    /// The values that `get_global` reads. Missing ones read as 0.
    pub globals: Vec<i64>,
    /// The numbers that the program printed, and those that fibers were suspended with.
    pub printed: Vec<i64>,
    /// The errors that handlers have taken, as text.
    pub caught: Vec<String>,
    /// Memory that can be freed at any time.
    pub cache: Option<Rc<Charge>>,
    /// The sample program, once it is loaded.
    pub sample: Option<Linked>,
}

impl Host {
    /// Returns a handle to a function of the sample program.
    ///
    /// # Panics
    ///
    /// If the sample program is not loaded (test `a_host_without_the_sample_program_has_no_functions`).
    #[must_use]
    pub fn function(&self, index: FunctionIndex) -> FunctionRef {
        self.sample.expect("the sample program is loaded").function(index)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("printed", &self.printed).finish_non_exhaustive()
    }
}

impl Default for Context {
    fn default() -> Self {
        Context { watched: std::ptr::null_mut() }
    }
}

/// Stores the address of a slot of the running op's frame. The address is updated when the stack moves.
pub fn watch(vm: &mut Vm, index: u32) {
    vm.context.watched = vm.slot_ptr(index).cast();
}

/// Returns the address of the watched slot.
#[must_use]
pub fn watched(vm: &Vm) -> *mut u64 {
    vm.context.watched.cast()
}

// SAFETY: values are integers, there are no unsafe blocks and no callees in the data, and nothing reads through the pointer.
unsafe impl mimeo::TrustedOps for Ops {
    fn stack_moved(vm: &mut Vm, moved: &StackMove) {
        vm.context.watched = moved.rebased(vm.context.watched);
    }
}

pub(crate) fn global(vm: &mut Vm, index: u32) -> i64 {
    vm.host.globals.get(index as usize).copied().unwrap_or(0)
}

pub(crate) fn print_value(vm: &mut Vm, value: i64) {
    vm.host.printed.push(value);
}

pub(crate) fn division_error(vm: &mut Vm, a: i64, b: i64) -> Thrown {
    vm.throw(format!("cannot divide {a} by {b}"))
}

pub(crate) fn ask(vm: &mut Vm, args: Window) -> Result<i64, Thrown> {
    match vm.host.ask.clone() {
        Some(ask) => ask(vm, args),
        None => Err(vm.throw("the host has no function to ask")),
    }
}

pub(crate) fn suspend_fiber(vm: &mut Vm, value: i64) -> Result<i64, Thrown> {
    vm.host.printed.push(value);
    match vm.suspend() {
        Some(thrown) => Err(thrown),
        None => Err(vm.throw("no fiber is running")),
    }
}

pub(crate) fn take_caught(vm: &mut Vm) -> i64 {
    let caught = vm.take_error().map(|trap| trap.to_string());
    vm.host.caught.extend(caught);
    -1
}
