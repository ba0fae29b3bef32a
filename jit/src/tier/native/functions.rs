//! [`Functions`]: what a tier knows of each function of its machine, the code that it keeps, and the record of both.
//!
//! Contract of this island: (1) a slot's function is loaded in the machine that owns the tier until
//! [`Functions::unload`], which empties the slot; (2) `call` is the tier's call marker.

use mimeo_def::frame::CodeAddr;
use mimeo_interp::Function;
use mimeo_interp::tier::References;

use crate::compile::{CompileError, Compiled};
use crate::stats::record::{Named, Recorder, Unlinked, Watch};
use crate::tier::native::code_cache::CodeCache;

/// A function whose code was evicted so often has to become 2 to that power times as hot as at first.
const MOST_EVICTIONS: u8 = 10;

/// What became of a function.
#[derive(Debug)]
pub(crate) enum State {
    /// So many calls and ways back to a loop's head so far.
    Counting(u32),
    Compiled(Compiled),
    /// It could not be compiled, and is not tried again; unless settings change, if `may_pass`.
    Blocked {
        watch: Watch,
        may_pass: bool,
    },
}

/// What the tier knows of a function.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Null while the id belongs to no function.
    function: *const Function,
    pub(crate) state: State,
    /// The countdown that the function was given last.
    granted: i32,
    pub(crate) evictions: u8,
}

impl Slot {
    const EMPTY: Slot = Slot { function: std::ptr::null(), state: State::Counting(0), granted: 1, evictions: 0 };

    /// So many calls and rounds pass until the tier is asked again.
    pub(crate) fn grant(&mut self, function: &Function, events: i32) {
        self.granted = events.max(1);
        function.set_countdown(self.granted);
    }

    /// Calls and rounds since the last [`grant`](Self::grant), the one included that led to the question.
    pub(crate) fn events(&self, function: &Function) -> u32 {
        let left = function.countdown();
        // Calls by the host and by native code do not count down.
        (self.granted - left + i32::from(left > 0)).max(1) as u32
    }

    fn function(&self) -> Option<&Function> {
        // SAFETY: (1).
        unsafe { self.function.as_ref() }
    }
}

/// The functions of one machine.
#[derive(Debug)]
pub(crate) struct Functions {
    pub(crate) cache: CodeCache,
    pub(crate) stats: Recorder,
    /// By the function's id.
    slots: Vec<Slot>,
    call: CodeAddr,
}

impl Functions {
    pub(crate) fn new(cache: CodeCache, stats: Recorder, call: CodeAddr) -> Self {
        Functions { cache, stats, slots: Vec::new(), call }
    }

    /// What became of a function, if anything did.
    #[inline]
    pub(crate) fn state(&self, function: &Function) -> Option<&State> {
        self.slots.get(function.id() as usize).map(|slot| &slot.state)
    }

    /// What is known of a function.
    pub(crate) fn slot(&mut self, function: &Function) -> &mut Slot {
        let id = function.id() as usize;
        if id >= self.slots.len() {
            self.slots.resize_with(id + 1, || Slot::EMPTY);
        }
        let slot = &mut self.slots[id];
        slot.function = function;
        slot
    }

    /// The function with this id, if it is known.
    pub(crate) fn get(&self, id: u32) -> Option<&Function> {
        self.slots.get(id as usize)?.function()
    }

    /// The interpreter goes on in a blocked function.
    pub(crate) fn left_to_interpreter(&mut self, function: &Function) {
        let Functions { slots, stats, .. } = self;
        if let Some(State::Blocked { watch, .. }) = slots.get_mut(function.id() as usize).map(|slot| &mut slot.state) {
            stats.left_to_interpreter(function, watch);
        }
    }

    /// Where native callers enter the function, if that is code of its own.
    #[inline]
    pub(crate) fn entered_at(&self, function: &Function) -> Option<CodeAddr> {
        let entry = function.entry();
        // Of a function that is blocked, calls still count for the statistics.
        (entry != self.call && self.is_compiled(function.id())).then_some(entry)
    }

