//! Coroutines: functions that run in their own fibers.
//!
//! Contract of its unsafe block: (6) of the [heap](crate::heap): the open upvalues of a stack are in
//! `context.open_upvalues` while the machine runs on it, in `left_upvalues` while it runs on another one that was
//! resumed from there, and in the coroutine while that is suspended.

use mimeo::{FiberExit, FiberLimits, Thrown, Window};

use super::collect::free_memory;
use super::error::{catch, out_of_memory, raise_text, raise_text_at, value_of};
use super::hook;
use super::upvalue::close_all;
use crate::heap::{Coroutine, CoroutineState, Gc, HEADROOM};
use crate::ops::ops::{FiberRef, Table, Value, Vm};

/// The limits of a coroutine's stack.
const LIMITS: FiberLimits = FiberLimits::new().with_slots(1 << 20).with_depth(190_000);

/// Maximal number of values that can be passed between coroutines at once.
const MAX_TRANSFER: usize = 8000;

/// The fibers of coroutines, by number.
#[derive(Debug, Default)]
pub struct Fibers {
    fibers: Vec<Option<FiberRef>>,
    free: Vec<u32>,
}

impl Fibers {
    fn add(&mut self, fiber: FiberRef) -> u32 {
        let number = self.free.pop().unwrap_or(self.fibers.len() as u32);
        if number as usize == self.fibers.len() {
            self.fibers.push(None);
        }
        self.fibers[number as usize] = Some(fiber);
        number
    }

    /// Returns the fiber with this number.
    pub(crate) fn get(&self, number: u32) -> FiberRef {
        self.fibers[number as usize].expect("a coroutine has a fiber until its end")
    }

    /// Returns the number of fibers.
    pub(crate) fn len(&self) -> usize {
        self.fibers.len() - self.free.len()
    }

    fn remove(&mut self, number: u32) -> FiberRef {
        let fiber = self.get(number);
        self.fibers[number as usize] = None;
        self.free.push(number);
        fiber
    }
}

/// The result of resuming a coroutine: it yielded or returned, and its values are in the host's `transfer`, or the value
/// that it threw.
pub type Resumed = Result<(), Value>;

/// Creates a coroutine that will call a function.
pub fn create_coroutine(vm: &mut Vm, function: Value) -> Gc<Coroutine> {
    let coroutine = vm.host.heap.new_coroutine(function);
    let globals = vm.host.globals;
    vm.host.heap.set_globals(coroutine, globals);
    coroutine
}

/// Returns the table of globals of a coroutine, or of the main program for `None`.
pub fn globals_of(vm: &Vm, coroutine: Option<Gc<Coroutine>>) -> Gc<Table> {
    coroutine.and_then(|coroutine| coroutine.globals()).unwrap_or(vm.host.main_globals)
}

/// Sets the table of globals of a coroutine, or of the main program for `None`.
pub fn set_globals_of(vm: &mut Vm, coroutine: Option<Gc<Coroutine>>, globals: Gc<Table>) {
    match coroutine {
        Some(coroutine) => vm.host.heap.set_globals(coroutine, globals),
        None => vm.host.main_globals = globals,
    }
    vm.host.globals = globals_of(vm, running(vm));
}

/// Returns the running coroutine.
pub fn running(vm: &Vm) -> Option<Gc<Coroutine>> {
    vm.host.running.last().copied()
}

