//! [`Native`]: the tier behind a [`Jit`](crate::Jit) that can run native code: what is compiled, when, and what of it
//! is kept.
//!
//! Contract of this island: (1) a slot's function is loaded in the machine that owns the tier until the tier is told
//! that it is unloaded, which empties the slot; (2) live code is of the stencil convention, runs the slot's function,
//! and keeps frame and records as the interpreter does at every op boundary.

use std::marker::PhantomData;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::Arch;
use mimeo_def::{CodeOffset, OpIndex, Pc};
use mimeo_interp::tier::{Caller, Gate, References};
use mimeo_interp::{Function, InstructionSet};

use crate::code_buf::CodeBuf;
use crate::code_cache::CodeCache;
use crate::compiler::{Allowance, CompileError, Compiled, Compiler, Cost};
use crate::control::Request;
use crate::inspect::CodeView;
use crate::island::Island;
use crate::recipe::Recipes;
use crate::stats::Stats;
use crate::support::Support;
use crate::validate::{Expectation, validate};
use crate::{Control, JitConfig, Mode, Unavailable};

/// While nothing is to be compiled, so many calls and rounds pass until the tier is asked again.
const IDLE_EVENTS: i32 = 1000;

/// A function whose code was evicted so often has to become 2 to that power times as hot as at first.
const MOST_EVICTIONS: u8 = 10;

/// What became of a function.
#[derive(Debug)]
enum State {
    /// So many calls and ways back to a loop's head so far.
    Counting(u32),
    Compiled(Compiled),
    /// It could not be compiled, and is not tried again; unless settings change, if `may_pass`.
    Blocked {
        may_pass: bool,
    },
}

/// What the tier knows of a function.
#[derive(Debug)]
struct Slot {
    /// Null while the id belongs to no function.
    function: *const Function,
    state: State,
    /// The countdown that the function was given last.
    granted: i32,
    evictions: u8,
}

impl Slot {
    const EMPTY: Slot = Slot { function: std::ptr::null(), state: State::Counting(0), granted: 1, evictions: 0 };

    fn grant(&mut self, function: &Function, events: i32) {
        self.granted = events.max(1);
        function.set_countdown(self.granted);
    }

    /// Calls and rounds since the last [`grant`](Self::grant), the one included that led to the question.
    fn events(&self, function: &Function) -> u32 {
        let left = function.countdown();
        // Calls by the host and by native code do not count down.
        (self.granted - left + i32::from(left > 0)).max(1) as u32
    }
}

/// The native tier of one machine.
#[derive(Debug)]
pub(crate) struct Native<I> {
    config: JitConfig,
    control: Control,
    /// [`Control::changes`], as they were noticed.
    seen: u32,
    support: Support,
    compiler: Compiler,
    cache: CodeCache,
    /// By the function's id.
    slots: Vec<Slot>,
    stats: Stats,
    marker: PhantomData<fn() -> I>,
}

fn expectation<I: InstructionSet>() -> Expectation {
    Expectation { ops: I::OPS, runtime_len: I::RUNTIME.len(), host: Arch::host() }
}

/// Says whether an instruction set has stencils that this machine can run, without making anything.
pub(crate) fn availability<I: InstructionSet>() -> Result<(), Unavailable> {
    validate(I::STENCILS, &expectation::<I>()).map_err(Unavailable::Table)
}

