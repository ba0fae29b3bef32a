//! [`Driver`]: what the driver works with, and the stacks that it does not work on at the moment.
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

/// Stacks, and how much of them is in use while they are not worked on.
pub(crate) struct Parked<I: InstructionSet> {
    stacks: Stacks,
    /// The top record, when these are not the current stacks.
    top: *mut Frame,
    /// The frames whose op waits for the result of a call that it asked for, the innermost last.
    waiting: Vec<Waiting<I>>,
}

impl<I: InstructionSet> Parked<I> {
    pub(crate) fn new(stacks: Stacks) -> Self {
        let top = stacks.host_frame();
        Parked { stacks, top, waiting: Vec::new() }
    }

    /// The values up to the end of the frame of `top`.
    fn values(&self, top: *const Frame) -> &[u64] {
        self.stacks.values(end_of_frame(top))
    }

    /// Clears the slots after those.
    fn clear_after(&mut self, top: *const Frame) {
        self.stacks.clear(end_of_frame(top));
    }

    /// The filled records up to `top`.
    fn records(&self, top: *mut Frame) -> &[Frame] {
        let first = self.stacks.host_frame();
        // SAFETY: (2): both are records of one array, and those between are filled.
        unsafe { std::slice::from_raw_parts(first, top.offset_from_unsigned(first) + 1) }
    }
}

/// Numbers of machines, none of which is used again.
static MACHINES: AtomicU64 = AtomicU64::new(0);

