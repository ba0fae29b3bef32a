//! The machine as the collector's roots; when the collector runs.
//!
//! Contract of its unsafe blocks: (1) of the [heap](crate::heap): a runtime function calls [`safepoint`] where every
//! object that it still uses is reachable from the stacks, the host's fields or [`Host::kept`](super::Host).

use mimeo::{OutOfMemory, Thrown, Window};

use super::coroutine::drop_fiber;
use super::{Embedder as _, Error, out_of_memory, run_protected, upvalue};
use crate::heap::{Heap, Roots, Tracer};
use crate::ops::ops::{Trap, Value, Vm};

/// The machine without its heap, which was moved out.
struct MachineRoots<'a>(&'a mut Vm);

impl Roots for MachineRoots<'_> {
    fn trace(&mut self, tracer: &mut Tracer) {
        let vm = &mut *self.0;
        if tracer.is_final() {
            vm.clear_after_stacks();
        }
        let host = &vm.host;
        [host.globals, host.main_globals, host.first_globals].into_iter().for_each(|table| tracer.object(table));
        tracer.object(host.registry);
        host.text_metatable.iter().chain(host.kind_metatables.iter().flatten()).for_each(|&table| tracer.object(table));
        tracer.value(host.xpcall);
        host.handling.iter().for_each(|&value| tracer.value(value));
        host.kept.iter().chain(&host.transfer).for_each(|&value| tracer.value(value));
        if let Some(Error::Value { value, .. }) = vm.pending_error() {
            tracer.value(*value);
        }
        host.embedding.trace(tracer);
        host.hooks.trace(tracer);
        host.running.iter().for_each(|&coroutine| tracer.object(coroutine));
        host.builtins.trace(tracer);
        // Ops use the addresses of these as marks, which no other object must have.
        tracer.value(vm.context.next);
        tracer.value(vm.context.next_element);
        vm.active_stacks().for_each(|bits| tracer.bits(bits));
        for &list in host.left_upvalues.iter().chain([&vm.context.open_upvalues]) {
            // SAFETY: (6) of the heap: they are the lists of active stacks.
            unsafe { tracer.open_upvalues(list) };
        }
    }

    fn trace_fiber(&mut self, fiber: u32, tracer: &mut Tracer) -> usize {
        let vm = &mut *self.0;
        // The stacks of running coroutines are among the active stacks.
        if vm.host.running.iter().any(|coroutine| coroutine.fiber() == Some(fiber)) {
            return 0;
        }
        let fiber = vm.host.fibers.get(fiber);
        if tracer.is_final() {
            vm.clear_after_fiber_stack(fiber).expect("the coroutine is not running");
        }
        let bits = vm.fiber_stack(fiber).expect("the coroutine is not running");
        tracer.bits(bits);
        bits.len()
    }
}

/// Runs a step of the collector if one is due, and settles the account of the heap.
///
/// # Errors
///
/// "not enough memory", if a full cycle does not bring the heap below its limit.
#[inline]
pub(crate) fn safepoint(vm: &mut Vm) -> Result<(), Thrown> {
    if vm.host.heap.needs_attention() { attend(vm) } else { Ok(()) }
}

#[cold]
fn attend(vm: &mut Vm) -> Result<(), Thrown> {
    // Ops and builtins that allocate much take long, and the budget counts few of them.
    vm.check_interrupt()?;
    vm.host.heap.count_outside();
    if vm.host.heap.needs_step() {
        // SAFETY: (1): everything in use is reachable from the roots.
        with_heap(vm, |heap, roots| unsafe { heap.step(roots) });
        finalize_all(vm);
    }
    if vm.host.heap.settle(false).is_ok() {
        return Ok(());
    }
    free_memory(vm);
    vm.host.heap.settle(true).map_err(|OutOfMemory| out_of_memory(vm))
}

/// Runs a cycle before so many bytes are allocated, if that costs little beside what they are for. It is called like
/// [`safepoint`].
pub(crate) fn collect_before(vm: &mut Vm, bytes: usize) {
    if vm.host.heap.is_small_beside(bytes) {
        collect_garbage(vm);
        vm.host.heap.postpone(bytes);
    }
}

