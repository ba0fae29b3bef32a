//! Functions written in Rust: [`Call`] is what one sees of its call.

use mimeo::Thrown;

use super::function::adjust_to;
use super::protected::go_on_leaving;
use super::{error, run, run_all, safepoint_of_builtin};
use crate::heap::{Builtin, Gc, Heap, Native};
use crate::ops::ops::{Callee, Value, Vm};

/// A function written in Rust. Its arguments are in the call, where it leaves its results.
pub type BuiltinFn = fn(&mut Call<'_>) -> Result<(), Thrown>;

impl Native for Value {
    type Function = BuiltinFn;
}

/// A call of a builtin.
///
/// The collector may run whenever Lua code runs ([`run`](Call::run), and what may call a metamethod): what a builtin
/// holds on to across such a call must be among its arguments, in something that is, or [kept](Call::keep).
#[derive(Debug)]
pub struct Call<'a> {
    /// The machine.
    pub vm: &'a mut Vm,
    builtin: Gc<Builtin>,
    len: u32,
}

impl Call<'_> {
    /// Number of arguments.
    #[expect(clippy::len_without_is_empty, reason = "a call is no collection")]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// An argument, the first being number 0; nil if it was not passed.
    #[inline]
    pub fn get(&self, index: u32) -> Value {
        if index < self.len { self.vm.slot(index + 1) } else { Value::NIL }
    }

    /// All arguments from one on.
    pub fn rest(&self, from: u32) -> Vec<Value> {
        (from..self.len).map(|index| self.get(index)).collect()
    }

    /// The function that is called.
    pub fn builtin(&self) -> Gc<Builtin> {
        self.builtin
    }

    /// The heap.
    pub fn heap(&mut self) -> &mut Heap {
        &mut self.vm.host.heap
    }

    /// A string.
    pub fn text(&mut self, bytes: impl AsRef<[u8]>) -> Value {
        self.vm.host.heap.text(bytes.as_ref()).into()
    }

    /// Returns one value.
    ///
    /// # Errors
    ///
    /// None: what it returns is what the builtin returns.
    #[inline]
    pub fn give(&mut self, value: Value) -> Result<(), Thrown> {
        self.vm.set_slot(0, value);
        self.vm.context.results = 1;
        Ok(())
    }

    /// Returns any number of values.
    ///
    /// # Errors
    ///
    /// When there are too many for the stack.
    pub fn give_all(&mut self, values: &[Value]) -> Result<(), Thrown> {
        adjust_to(self.vm, values)
    }

    /// Calls a function, and returns its first result.
    ///
    /// # Errors
    ///
    /// The error that it threw.
    pub fn run(&mut self, function: Value, args: &[Value]) -> Result<Value, Thrown> {
        run(self.vm, function, args)
    }

    /// Calls a function, and returns all its results.
    ///
    /// # Errors
    ///
    /// The error that it threw.
    pub fn run_all(&mut self, function: Value, args: &[Value]) -> Result<Vec<Value>, Thrown> {
        run_all(self.vm, function, args)
    }

    /// The collector takes the value for wanted until the builtin returns.
    pub fn keep(&mut self, value: Value) {
        self.vm.host.kept.push(value);
    }

    /// An error with a message, which says where the caller is.
    pub fn error(&mut self, message: impl AsRef<[u8]>) -> Thrown {
        error::raise_text_at(self.vm, 1, message)
    }
}

/// The code of a builtin that has more arguments than its frame has room.
pub(crate) fn builtin_frame(vm: &mut Vm) -> Callee {
    vm.host.stubs.with_room(vm.context.arguments)
}

pub(crate) fn call_builtin(vm: &mut Vm, builtin: Value) -> Result<(), Thrown> {
    let builtin = builtin.to_builtin().expect("only builtins have this code");
    let len = vm.context.arguments;
    safepoint_of_builtin(vm, len);
    let kept = vm.host.kept.len();
    let result = (builtin.function)(&mut Call { vm, builtin, len });
    vm.host.kept.truncate(kept);
    // The program may have ended in a coroutine that it has resumed.
    if vm.host.exit.is_some() && result.is_ok() { Err(go_on_leaving(vm)) } else { result }
}
