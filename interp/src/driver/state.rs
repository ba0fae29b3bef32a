//! [`Driver`]: the driver's state: the active stacks, the idle ones, and the pending requests.
//!
//! Contract of this island: that of the driver.

use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo_def::frame::Frame;

use super::grow::Reclaim;
use crate::budget::Budget;
use crate::debug::Debug;
use crate::error::BeforeUnwinding;
use crate::places::Places;
use crate::programs::Programs;
use crate::request::{Request, RequestKind, Waiting};
use crate::stacks::{Stacks, end_of_frame};
use crate::tier::{Enter, Markers, NativeTier, Others, References};
use crate::waits::Waits;
use crate::{Account, Charge, FiberError, FiberLimits, FiberRef, InstructionSet, Limits, MemoryKind, OutOfMemory};

/// The stacks of a fiber, or the machine's own, with what is known about their frames.
pub(crate) struct Strand<I: InstructionSet> {
    stacks: Stacks,
    /// The top record, while they are not active.
    top: *mut Frame,
    waiting: Waits<I>,
    /// Whether they were suspended because the fuel was used up.
    is_out_of_fuel: bool,
    /// The size of the struct.
    _charge: Charge,
}

impl<I: InstructionSet> Strand<I> {
    /// Creates the stacks of a fiber.
    fn new(stacks: Stacks, account: &Account) -> Result<Box<Self>, OutOfMemory> {
        let kind = MemoryKind::Fibers;
        Ok(Strand::charged(stacks, account, account.charge(kind, size_of::<Self>())?, kind))
    }

    fn charged(stacks: Stacks, account: &Account, charge: Charge, kind: MemoryKind) -> Box<Self> {
        let (top, waiting) = (stacks.host_frame(), Waits::new(account, kind));
        Box::new(Strand { stacks, top, waiting, is_out_of_fuel: false, _charge: charge })
    }

    /// Returns the values up to the end of the top frame.
    fn values(&self) -> &[u64] {
        self.stacks.values(end_of_frame(self.top))
    }

    /// Clears the slots after the top frame.
    fn clear_after_values(&mut self) {
        self.stacks.clear(end_of_frame(self.top));
    }

    /// Returns the filled records.
    fn records(&self) -> &[Frame] {
        self.stacks.records(self.top)
    }
}

/// The next number of a machine. Numbers are never reused.
static MACHINES: AtomicU64 = AtomicU64::new(0);

