//! [`Driver`]: what the driver works with, and the stacks that it does not work on at the moment.
//!
//! Contract of this island: that of the driver's.

use std::collections::BTreeMap;
use std::ops::Range;

use mimeo_def::frame::Frame;

use crate::programs::Programs;
use crate::request::{Waiting, Wish};
use crate::stacks::Stacks;
use crate::tier::{Enter, Markers, NativeTier, Others, References};
use crate::{InstructionSet, Limits};

/// Stacks, and how much of them is in use while they are not worked on.
pub(crate) struct Parked {
    stacks: Stacks,
    /// The top record, when these are not the current stacks.
    top: *mut Frame,
}

impl Parked {
    pub(crate) fn new(stacks: Stacks) -> Self {
        let top = stacks.host_frame();
        Parked { stacks, top }
    }

    /// The values up to the end of the frame of `top`.
    fn values(&self, top: *const Frame) -> &[u64] {
        self.stacks.values(end_of_frame(top))
    }

    /// Clears the slots behind those.
    fn clear_behind(&mut self, top: *const Frame) {
        self.stacks.clear(end_of_frame(top));
    }

    /// The filled records up to `top`.
    fn records(&self, top: *mut Frame) -> &[Frame] {
        let first = self.stacks.host_frame();
        // SAFETY: (2): both are records of one array, and those between are filled.
        unsafe { std::slice::from_raw_parts(first, top.offset_from_unsigned(first) + 1) }
    }
}

/// What the driver works with: the stacks, the loaded programs, and the native tier.
pub(crate) struct Driver<I: InstructionSet> {
    /// The stacks of the machine itself come first, then those of fibers; `None` where a fiber was dropped.
    parked: Vec<Option<Parked>>,
    /// Where fibers were dropped.
    free: Vec<u32>,
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
    /// Runs under way, one inside the other.
    pub(crate) nesting: u32,
    /// Which of them is that of the current fiber, counted from 1.
    pub(crate) fiber_run: Option<u32>,
    /// What the running op wishes.
    pub(crate) wish: Option<Wish<I>>,
    /// Frames, of any stack, whose op waits for the result of a call that it asked for: by the address of their record.
    pub(crate) waiting: BTreeMap<usize, Waiting<I>>,
    /// As many runs may be under way at once.
    pub(crate) most_nesting: u32,
    /// Ops that the interpreter ran, if they are counted.
    pub(crate) interpreted: Option<u64>,
}

impl<I: InstructionSet> Driver<I> {
    pub(crate) fn new(limits: Limits, tier: Option<Box<dyn NativeTier<I>>>) -> Self {
        let gate = tier.as_ref().and_then(|tier| tier.gate());
        Driver {
            parked: vec![Some(Parked::new(Stacks::new(limits.slots, limits.depth)))],
            free: Vec::new(),
            spare: Vec::new(),
            current: 0,
            outer: Vec::new(),
            programs: Programs::new(),
            tier,
            markers: gate.map_or(Markers::INTERPRETER, |gate| gate.markers),
            enter: gate.map(|gate| gate.enter),
            nesting: 0,
            fiber_run: None,
            wish: None,
            waiting: BTreeMap::new(),
            most_nesting: limits.nesting,
            interpreted: None,
        }
    }

    /// The stacks that are worked on.
    pub(crate) fn stacks(&self) -> &Stacks {
        &self.get(self.current).stacks
    }

    fn get(&self, index: u32) -> &Parked {
        self.parked.get(index as usize).and_then(Option::as_ref).expect("the fiber was dropped")
    }

    fn get_mut(&mut self, index: u32) -> &mut Parked {
        self.parked.get_mut(index as usize).and_then(Option::as_mut).expect("the fiber was dropped")
    }