impl<I: InstructionSet> Native<I> {
    pub(crate) fn new(config: &JitConfig, control: &Control) -> Result<Self, Unavailable> {
        let unknown = config.without.iter().find(|name| I::OPS.iter().all(|op| op.name != **name));
        if let Some(name) = unknown {
            return Err(Unavailable::NoSuchOp { name: name.clone(), instruction_set: I::NAME });
        }
        let recipes = Recipes::new(I::STENCILS, &expectation::<I>(), config).map_err(Unavailable::Table)?;
        let mut cache = CodeCache::default();
        let support = Support::new(I::STENCILS, &mut cache.pool)?;
        let exits = Exit::ALL.into_iter().map(|exit| support.exit(exit));
        let targets = exits.chain(I::RUNTIME.iter().map(|function| function.shim as CodeAddr)).collect();
        Ok(Native {
            config: config.clone(),
            control: control.clone(),
            seen: control.changes(),
            support,
            compiler: Compiler::new(recipes, Island::new(targets)),
            cache,
            slots: Vec::new(),
            stats: Stats::new(I::OPS.iter().map(|op| op.name)),
            marker: PhantomData,
        })
    }

    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(crate) fn code_of(&self, function: &Function) -> Option<CodeView<'_>> {
        match &self.slots.get(function.id() as usize)?.state {
            State::Compiled(compiled) => CodeView::new(function, compiled, &self.compiler),
            State::Counting(_) | State::Blocked { .. } => None,
        }
    }

    pub(crate) fn support_code(&self) -> (CodeAddr, &[u8]) {
        let code = self.support.code();
        (code.address(CodeOffset(0)), code.bytes())
    }

    pub(crate) fn gate(&self) -> Gate {
        self.support.gate()
    }

    pub(crate) fn called(
        &mut self,
        function: &Function,
        caller: Caller,
        references: References<'_>,
    ) -> Option<CodeAddr> {
        self.notice(references);
        // A caller that was worth compiling calls nothing but hot functions.
        let threshold = if caller == Caller::Native { 1 } else { self.control.threshold() };
        if self.count(function, threshold) { self.compile(function, references) } else { None }
    }

    pub(crate) fn looped(&mut self, function: &Function, pc: Pc, references: References<'_>) -> Option<CodeAddr> {
        self.notice(references);
        if !self.config.reenter && matches!(self.slot(function).state, State::Compiled(_)) {
            // The frame left native code, and stays where it is.
            self.slot(function).grant(function, IDLE_EVENTS);
            return None;
        }
        if !self.count(function, self.control.threshold()) {
            return None;
        }
        self.compile(function, references)?;
        self.address(function, pc)
    }

    pub(crate) fn resume(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        if self.config.reenter { self.address(function, pc) } else { None }
    }

    fn address(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        match &self.slots.get(function.id() as usize)?.state {
            State::Compiled(compiled) if self.control.mode() != Mode::Off => compiled.address(pc),
            _ => None,
        }
    }

    pub(crate) fn left(&mut self, exit: Exit, op: Option<OpIndex>) -> bool {
        self.stats.add_exit(exit, op);
        self.cache.wants_safepoint() || self.control.changes() != self.seen
    }

    pub(crate) fn safepoint(&mut self, references: References<'_>) {
        self.notice(references);
        self.reclaim(references);
    }

    pub(crate) fn unload(&mut self, function: &Function) {
        let id = function.id();
        self.retire(id);
        if let Some(slot) = self.slots.get_mut(id as usize) {
            *slot = Slot::EMPTY;
        }
    }

    /// Compiles a function now, whatever the mode; says where to enter it. A function that was blocked stays so.
    pub(crate) fn compile(&mut self, function: &Function, references: References<'_>) -> Option<CodeAddr> {
        if let State::Counting(_) = self.slot(function).state {
            let state = self.compile_new(function, references);
            self.slot(function).state = state;
        }
        let slot = self.slot(function);
        match &slot.state {
            State::Compiled(compiled) => {
                let entry = compiled.entry();
                // SAFETY: (2).
                unsafe { function.set_entry(entry) };
                // The interpreter does not know native code: each of its calls goes through the driver.
                slot.grant(function, 1);
                Some(entry)
            }
            State::Counting(_) | State::Blocked { .. } => {
                slot.grant(function, IDLE_EVENTS);
                None
            }
        }
    }

    /// Counts a call or a way back to a loop's head; says whether the function is to be compiled, or is already.
    fn count(&mut self, function: &Function, threshold: u32) -> bool {
        let threshold = match self.control.mode() {
            Mode::Off => {
                self.slot(function).grant(function, IDLE_EVENTS);
                return false;
            }
            Mode::Auto => threshold,
            Mode::On => 1,
        };
        let slot = self.slot(function);
        let threshold = threshold.saturating_mul(1 << slot.evictions);
        let passed = slot.events(function);
        if let State::Counting(events) = &mut slot.state {
            *events = events.saturating_add(passed);
            if *events < threshold {
                let left = i32::try_from(threshold - *events).unwrap_or(i32::MAX).min(IDLE_EVENTS);
                slot.grant(function, left);
                return false;
            }
        }
        true
    }

    fn slot(&mut self, function: &Function) -> &mut Slot {
        let id = function.id() as usize;
        if id >= self.slots.len() {
            self.slots.resize_with(id + 1, || Slot::EMPTY);
        }
        let slot = &mut self.slots[id];
        slot.function = function;
        slot
    }

    fn compile_new(&mut self, function: &Function, references: References<'_>) -> State {
        let mut cost = Cost::default();
        let limit = self.control.code_limit();
        let allowance =
            Allowance { function_limit: self.config.function_limit, latency_budget: self.control.latency_budget() };
        let (cache, slots, call) = (&mut self.cache, &mut self.slots, self.support.exit(Exit::Call));
        let mut take = |bytes| {
            if let Some(limit) = limit {
                make_room(cache, slots, call, bytes, limit, references)?;
            }
            CodeBuf::in_pool(&mut cache.pool, bytes).map_err(CompileError::Memory)
        };
        let result = self.compiler.compile(function, allowance, &mut cost, &mut take);
        self.stats.add_cost(&cost);
        match result {
            Ok(compiled) => {
                self.cache.add(function.id(), &compiled.code);
                self.stats.add_compiled(self.compiler.op_count(), &compiled.layout, self.compiler.deopts(&compiled));
                State::Compiled(compiled)
            }
            Err(error) => {
                self.stats.add_blocked(function.body().name.clone(), error.to_string());
                State::Blocked { may_pass: error.may_pass() }
            }
        }
    }

    /// Takes note of changed settings, and does what was asked for.
    fn notice(&mut self, references: References<'_>) {
        let changes = self.control.changes();
        if changes == self.seen {
            return;
        }
        self.seen = changes;
        let off = self.control.mode() == Mode::Off;
        let call = self.support.exit(Exit::Call);
        for slot in &mut self.slots {
            if matches!(slot.state, State::Blocked { may_pass: true }) {
                slot.state = State::Counting(0);
            }
            // SAFETY: (1).
            let Some(function) = (unsafe { slot.function.as_ref() }) else { continue };
            let entry = match &slot.state {
                State::Compiled(compiled) if !off => compiled.entry(),
                _ => call,
            };
            // SAFETY: (2), or the call marker.
            unsafe { function.set_entry(entry) };
            slot.grant(function, 1);
        }
        for request in self.control.take_requests() {
            match request {
                Request::Evict(id) => self.evict(id),
                Request::EvictAll => self.cache.functions().into_iter().for_each(|id| self.evict(id)),
                Request::Recompile(id) => self.recompile(id, references),
            }
        }
        self.reclaim(references);
    }

    fn recompile(&mut self, id: u32, references: References<'_>) {
        self.retire(id);
        // SAFETY: (1).
        if let Some(function) = self.slots.get(id as usize).and_then(|slot| unsafe { slot.function.as_ref() }) {
            self.slot(function).state = State::Counting(0);
            self.compile(function, references);
        }
    }

    fn evict(&mut self, id: u32) {
        evict(&mut self.cache, &mut self.slots, self.support.exit(Exit::Call), id);
    }

    fn retire(&mut self, id: u32) {
        retire(&mut self.cache, &mut self.slots, self.support.exit(Exit::Call), id);
    }

    fn reclaim(&mut self, references: References<'_>) {
        self.cache.reclaim(references);
    }
}

