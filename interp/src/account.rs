//! [`Account`]: a machine's allocations, counted by kind and compared with a limit.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

/// What memory is used for.
///
/// ```
/// use mimeo::MemoryKind;
/// use mimeo_doc_ops::sample_machine;
///
/// let (machine, _) = sample_machine();
/// let memory = machine.memory();
/// let sum: usize = MemoryKind::ALL.into_iter().map(|kind| memory.used_by(kind)).sum();
/// assert_eq!(sum, memory.used());
/// assert_eq!(MemoryKind::Stacks.to_string(), "stacks");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryKind {
    /// The machine's own stacks. Their whole size counts, even if the operating system has committed only a part.
    Stacks,
    /// The stacks of fibers, and their places in the machine's tables.
    Fibers,
    /// Loaded programs: their bytecode, the facts about it, and the records of their functions.
    Programs,
    /// Native code, in whole pages.
    Code,
    /// The tables of compilers: those of the native tier, and what the language charges for its own.
    Tables,
    /// The language's heap.
    Heap,
}

impl MemoryKind {
    /// All kinds.
    pub const ALL: [MemoryKind; 6] = [
        MemoryKind::Stacks,
        MemoryKind::Fibers,
        MemoryKind::Programs,
        MemoryKind::Code,
        MemoryKind::Tables,
        MemoryKind::Heap,
    ];
}

impl fmt::Display for MemoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MemoryKind::Stacks => "stacks",
            MemoryKind::Fibers => "fibers",
            MemoryKind::Programs => "programs",
            MemoryKind::Code => "native code",
            MemoryKind::Tables => "compilers' tables",
            MemoryKind::Heap => "heap",
        })
    }
}

/// The error for an allocation that the limit of a machine's [`Account`] does not allow, or for which the system has no
/// memory.
///
/// ```
/// use mimeo::{Account, MemoryKind, OutOfMemory};
///
/// let account = Account::new(Some(100));
/// let refused = account.charge(MemoryKind::Heap, 101).unwrap_err();
/// assert_eq!(refused, OutOfMemory);
/// assert_eq!(refused.to_string(), "not enough memory");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not enough memory")
    }
}

impl std::error::Error for OutOfMemory {}

impl From<std::collections::TryReserveError> for OutOfMemory {
    fn from(_: std::collections::TryReserveError) -> OutOfMemory {
        OutOfMemory
    }
}

#[derive(Debug, Default)]
struct Counters {
    /// `usize::MAX` without a limit.
    limit: Cell<usize>,
    used: Cell<usize>,
    /// The additions so far, including those that were refused.
    additions: Cell<u64>,
    /// The numbers of the first addition to refuse, and of the first one after it to allow.
    refused: Cell<(u64, u64)>,
    by_kind: [Cell<usize>; MemoryKind::ALL.len()],
}

/// The account of a machine's memory: the bytes in use by [kind](MemoryKind), and the limit of their sum.
///
/// Every machine has one, see [`Machine::memory`](crate::Machine::memory). The machine charges its stacks, programs and
/// native code. A language charges its heap and its compiler. A clone is another handle to the same account and costs a
/// counter's increment; the account stays in the machine's thread.
///
/// The limit is [`Limits::memory`](crate::Limits::memory) and can change at any time. Lowering it below what is in use
/// frees nothing: every further charge is refused until enough was released.
///
/// ```
/// use mimeo::{MemoryKind, OutOfMemory, TrapKind};
/// use mimeo_doc_ops::{DEPTH, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// machine.move_stacks_at_calls();
/// let memory = machine.memory().clone();
/// let before = memory.used_by(MemoryKind::Stacks);
///
/// // The stacks need more for a recursion, and may not have it.
/// memory.set_limit(Some(memory.used()));
/// assert_eq!(machine.call(linked.function(DEPTH), &[1000]).unwrap_err().kind, TrapKind::OutOfMemory);
/// assert_eq!(memory.used_by(MemoryKind::Stacks), before);
///
/// memory.set_limit(None);
/// assert_eq!(machine.call(linked.function(DEPTH), &[1000]), Ok(1000));
/// assert!(memory.used_by(MemoryKind::Stacks) > before);
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    counters: Rc<Counters>,
}