/// Resumes a coroutine, which runs until it yields, returns or throws.
///
/// # Errors
///
/// If the host stopped the program in the coroutine.
pub fn resume(vm: &mut Vm, mut coroutine: Gc<Coroutine>, values: &[Value]) -> Result<Resumed, Thrown> {
    // Before anything else, because finalisers may run now.
    let mut fresh = None;
    if coroutine.is_new() {
        match new_fiber(vm) {
            Ok(fiber) => fresh = Some(fiber),
            Err(thrown) => {
                let trap = catch(vm, thrown)?;
                return Ok(Err(value_of(vm, &trap)));
            }
        }
    }
    if let Some(fiber) = fresh.take_if(|_| !coroutine.is_new()) {
        vm.drop_fiber(fiber).expect("nothing runs in it");
    }
    if coroutine.state != CoroutineState::Suspended {
        let what = if coroutine.state == CoroutineState::Dead { "dead" } else { "running" };
        return Ok(Err(vm.host.heap.text(format!("cannot resume {what} coroutine").as_bytes()).into()));
    }
    if values.len() > MAX_TRANSFER {
        return Ok(Err(vm.host.heap.text(b"too many arguments to resume").into()));
    }
    if let Some(outer) = vm.host.running.last_mut() {
        outer.set_state(CoroutineState::Normal);
    }
    coroutine.set_state(CoroutineState::Running);
    hook::leave(vm);
    vm.host.running.push(coroutine);
    vm.host.globals = globals_of(vm, Some(coroutine));
    hook::arrive(vm);
    let left = std::mem::replace(&mut vm.context.open_upvalues, coroutine.take_open_upvalues());
    vm.host.left_upvalues.push(left);
    let handling = vm.host.handling.take();
    let exit = run_fiber(vm, coroutine, fresh, values);
    vm.host.handling = handling;
    let resumed = match exit {
        Ok(FiberExit::Done(_)) => {
            close_all(vm);
            vm.host.heap.set_left(coroutine, None);
            end(vm, coroutine);
            Ok(Ok(()))
        }
        Ok(FiberExit::Suspended) => {
            coroutine.set_state(CoroutineState::Suspended);
            // SAFETY: (6): the list is that of the stack that was just suspended.
            unsafe { coroutine.set_open_upvalues(vm.context.open_upvalues) };
            Ok(Ok(()))
        }
        Err(thrown) => {
            let caught = catch(vm, thrown).map(|trap| Err(value_of(vm, &trap)));
            close_all(vm);
            end(vm, coroutine);
            caught
        }
    };
    vm.context.open_upvalues = vm.host.left_upvalues.pop().expect("pushed above");
    hook::leave(vm);
    vm.host.running.pop();
    vm.host.globals = globals_of(vm, running(vm));
    hook::arrive(vm);
    if let Some(outer) = vm.host.running.last_mut() {
        outer.set_state(CoroutineState::Running);
    }
    resumed
}

/// Creates a fiber. It leaves as much memory as the heap does, because stacks grow, and errors take memory too.
fn new_fiber(vm: &mut Vm) -> Result<FiberRef, Thrown> {
    if vm.memory().available() < HEADROOM {
        free_memory(vm);
        if vm.memory().available() < HEADROOM {
            return Err(out_of_memory(vm));
        }
    }
    vm.new_fiber(LIMITS)
}

/// Runs the coroutine's fiber, which is `fresh` if the coroutine has not started yet.
fn run_fiber(
    vm: &mut Vm,
    coroutine: Gc<Coroutine>,
    fresh: Option<FiberRef>,
    values: &[Value],
) -> Result<FiberExit<Value>, Thrown> {
    match fresh {
        None => {
            // The fiber waits in the frame of the builtin that yielded; the values are that builtin's results.
            let fiber = vm.host.fibers.get(coroutine.fiber().expect("a coroutine that has started has a fiber"));
            vm.context.results = values.len() as u32;
            vm.resume_fiber_with(fiber, 0, if values.is_empty() { &[Value::NIL] } else { values })
        }
        Some(fiber) => {
            let number = vm.host.fibers.add(fiber);
            let body = vm.host.heap.begin(coroutine, number);
            let args: Vec<Value> = [Value::NIL, body].into_iter().chain(values.iter().copied()).collect();
            vm.context.arguments = args.len() as u32 - 1;
            let callee = vm.host.stubs.coroutine();
            vm.start_fiber(fiber, callee, &args)
        }
    }
}

fn end(vm: &mut Vm, mut coroutine: Gc<Coroutine>) {
    if let Some(fiber) = coroutine.end() {
        drop_fiber(vm, fiber);
    }
}

/// Drops the fiber of a coroutine that is finished or unreachable.
pub(super) fn drop_fiber(vm: &mut Vm, number: u32) {
    let fiber = vm.host.fibers.remove(number);
    vm.drop_fiber(fiber).expect("the coroutine is not running");
}

/// Suspends the running coroutine. The arguments of the running builtin become the results of `resume`.
pub fn yield_values(vm: &mut Vm, count: u32) -> Thrown {
    if vm.host.running.is_empty() {
        return raise_text_at(vm, 1, "attempt to yield across C-call boundary");
    }
    if count as usize > MAX_TRANSFER {
        return raise_text(vm, "too many results to yield");
    }
    match vm.suspend() {
        Some(thrown) => {
            transfer(vm, 1, count);
            thrown
        }
        None => raise_text_at(vm, 1, "attempt to yield across C-call boundary"),
    }
}

/// Ends a coroutine whose function has returned.
pub(crate) fn finish_coroutine(vm: &mut Vm, results: Window) {
    transfer(vm, results.start(), vm.context.results);
}

/// Passes slots of the running frame to the coroutine that resumed this one.
fn transfer(vm: &mut Vm, start: u32, count: u32) {
    let mut values = std::mem::take(&mut vm.host.transfer);
    values.clear();
    values.push(Value::TRUE);
    values.extend((start..start + count).map(|slot| vm.slot(slot)));
    vm.host.transfer = values;
}