/// The driver's state: the stacks, the loaded programs and the native tier.
pub(crate) struct Driver<I: InstructionSet> {
    /// The active stacks, whose top record is that of the core.
    active: Box<Strand<I>>,
    /// The machine's own stacks, in the first place, and those of fibers. The place of the active ones is empty. They
    /// are in boxes, which change places when the active stacks do.
    idle: Places<Option<Box<Strand<I>>>>,
    /// The place of the active stacks.
    current: u32,
    /// The places of the stacks that were left for a fiber and will be returned to.
    outer: Vec<u32>,
    pub(crate) programs: Programs<I>,
    pub(crate) tier: Option<Box<dyn NativeTier<I>>>,
    pub(crate) markers: Markers,
    /// The function that enters native code, if the tier has one.
    pub(crate) enter: Option<Enter>,
    /// The number of the active run, counted from 1, that belongs to the current fiber.
    pub(crate) fiber_run: Option<usize>,
    /// The number of active runs.
    nesting: usize,
    /// The pending requests, each with the number of the run that it belongs to, counted from 1, or 0 for that of an op
    /// that is run alone. Those of the innermost runs are last.
    requests: Vec<(usize, Request<I>)>,
    /// The language's function that frees memory, while it does not run.
    pub(crate) reclaim: Option<Reclaim<I>>,
    /// The language's function that is called before functions are left because of an error.
    pub(crate) before_unwinding: Option<BeforeUnwinding<I>>,
    /// The arguments of a call by no op, for which memory is being freed.
    pub(crate) arriving: Vec<u64>,
    /// A buffer for the arguments of a request.
    pub(crate) spare_arguments: Vec<u64>,
    /// The serials that this machine can still give to a [`Thrown`](crate::Thrown).
    serials: Range<u64>,
    /// The initial size of the stacks of fibers.
    pub(crate) first_fiber_size: FiberLimits,
    /// The number of slots by which the active stacks may still grow.
    pub(crate) growth_slots: u32,
    /// Whether every call moves the stack, for tests.
    pub(crate) moves_at_calls: bool,
    /// The number of elements of each index space.
    pub(crate) spaces: Vec<(&'static str, u32)>,
    /// The maximum number of nested runs.
    max_nesting: u32,
    /// What a debugger waits for, if there is one.
    pub(crate) debug: Option<Box<Debug<I>>>,
    /// What interrupts the program at events.
    pub(crate) budget: Budget<I>,
    /// Whether handlers catch the errors by which the host stops a program.
    pub(crate) handlers_catch_stops: bool,
    /// The number of ops that the interpreter ran, if they are counted.
    pub(crate) interpreted: Option<u64>,
    pub(crate) account: Account,
}

impl<I: InstructionSet> Driver<I> {
    pub(crate) fn new(
        stacks: Stacks,
        limits: Limits,
        tier: Option<Box<dyn NativeTier<I>>>,
        account: Account,
    ) -> Result<Self, OutOfMemory> {
        let entry = tier.as_ref().and_then(|tier| tier.native_entry());
        let machine = MACHINES.fetch_add(1, Ordering::Relaxed);
        let mut idle = Places::new(machine, &account, MemoryKind::Fibers);
        let own = idle.add(|_| None)?;
        let kind = MemoryKind::Stacks;
        Ok(Driver {
            active: Strand::charged(stacks, &account, account.empty_charge(kind), kind),
            idle,
            current: own.index(),
            outer: Vec::new(),
            programs: Programs::new(machine, &account),
            tier,
            markers: entry.map_or(Markers::INTERPRETER, |entry| entry.markers),
            enter: entry.map(|entry| entry.enter),
            fiber_run: None,
            nesting: 0,
            requests: Vec::new(),
            reclaim: None,
            before_unwinding: None,
            arriving: Vec::new(),
            spare_arguments: Vec::new(),
            serials: Range::default(),
            first_fiber_size: FiberLimits::FIRST,
            growth_slots: 0,
            moves_at_calls: false,
            spaces: Vec::new(),
            max_nesting: limits.nesting,
            debug: None,
            budget: Budget::new(),
            handlers_catch_stops: false,
            interpreted: None,
            account,
        })
    }

    /// Returns a serial that no other [`Thrown`](crate::Thrown) of the process has.
    pub(crate) fn next_serial(&mut self) -> NonZeroU64 {
        /// The number of serials that a machine takes at once.
        const BLOCK: u64 = 1 << 16;
        static TAKEN: AtomicU64 = AtomicU64::new(1);
        if self.serials.is_empty() {
            let start = TAKEN.fetch_add(BLOCK, Ordering::Relaxed);
            self.serials = start..start + BLOCK;
        }
        self.serials.next().and_then(NonZeroU64::new).expect("2^64 errors are not reached")
    }

    /// Returns the number of active runs.
    #[inline]
    pub(crate) fn nesting(&self) -> usize {
        self.nesting
    }

    /// Starts a run, in which no request is pending.
    #[inline]
    pub(crate) fn begin_run(&mut self) {
        self.nesting += 1;
    }

    /// Ends the innermost run, and withdraws the request that is pending in it.
    #[inline]
    pub(crate) fn end_run(&mut self) {
        self.withdraw_request();
        self.nesting -= 1;
    }

    /// Allows this many more nested runs, or with a negative number fewer.
    pub(crate) fn change_nesting(&mut self, more: i32) {
        self.max_nesting = self.max_nesting.saturating_add_signed(more);
    }

