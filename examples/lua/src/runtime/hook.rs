//! Ops and events of the machine → calls of the program's hook: `debug.sethook`.
//!
//! Counts are those of the machine's hook. For calls, returns and lines, the machine's debugger steps through the program.

use mimeo::{StepMode, Thrown};

use super::place::frame_at;
use super::stubs::BUILTIN;
use super::{run, running};
use crate::heap::{Coroutine, Gc, Hook, Tracer};
use crate::ops::ops::{Builtins, Value, Vm};

/// How deep a function is: see [`Vm::level`].
type Level = (usize, usize);

/// The hook of the main program, and the state of the running one.
#[derive(Debug)]
pub(crate) struct Hooks {
    pub(crate) main: Hook,
    /// Whether any hook was ever set.
    is_used: bool,
    /// Whether a hook is running: no other one is called then.
    is_running: bool,
    /// Whether a running hook has set another one.
    is_changed: bool,
    /// Whether the machine's hook is this module's.
    counts: bool,
    /// Whether the machine's debugger is this module's.
    debugs: bool,
    last: Last,
    /// Functions from this level on have no events: the one that has set the hook.
    ignored: Option<Level>,
    /// The active calls that were stepped, innermost last.
    calls: Vec<Called>,
}

impl Hooks {
    /// Forgets the calls above a level.
    fn leave_to(&mut self, level: Level) {
        while self.calls.pop_if(|called| called.level > level).is_some() {}
    }

    pub(super) fn trace(&self, tracer: &mut Tracer) {
        tracer.value(self.main.function);
        self.calls.iter().for_each(|called| tracer.value(called.function));
    }
}

impl Default for Hooks {
    fn default() -> Hooks {
        Hooks {
            main: Hook::NONE,
            is_used: false,
            is_running: false,
            is_changed: false,
            counts: false,
            debugs: false,
            last: Last::default(),
            ignored: None,
            calls: Vec::new(),
        }
    }
}

/// An active call.
#[derive(Clone, Copy, Debug)]
struct Called {
    level: Level,
    /// The function. The results of a builtin replace it in its frame.
    function: Value,
    /// The number of functions that it has replaced by tail calls.
    replaced: u32,
}

/// The op that was stepped last.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    level: Level,
    pc: u32,
    line: Option<u32>,
    /// Whether it tail-calls.
    is_tail_call: bool,
    /// Whether it returns.
    returns: bool,
}

/// Returns the hook of a coroutine; `None` stands for the running stack.
pub(crate) fn hook_of(vm: &Vm, coroutine: Option<Gc<Coroutine>>) -> Hook {
    coroutine.or_else(|| running(vm)).map_or(vm.host.hooks.main, |coroutine| coroutine.hook())
}

/// Sets the hook of a coroutine; `None` stands for the running stack. Called by a builtin.
pub(crate) fn set_hook(vm: &mut Vm, coroutine: Option<Gc<Coroutine>>, hook: Hook) {
    vm.host.hooks.is_used = true;
    // They may not be stepped from here on.
    vm.host.hooks.calls.clear();
    store(vm, coroutine, hook);
    if coroutine.is_some() {
        return;
    }
    if vm.host.hooks.is_running {
        vm.host.hooks.is_changed = true;
    } else {
        arm(vm);
        // The events of the builtin itself depend on the tier.
        vm.host.hooks.ignored = Some(vm.level());
    }
}

fn store(vm: &mut Vm, coroutine: Option<Gc<Coroutine>>, hook: Hook) {
    match coroutine.or_else(|| running(vm)) {
        Some(coroutine) => vm.host.heap.set_hook(coroutine, hook),
        None => vm.host.hooks.main = hook,
    }
}

/// Prepares for another coroutine to run.
#[inline]
pub(super) fn leave(vm: &mut Vm) {
    if vm.host.hooks.counts && !vm.host.hooks.is_running {
        let left = vm.hook_due().unwrap_or(0);
        store(vm, None, Hook { left, ..hook_of(vm, None) });
    }
}

/// Makes the hook of the coroutine that runs now the machine's.
#[inline]
pub(super) fn arrive(vm: &mut Vm) {
    if vm.host.hooks.is_used && !vm.host.hooks.is_running {
        arm(vm);
    }
}

/// Makes the machine call the hook of the running stack.
#[cold]
fn arm(vm: &mut Vm) {
    let hook = hook_of(vm, None);
    arm_count(vm, hook);
    // The hook has to see every call.
    vm.context.builtins = if hook.steps() { Builtins::NONE } else { vm.host.builtins };
    if hook.steps() {
        let level = vm.level();
        let hooks = &mut vm.host.hooks;
        (hooks.last, hooks.ignored) = (Last { level, ..Last::default() }, None);
        // Those of a coroutine that was left.
        hooks.leave_to(level);
        if !std::mem::replace(&mut hooks.debugs, true) {
            vm.set_debugger(|vm, _| at_op(vm));
        }
        vm.start_stepping();
    } else if vm.host.hooks.debugs {
        if is_stepped_later(vm) {
            vm.stop_stepping();
        } else {
            vm.host.hooks.debugs = false;
            vm.remove_debugger();
        }
    }
}

/// Returns `true` if a stack that the running one returns to has a hook for calls, returns or lines.
fn is_stepped_later(vm: &Vm) -> bool {
    vm.host.hooks.main.steps() || vm.host.running.iter().any(|coroutine| coroutine.hook().steps())
}

fn arm_count(vm: &mut Vm, hook: Hook) {
    if hook.count > 0 {
        vm.host.hooks.counts = true;
        vm.set_hook(hook.left.max(1), at_event);
    } else if std::mem::take(&mut vm.host.hooks.counts) {
        vm.remove_hook();
    }
}

