//! [`Driver`]: what the driver works with: the active stacks, and those that are idle.
//!
//! Contract of this island: that of the driver's.

use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo_def::frame::Frame;

use crate::places::Places;
use crate::programs::Programs;
use crate::request::{Request, RequestKind, Waiting};
use crate::stacks::Stacks;
use crate::tier::{Enter, Markers, NativeTier, Others, References};
use crate::{FiberError, FiberLimits, FiberRef, InstructionSet, Limits};

/// Stacks that the driver does not work on: those of a fiber that does not run, or that has resumed another one.
pub(crate) struct IdleStacks<I: InstructionSet> {
    stacks: Stacks,
    /// The top record.
    top: *mut Frame,
    /// The frames whose op waits for the result of a call that it requested, the innermost last.
    waiting: Vec<Waiting<I>>,
}

impl<I: InstructionSet> IdleStacks<I> {
    pub(crate) fn new(stacks: Stacks) -> Self {
        let top = stacks.host_frame();
        IdleStacks { stacks, top, waiting: Vec::new() }
    }

    /// The values up to the end of the top frame.
    fn values(&self) -> &[u64] {
        self.stacks.values(end_of_frame(self.top))
    }

    /// Clears the slots after those.
    fn clear_after_values(&mut self) {
        self.stacks.clear(end_of_frame(self.top));
    }

    /// The filled records.
    fn records(&self) -> &[Frame] {
        self.stacks.records(self.top)
    }
}

/// Numbers of machines, none of which is used again.
static MACHINES: AtomicU64 = AtomicU64::new(0);

/// What the driver works with: the stacks, the loaded programs, and the native tier.
pub(crate) struct Driver<I: InstructionSet> {
    /// The active stacks. They lie here and not in their place, as every call from outside looks at them many times.
    stacks: Stacks,
    /// The frames of the active stacks whose op waits for the result of a call that it requested, the innermost last.
    waiting: Vec<Waiting<I>>,
    /// The machine's own stacks, in the first place, and those of fibers. The place of the active ones is empty.
    idle: Places<Option<IdleStacks<I>>>,
    /// The place of the active stacks.
    current: u32,
    /// The places of the stacks that were left for a fiber and will be returned to.
    outer: Vec<u32>,
    pub(crate) programs: Programs<I>,
    pub(crate) tier: Option<Box<dyn NativeTier<I>>>,
    pub(crate) markers: Markers,
    /// The way into native code, if there is a tier that has one.
    pub(crate) enter: Option<Enter>,
    /// Which of the active runs is that of the current fiber, counted from 1.
    pub(crate) fiber_run: Option<usize>,
    /// What an op asks for that is run alone; then the active runs, one inside the other, each with what its op asks for.
    pub(crate) requests: Vec<Option<Request<I>>>,
    /// Room for the arguments of a request.
    pub(crate) spare_arguments: Vec<u64>,
    /// Serials that this machine may give to a [`Thrown`](crate::Thrown).
    serials: Range<u64>,
    /// The size that the stacks of fibers have at first.
    pub(crate) first_fiber_size: FiberLimits,
    /// Slots by which the stacks that are worked on may grow.
    pub(crate) growth_slots: u32,
    /// Every call moves the stack, for tests.
    pub(crate) restless: bool,
    /// Elements of each index space.
    pub(crate) spaces: Vec<(&'static str, u32)>,
    /// As many runs may be active at once.
    most_nesting: u32,
    /// Ops that the interpreter ran, if they are counted.
    pub(crate) interpreted: Option<u64>,
}

impl<I: InstructionSet> Driver<I> {
    pub(crate) fn new(stacks: Stacks, limits: Limits, tier: Option<Box<dyn NativeTier<I>>>) -> Self {
        let gate = tier.as_ref().and_then(|tier| tier.gate());
        let machine = MACHINES.fetch_add(1, Ordering::Relaxed);
        let mut idle = Places::new(machine);
        let own = idle.add(|_| None);
        Driver {
            stacks,
            waiting: Vec::new(),
            idle,
            current: own.index(),
            outer: Vec::new(),
            programs: Programs::new(machine),
            tier,
            markers: gate.map_or(Markers::INTERPRETER, |gate| gate.markers),
            enter: gate.map(|gate| gate.enter),
            fiber_run: None,
            requests: vec![None],
            spare_arguments: Vec::new(),
            serials: Range::default(),
            first_fiber_size: FiberLimits::FIRST,
            growth_slots: 0,
            restless: false,
            spaces: Vec::new(),
            most_nesting: limits.nesting,
            interpreted: None,
        }
    }