    /// Returns `true` if one more run may start.
    #[inline]
    pub(crate) fn may_nest(&self) -> bool {
        self.nesting < self.max_nesting as usize
    }

    /// Returns the request of the running op.
    pub(crate) fn requested(&self) -> Option<&Request<I>> {
        self.requests.last().filter(|(run, _)| *run == self.nesting).map(|(_, request)| request)
    }

    #[inline]
    pub(crate) fn set_request(&mut self, request: Request<I>) {
        self.withdraw_request();
        self.requests.push((self.nesting, request));
    }

    pub(crate) fn take_request(&mut self) -> Option<Request<I>> {
        self.requests.pop_if(|(run, _)| *run == self.nesting).map(|(_, request)| request)
    }

    /// Takes the request of the running op if it is to suspend the fiber. Returns `true` if it was.
    #[inline]
    pub(crate) fn take_suspension(&mut self) -> bool {
        let nesting = self.nesting;
        let is_one =
            |(run, request): &mut (usize, Request<I>)| *run == nesting && matches!(request.kind, RequestKind::Suspend);
        self.requests.pop_if(is_one).is_some()
    }

    /// Withdraws the request of the running op.
    #[inline]
    pub(crate) fn withdraw_request(&mut self) {
        if !self.requests.is_empty() {
            drop(self.take_request());
        }
    }

    /// Returns the arguments of all calls that were requested, or that no op makes, and that are still to be made.
    pub(crate) fn arguments_to_come(&self) -> impl Iterator<Item = &[u64]> {
        let requested = self.requests.iter().filter_map(|(_, request)| match &request.kind {
            RequestKind::Call(_, args, _) => Some(&args[..]),
            RequestKind::Suspend => None,
        });
        requested.chain([&self.arriving[..]].into_iter().filter(|args| !args.is_empty()))
    }

    /// Returns the active stacks.
    #[inline]
    pub(crate) fn stacks(&self) -> &Stacks {
        &self.active.stacks
    }

    pub(crate) fn stacks_mut(&mut self) -> &mut Stacks {
        &mut self.active.stacks
    }

    /// Returns the idle stacks of a fiber.
    ///
    /// # Errors
    ///
    /// If they are active, or the fiber was dropped.
    #[inline]
    fn idle(&self, fiber: FiberRef<I>) -> Result<&Strand<I>, FiberError> {
        self.idle.get(fiber.key).ok_or(FiberError::Dropped)?.as_deref().ok_or(FiberError::Running)
    }

    /// Returns the idle stacks in a place.
    fn idle_at(&mut self, index: u32) -> &mut Strand<I> {
        self.idle.at_mut(index).and_then(Option::as_deref_mut).expect(IS_IDLE)
    }

    /// Adds a fiber whose stacks can grow to this size.
    pub(crate) fn add_fiber(&mut self, max: FiberLimits) -> Result<FiberRef<I>, OutOfMemory> {
        let Driver { idle, account, first_fiber_size, .. } = self;
        let stacks = Stacks::new(first_fiber_size.within(max), max, account, MemoryKind::Fibers)?;
        let fiber = Strand::new(stacks, account)?;
        idle.add(|_| Some(fiber)).map(FiberRef::new)
    }

    /// Drops a fiber that is neither running nor waiting for another fiber.
    pub(crate) fn drop_fiber(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.idle(fiber)?;
        if self.outer.contains(&fiber.key.index()) {
            return Err(FiberError::Running);
        }
        self.idle.remove(fiber.key);
        Ok(())
    }

    /// Ensures that one more op of the active stacks can wait for the result of a call.
    pub(crate) fn reserve_wait(&mut self) -> Result<(), OutOfMemory> {
        self.active.waiting.reserve()
    }

    /// Notes that the op of the top record of the active stacks waits for the result of a call. There is
    /// [room](Self::reserve_wait) for it.
    pub(crate) fn wait(&mut self, waiting: Waiting<I>) {
        self.active.waiting.add(waiting);
    }