/// What the driver works with: the stacks, the loaded programs, and the native tier.
pub(crate) struct Driver<I: InstructionSet> {
    /// The stacks of the machine itself, which stay in the first place, and those of fibers.
    stacks: Places<Parked<I>>,
    /// Stacks of dropped fibers, as good as new.
    spare: Vec<Stacks>,
    /// Index of the stacks that are worked on.
    current: u32,
    /// Indices of the stacks that were left for a fiber and will be returned to.
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
    /// The size that stacks have at first, if it is not the largest at once.
    pub(crate) first_size: Option<FiberLimits>,
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
        let mut places = Places::new(machine);
        let own = places.add(|_| Parked::new(stacks));
        Driver {
            stacks: places,
            spare: Vec::new(),
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
            first_size: None,
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

    /// The stacks that are worked on.
    pub(crate) fn stacks(&self) -> &Stacks {
        &self.get(self.current).stacks
    }

    pub(crate) fn stacks_mut(&mut self) -> &mut Stacks {
        &mut self.get_mut(self.current).stacks
    }

    fn get(&self, index: u32) -> &Parked<I> {
        self.stacks.at(index).expect("stacks that are worked on are not dropped")
    }

    fn get_mut(&mut self, index: u32) -> &mut Parked<I> {
        self.stacks.at_mut(index).expect("stacks that are worked on are not dropped")
    }

    /// The index of a fiber's stacks.
    fn find(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        self.stacks.get(fiber.key).map(|_| fiber.key.index()).ok_or(FiberError::Dropped)
    }

    /// Keeps stacks, as a fiber.
    pub(crate) fn park(&mut self, parked: Parked<I>) -> FiberRef<I> {
        FiberRef::new(self.stacks.add(|_| parked))
    }

    /// Drops stacks on which nothing is active that anything will return to.
    pub(crate) fn unpark(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        let index = self.find(fiber)?;
        if self.is_active(index) {
            return Err(FiberError::Running);
        }
        let parked = self.stacks.remove(fiber.key);
        if self.spare.len() < Self::MAX_SPARE {
            self.spare.extend(parked.and_then(|parked| parked.stacks.recycle()));
        }
        Ok(())
    }

    /// The op of the top record of the current stacks waits for the result of a call.
    pub(crate) fn wait(&mut self, waiting: Waiting<I>) {
        self.get_mut(self.current).waiting.push(waiting);
    }

    /// What the op of a record of the current stacks has waited for.
    pub(crate) fn end_wait(&mut self, record: usize) -> Option<Waiting<I>> {
        self.get_mut(self.current).waiting.pop_if(|waiting| waiting.record == record)
    }

    /// The records of the current stacks from this one on wait for nothing any more.
    pub(crate) fn forget_waits(&mut self, from: usize) {
        let waiting = &mut self.get_mut(self.current).waiting;
        let kept = waiting.partition_point(|waiting| waiting.record < from);
        waiting.truncate(kept);
    }

    /// Stacks for a fiber, which may have been another one's.
    pub(crate) fn stacks_of(&mut self, most: FiberLimits) -> Option<Stacks> {
        let size = self.first_size.unwrap_or(most).within(most);
        match self.spare.iter().rposition(|stacks| (stacks.size(), stacks.most()) == (size, most)) {
            Some(index) => Some(self.spare.swap_remove(index)),
            None => Stacks::new(size, most),
        }
    }

    /// Moves the stacks that are worked on to other memory of this size; `None` when there is none. Takes the top
    /// record, and returns it beside the stacks as they were.
    pub(crate) fn move_stacks(&mut self, size: FiberLimits, top: *mut Frame) -> Option<(Stacks, *mut Frame)> {
        let parked = self.get_mut(self.current);
        let (stacks, top) = parked.stacks.moved(size, top)?;
        Some((std::mem::replace(&mut parked.stacks, stacks), top))
    }

    /// Stacks of dropped fibers that are kept, each with a few pages.
    const MAX_SPARE: usize = 1024;

    /// Slots above which a restless stack stays where it is: tests would do nothing but copy.
    pub(crate) const MOST_RESTLESS_SLOTS: u32 = 1 << 12;

    /// Whether a run is active on these stacks, or on others that it was switched to.
    fn is_active(&self, index: u32) -> bool {
        index == self.current || self.outer.contains(&index)
    }

    /// The stacks of a fiber in which nothing runs and nothing is suspended.
    pub(crate) fn idle(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        match self.suspended(fiber) {
            Ok(_) => Err(FiberError::Suspended),
            Err(FiberError::NotSuspended) => self.find(fiber),
            Err(other) => Err(other),
        }
    }

    /// The stacks of a fiber that can be resumed.
    pub(crate) fn suspended(&self, fiber: FiberRef<I>) -> Result<u32, FiberError> {
        let index = self.find(fiber)?;
        let parked = self.get(index);
        if self.is_active(index) {
            Err(FiberError::Running)
        } else if parked.top == parked.stacks.host_frame() {
            Err(FiberError::NotSuspended)
        } else {
            Ok(index)
        }
    }

    /// Works on the stacks of a fiber from here on. Takes and returns the top record.
    pub(crate) fn switch_to(&mut self, fiber: u32, top: *mut Frame) -> *mut Frame {
        self.outer.push(self.current);
        self.switch(fiber, top)
    }

    /// Works on the stacks from before the last [`switch_to`](Self::switch_to) again.
    pub(crate) fn switch_back(&mut self, top: *mut Frame) -> *mut Frame {
        let back = self.outer.pop().expect("it was switched before");
        self.switch(back, top)
    }

    fn switch(&mut self, to: u32, top: *mut Frame) -> *mut Frame {
        let before = std::mem::replace(&mut self.current, to);
        self.get_mut(before).top = top;
        self.get(to).top
    }

    /// The innermost run is that of a fiber.
    pub(crate) fn innermost_is_fiber(&self) -> bool {
        self.fiber_run == Some(self.nesting())
    }

    /// Address of a slot of a suspended fiber's top frame.
    pub(crate) fn parked_slot(&self, fiber: FiberRef<I>, slot: u32) -> Result<*mut u64, FiberError> {
        let parked = self.get(self.suspended(fiber)?);
        // SAFETY: (1): the top record is filled.
        let base = unsafe { (*parked.top).base };
        let room = (parked.stacks.limit().addr() - base.addr()) / size_of::<u64>();
        if slot as usize >= room {
            return Err(FiberError::NoSuchSlot(slot));
        }
        Ok(base.wrapping_add(slot as usize))
    }

    /// What is on the value stack of a fiber that is not worked on.
    pub(crate) fn parked_values(&self, fiber: FiberRef<I>) -> Result<&[u64], FiberError> {
        let parked = self.get(self.find(fiber).and_then(|index| self.not_current(index))?);
        Ok(parked.values(parked.top))
    }

    fn not_current(&self, index: u32) -> Result<u32, FiberError> {
        if index == self.current { Err(FiberError::Running) } else { Ok(index) }
    }

    /// What is on the value stack that is worked on, then on those that will be returned to, the last one left first.
    /// `top` is the current top record.
    pub(crate) fn active_values(&self, top: *mut Frame) -> impl Iterator<Item = &[u64]> {
        let outer = self.outer.iter().rev().map(|&index| self.get(index)).map(|parked| parked.values(parked.top));
        std::iter::once(self.get(self.current).values(top)).chain(outer).chain(self.requested_arguments())
    }

    /// Clears the slots after those values. `top` is the current top record.
    pub(crate) fn clear_after_values(&mut self, top: *mut Frame) {
        self.get_mut(self.current).clear_after(top);
        for position in 0..self.outer.len() {
            let parked = self.get_mut(self.outer[position]);
            parked.clear_after(parked.top);
        }
    }

    /// Clears the slots after the values of a fiber that is not worked on.
    pub(crate) fn clear_after_parked_values(&mut self, fiber: FiberRef<I>) -> Result<(), FiberError> {
        let index = self.find(fiber).and_then(|index| self.not_current(index))?;
        let parked = self.get_mut(index);
        parked.clear_after(parked.top);
        Ok(())
    }

    /// All filled records, those of `top`'s stacks and those of all others.
    pub(crate) fn references(&self, top: *mut Frame) -> References<'_> {
        References::new(self.get(self.current).records(top), self)
    }
}

impl<I: InstructionSet> Others for Driver<I> {
    fn visit(&self, visit: &mut dyn FnMut(&[Frame])) {
        for (_, parked) in self.stacks.iter().filter(|&(index, _)| index != self.current) {
            visit(parked.records(parked.top));
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