    /// A serial that no other [`Thrown`](crate::Thrown) of the process has.
    pub(crate) fn next_serial(&mut self) -> NonZeroU64 {
        /// How many serials a machine takes at once.
        const BLOCK: u64 = 1 << 16;
        static TAKEN: AtomicU64 = AtomicU64::new(1);
        if self.serials.is_empty() {
            let start = TAKEN.fetch_add(BLOCK, Ordering::Relaxed);
            self.serials = start..start + BLOCK;
        }
        self.serials.next().and_then(NonZeroU64::new).expect("2^64 errors are not reached")
    }

    /// Number of active runs.
    pub(crate) fn nesting(&self) -> usize {
        self.requests.len() - 1
    }

    /// Whether one more run may start.
    pub(crate) fn may_nest(&self) -> bool {
        self.nesting() < self.most_nesting as usize
    }

    /// What the running op asks for.
    pub(crate) fn requested(&self) -> Option<&Request<I>> {
        self.requests.last()?.as_ref()
    }

    pub(crate) fn set_request(&mut self, request: Request<I>) {
        *self.requests.last_mut().expect("the first is always there") = Some(request);
    }

    pub(crate) fn take_request(&mut self) -> Option<Request<I>> {
        self.requests.last_mut()?.take()
    }

    /// The running op asks for nothing any more.
    pub(crate) fn withdraw_request(&mut self) {
        drop(self.take_request());
    }

    /// The arguments of the calls that ops have asked for.
    pub(crate) fn requested_arguments(&self) -> impl Iterator<Item = &[u64]> {
        self.requests.iter().flatten().filter_map(|request| match &request.kind {
            RequestKind::Call(_, args, _) => Some(&args[..]),
            RequestKind::Suspend => None,
        })
    }

    /// The active stacks.
    #[inline]
    pub(crate) fn stacks(&self) -> &Stacks {
        &self.stacks
    }

    pub(crate) fn stacks_mut(&mut self) -> &mut Stacks {
        &mut self.stacks
    }

    /// The stacks of a fiber.
    ///
    /// # Errors
    ///
    /// If they are active, or the fiber was dropped.
    fn idle(&self, fiber: FiberRef<I>) -> Result<&IdleStacks<I>, FiberError> {
        self.idle.get(fiber.key).ok_or(FiberError::Dropped)?.as_ref().ok_or(FiberError::Running)
    }

    /// The stacks in a place.
    fn idle_at(&mut self, index: u32) -> &mut IdleStacks<I> {
        self.idle.at_mut(index).and_then(Option::as_mut).expect(IS_IDLE)
    }

    /// Keeps stacks, as a fiber.
    pub(crate) fn add_fiber(&mut self, stacks: Stacks) -> FiberRef<I> {
        FiberRef::new(self.idle.add(|_| Some(IdleStacks::new(stacks))))
    }

    /// Drops stacks on which nothing is active that anything will return to.
    pub(crate) fn drop_fiber(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.idle(fiber)?;
        if self.outer.contains(&fiber.key.index()) {
            return Err(FiberError::Running);
        }
        self.idle.remove(fiber.key);
        Ok(())
    }

    /// The op of the top record of the active stacks waits for the result of a call.
    pub(crate) fn wait(&mut self, waiting: Waiting<I>) {
        self.waiting.push(waiting);
    }

    /// Returns what the op of a record of the active stacks has waited for.
    pub(crate) fn end_wait(&mut self, record: usize) -> Option<Waiting<I>> {
        self.waiting.pop_if(|waiting| waiting.record == record)
    }

    /// The records of the active stacks from this one on wait for nothing any more.
    pub(crate) fn forget_waits(&mut self, from: usize) {
        let kept = self.waiting.partition_point(|waiting| waiting.record < from);
        self.waiting.truncate(kept);
    }

    /// New stacks for a fiber; `None` when there is no memory.
    pub(crate) fn fiber_stacks(&self, most: FiberLimits) -> Option<Stacks> {
        Stacks::new(self.first_fiber_size.within(most), most)
    }

    /// Moves the active stacks to other memory of this size; returns `None` when there is none. Takes the top record,
    /// and returns it beside the stacks as they were.
    pub(crate) fn move_stacks(&mut self, size: FiberLimits, top: *mut Frame) -> Option<(Stacks, *mut Frame)> {
        let (stacks, top) = self.stacks.moved(size, top)?;
        Some((std::mem::replace(&mut self.stacks, stacks), top))
    }

    /// Slots above which a restless stack stays where it is: tests would do nothing but copy.
    pub(crate) const MOST_RESTLESS_SLOTS: u32 = 1 << 12;