/// Makes sure that so many bytes can be allocated next, if necessary by a full cycle. Like [`safepoint`], it is called
/// where everything that is still in use is reachable.
///
/// # Errors
///
/// "not enough memory".
#[inline]
pub(crate) fn claim(vm: &mut Vm, bytes: usize) -> Result<(), Thrown> {
    if vm.host.heap.claim(bytes).is_ok() { Ok(()) } else { claim_after_cycle(vm, bytes) }
}

/// Frees what can be freed: unreachable objects, and the unused part of the stack.
#[cold]
pub(crate) fn free_memory(vm: &mut Vm) {
    collect_garbage(vm);
    if vm.memory().limit().is_some() {
        vm.shrink_stack();
    }
}

#[cold]
fn claim_after_cycle(vm: &mut Vm, bytes: usize) -> Result<(), Thrown> {
    free_memory(vm);
    vm.host.heap.claim(bytes).map_err(|OutOfMemory| out_of_memory(vm))
}

/// Works like [`claim`], and keeps `count` values from the beginning of a window, which may be above the frame.
pub(crate) fn claim_keeping(vm: &mut Vm, bytes: usize, values: Window, count: u32) -> Result<(), Thrown> {
    if vm.host.heap.claim(bytes).is_ok() {
        return Ok(());
    }
    let before = vm.host.kept.len();
    let slots: Vec<Value> = (0..count).map(|index| vm.slot(values.start() + index)).collect();
    vm.host.kept.extend_from_slice(&slots);
    let claimed = claim_after_cycle(vm, bytes);
    // The collector has cleared them.
    let ensured = vm.ensure_slots(values.start() + count);
    vm.host.kept.truncate(before);
    ensured?;
    vm.set_slots(values.start(), &slots);
    claimed
}

/// A [`safepoint`] at the beginning of a builtin.
#[inline]
pub(crate) fn safepoint_of_builtin(vm: &mut Vm, arguments: u32) -> Result<(), Thrown> {
    if !vm.host.heap.needs_attention() {
        return Ok(());
    }
    clear_after_arguments(vm, arguments);
    safepoint(vm)
}

/// Clears what earlier calls left in the frame of the running builtin, after its arguments.
#[cold]
pub(crate) fn clear_after_arguments(vm: &mut Vm, arguments: u32) {
    let slots = vm.frame_slots().saturating_sub(arguments + 1);
    vm.fill_slots(arguments + 1, slots, Value::NIL);
}

/// Runs a full cycle, and ignores errors of finalisers.
pub(crate) fn collect_garbage(vm: &mut Vm) {
    collect(vm);
    finalize_all(vm);
    vm.host.heap.trim();
}

/// Runs a full cycle: `collectgarbage("collect")`.
///
/// # Errors
///
/// If a finaliser throws one. The others run later.
pub(crate) fn collect_as_requested(vm: &mut Vm) -> Result<(), Thrown> {
    collect(vm);
    let result = finalize(vm);
    vm.host.heap.trim();
    result.map_err(|trap| vm.throw_again(trap))
}

fn collect(vm: &mut Vm) {
    // SAFETY: (1): everything in use is reachable from the roots.
    with_heap(vm, |heap, roots| unsafe { heap.collect(roots) });
}

/// Runs a step: `collectgarbage("step", kilobytes)`. Returns `true` if a cycle ended, with its finalisers.
///
/// # Errors
///
/// If a finaliser throws one. The others run later.
pub(crate) fn step_by(vm: &mut Vm, kilobytes: u32) -> Result<bool, Thrown> {
    // SAFETY: (1): everything in use is reachable from the roots.
    with_heap(vm, |heap, roots| unsafe { heap.step_by(kilobytes, roots) });
    finalize(vm).map_err(|trap| vm.throw_again(trap))?;
    Ok(vm.host.heap.is_resting())
}