    /// Ends the wait of a record of the active stacks and returns it.
    pub(crate) fn end_wait(&mut self, record: usize) -> Option<Waiting<I>> {
        self.active.waiting.end(record)
    }

    /// Removes the waits of the records of the active stacks starting at this one.
    pub(crate) fn forget_waits(&mut self, from: usize) {
        self.active.waiting.forget(from);
    }

    /// Moves the active stacks to new memory of this size. Returns the old stacks and the new address of the top
    /// record.
    pub(crate) fn move_stacks(
        &mut self,
        size: FiberLimits,
        top: *mut Frame,
    ) -> Result<(Stacks, *mut Frame), OutOfMemory> {
        let (stacks, top) = self.active.stacks.moved(size, top)?;
        Ok((std::mem::replace(&mut self.active.stacks, stacks), top))
    }

    /// The size in slots above which `moves_at_calls` does not move a stack, because tests would spend all their time
    /// copying.
    pub(crate) const MAX_SLOTS_MOVED_AT_CALLS: u32 = 1 << 12;

    /// Returns the place of a fiber in which nothing runs and nothing is suspended.
    pub(crate) fn startable(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        match self.suspended(fiber) {
            Ok(_) => Err(FiberError::Suspended),
            Err(FiberError::NotSuspended) => Ok(fiber.key.index()),
            Err(other) => Err(other),
        }
    }

    /// Returns the place of a fiber that can be resumed.
    #[inline]
    pub(crate) fn resumable(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        self.suspended(fiber).map(|_| fiber.key.index())
    }

    /// Returns the stacks of a suspended fiber.
    #[inline]
    fn suspended(&self, fiber: FiberRef<I>) -> Result<&Strand<I>, FiberError> {
        let idle = self.idle(fiber)?;
        if self.outer.contains(&fiber.key.index()) {
            Err(FiberError::Running)
        } else if idle.top == idle.stacks.host_frame() {
            Err(FiberError::NotSuspended)
        } else {
            Ok(idle)
        }
    }

    /// Returns `true` if the active stacks are those of a fiber that waits for fuel.
    #[inline]
    pub(crate) fn waits_for_fuel(&self) -> bool {
        self.active.is_out_of_fuel
    }

    /// Sets whether the active stacks are those of a fiber that waits for fuel, and returns whether they were.
    #[inline]
    pub(crate) fn set_out_of_fuel(&mut self, is_out_of_fuel: bool) -> bool {
        std::mem::replace(&mut self.active.is_out_of_fuel, is_out_of_fuel)
    }

    /// Returns `true` if a suspended fiber waits for fuel.
    pub(crate) fn is_out_of_fuel(&self, fiber: FiberRef<I>) -> Result<bool, FiberError> {
        self.suspended(fiber).map(|idle| idle.is_out_of_fuel)
    }

    /// Makes the stacks in a place active. Takes the top record of the old stacks and returns that of the new ones.
    #[inline]
    pub(crate) fn switch_to(&mut self, fiber: u32, top: *mut Frame) -> *mut Frame {
        self.outer.push(self.current);
        self.switch(fiber, top)
    }

    /// Undoes the last [`switch_to`](Self::switch_to).
    #[inline]
    pub(crate) fn switch_back(&mut self, top: *mut Frame) -> *mut Frame {
        let back = self.outer.pop().expect("`switch_to` was called before");
        self.switch(back, top)
    }

    #[inline]
    fn switch(&mut self, to: u32, top: *mut Frame) -> *mut Frame {
        let next = self.idle.at_mut(to).and_then(Option::take).expect(IS_IDLE);
        let mut left = std::mem::replace(&mut self.active, next);
        left.top = top;
        let before = std::mem::replace(&mut self.current, to);
        *self.idle.at_mut(before).expect("running fibers are not dropped") = Some(left);
        self.active.top
    }

    /// Returns `true` if the innermost run belongs to a fiber.
    pub(crate) fn innermost_is_fiber(&self) -> bool {
        self.fiber_run == Some(self.nesting())
    }