    fn is_compiled(&self, id: u32) -> bool {
        self.slots.get(id as usize).is_some_and(|slot| matches!(slot.state, State::Compiled(_)))
    }

    /// Settings changed: what may pass now is tried again, and code is entered or not.
    pub(crate) fn reconsider(&mut self, off: bool) {
        for slot in &mut self.slots {
            // SAFETY: (1).
            let Some(function) = (unsafe { slot.function.as_ref() }) else { continue };
            if let State::Blocked { may_pass: true, .. } = slot.state {
                slot.state = State::Counting(0);
            }
            let entry = match &slot.state {
                State::Compiled(compiled) if !off => compiled.entry(),
                State::Blocked { .. } => continue,
                _ => self.call,
            };
            // SAFETY: (2), or code that was compiled of the function.
            unsafe { function.set_entry(entry) };
            slot.grant(function, 1);
        }
    }

    /// A function is about to be unloaded.
    pub(crate) fn unload(&mut self, function: &Function) {
        self.retire(function.id(), Unlinked::Dropped);
        if let Some(slot) = self.slots.get_mut(function.id() as usize) {
            *slot = Slot::EMPTY;
        }
    }

    /// Retires the code of a function, if it has some: nothing enters it from here on.
    pub(crate) fn retire(&mut self, id: u32, why: Unlinked) {
        let Some(slot) = self.slots.get_mut(id as usize) else { return };
        // SAFETY: (1).
        let Some(function) = (unsafe { slot.function.as_ref() }) else { return };
        let compiled = match std::mem::replace(&mut slot.state, State::Counting(0)) {
            State::Compiled(compiled) => compiled,
            other => {
                slot.state = other;
                return;
            }
        };
        // SAFETY: (2).
        unsafe { function.set_entry(self.call) };
        slot.grant(function, 1);
        if why == Unlinked::Evicted {
            slot.evictions = (slot.evictions + 1).min(MOST_EVICTIONS);
        }
        self.stats.unlinked(Named::from(function), why, compiled.layout.into());
        self.cache.retire(id, &function.body().name, compiled.code);
    }

    /// Evicts all code.
    pub(crate) fn evict_all(&mut self) {
        for id in self.cache.functions() {
            self.retire(id, Unlinked::Evicted);
        }
    }

    /// Frees the retired code that no frame refers to.
    pub(crate) fn reclaim(&mut self, references: References<'_>) {
        let freed = self.cache.reclaim(references);
        if freed.is_empty() {
            return;
        }
        for retired in freed {
            let named = Named { id: retired.function, name: &retired.name };
            self.stats.reclaimed(named, retired.code.bytes().len() as u64);
        }
        self.cache.trim();
    }

    /// Evicts the oldest code until there is room for new code under a limit.
    pub(crate) fn make_room(
        &mut self,
        bytes: usize,
        limit: usize,
        references: References<'_>,
    ) -> Result<(), CompileError> {
        let bytes = CodeCache::footprint_of(bytes);
        if self.cache.footprint_bytes() + bytes > limit {
            self.reclaim(references);
        }
        loop {
            let missing = (self.cache.footprint_bytes() + bytes).saturating_sub(limit);
            if missing == 0 {
                return Ok(());
            }
            // As much goes as is missing before the frames are walked, and nothing for code that would not fit even so.
            let wanted = self.cache.retired_bytes() + missing;
            while self.cache.retired_bytes() < wanted {
                let Some(oldest) = self.cache.oldest().filter(|_| bytes <= limit) else { break };
                self.retire(oldest, Unlinked::Evicted);
            }
            let before = self.cache.footprint_bytes();
            self.reclaim(references);
            if self.cache.footprint_bytes() == before && (bytes > limit || self.cache.oldest().is_none()) {
                return Err(CompileError::CacheFull { bytes, limit });
            }
        }
    }
}