    /// Returns the place of a fiber in which nothing runs and nothing is suspended.
    pub(crate) fn startable(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        match self.suspended(fiber) {
            Ok(_) => Err(FiberError::Suspended),
            Err(FiberError::NotSuspended) => Ok(fiber.key.index()),
            Err(other) => Err(other),
        }
    }

    /// Returns the place of a fiber that can be resumed.
    pub(crate) fn resumable(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        self.suspended(fiber).map(|_| fiber.key.index())
    }

    /// The stacks of a fiber that is suspended.
    fn suspended(&self, fiber: FiberRef<I>) -> Result<&IdleStacks<I>, FiberError> {
        let idle = self.idle(fiber)?;
        if self.outer.contains(&fiber.key.index()) {
            Err(FiberError::Running)
        } else if idle.top == idle.stacks.host_frame() {
            Err(FiberError::NotSuspended)
        } else {
            Ok(idle)
        }
    }

    /// Makes the stacks in a place the active ones. Takes and returns the top record.
    pub(crate) fn switch_to(&mut self, fiber: u32, top: *mut Frame) -> *mut Frame {
        self.outer.push(self.current);
        self.switch(fiber, top)
    }

    /// Makes the stacks from before the last [`switch_to`](Self::switch_to) the active ones again.
    pub(crate) fn switch_back(&mut self, top: *mut Frame) -> *mut Frame {
        let back = self.outer.pop().expect("it was switched before");
        self.switch(back, top)
    }

    fn switch(&mut self, to: u32, top: *mut Frame) -> *mut Frame {
        let next = self.idle.at_mut(to).and_then(Option::take).expect(IS_IDLE);
        let stacks = std::mem::replace(&mut self.stacks, next.stacks);
        let waiting = std::mem::replace(&mut self.waiting, next.waiting);
        let before = std::mem::replace(&mut self.current, to);
        let place = self.idle.at_mut(before).expect("fibers that run are not dropped");
        *place = Some(IdleStacks { stacks, top, waiting });
        next.top
    }

    /// The innermost run is that of a fiber.
    pub(crate) fn innermost_is_fiber(&self) -> bool {
        self.fiber_run == Some(self.nesting())
    }

    /// Returns the address of a slot of a suspended fiber's top frame, or `None` if the stack is too small at present.
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

    /// What is on the value stack of a fiber that does not run.
    pub(crate) fn fiber_values(&self, fiber: FiberRef<I>) -> Result<&[u64], FiberError> {
        Ok(self.idle(fiber)?.values())
    }

    /// What is on the active value stack, then on those that will be returned to, the last one left first. `top` is the
    /// current top record.
    pub(crate) fn active_values(&self, top: *mut Frame) -> impl Iterator<Item = &[u64]> {
        let outer = self.outer.iter().rev().filter_map(|&index| self.idle.at(index)?.as_ref());
        let stacks = std::iter::once(self.stacks.values(end_of_frame(top))).chain(outer.map(IdleStacks::values));
        stacks.chain(self.requested_arguments())
    }

    /// Clears the slots after those values. `top` is the current top record.
    pub(crate) fn clear_after_values(&mut self, top: *mut Frame) {
        self.stacks.clear(end_of_frame(top));
        for position in 0..self.outer.len() {
            self.idle_at(self.outer[position]).clear_after_values();
        }
    }

    /// Clears the slots after the values of a fiber that does not run.
    pub(crate) fn clear_after_fiber_values(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        self.idle(fiber)?;
        self.idle_at(fiber.key.index()).clear_after_values();
        Ok(())
    }

    /// All filled records, those of `top`'s stacks and those of all others.
    pub(crate) fn references(&self, top: *mut Frame) -> References<'_> {
        References::new(self.stacks.records(top), self)
    }
}

/// Why stacks are expected in a place.
const IS_IDLE: &str = "stacks that are not active lie in their place";

impl<I: InstructionSet> Others for Driver<I> {
    fn visit(&self, visit: &mut dyn FnMut(&[Frame])) {
        for idle in self.idle.iter().filter_map(|(_, idle)| idle.as_ref()) {
            visit(idle.records());
        }
    }
}

/// The end of a record's frame; a host's has no slots.
pub(crate) fn end_of_frame(record: *const Frame) -> *mut u64 {
    // SAFETY: (1).
    unsafe {
        let function = (*record).function;
        let frame_bytes = if function.is_null() { 0 } else { (*function).frame_bytes };
        (*record).base.byte_add(frame_bytes as usize)
    }
}
