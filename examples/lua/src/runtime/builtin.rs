//! Functions written in Rust: [`Call`] gives one access to its call.

use mimeo::Thrown;

use super::function::adjust_to;
use super::protected::throw_exit;
use super::{PART, Scratch, claim, error, pay, run, run_all, safepoint_of_builtin};
use crate::heap::{Builtin, Gc, Heap, Native};
use crate::ops::ops::{Callee, Value, Vm};

/// A function written in Rust. It takes its arguments from the call, and leaves its results there.
pub type BuiltinFn = fn(&mut Call<'_>) -> Result<(), Thrown>;

/// More arguments than this are work.
const MANY: u32 = 32;

/// The work of passing a value.
pub(super) const WORK_PER_VALUE: usize = 4;

impl Native for Value {
    type Function = BuiltinFn;
}

/// A call of a builtin.
///
/// The collector can run whenever Lua code runs (in [`run`](Call::run), and in anything that can call a metamethod). A
/// value that a builtin uses after such a call must be an argument, be reachable from one, or be [kept](Call::keep).
#[derive(Debug)]
pub struct Call<'a> {
    /// The machine.
    pub vm: &'a mut Vm,
    builtin: Gc<Builtin>,
    len: u32,
    /// The work that was not paid for yet.
    pub(super) unpaid: usize,
}

impl Call<'_> {
    /// Returns the number of arguments.
    #[expect(clippy::len_without_is_empty, reason = "a call is not a collection")]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Returns an argument, counted from 0, or nil if it was not passed.
    #[inline]
    pub fn get(&self, index: u32) -> Value {
        if index < self.len { self.vm.slot(index + 1) } else { Value::NIL }
    }

    /// Returns all arguments from one on.
    pub fn rest(&self, from: u32) -> Vec<Value> {
        (from..self.len).map(|index| self.get(index)).collect()
    }

    /// Returns the called function.
    pub fn builtin(&self) -> Gc<Builtin> {
        self.builtin
    }

    /// Returns the heap.
    pub fn heap(&mut self) -> &mut Heap {
        &mut self.vm.host.heap
    }

    /// Makes sure that so many bytes can be allocated next, if necessary by a full cycle of the collector. What holds for
    /// values [across calls](Call) holds here.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    #[inline]
    pub fn claim(&mut self, bytes: usize) -> Result<(), Thrown> {
        claim(self.vm, bytes)
    }

    /// Creates a string of any length, and counts the work. What holds for values [across calls](Call) holds here.
    ///
    /// # Errors
    ///
    /// If there is not enough memory, or the host stops the program.
    pub fn long_text(&mut self, bytes: &[u8]) -> Result<Value, Thrown> {
        if bytes.len() > PART {
            let mut scratch = Scratch::new(self.vm, bytes.len())?;
            self.append(&mut scratch.bytes, bytes)?;
            return scratch.into_text(self.vm).map(Value::from);
        }
        self.work(bytes.len())?;
        self.claim(bytes.len())?;
        Ok(self.text(bytes))
    }

    /// Creates a string whose length does not depend on the program.
    #[inline]
    pub fn text(&mut self, bytes: impl AsRef<[u8]>) -> Value {
        self.vm.host.heap.text(bytes.as_ref()).into()
    }

    /// Returns one value.
    ///
    /// # Errors
    ///
    /// Never: the `Result` is what the builtin itself returns.
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
    /// If there are too many for the stack.
    pub fn give_all(&mut self, values: &[Value]) -> Result<(), Thrown> {
        adjust_to(self.vm, values)
    }

    /// Calls a function, and returns its first result.
    ///
    /// # Errors
    ///
    /// If the function throws an error.
    #[inline]
    pub fn run(&mut self, function: Value, args: &[Value]) -> Result<Value, Thrown> {
        run(self.vm, function, args)
    }

    /// Calls a function, and returns all its results.
    ///
    /// # Errors
    ///
    /// If the function throws an error.
    pub fn run_all(&mut self, function: Value, args: &[Value]) -> Result<Vec<Value>, Thrown> {
        run_all(self.vm, function, args)
    }

    /// Keeps a value alive until the builtin returns.
    pub fn keep(&mut self, value: Value) {
        self.vm.host.kept.push(value);
    }

    /// Throws an error with a message that starts with the position of the caller.
    pub fn error(&mut self, message: impl AsRef<[u8]>) -> Thrown {
        error::raise_text_at(self.vm, 1, message)
    }
}

/// Returns the code of a builtin that has more arguments than fit into its frame.
pub(crate) fn builtin_frame(vm: &mut Vm) -> Callee {
    vm.host.stubs.with_room(vm.context.arguments)
}

pub(crate) fn call_builtin(vm: &mut Vm, builtin: Value) -> Result<(), Thrown> {
    let builtin = builtin.to_builtin().expect("only builtins have this code");
    let len = vm.context.arguments;
    safepoint_of_builtin(vm, len)?;
    if len > MANY {
        pay(vm, len as usize * WORK_PER_VALUE)?;
    }
    let kept = vm.host.kept.len();
    let result = (builtin.function)(&mut Call { vm, builtin, len, unpaid: 0 });
    vm.host.kept.truncate(kept);
    // The program may have called `os.exit` in a coroutine that this builtin resumed.
    if vm.host.exit.is_some() && result.is_ok() { Err(throw_exit(vm)) } else { result }
}