impl Account {
    /// Creates an account in which nothing is used. `None` means no limit.
    ///
    /// ```
    /// use mimeo::Account;
    ///
    /// assert_eq!(Account::new(None).limit(), None);
    /// assert_eq!(Account::new(Some(1 << 20)).limit(), Some(1 << 20));
    /// ```
    pub fn new(limit: Option<usize>) -> Account {
        let account = Account { counters: Rc::default() };
        account.set_limit(limit);
        account
    }

    /// Returns the limit in bytes. See [`new`](Self::new) for an example.
    pub fn limit(&self) -> Option<usize> {
        Some(self.counters.limit.get()).filter(|&limit| limit != usize::MAX)
    }

    /// Sets the limit in bytes. See [`Account`] for an example.
    pub fn set_limit(&self, limit: Option<usize>) {
        self.counters.limit.set(limit.unwrap_or(usize::MAX));
    }

    /// Returns the bytes in use.
    ///
    /// ```
    /// use mimeo::{Account, MemoryKind};
    ///
    /// let account = Account::new(None);
    /// let charge = account.charge(MemoryKind::Heap, 100)?;
    /// assert_eq!(account.used(), 100);
    /// drop(charge);
    /// assert_eq!(account.used(), 0);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn used(&self) -> usize {
        self.counters.used.get()
    }

    /// Returns the bytes in use for one kind. See [`MemoryKind`] for an example.
    pub fn used_by(&self, kind: MemoryKind) -> usize {
        self.counters.by_kind[kind as usize].get()
    }

    /// Returns the bytes that can still be charged.
    ///
    /// ```
    /// use mimeo::{Account, MemoryKind};
    ///
    /// let account = Account::new(Some(100));
    /// let _charge = account.charge(MemoryKind::Heap, 70)?;
    /// assert_eq!(account.available(), 30);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn available(&self) -> usize {
        self.counters.limit.get().saturating_sub(self.used())
    }

    /// Returns how often bytes were added to a charge so far. Refusals count as well, additions of no bytes do not.
    ///
    /// See [`refuse`](Self::refuse) for an example.
    pub fn additions(&self) -> u64 {
        self.counters.additions.get()
    }

    /// Refuses the additions with these numbers, counted from the next one, which is 0. This is for tests: a language can
    /// run a program once for each of its [additions](Self::additions), and see that it survives each refusal.
    ///
    /// ```
    /// use mimeo::{Account, MemoryKind};
    ///
    /// let account = Account::new(None);
    /// account.refuse(1..2);
    /// let outcomes = [(); 3].map(|()| account.charge(MemoryKind::Heap, 8).is_ok());
    /// assert_eq!(outcomes, [true, false, true]);
    /// assert_eq!(account.additions(), 3);
    /// account.refuse(0..1);
    /// assert!(account.charge(MemoryKind::Heap, 0).is_ok(), "it takes no memory");
    /// ```
    pub fn refuse(&self, numbers: Range<u64>) {
        let next = self.additions();
        let number = |from: u64| next.saturating_add(from);
        self.counters.refused.set((number(numbers.start), number(numbers.end)));
    }

    /// Charges an allocation of this many bytes, before it is made. They count as used until the result is dropped.
    ///
    /// # Errors
    ///
    /// If there would be more in use than the limit allows. Nothing is charged then.
    ///
    /// ```
    /// use mimeo::{Account, Charge, MemoryKind, OutOfMemory};
    ///
    /// /// A buffer of a language's heap.
    /// struct Buffer {
    ///     bytes: Vec<u8>,
    ///     _charge: Charge,
    /// }
    ///
    /// fn buffer(account: &Account, len: usize) -> Result<Buffer, OutOfMemory> {
    ///     let charge = account.charge(MemoryKind::Heap, len)?;
    ///     let mut bytes = Vec::new();
    ///     bytes.try_reserve_exact(len)?;
    ///     Ok(Buffer { bytes, _charge: charge })
    /// }
    ///
    /// let account = Account::new(Some(1000));
    /// let first = buffer(&account, 600).expect("there is memory");
    /// assert!(buffer(&account, 600).is_err());
    /// drop(first.bytes);
    /// ```
    pub fn charge(&self, kind: MemoryKind, bytes: usize) -> Result<Charge, OutOfMemory> {
        let mut charge = self.empty_charge(kind);
        charge.resize(bytes)?;
        Ok(charge)
    }

    /// Returns a charge of 0 bytes.
    pub(crate) fn empty_charge(&self, kind: MemoryKind) -> Charge {
        Charge { account: self.clone(), kind, bytes: 0 }
    }

    fn add(&self, kind: MemoryKind, bytes: usize) -> Result<(), OutOfMemory> {
        if bytes == 0 {
            // What takes no memory is never refused.
            return Ok(());
        }
        let counters = &*self.counters;
        let number = counters.additions.get();
        counters.additions.set(number + 1);
        let (refused, allowed) = counters.refused.get();
        if (refused..allowed).contains(&number) {
            return Err(OutOfMemory);
        }
        let used = counters.used.get().checked_add(bytes).filter(|&used| used <= counters.limit.get());
        counters.used.set(used.ok_or(OutOfMemory)?);
        let of_kind = &counters.by_kind[kind as usize];
        of_kind.set(of_kind.get() + bytes);
        Ok(())
    }

    fn remove(&self, kind: MemoryKind, bytes: usize) {
        let counters = &*self.counters;
        counters.used.set(counters.used.get() - bytes);
        let of_kind = &counters.by_kind[kind as usize];
        of_kind.set(of_kind.get() - bytes);
    }
}

