//! Accesses to memory → those that break a promise on which compilers of bodies rely.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

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

/// Number of remembered accesses, a power of two.
const REMEMBERED: usize = 1 << 12;

/// Bytes of memory of which the last access is remembered.
const GRANULE: u64 = 4;

/// What was seen of the accesses to memory.
pub(super) struct Memory {
    /// The last access to some granules, each at its address modulo the length, and the period in which it was.
    latest: Box<[Cell<(u64, Access)>]>,
    /// The number of calls of runtime functions so far.
    period: Cell<u64>,
    hidden: RefCell<BTreeSet<String>>,
    conflicts: RefCell<BTreeSet<String>>,
}

impl Memory {
    pub(super) fn new() -> Memory {
        let nothing = Access { address: 0, ty: Type::I8, field: None, is_store: false };
        Memory {
            latest: vec![Cell::new((0, nothing)); REMEMBERED].into(),
            period: Cell::new(1),
            hidden: RefCell::default(),
            conflicts: RefCell::default(),
        }
    }

    /// Notes that other code may have changed what any memory is.
    pub(super) fn forget(&self) {
        self.period.set(self.period.get() + 1);
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
        let mut at = access.address;
        while at < access.address + u64::from(access.ty.bytes()) {
            let entry = &self.latest[(at / GRANULE) as usize % REMEMBERED];
            let (period, earlier) = entry.replace((self.period.get(), access));
            if period == self.period.get() && earlier.is_other_description(access) {
                let mut places = [describe(set, earlier), describe(set, access)];
                places.sort();
                self.conflicts.borrow_mut().insert(places.join(" and "));
            }
            at += GRANULE;
        }
    }
}

impl Access {
    /// Returns `true` if one of two accesses writes what the other reaches under another description.
    fn is_other_description(self, other: Access) -> bool {
        let end = |access: Access| access.address + u64::from(access.ty.bytes());
        let overlap = self.address < end(other) && other.address < end(self);
        let is_same_field = match (self.field, other.field) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let is_same = is_same_field && self.address == other.address && self.ty == other.ty;
        overlap && !is_same && (self.is_store || other.is_store)
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
