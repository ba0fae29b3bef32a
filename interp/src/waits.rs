//! [`Waits`]: the frames of one stack whose op waits for the result of a call that it requested.

use crate::request::Waiting;
use crate::{Account, Charge, InstructionSet, MemoryKind, OutOfMemory};

/// The waiting frames of one stack, the innermost last.
pub(crate) struct Waits<I: InstructionSet> {
    list: Vec<Waiting<I>>,
    /// The size of the list.
    charge: Charge,
}

impl<I: InstructionSet> Waits<I> {
    /// Creates an empty list, which is charged as this kind.
    pub(crate) fn new(account: &Account, kind: MemoryKind) -> Self {
        Waits { list: Vec::new(), charge: account.empty_charge(kind) }
    }

    /// Ensures that one more frame can be added.
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        if self.list.len() == self.list.capacity() { self.grow() } else { Ok(()) }
    }

    /// Adds a frame, for which there is [room](Self::reserve).
    pub(crate) fn add(&mut self, waiting: Waiting<I>) {
        self.list.push(waiting);
    }

    /// Doubles the capacity.
    #[cold]
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let len = self.list.len();
        let capacity = (2 * len).max(4);
        self.charge.resize(capacity * size_of::<Waiting<I>>())?;
        Ok(self.list.try_reserve_exact(capacity - len)?)
    }

    /// Removes and returns a record's wait, if it is the innermost one.
    pub(crate) fn end(&mut self, record: usize) -> Option<Waiting<I>> {
        self.list.pop_if(|waiting| waiting.record == record)
    }

    /// Removes the waits of the records starting at this one.
    pub(crate) fn forget(&mut self, from: usize) {
        let kept = self.list.partition_point(|waiting| waiting.record < from);
        self.list.truncate(kept);
    }
}