    /// Keeps stacks; says by which number they are known.
    pub(crate) fn park(&mut self, parked: Parked) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.parked[index as usize] = Some(parked);
                index
            }
            None => {
                self.parked.push(Some(parked));
                self.parked.len() as u32 - 1
            }
        }
    }

    /// Drops stacks on which nothing is under way that anything will return to.
    pub(crate) fn unpark(&mut self, index: u32) {
        assert!(!self.is_under_way(index), "the fiber runs");
        self.get(index);
        let parked = self.parked[index as usize].take();
        if let Some(Parked { stacks, .. }) = &parked {
            let records = stacks.records();
            self.forget_requests(records);
        }
        self.free.push(index);
        if self.spare.len() < Self::MAX_SPARE {
            self.spare.extend(parked.and_then(|parked| parked.stacks.recycle()));
        }
    }

    /// The records at these addresses wait for nothing any more.
    pub(crate) fn forget_requests(&mut self, records: Range<usize>) {
        while let Some((&record, _)) = self.waiting.range(records.clone()).next_back() {
            self.waiting.remove(&record);
        }
    }

    /// Stacks for a fiber, which may have been another one's.
    pub(crate) fn stacks_of(&mut self, slots: u32, depth: u32) -> Stacks {
        match self.spare.iter().rposition(|stacks| stacks.is_of(slots, depth)) {
            Some(index) => self.spare.swap_remove(index),
            None => Stacks::new(slots, depth),
        }
    }

    /// Stacks of dropped fibers that are kept, each with a few pages.
    const MAX_SPARE: usize = 1024;

    /// Is a run under way on these stacks, or on others that it was switched to?
    fn is_under_way(&self, index: u32) -> bool {
        index == self.current || self.outer.contains(&index)
    }

    /// Nothing runs on these stacks, and nothing is suspended.
    pub(crate) fn is_idle(&self, index: u32) -> bool {
        let parked = self.get(index);
        !self.is_under_way(index) && parked.top == parked.stacks.host_frame()
    }

    /// A run on these stacks was suspended, and can go on.
    pub(crate) fn is_suspended(&self, index: u32) -> bool {
        let parked = self.get(index);
        !self.is_under_way(index) && parked.top != parked.stacks.host_frame()
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
        if let Some(parked) = &mut self.parked[before as usize] {
            parked.top = top;
        }
        self.get(to).top
    }

    /// The innermost run is that of a fiber.
    pub(crate) fn innermost_is_fiber(&self) -> bool {
        self.fiber_run == Some(self.nesting)
    }

    /// Address of a slot of the top frame of stacks that are not worked on.
    pub(crate) fn parked_slot(&self, index: u32, slot: u32) -> *mut u64 {
        assert!(self.is_suspended(index), "the fiber is not suspended");
        let parked = self.get(index);
        // SAFETY: (1): the top record is filled.
        let base = unsafe { (*parked.top).base };
        let room = (parked.stacks.limit() as usize - base as usize) / size_of::<u64>();
        assert!((slot as usize) < room, "the fiber's stack has no slot {slot}");
        base.wrapping_add(slot as usize)
    }

    /// What is on the value stack of stacks that are not worked on.
    pub(crate) fn parked_values(&self, index: u32) -> &[u64] {
        assert!(index != self.current, "the fiber runs");
        self.get(index).values(self.get(index).top)
    }

    /// What is on the value stack that is worked on, then on those that will be returned to, the last one left first.
    /// `top` is the current top record.
    pub(crate) fn values_under_way(&self, top: *mut Frame) -> impl Iterator<Item = &[u64]> {
        let outer = self.outer.iter().rev().map(|&index| self.parked_values(index));
        std::iter::once(self.get(self.current).values(top)).chain(outer)
    }

    /// Clears the slots behind those values. `top` is the current top record.
    pub(crate) fn clear_behind_values(&mut self, top: *mut Frame) {
        self.get_mut(self.current).clear_behind(top);
        for index in 0..self.outer.len() {
            self.clear_behind_parked_values(self.outer[index]);
        }
    }

    /// Clears the slots behind the values of stacks that are not worked on.
    pub(crate) fn clear_behind_parked_values(&mut self, index: u32) {
        assert!(index != self.current, "the fiber runs");
        let parked = self.get_mut(index);
        parked.clear_behind(parked.top);
    }

    /// Number of functions under way on the stacks that are worked on. `top` is the top record.
    pub(super) fn depth(&self, top: *mut Frame) -> usize {
        self.get(self.current).records(top).iter().filter(|record| !record.function.is_null()).count()
    }

    /// All filled records, those of `top`'s stacks and those of all others.
    pub(super) fn references(&self, top: *mut Frame) -> References<'_> {
        References::new(self.get(self.current).records(top), self)
    }
}

impl<I: InstructionSet> Others for Driver<I> {
    fn visit(&self, visit: &mut dyn FnMut(&[Frame])) {
        for (index, parked) in self.parked.iter().enumerate() {
            if let Some(parked) = parked.as_ref().filter(|_| index != self.current as usize) {
                visit(parked.records(parked.top));
            }
        }
    }
}

/// Behind the last slot of the frame of a record; a host's has none.
pub(crate) fn end_of_frame(record: *const Frame) -> *mut u64 {
    // SAFETY: (1).
    unsafe {
        let frame_bytes = (*record).function.as_ref().map_or(0, |function| function.frame_bytes);
        (*record).base.byte_add(frame_bytes as usize)
    }
}