    /// Returns the address of a slot of a suspended fiber's top frame, or `None` if the slot is beyond the current end
    /// of the stack.
    pub(crate) fn fiber_slot(&self, fiber: FiberRef<I>, slot: u32) -> Result<Option<*mut u64>, FiberError> {
        let idle = self.suspended(fiber)?;
        // SAFETY: (1): the top record is filled.
        let base = unsafe { (*idle.top).base };
        let room = (idle.stacks.limit().addr() - base.addr()) / size_of::<u64>();
        let growth = idle.stacks.growth_slots() as usize;
        if slot as usize >= room + growth {
            return Err(FiberError::NoSuchSlot(slot));
        }
        Ok(((slot as usize) < room).then(|| base.wrapping_add(slot as usize)))
    }

    /// Returns the values on the stack of a fiber that is not running.
    pub(crate) fn fiber_values(&self, fiber: FiberRef<I>) -> Result<&[u64], FiberError> {
        Ok(self.idle(fiber)?.values())
    }

    /// Returns the host's record and the top record of a fiber that is not running.
    pub(crate) fn fiber_records(&self, fiber: FiberRef<I>) -> Result<(*mut Frame, *mut Frame), FiberError> {
        let idle = self.idle(fiber)?;
        Ok((idle.stacks.host_frame(), idle.top))
    }

    /// Returns the values on the active stack, then those on the stacks that it will return to, innermost first, then
    /// the arguments of calls that are still to be made. `top` is the current top record.
    pub(crate) fn active_values(&self, top: *mut Frame) -> impl Iterator<Item = &[u64]> {
        let outer = self.outer.iter().rev().filter_map(|&index| self.idle.at(index)?.as_deref());
        let stacks = std::iter::once(self.active.stacks.values(end_of_frame(top))).chain(outer.map(Strand::values));
        stacks.chain(self.arguments_to_come())
    }

    /// Clears the slots after the active values. `top` is the current top record.
    pub(crate) fn clear_after_values(&mut self, top: *mut Frame) {
        self.active.stacks.clear(end_of_frame(top));
        for position in 0..self.outer.len() {
            self.idle_at(self.outer[position]).clear_after_values();
        }
    }

    /// Clears the slots after the values of a fiber that is not running.
    pub(crate) fn clear_after_fiber_values(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.idle(fiber)?;
        self.idle_at(fiber.key.index()).clear_after_values();
        Ok(())
    }

    /// Returns the values on all stacks that are not active.
    pub(crate) fn idle_values(&self) -> impl Iterator<Item = &[u64]> {
        self.idle.iter().filter_map(|(_, idle)| Some(idle.as_deref()?.values()))
    }

    /// Clears the slots after these values.
    pub(crate) fn clear_after_idle_values(&mut self) {
        self.idle.iter_mut().filter_map(|idle| idle.as_deref_mut()).for_each(Strand::clear_after_values);
    }

    /// Visits all filled records. `top` is the current top record.
    pub(crate) fn for_each_record(&mut self, top: *mut Frame, mut visit: impl FnMut(&mut Frame)) {
        let idle = self.idle.iter_mut().filter_map(|idle| idle.as_deref_mut());
        let stacks = idle.map(|idle| (&mut idle.stacks, idle.top)).chain([(&mut self.active.stacks, top)]);
        for (stacks, top) in stacks {
            stacks.records_mut(top).iter_mut().for_each(&mut visit);
        }
    }

    /// Returns all filled records, those of the active stacks up to `top` and those of all other stacks.
    pub(crate) fn references(&self, top: *mut Frame) -> References<'_> {
        References::new(self.active.stacks.records(top), self)
    }
}

/// The message if the stacks in a place are missing.
const IS_IDLE: &str = "stacks that are not active are in their place";

impl<I: InstructionSet> Others for Driver<I> {
    fn visit(&self, visit: &mut dyn FnMut(&[Frame])) {
        for idle in self.idle.iter().filter_map(|(_, idle)| idle.as_deref()) {
            visit(idle.records());
        }
    }
}
