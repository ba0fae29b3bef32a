//! Protected calls, which catch errors: `pcall`, `xpcall`, and calls by the host.

use mimeo::{Thrown, TrapKind};

use super::error::{Error, call_handler, is_out_of_memory, raise_past, value_of};
use super::place::{frame_at, name_of_callee, place};
use super::run::{results, run};
use super::upvalue::{close_above_frame, close_from};
use crate::ops::ops::{Trap, Value, Vm};

/// Checks the first `parts` arguments of `pcall` or `xpcall`. Puts a handler where `xpcall` itself was, and the other
/// arguments right after the function.
pub(crate) fn protect(vm: &mut Vm, parts: u32) -> Result<(), Thrown> {
    let what = match (vm.context.arguments, parts) {
        (0, _) => "#1 to '{}' (value expected)".to_owned(),
        (1, 2) => "#2 to '{}' (function expected, got no value)".to_owned(),
        (_, 2) if !vm.slot(2).is_function() => {
            format!("#2 to '{{}}' (function expected, got {})", vm.slot(2).type_name())
        }
        _ => {
            if parts == 2 {
                vm.host.has_handlers = true;
                vm.set_slot(0, vm.slot(2));
                vm.copy_slots(3, 2, vm.context.arguments.saturating_sub(2));
            }
            return Ok(());
        }
    };
    let name = frame_at(vm, 1).and_then(|caller| name_of_callee(vm, &caller, vm.slot(0)));
    let name = name.map_or_else(|| "?".to_owned(), |(_, name)| name);
    let mut message = place(vm, 1);
    message.extend_from_slice(format!("bad argument {}", what.replace("{}", &name)).as_bytes());
    let message = vm.host.heap.text(&message).into();
    // This call, whose handler this may be, has not started.
    Err(raise_past(vm, message, 1))
}

/// Returns the value of the error that arrived in the running frame, after calling its handler if that was not called
/// yet. Throws again if the program has called `os.exit`.
pub(crate) fn caught(vm: &mut Vm, handler: Value) -> Result<Value, Thrown> {
    let Some(trap) = vm.take_error() else { return Ok(Value::NIL) };
    close_from(vm, 0);
    let mut value = value_of(vm, &trap);
    let was_handled = matches!(trap.kind, TrapKind::Language(Error::Value { was_handled: true, .. }));
    if !was_handled && !handler.is_nil() && vm.host.exit.is_none() {
        value = call_handler(vm, handler, value)?;
    }
    if is_out_of_memory(value) {
        forget_left_functions(vm);
    }
    if vm.host.exit.is_some() { Err(throw_exit(vm)) } else { Ok(value) }
}

/// Clears what the functions that an error has left had in their slots. Some of these belong to the caller's frame, and
/// would keep alive what took the memory.
fn forget_left_functions(vm: &mut Vm) {
    // The first ones are this function and the result of `take_error`.
    vm.fill_slots(2, vm.frame_slots() - 2, Value::NIL);
    vm.clear_after_stacks();
}

/// A call of `os.exit`: the end of the program.
///
/// It is an error that protected calls do not catch, so that all active functions are left in the usual manner. The
/// host decides whether its process ends then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code of the process.
    pub code: i32,
    /// Whether the program requested that finalisers run first.
    pub runs_finalizers: bool,
}

/// Ends the program.
pub fn leave(vm: &mut Vm, exit: Exit) -> Thrown {
    vm.host.exit = Some(exit);
    throw_exit(vm)
}

/// Throws the end of the program again, for example after it has ended a coroutine.
pub(super) fn throw_exit(vm: &mut Vm) -> Thrown {
    vm.throw(Error::Exit)
}

/// An error that ended a call by the host.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The thrown value.
    pub value: Value,
    /// The trap with the place of the error.
    pub trap: Trap,
    /// Set if this is not an error, but the program has called `os.exit`.
    pub exit: Option<Exit>,
}

impl Failure {
    /// Returns the failure, unless the host stopped the program, which Lua code cannot catch.
    ///
    /// # Errors
    ///
    /// If the host stopped the program.
    pub fn unless_stopped(self, vm: &mut Vm) -> Result<Failure, Thrown> {
        if self.trap.kind.is_stop() { Err(vm.throw_again(self.trap)) } else { Ok(self) }
    }
}

/// Calls a function, and catches all errors. A caller on behalf of the program passes the failure to
/// [`Failure::unless_stopped`].
///
/// # Errors
///
/// If the function throws an error.
pub fn run_protected(vm: &mut Vm, function: Value, args: &[Value]) -> Result<Vec<Value>, Failure> {
    match run(vm, function, args) {
        Ok(_) => Ok(results(vm)),
        Err(thrown) => {
            let trap = vm.catch(thrown);
            close_above_frame(vm);
            let value = value_of(vm, &trap);
            Err(Failure { value, trap, exit: vm.host.exit })
        }
    }
}