/// Evicts the oldest code until there is room for new code under a limit.
fn make_room(
    cache: &mut CodeCache,
    slots: &mut [Slot],
    call: CodeAddr,
    bytes: usize,
    limit: usize,
    references: References<'_>,
) -> Result<(), CompileError> {
    let bytes = CodeCache::footprint_of(bytes);
    while bytes > limit.saturating_sub(cache.footprint_bytes()) {
        let before = cache.footprint_bytes();
        if let Some(oldest) = cache.oldest().filter(|_| bytes <= limit) {
            evict(cache, slots, call, oldest);
        } else if cache.retired_bytes() == 0 {
            return Err(CompileError::CacheFull { bytes, limit });
        }
        cache.reclaim(references);
        if cache.footprint_bytes() == before && cache.oldest().is_none() {
            // Everything has gone that no frame needs.
            return Err(CompileError::CacheFull { bytes, limit });
        }
    }
    Ok(())
}

/// Retires the code of a function, which has to become hotter than before to be compiled again.
fn evict(cache: &mut CodeCache, slots: &mut [Slot], call: CodeAddr, id: u32) {
    retire(cache, slots, call, id);
    if let Some(slot) = slots.get_mut(id as usize) {
        slot.evictions = (slot.evictions + 1).min(MOST_EVICTIONS);
    }
}

/// Retires the code of a function, if it has some: nothing enters it from here on.
fn retire(cache: &mut CodeCache, slots: &mut [Slot], call: CodeAddr, id: u32) {
    let Some(slot) = slots.get_mut(id as usize) else { return };
    if !matches!(slot.state, State::Compiled(_)) {
        return;
    }
    // SAFETY: (1).
    if let Some(function) = unsafe { slot.function.as_ref() } {
        // SAFETY: the call marker.
        unsafe { function.set_entry(call) };
        slot.grant(function, 1);
    }
    if let State::Compiled(compiled) = std::mem::replace(&mut slot.state, State::Counting(0)) {
        cache.retire(id, compiled.code);
    }
}
