//! Functions of a machine → [`Functions`], the tier's state for each, with their code and statistics.
//!
//! Contract of this island: (1) a slot's function is loaded in the machine that owns the tier until
//! [`Functions::unload`], which empties the slot; (2) `call` is the tier's call marker.

use mimeo_def::Pc;
use mimeo_def::frame::CodeAddr;
use mimeo_interp::tier::References;
use mimeo_interp::{Account, Charge, Function, MemoryKind, OutOfMemory};

use crate::compile::{CompileError, Compiled};
use crate::stats::record::{Named, Recorder, Unlinked, Watch};
use crate::tier::native::code_cache::CodeCache;

/// The largest number of evictions that count. Each one doubles the heat that a function needs to be compiled again.
const MOST_EVICTIONS: u8 = 10;

/// The state of a function.
#[derive(Debug)]
pub(crate) enum State {
    /// The number of calls and loop iterations so far.
    Counting(u32),
    Compiled(Compiled),
    /// The function could not be compiled. It is tried again only if `may_pass` and settings change.
    Blocked {
        watch: Watch,
        may_pass: bool,
    },
}

/// Returns a charge of 0 bytes.
fn nothing(account: &Account) -> Charge {
    account.charge(MemoryKind::Tables, 0).expect("no limit is lower")
}

/// The data that the tier keeps for a function.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Null while no function has the id.
    function: *const Function,
    pub(crate) state: State,
    /// The last value that the countdown was set to.
    granted: i32,
    pub(crate) evictions: u8,
    /// Whether the function must not have native code.
    pub(crate) is_excluded: bool,
    /// The heads of loops that cannot be optimized before they were found running so often.
    pub(crate) not_optimized: Vec<(Pc, u32)>,
    /// The loops whose code missed too often.
    pub(crate) missed: Vec<Pc>,
    /// How many loops had optimized code that was left too soon.
    pub(crate) loops_left_too_soon: u32,
}

impl Slot {
    const EMPTY: Slot = Slot {
        function: std::ptr::null(),
        state: State::Counting(0),
        granted: 1,
        evictions: 0,
        is_excluded: false,
        not_optimized: Vec::new(),
        missed: Vec::new(),
        loops_left_too_soon: 0,
    };

    /// Sets the number of calls and loop iterations until the tier is consulted again.
    pub(crate) fn grant(&mut self, function: &Function, events: i32) {
        self.granted = events.max(1);
        function.set_countdown(self.granted);
    }

    /// Returns the number of calls and loop iterations since the last [`grant`](Self::grant), including the current one.
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
    /// The size of all tables.
    tables: Charge,
}

impl Functions {
    pub(crate) fn new(cache: CodeCache, stats: Recorder, call: CodeAddr) -> Self {
        Functions { cache, stats, slots: Vec::new(), call, tables: nothing(&Account::new(None)) }
    }

    /// Charges code and tables to this account. The support code takes `support_bytes`.
    pub(crate) fn attach(&mut self, account: &Account, support_bytes: usize) {
        self.cache.attach(account, support_bytes);
        self.tables = nothing(account);
    }

    /// Returns the account to which code and tables are charged.
    pub(crate) fn account(&self) -> &Account {
        self.tables.account()
    }

    /// Makes room for the slots of functions with ids below this.
    pub(crate) fn reserve(&mut self, ids: usize) -> Result<(), OutOfMemory> {
        let (len, capacity) = (self.slots.len(), self.slots.capacity());
        if ids > capacity {
            let new = ids.max(2 * capacity);
            self.charge_tables((new - capacity) * (size_of::<Slot>() + size_of::<bool>()))?;
            self.slots.try_reserve_exact(new - len)?;
            self.stats.reserve(new)?;
        }
        Ok(())
    }

    /// Charges the tables of a compilation. [`release_tables`](Self::release_tables) ends this.
    pub(crate) fn charge_tables(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        self.tables.resize(self.tables.bytes() + bytes)
    }

    pub(crate) fn release_tables(&mut self, bytes: usize) {
        let released = self.tables.resize(self.tables.bytes() - bytes);
        debug_assert!(released.is_ok(), "fewer bytes are never refused");
    }

    /// Charges the memory of code that is about to be made, after freeing retired code if necessary.
    pub(crate) fn charge_code(&mut self, bytes: usize, references: References<'_>) -> Result<(), CompileError> {
        self.cache.reserve().map_err(|_| CompileError::OutOfMemory { bytes })?;
        if self.cache.charge(bytes).is_ok() {
            return Ok(());
        }
        self.reclaim(references);
        self.cache.charge(bytes).map_err(|OutOfMemory| CompileError::OutOfMemory { bytes })
    }

    /// Returns the state of a function, if it has a slot.
    #[inline]
    pub(crate) fn state(&self, function: &Function) -> Option<&State> {
        self.slots.get(function.id() as usize).map(|slot| &slot.state)
    }

    /// Returns the slot of a function, and creates it if there is none.
    pub(crate) fn slot(&mut self, function: &Function) -> &mut Slot {
        let id = function.id() as usize;
        if id >= self.slots.len() {
            self.slots.resize_with(id + 1, || Slot::EMPTY);
        }
        let slot = &mut self.slots[id];
        slot.function = function;
        slot
    }

    /// Returns the function with this id, if it has a slot.
    pub(crate) fn get(&self, id: u32) -> Option<&Function> {
        self.slots.get(id as usize)?.function()
    }

    /// Notes that the interpreter runs a function, for the statistics if the function is blocked.
    pub(crate) fn left_to_interpreter(&mut self, function: &Function) {
        let Functions { slots, stats, .. } = self;
        if let Some(State::Blocked { watch, .. }) = slots.get_mut(function.id() as usize).map(|slot| &mut slot.state) {
            stats.left_to_interpreter(function, watch);
        }
    }

    /// Returns the address of the first op, if native callers enter compiled code.
    #[inline]
    pub(crate) fn entered_at(&self, function: &Function) -> Option<CodeAddr> {
        match self.state(function)? {
            State::Compiled(compiled) if function.entry() != self.call => Some(compiled.first_op()),
            _ => None,
        }
    }

    /// Applies changed settings: makes blocked functions eligible again, and enters existing code unless `off`.
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

    /// Forgets a function that is about to be unloaded.
    pub(crate) fn unload(&mut self, function: &Function) {
        self.retire(function.id(), Unlinked::Dropped);
        if let Some(slot) = self.slots.get_mut(function.id() as usize) {
            *slot = Slot::EMPTY;
        }
    }

    /// Retires the code of a function, if it has any: it is not entered any more.
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
        let tables = compiled.table_bytes();
        self.cache.retire(id, &function.body().name, compiled.code);
        self.release_tables(tables);
    }

    /// Evicts all code.
    pub(crate) fn evict_all(&mut self) {
        for id in self.cache.functions() {
            self.retire(id, Unlinked::Evicted);
        }
    }

    /// Frees the retired code that no frame refers to.
    pub(crate) fn reclaim(&mut self, references: References<'_>) {
        let Functions { cache, stats, .. } = self;
        let before = cache.retired_bytes();
        cache.reclaim(references, |retired| {
            let named = Named { id: retired.function, name: &retired.name };
            stats.reclaimed(named, retired.code.bytes().len() as u64);
        });
        if cache.retired_bytes() < before {
            cache.trim();
        }
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