/// Bytes that an [`Account`] counts as used, created by [`Account::charge`]. Dropping it releases exactly these bytes.
///
/// ```
/// use mimeo::{Account, MemoryKind};
///
/// let account = Account::new(Some(100));
/// let mut charge = account.charge(MemoryKind::Tables, 60)?;
/// assert!(charge.resize(101).is_err());
/// assert_eq!((charge.bytes(), account.used()), (60, 60), "a refused charge stays as it was");
/// charge.resize(10)?;
/// assert_eq!((charge.bytes(), account.used()), (10, 10));
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
#[derive(Debug)]
pub struct Charge {
    account: Account,
    kind: MemoryKind,
    bytes: usize,
}

impl Charge {
    /// Returns the number of bytes. See [`Charge`] for an example.
    #[inline]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the kind.
    ///
    /// ```
    /// use mimeo::{Account, MemoryKind};
    ///
    /// let charge = Account::new(None).charge(MemoryKind::Tables, 60)?;
    /// assert_eq!(charge.kind(), MemoryKind::Tables);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn kind(&self) -> MemoryKind {
        self.kind
    }

    /// Returns the account.
    ///
    /// ```
    /// use mimeo::{Account, MemoryKind};
    ///
    /// let charge = Account::new(Some(100)).charge(MemoryKind::Tables, 60)?;
    /// assert_eq!(charge.account().available(), 40);
    /// # Ok::<(), mimeo::OutOfMemory>(())
    /// ```
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Changes the number of bytes. See [`Charge`] for an example.
    ///
    /// # Errors
    ///
    /// If the limit does not allow as many. The charge stays as it was then. Fewer bytes are never refused.
    pub fn resize(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.account.add(self.kind, more)?,
            None => self.account.remove(self.kind, self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.account.remove(self.kind, self.bytes);
    }
}
