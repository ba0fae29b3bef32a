//! Closures and their upvalues.
//!
//! Contract of its unsafe blocks: (6) of the [heap](crate::heap): `context.open_upvalues` is the list of the stack on
//! which the machine runs, slots of active frames are within it, and code that removes frames closes their upvalues
//! first.

use mimeo::{Thrown, Window};

use super::safepoint;
use crate::heap::{Capture, Gc};
use crate::ops::ops::{Upvalue, Value, Vm};

pub(crate) fn store_upvalue(vm: &mut Vm, upvalue: *mut Upvalue, value: Value) {
    // SAFETY: (1) of the heap: the running closure keeps it alive.
    let upvalue = unsafe { Gc::from_ptr(upvalue) };
    vm.host.heap.set_upvalue(upvalue, value);
}

pub(crate) fn make_closure(vm: &mut Vm, function: Value, prototype: u32) -> Result<Value, Thrown> {
    safepoint(vm)?;
    let closure = function.to_closure().expect("slot 0 is the running closure");
    let chunk = closure.prototype().chunk();
    let captures = &chunk.parts().prototypes[prototype as usize].captures;
    let mut upvalues = std::mem::take(&mut vm.host.captured);
    for capture in captures {
        upvalues.push(match *capture {
            Capture::Slot(slot) => {
                let slot = vm.slot_ptr(slot).cast::<Value>();
                // SAFETY: (6): the slot belongs to the running frame.
                unsafe { vm.host.heap.find_upvalue(&mut vm.context.open_upvalues, slot) }
            }
            Capture::Upvalue(index) => closure.upvalue(index).expect("the closure has it"),
        });
    }
    let made = vm.host.heap.new_closure(chunk, prototype, closure.environment(), &upvalues);
    upvalues.clear();
    vm.host.captured = upvalues;
    Ok(made.into())
}

pub(crate) fn close_upvalues(vm: &mut Vm, from: Window) {
    close_from(vm, from.start());
}

/// Closes the upvalues of a slot of the running frame and of all higher ones.
pub(crate) fn close_from(vm: &mut Vm, slot: u32) {
    let from = vm.slot_addr(slot);
    // SAFETY: (6): the list is that of the current stack, and its slots still exist.
    unsafe { vm.host.heap.close_upvalues(&mut vm.context.open_upvalues, from) };
}

/// Closes the upvalues of frames that were above the running one.
pub(crate) fn close_above_frame(vm: &mut Vm) {
    let end = vm.frame_slots();
    close_from(vm, end);
}

/// Closes all upvalues of the stack.
pub(crate) fn close_all(vm: &mut Vm) {
    // SAFETY: (6): as above.
    unsafe { vm.host.heap.close_upvalues(&mut vm.context.open_upvalues, 0) };
}