/// Calls the hook because of its count, at the next op of a function written in Lua.
fn at_event(vm: &mut Vm) -> Result<(), Thrown> {
    let count = hook_of(vm, None).count;
    if vm.host.hooks.is_running {
        vm.set_hook(count.max(1), at_event);
        return Ok(());
    }
    let frame = frame_at(vm, 0).filter(|frame| frame.index == 0 && frame.closure().is_some());
    let Some(pc) = frame.map(|frame| frame.pc.0).filter(|_| !vm.host.is_finalizing) else {
        vm.set_hook(1, at_event);
        return Ok(());
    };
    let open = if pc == 0 { vm.context.arguments + 1 } else { 0 };
    let result = call(vm, "count", None, open);
    if std::mem::take(&mut vm.host.hooks.is_changed) {
        arm(vm);
    } else {
        vm.set_hook(count, at_event);
    }
    result
}

/// Calls the hook before an op, for each of its events that it is: the machine's debugger.
fn at_op(vm: &mut Vm) -> Result<StepMode, Thrown> {
    // A hook that is called because of its count is stepped, too.
    if vm.host.hooks.is_running {
        return Ok(StepMode::Into);
    }
    let result = events_at_op(vm);
    if std::mem::take(&mut vm.host.hooks.is_changed) {
        arm(vm);
    }
    result?;
    Ok(if hook_of(vm, None).steps() { StepMode::Into } else { StepMode::Continue })
}

fn events_at_op(vm: &mut Vm) -> Result<(), Thrown> {
    let level = vm.level();
    let hooks = &mut vm.host.hooks;
    hooks.ignored.take_if(|ignored| level < *ignored);
    if hooks.ignored.is_some() || vm.host.is_finalizing {
        return Ok(());
    }
    let last = hooks.last;
    hooks.leave_to(level);
    // The results of a builtin are where its function was.
    let first = vm.slot(0);
    if vm.frames().next().is_some_and(|frame| frame.function.body().name == BUILTIN && frame.pc.0 > 0) {
        let called = vm.host.hooks.calls.last().filter(|called| called.level == level);
        vm.set_slot(0, called.map_or(Value::NIL, |called| called.function));
        vm.host.kept.push(first);
        let result = events_in(vm, level, last);
        vm.host.kept.pop();
        vm.set_slot(0, first);
        return result;
    }
    events_in(vm, level, last)
}

fn events_in(vm: &mut Vm, level: Level, last: Last) -> Result<(), Thrown> {
    // The code in which a coroutine starts is no function of the program.
    let Some(frame) = frame_at(vm, 0).filter(|frame| frame.index == 0) else {
        vm.host.hooks.last = Last { level, ..Last::default() };
        return Ok(());
    };
    let (pc, op, function) = (frame.pc.0, frame.op(), frame.function);
    let is_same = level == last.level;
    // A function that a runtime function calls again and again has the same level as before.
    let is_called = pc == 0 && (!is_same || last.is_tail_call || last.returns);
    let stop = frame.closure().and_then(|closure| closure.prototype().stop_at(pc));
    let line_before = if is_same { last.line } else { frame.line_before() };
    let new_line = stop.filter(|_| is_called || is_same && pc <= last.pc || stop != line_before);
    let line = stop.or_else(|| frame.line.filter(|_| !is_called));
    let (is_tail_call, returns) = (op.starts_with("tail_call"), op.starts_with("ret"));
    let hooks = &mut vm.host.hooks;
    hooks.last = Last { level, pc, line, is_tail_call, returns };
    if is_called {
        let before = hooks.calls.pop_if(|called| called.level == level);
        let was_replaced = is_same && last.is_tail_call;
        let replaced = if was_replaced { before.map_or(0, |before| before.replaced) + 1 } else { 0 };
        hooks.calls.push(Called { level, function, replaced });
    }
    let replaced = hooks.calls.last().filter(|called| called.level == level).map_or(0, |called| called.replaced);

    let arguments = if pc == 0 { vm.context.arguments + 1 } else { 0 };
    if is_called && hook_of(vm, None).at_calls {
        call(vm, "call", None, arguments)?;
    }
    if new_line.is_some() && hook_of(vm, None).at_lines {
        call(vm, "line", new_line, arguments)?;
    }
    if returns {
        let results = if pc == 0 { arguments } else { vm.context.results };
        for event in std::iter::once("return").chain((0..replaced).map(|_| "tail return")) {
            if hook_of(vm, None).at_returns {
                call(vm, event, None, results)?;
            }
        }
    }
    Ok(())
}

/// Calls the hook of the running stack. Keeps `open` values that may be above the frame.
fn call(vm: &mut Vm, event: &str, line: Option<u32>, open: u32) -> Result<(), Thrown> {
    let (arguments, results) = (vm.context.arguments, vm.context.results);
    let from = vm.frame_slots();
    let open: Vec<Value> = (from..from.saturating_add(open).min(vm.room())).map(|slot| vm.slot(slot)).collect();
    let kept = vm.host.kept.len();
    vm.host.kept.extend_from_slice(&open);
    let event = vm.host.heap.text(event.as_bytes()).into();
    let line = line.map_or(Value::NIL, |line| Value::number(f64::from(line)));
    let function = hook_of(vm, None).function;
    vm.host.hooks.is_running = true;
    let result = run(vm, function, &[event, line]);
    vm.host.hooks.is_running = false;
    (vm.context.arguments, vm.context.results) = (arguments, results);
    let result = result.and_then(|_| vm.ensure_slots(from + open.len() as u32));
    vm.host.kept.truncate(kept);
    result?;
    vm.set_slots(from, &open);
    Ok(())
}
