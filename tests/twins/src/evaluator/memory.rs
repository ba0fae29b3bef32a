//! Accesses to memory → those that break a promise on which compilers of bodies rely.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use mimeo::Function;
use mimeo::def::frame::{Core, Frame, FunctionHeader};
use mimeo_ir::{Description, Set, Type};

/// An access to memory by an op.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) address: u64,
    pub(super) ty: Type,
    pub(super) description: Description,
    pub(super) is_store: bool,
}

/// Number of remembered accesses, a power of two.
const REMEMBERED: usize = 1 << 12;

/// Bytes of memory of which the last access is remembered.
const GRANULE: u64 = 4;

/// The lowest record of a run, as it was found.
#[derive(Clone, Copy)]
struct Bottom {
    /// The end of the stack and the number of times that stacks were moved, when the record was found.
    found: (*const u64, u64),
    host: *const Frame,
}

/// What was seen of the accesses to memory.
pub(super) struct Memory {
    /// The last access to some granules, each at its address modulo the length, and the period in which it was.
    latest: Box<[Cell<(u64, Access)>]>,
    /// The number of calls of runtime functions so far.
    period: Cell<u64>,
    run: Cell<Bottom>,
    hidden: RefCell<BTreeSet<String>>,
    conflicts: RefCell<BTreeSet<String>>,
}

impl Memory {
    pub(super) fn new() -> Memory {
        let nothing = Access { address: 0, ty: Type::I8, description: Description::Plain, is_store: false };
        Memory {
            latest: vec![Cell::new((0, nothing)); REMEMBERED].into(),
            period: Cell::new(1),
            run: Cell::new(Bottom { found: (std::ptr::null(), 0), host: std::ptr::null() }),
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
        // Only an access to bytes can begin in one slot and end in another.
        let is_bytes = access.description == Description::Bytes;
        let last = is_bytes.then(|| access.end() - 1);
        for address in std::iter::once(access.address).chain(last) {
            // SAFETY: the caller's promise.
            let Some((function, slot)) = (unsafe { self.slot_at(address, core, frame) }) else { continue };
            // SAFETY: the record of a frame names a loaded function.
            let body = unsafe { (*function.cast::<Function>()).body() };
            if !body.escaping.iter().any(|escaping| usize::from(escaping.0) == slot) {
                let place = format!("`{name}` accesses slot {slot} of `{}`, which does not escape", body.name);
                self.hidden.borrow_mut().insert(place);
            }
        }
        // Bytes may have any description, and keep the one that they had.
        if is_bytes {
            return;
        }
        let mut at = access.address;
        while at < access.end() {
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

    /// Returns the function and the slot in whose frame the address is, if it is in a frame of the current run.
    ///
    /// # Safety
    ///
    /// As [`note`](Self::note).
    unsafe fn slot_at(
        &self,
        address: u64,
        core: *const Core,
        frame: *const Frame,
    ) -> Option<(*const FunctionHeader, usize)> {
        // SAFETY: the caller's promise.
        let records = unsafe {
            if address >= (*core).stack_limit.addr() as u64 {
                return None;
            }
            let host = self.host(core, frame);
            std::slice::from_raw_parts(host, frame.offset_from_unsigned(host) + 1)
        };
        let above = records.partition_point(|record| record.base.addr() as u64 <= address);
        let record = &records[above.checked_sub(1)?];
        let slot = (address as usize - record.base.addr()) / 8;
        // SAFETY: a record that is not a host's names a loaded function.
        let slots = unsafe { record.function.as_ref() }?.frame_bytes / 8;
        ((slot as u64) < slots).then_some((record.function, slot))
    }

    /// Returns the record of the host that started the current run.
    ///
    /// # Safety
    ///
    /// As [`note`](Self::note).
    unsafe fn host(&self, core: *const Core, frame: *const Frame) -> *const Frame {
        // SAFETY: the caller's promise: the records below the top one are those of its callers, down to the host's, whose
        // place is the same while the stack is the same and no run above it ended.
        unsafe {
            let found = ((*core).stack_limit.cast_const(), (*core).moves);
            let known = self.run.get();
            if known.found == found && known.host < frame && (*known.host).function.is_null() {
                return known.host;
            }
            let mut host = frame;
            while !(*host).function.is_null() {
                host = host.sub(1);
            }
            self.run.set(Bottom { found, host });
            host
        }
    }
}

impl Access {
    /// Returns the address after it.
    fn end(self) -> u64 {
        self.address + u64::from(self.ty.bytes())
    }

    /// Returns `true` if one of two accesses writes what the other reaches under another description.
    fn is_other_description(self, other: Access) -> bool {
        let overlap = self.address < other.end() && other.address < self.end();
        let is_same = self.description == other.description && self.address == other.address && self.ty == other.ty;
        overlap && !is_same && (self.is_store || other.is_store)
    }
}

fn describe(set: &Set, access: Access) -> String {
    match access.description {
        Description::Field { field } => {
            let of = &set.structs[field.of as usize];
            format!("{}.{}", of.name, of.fields[field.index as usize])
        }
        Description::Plain | Description::Bytes => access.ty.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mimeo_ir::FieldId;

    fn access(address: u64, ty: Type, field: Option<u32>, is_store: bool) -> Access {
        let field = field.map(|index| Description::Field { field: FieldId { of: 0, index } });
        Access { address, ty, description: field.unwrap_or(Description::Plain), is_store }
    }

    #[test]
    fn a_write_under_another_description_is_a_conflict() {
        let written = access(16, Type::I64, Some(1), true);
        // The same field, or plain memory of the same type twice.
        assert!(!written.is_other_description(access(16, Type::I64, Some(1), false)));
        assert!(!access(16, Type::I64, None, true).is_other_description(access(16, Type::I64, None, false)));
        // Another field or none, another type, or a part.
        assert!(written.is_other_description(access(16, Type::I64, Some(2), false)));
        assert!(written.is_other_description(access(16, Type::I64, None, false)));
        assert!(access(16, Type::F64, None, false).is_other_description(written));
        assert!(written.is_other_description(access(20, Type::I32, Some(1), false)));
        // Beside it, or nothing is written.
        assert!(!written.is_other_description(access(24, Type::I64, Some(2), true)));
        assert!(!access(16, Type::I64, Some(1), false).is_other_description(access(16, Type::F64, Some(2), false)));
    }

    #[test]
    fn conflicts_are_described_and_end_with_a_call() {
        let of = mimeo_ir::Struct { name: "Pair".to_owned(), fields: vec!["left".to_owned(), "right".to_owned()] };
        let set = Set { has_typed_memory: false, structs: vec![of], bodies: Vec::new(), ops: Vec::new() };
        let memory = Memory::new();
        // SAFETY: all-zero bits are numbers and null pointers.
        let core = unsafe { std::mem::zeroed::<Core>() };
        let note = |access| {
            // SAFETY: the addresses are not below the limit, so that no record is read.
            unsafe { memory.note("op", &set, access, &raw const core, std::ptr::null()) };
        };
        note(access(16, Type::I64, Some(0), true));
        memory.forget();
        note(access(16, Type::I64, Some(1), false));
        assert_eq!(memory.conflicts(), [""; 0]);
        note(access(16, Type::I64, Some(0), true));
        note(Access { description: Description::Bytes, ..access(15, Type::I32, None, true) });
        note(access(16, Type::F64, None, false));
        assert_eq!(memory.conflicts(), ["Pair.left and Pair.right", "Pair.left and f64"]);
    }
}
