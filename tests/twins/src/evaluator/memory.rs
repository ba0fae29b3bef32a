//! Accesses to memory → those that break a promise on which compilers of bodies rely.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use mimeo::Function;
use mimeo::def::frame::{Core, Frame};
use mimeo_ir::{Field, Set, Type};

/// An access to memory by an op.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) address: u64,
    pub(super) ty: Type,
    pub(super) field: Field,
    pub(super) is_store: bool,
}

/// What was seen of the accesses to memory.
#[derive(Default)]
pub(super) struct Memory {
    /// Accesses since the last call of a runtime function, by the bytes that they reach.
    bytes: RefCell<HashMap<u64, Access>>,
    hidden: RefCell<BTreeSet<String>>,
    conflicts: RefCell<BTreeSet<String>>,
}

impl Memory {
    /// Notes that other code may have changed what any memory is.
    pub(super) fn forget(&self) {
        self.bytes.borrow_mut().clear();
    }

    /// Returns the accesses to slots that do not escape.
    pub(super) fn hidden(&self) -> Vec<String> {
        self.hidden.borrow().iter().cloned().collect()
    }

    /// Returns the accesses to memory under two descriptions.
    pub(super) fn conflicts(&self) -> Vec<String> {
        self.conflicts.borrow().iter().cloned().collect()
    }

    /// Notes an access by the op `name`.
    ///
    /// # Safety
    ///
    /// The machine's records are current, `frame` is the top one.
    pub(super) unsafe fn note(&self, name: &str, set: &Set, access: Access, core: *const Core, frame: *const Frame) {
        // SAFETY: the caller's promise.
        if let Some((function, slot)) = unsafe { slot_at(access.address, core, frame) } {
            // SAFETY: the record of a frame names a loaded function.
            let body = unsafe { (*function).body() };
            if !body.escaping.iter().any(|escaping| usize::from(escaping.0) == slot) {
                let place = format!("`{name}` accesses slot {slot} of `{}`, which does not escape", body.name);
                self.hidden.borrow_mut().insert(place);
            }
        }
        let mut bytes = self.bytes.borrow_mut();
        for byte in access.address..access.address + u64::from(access.ty.bytes()) {
            let earlier = bytes.insert(byte, access);
            let Some(earlier) = earlier.filter(|earlier| earlier.is_store || access.is_store) else { continue };
            let is_same_field = match (earlier.field, access.field) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            };
            if !is_same_field || earlier.address != access.address || earlier.ty != access.ty {
                let mut places = [describe(set, earlier), describe(set, access)];
                places.sort();
                self.conflicts.borrow_mut().insert(places.join(" and "));
            }
        }
    }
}

fn describe(set: &Set, access: Access) -> String {
    match access.field {
        Some(field) => {
            let of = &set.structs[field.of as usize];
            format!("{}.{}", of.name, of.fields[field.index as usize])
        }
        None => access.ty.to_string(),
    }
}

/// Returns the function and the slot in whose frame the address is, if it is in a frame of the current run.
///
/// # Safety
///
/// As [`Memory::note`].
unsafe fn slot_at(address: u64, core: *const Core, frame: *const Frame) -> Option<(*const Function, usize)> {
    // SAFETY: the caller's promise: below the top record are those of its callers, down to the host's.
    unsafe {
        if address >= (*core).stack_limit.addr() as u64 {
            return None;
        }
        let mut record = frame;
        while !(*record).function.is_null() {
            let base = (*record).base.addr() as u64;
            if base <= address {
                let slot = ((address - base) / 8) as usize;
                let function = (*record).function;
                let is_inside = (slot as u64) < (*function).frame_bytes / 8;
                return is_inside.then_some((function.cast(), slot));
            }
            record = record.sub(1);
        }
        None
    }
}