/// Frees memory for a stack: see [`set_reclaim`](Vm::set_reclaim). Like [`safepoint`], it is called where everything
/// that is still in use is reachable. If an op calls a function, `start` is the slot of the running frame where the
/// callee's frame begins, and its arguments are kept.
///
/// Finalisers and dead programs wait for the next safepoint: a finaliser would need a stack, too, and a function that
/// ends with a tail call may be dead already.
pub(crate) fn reclaim(vm: &mut Vm, start: Option<u32>) {
    let kept = vm.host.kept.len();
    // Arguments may be above the frame, where the collector clears slots.
    let above = vm.frame_slots()..start.map_or(0, |start| start + vm.context.arguments + 1);
    if vm.host.kept.try_reserve(above.len()).is_err() {
        return;
    }
    for slot in above.clone() {
        let value = vm.slot(slot);
        vm.host.kept.push(value);
    }
    // SAFETY: (1): everything in use is reachable from the roots.
    collect_with(vm, |heap, roots| unsafe { heap.collect(roots) });
    vm.host.heap.give_back();
    vm.host.heap.trim();
    for (slot, index) in above.zip(kept..) {
        vm.set_slot(slot, vm.host.kept[index]);
    }
    vm.host.kept.truncate(kept);
}

/// Moves the heap out of the machine, lets it collect with the rest of the machine as its roots, and drops dead fibers.
fn collect_with<T>(vm: &mut Vm, work: impl FnOnce(&mut Heap, &mut dyn Roots) -> T) -> T {
    let mut heap = std::mem::take(&mut vm.host.heap);
    let result = work(&mut heap, &mut MachineRoots(vm));
    vm.host.heap = heap;
    vm.context.shapes_freed = vm.host.heap.shapes_freed();
    for fiber in vm.host.heap.take_dead_fibers() {
        drop_fiber(vm, fiber);
    }
    result
}

#[cold]
fn with_heap<T>(vm: &mut Vm, work: impl FnOnce(&mut Heap, &mut dyn Roots) -> T) -> T {
    let result = collect_with(vm, work);
    for program in vm.host.heap.take_dead_programs() {
        if let Some(linked) = vm.host.stubs.programs.remove(&program) {
            // SAFETY: (5) of `TrustedOps`: its chunk was freed, so no closure has a callee of it. A running closure is in
            // slot 0 of its frame.
            unsafe { vm.unload(linked) }.expect("it was loaded for the chunk");
        }
    }
    // What is free now can be used for something else. Whether it is enough is up to the caller.
    let _ignored = vm.host.heap.settle(false);
    result
}

/// Calls the finalisers that are due, and ignores their errors, of which no handler is told.
fn finalize_all(vm: &mut Vm) {
    let had_handlers = std::mem::replace(&mut vm.host.has_handlers, false);
    while finalize(vm).is_err() {}
    vm.host.has_handlers |= had_handlers;
}

/// Calls the finalisers that are due. Stops at the first error, which is returned, or if the host stopped the program.
fn finalize(vm: &mut Vm) -> Result<(), Trap> {
    if std::mem::replace(&mut vm.host.is_finalizing, true) {
        return Ok(());
    }
    // The state of a call in progress must not change.
    let (arguments, results) = (vm.context.arguments, vm.context.results);
    let was_finalizing = vm.host.heap.is_finalizing();
    let mut result = Ok(());
    while result.is_ok()
        && let Some((userdata, method)) = vm.host.heap.next_finalizer()
    {
        if let Err(failure) = run_protected(vm, method, &[userdata.into()]) {
            if failure.trap.kind.is_stop() {
                // The stop arrives at the next call or jump of the program; other finalisers run later.
                break;
            }
            result = Err(failure.trap);
        }
    }
    (vm.context.arguments, vm.context.results) = (arguments, results);
    if was_finalizing {
        vm.host.heap.end_finalizers();
    }
    vm.host.is_finalizing = false;
    result
}

/// Calls all remaining finalisers, before the machine is dropped.
pub(crate) fn end_of_machine(vm: &mut Vm) {
    upvalue::close_all(vm);
    vm.host.heap.queue_all_finalizers();
    finalize_all(vm);
}
