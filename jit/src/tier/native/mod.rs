//! A machine's calls and loops → [`Native`], the part of a [`Jit`](crate::Jit) that compiles functions when they are hot.
//!
//! Contract of this island: (1) the code of a compiled function follows the stencil convention, runs the function, and
//! keeps frame and records as the interpreter does at every op boundary.

use std::marker::PhantomData;
use std::time::Instant;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::{Arch, Table};
use mimeo_def::{CodeOffset, OpIndex, Pc};
use mimeo_interp::tier::{Caller, NativeEntry, References};
use mimeo_interp::{Account, Function, InstructionSet, OutOfMemory};

use crate::compile::{
    Allowance, CompileError, Compiled, Compiler, Cost, Expectation, Island, Plan, Recipes, Support, nanoseconds,
    processor, validate,
};
use crate::config::{JitConfig, Mode};
use crate::errors::Unavailable;
use crate::memory::CodeBuf;
use crate::observe::Notifier;
use crate::optimize::{Callees, Graft, HotLoop, NotOptimized, Optimizer, OptimizerSet};
use crate::stats::record::{Compilation, Named, Recorder, Settings, Unlinked};
use crate::stats::{Entry, Refused, Stats};
use crate::tier::control::{Control, Request};
use crate::tier::inspect::CodeView;

mod changes;
mod code_cache;
mod functions;
mod view;

use code_cache::CodeCache;
use functions::{Functions, State};

/// Calls and loop iterations before the tier is consulted again, while there is nothing to compile.
const IDLE_EVENTS: i32 = 1000;

/// The call of a function by native code at which it is compiled. The first one can be the only one: a program may make
/// functions for one call each.
const CALLS_BY_NATIVE_CODE: u32 = 2;

/// No loop is found running so often.
const NEVER: u32 = u32::MAX;
/// A loop whose code mostly found something else than it expected is optimized again after so many times the samples: if
/// that happens again, not much time was lost.
const SAMPLES_AFTER_MISSES: u32 = 256;
/// After so many samples, a loop that is not optimized yet is shown.
const SHOWN_SAMPLES: u32 = 64;

/// The native tier of one machine.
#[derive(Debug)]
pub(crate) struct Native<I> {
    config: JitConfig,
    control: Control,
    /// The last value of [`Control::changes`] that was handled.
    seen: u32,
    support: Support,
    compiler: Compiler,
    functions: Functions,
    optimizer: Option<Box<dyn Optimizer>>,
    /// The bytes that the lists of the compiler's plan are charged for: those of the largest function so far.
    plan_bytes: usize,
    marker: PhantomData<fn() -> I>,
}

fn expectation<I: InstructionSet>() -> Expectation {
    Expectation { ops: I::OPS, runtime_len: I::RUNTIME.len(), host: Arch::host(), has: processor::has }
}

/// Checks whether an instruction set has stencils that this machine can run, without creating a tier.
///
/// # Errors
///
/// [`Unavailable::Table`], with the reason.
pub fn has_stencils<I: InstructionSet>() -> Result<(), Unavailable> {
    validate(I::STENCILS, &expectation::<I>()).map_err(Unavailable::Table)
}

fn settings(config: &JitConfig, control: &Control) -> Settings {
    let limit_bytes = control.code_limit().map(|bytes| bytes as u64);
    Settings { trace: config.trace, budget: control.latency_budget(), limit_bytes }
}

impl<I: InstructionSet> Native<I> {
    pub(crate) fn new(config: &JitConfig, control: &Control, table: &Table) -> Result<Self, Unavailable> {
        let unknown = config.gaps.ops.iter().find(|name| I::OPS.iter().all(|op| op.name != **name));
        if let Some(name) = unknown {
            return Err(Unavailable::NoSuchOp { name: name.clone(), instruction_set: I::NAME });
        }
        let recipes = Recipes::new(table, &expectation::<I>(), &config.gaps).map_err(Unavailable::Table)?;
        let mut cache = CodeCache::new(table.has_landing_pads());
        let mut notifier = Notifier::new(config.observers, config.opener);
        let support = Support::new(table, &mut cache.pool, &mut notifier)?;
        let exits = Exit::ALL.into_iter().map(|exit| support.exit(exit));
        let targets = exits.chain(I::RUNTIME.iter().map(|function| function.shim as CodeAddr)).collect();
        let stats = Recorder::new(I::OPS.iter().map(|op| op.name), settings(config, control));
        Ok(Native {
            config: config.clone(),
            control: control.clone(),
            seen: control.changes(),
            compiler: Compiler::new(recipes, Island::new(targets), notifier),
            functions: Functions::new(cache, stats, support.exit(Exit::Call)),
            support,
            optimizer: config.optimizer.0.map(|open| open(OptimizerSet::of::<I>())),
            plan_bytes: 0,
            marker: PhantomData,
        })
    }

    pub(crate) fn attach(&mut self, account: &Account) {
        self.functions.attach(account, self.support.code().footprint_bytes());
    }

    pub(crate) fn events_per_sample(&self) -> Option<u32> {
        self.config.events_per_sample
    }

    pub(crate) fn reserve(&mut self, ids: usize) -> Result<(), OutOfMemory> {
        self.functions.reserve(ids)
    }

    pub(crate) fn stats(&self) -> Stats {
        self.functions.stats.snapshot()
    }

    pub(crate) fn observer_failure(&self) -> Option<&str> {
        self.compiler.observer_failure()
    }

    pub(crate) fn code_of(&self, function: &Function) -> Option<CodeView<'_>> {
        match self.functions.state(function)? {
            State::Compiled(compiled) => CodeView::new(function, compiled, &self.compiler),
            State::Counting(_) | State::Blocked { .. } => None,
        }
    }

    pub(crate) fn support_code(&self) -> (CodeAddr, &[u8]) {
        let code = self.support.code();
        (code.address(CodeOffset(0)), code.bytes())
    }

    pub(crate) fn native_entry(&self) -> NativeEntry {
        self.support.native_entry()
    }

    /// Returns where to enter a function that has native code, unless changed settings have to be applied first.
    #[inline]
    pub(crate) fn entered_at(&mut self, function: &Function) -> Option<CodeAddr> {
        if self.control.changes() != self.seen {
            return None;
        }
        let entry = self.functions.entered_at(function)?;
        self.functions.stats.entered(Entry::Call);
        Some(entry)
    }

    pub(crate) fn called(
        &mut self,
        function: &Function,
        caller: Caller,
        references: References<'_>,
    ) -> Option<CodeAddr> {
        self.notice(references);
        if let Some(entry) = self.entered_at(function) {
            return Some(entry);
        }
        let threshold = match caller {
            // The callees of a caller that was worth compiling are hot, apart from those that exist for one call.
            Caller::Native => self.control.threshold().min(CALLS_BY_NATIVE_CODE),
            _ => self.control.threshold(),
        };
        let entry = self.count_and_compile(function, threshold, references)?;
        self.functions.stats.entered(Entry::Call);
        Some(entry)
    }

    pub(crate) fn looped(&mut self, function: &Function, pc: Pc, references: References<'_>) -> Option<CodeAddr> {
        self.notice(references);
        let slot = self.functions.slot(function);
        if self.config.gaps.without_reentry && matches!(slot.state, State::Compiled(_)) {
            // The frame left native code, and stays in the interpreter.
            slot.grant(function, IDLE_EVENTS);
            return None;
        }
        self.count_and_compile(function, self.control.threshold(), references)?;
        let code = self.address(function, pc)?;
        self.functions.stats.entered(Entry::Loop);
        Some(code)
    }

    #[inline]
    pub(crate) fn resumed(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        let code = self.return_address(function, pc)?;
        self.functions.stats.resumed();
        Some(code)
    }

    #[inline]
    pub(crate) fn return_address(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        if self.config.gaps.without_reentry { None } else { self.address(function, pc) }
    }

    #[inline]
    fn address(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        match self.functions.state(function)? {
            State::Compiled(compiled) if self.control.mode() != Mode::Off => compiled.address(pc),
            _ => None,
        }
    }

    /// Notes that a loop of a function was found running for the `samples`th time. Optimizes the loop if that is
    /// worthwhile.
    pub(crate) fn sampled(&mut self, function: &Function, head: Pc, samples: u32, references: References<'_>) {
        if self.optimizer.is_none() || self.config.optimize != Mode::Auto || self.control.mode() == Mode::Off {
            return;
        }
        let needed = self.samples_needed(function);
        let State::Compiled(compiled) = &self.functions.slot(function).state else { return };
        match compiled.grafts.binary_search_by_key(&head, |graft| graft.head) {
            Ok(place) if compiled.grafts[place].is_left_too_soon(function, samples) => {
                let mut grafts = compiled.grafts.clone();
                let old = grafts.remove(place);
                let slot = self.functions.slot(function);
                slot.loops_left_too_soon += 1;
                if old.misses_mostly(function) {
                    slot.not_optimized.push((head, samples.saturating_mul(SAMPLES_AFTER_MISSES)));
                    slot.missed.push(head);
                } else {
                    self.refuse(function, head, "its optimized code was left too soon".to_owned());
                }
                self.compile_again(function, head, grafts, references);
            }
            Ok(place) if compiled.grafts[place].misses_often(function) => {
                let mut grafts = compiled.grafts.clone();
                grafts.remove(place);
                self.functions.slot(function).missed.push(head);
                if let Some(graft) = self.graft(function, head, Some(samples)) {
                    grafts.insert(place, graft);
                }
                self.compile_again(function, head, grafts, references);
            }
            Err(place) if samples >= needed => {
                let mut grafts = compiled.grafts.clone();
                if let Some(graft) = self.graft(function, head, Some(samples)) {
                    grafts.insert(place, graft);
                    self.compile_again(function, head, grafts, references);
                }
            }
            Ok(_) | Err(_) => {}
        }
    }

    /// Returns the number of samples after which a loop of a function is optimized. Code of a loop that is left too soon is
    /// often a sign that the same happens to other loops of the function, so each takes it to four times as many.
    fn samples_needed(&mut self, function: &Function) -> u32 {
        let factor = 4_u32.saturating_pow(self.functions.slot(function).loops_left_too_soon);
        self.config.optimize_threshold.max(1).saturating_mul(factor)
    }

    /// Compiles a function again because optimized code of a loop came or went.
    fn compile_again(&mut self, function: &Function, head: Pc, grafts: Vec<Graft>, references: References<'_>) {
        match self.compile_new(function, grafts, references) {
            Ok(compiled) => {
                self.functions.retire(function.id(), Unlinked::Replaced);
                // SAFETY: (1).
                unsafe { function.set_entry(compiled.entry()) };
                self.functions.slot(function).state = State::Compiled(compiled);
            }
            Err((error, cost)) => {
                self.functions.stats.optimizing(cost.total_ns());
                self.refuse(function, head, error.sentence());
            }
        }
    }

    /// Returns optimized code of a loop with so many samples, if the optimizer makes any.
    fn graft(&mut self, function: &Function, head: Pc, samples: Option<u32>) -> Option<Graft> {
        let slot = self.functions.slot(function);
        let is_again = slot.missed.contains(&head);
        let not_optimized = &mut slot.not_optimized;
        if not_optimized
            .iter()
            .any(|&(refused, until)| refused == head && samples.is_none_or(|samples| samples < until))
        {
            return None;
        }
        not_optimized.retain(|&(refused, _)| refused != head);
        let budget = self.control.latency_budget();
        let start = Instant::now();
        let find = |id| self.functions.get(id);
        let account = Some(self.functions.account());
        let hot = HotLoop { function, head, budget, callees: Callees::new(&find), samples, is_again, account };
        let result = self.optimizer.as_mut()?.optimize(hot);
        self.functions.stats.optimizing(nanoseconds(start.elapsed()));
        match result {
            Ok(None) => {
                self.functions.slot(function).not_optimized.push((head, NEVER));
                None
            }
            Ok(Some(region)) => {
                self.functions.stats.optimized(region.inlined);
                Some(Graft::new(function, head, region, is_again))
            }
            Err(NotOptimized::Yet(reason)) => {
                let samples = samples.unwrap_or(NEVER);
                // It is asked for again, but shown once.
                if (SHOWN_SAMPLES..2 * SHOWN_SAMPLES).contains(&samples) {
                    self.show_refusal(function, head, reason);
                }
                self.functions.slot(function).not_optimized.push((head, samples.saturating_mul(2)));
                None
            }
            Err(NotOptimized::Never(reason)) => {
                self.refuse(function, head, reason);
                None
            }
        }
    }

    /// Notes that a loop has no optimized code. The optimizer is not asked again.
    fn refuse(&mut self, function: &Function, head: Pc, reason: String) {
        self.show_refusal(function, head, reason);
        self.functions.slot(function).not_optimized.push((head, NEVER));
    }

    fn show_refusal(&mut self, function: &Function, head: Pc, reason: String) {
        let Named { id, name } = Named::from(function);
        self.functions.stats.not_optimized(Refused { function: name.to_owned(), id, head, reason });
    }

    /// Returns the optimized code of all loops of a function that is compiled, if no loop has to become hot first.
    fn all_grafts(&mut self, function: &Function) -> Vec<Graft> {
        match self.config.optimize {
            Mode::On => function.facts().polls.iter().filter_map(|&head| self.graft(function, head, None)).collect(),
            Mode::Auto | Mode::Off => Vec::new(),
        }
    }

    /// Excludes a function from native code, or ends that.
    pub(crate) fn exclude(&mut self, function: &Function, excluded: bool) {
        self.functions.slot(function).is_excluded = excluded;
        if excluded {
            // Copies of it in optimized code do not run, either.
            function.renew_serial();
            self.functions.retire(function.id(), Unlinked::Dropped);
        }
    }

    #[inline]
    pub(crate) fn left(&mut self, exit: Exit, op: Option<OpIndex>) -> bool {
        self.functions.stats.left(exit, op);
        self.functions.cache.wants_safepoint() || self.control.changes() != self.seen
    }

    #[inline]
    pub(crate) fn idle(&mut self) -> bool {
        self.functions.cache.has_retired()
    }

    pub(crate) fn safepoint(&mut self, references: References<'_>) {
        self.notice(references);
        self.functions.reclaim(references);
    }

    pub(crate) fn unload(&mut self, function: &Function) {
        self.functions.unload(function);
    }

    /// Compiles a function now, whatever the mode, and returns the address of its first op. A blocked function stays
    /// blocked.
    pub(crate) fn compile(&mut self, function: &Function, references: References<'_>) -> Option<CodeAddr> {
        if self.functions.slot(function).is_excluded {
            return None;
        }
        if let State::Counting(_) = self.functions.slot(function).state {
            let grafts = self.all_grafts(function);
            let state = match self.compile_new(function, grafts, references) {
                Ok(compiled) => State::Compiled(compiled),
                Err((error, cost)) => self.blocked(function, &error, &cost),
            };
            self.functions.slot(function).state = state;
        }
        let slot = self.functions.slot(function);
        let State::Compiled(compiled) = &slot.state else { return None };
        let first_op = compiled.first_op();
        // SAFETY: (1).
        unsafe { function.set_entry(compiled.entry()) };
        // The interpreter cannot enter native code: each of its calls goes through the driver.
        slot.grant(function, 1);
        Some(first_op)
    }

    /// Counts a call or a loop iteration, and returns the address of the first op if the function is compiled or hot
    /// enough to be.
    fn count_and_compile(
        &mut self,
        function: &Function,
        threshold: u32,
        references: References<'_>,
    ) -> Option<CodeAddr> {
        if !self.count(function, threshold) {
            return None;
        }
        let entry = self.compile(function, references);
        if entry.is_none() {
            self.functions.left_to_interpreter(function);
        }
        entry
    }

    /// Counts a call or a loop iteration. Returns `true` if the function is to be compiled, or is no longer counted.
    fn count(&mut self, function: &Function, threshold: u32) -> bool {
        let slot = self.functions.slot(function);
        let threshold = match self.control.mode() {
            Mode::Off => {
                slot.grant(function, IDLE_EVENTS);
                return false;
            }
            Mode::Auto => threshold,
            Mode::On => 1,
        };
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

    /// Compiles a function with optimized code of some of its loops. On an error, returns also the cost.
    fn compile_new(
        &mut self,
        function: &Function,
        grafts: Vec<Graft>,
        references: References<'_>,
    ) -> Result<Compiled, (CompileError, Cost)> {
        let mut cost = Cost::default();
        let (plan, starts) = Plan::table_bytes(function);
        let kept = starts + grafts.iter().map(Graft::table_bytes).sum::<usize>();
        let plan_growth = plan.saturating_sub(self.plan_bytes);
        if self.functions.charge_tables(plan_growth + kept).is_err() {
            return Err((CompileError::OutOfMemory { bytes: plan_growth + kept }, cost));
        }
        self.plan_bytes += plan_growth;
        let result = self.compile_charged(function, grafts, references, &mut cost);
        self.functions.cache.settle();
        if result.is_err() {
            self.functions.release_tables(kept);
        }
        result.map_err(|error| (error, cost))
    }

    fn compile_charged(
        &mut self,
        function: &Function,
        grafts: Vec<Graft>,
        references: References<'_>,
        cost: &mut Cost,
    ) -> Result<Compiled, CompileError> {
        let limit = self.control.code_limit();
        let allowance =
            Allowance { function_limit: self.config.function_limit, latency_budget: self.control.latency_budget() };
        let functions = &mut self.functions;
        let mut take = |bytes| {
            if let Some(limit) = limit {
                functions.make_room(bytes, limit, references)?;
            }
            functions.charge_code(bytes, references)?;
            CodeBuf::in_pool(&mut functions.cache.pool, bytes).map_err(CompileError::Memory)
        };
        let compiled = self.compiler.compile(function, grafts, allowance, cost, &mut take)?;
        functions.cache.add(function.id(), &compiled.code);
        let made = Compilation {
            cost: *cost,
            ops: self.compiler.op_count() as u64,
            regions: compiled.layout.into(),
            gap_bytes: u64::from(self.compiler.deopt_bytes()),
        };
        functions.stats.compiled(Named::from(function), &made, self.compiler.deopts(&compiled));
        Ok(compiled)
    }

    /// Returns the state of a function that could not be compiled.
    fn blocked(&mut self, function: &Function, error: &CompileError, cost: &Cost) -> State {
        let op = error.pc().map(|pc| OpIndex(function.body().code[pc.0 as usize]));
        let watch = self.functions.stats.blocked(function, error.code(), error.sentence(), op, cost);
        State::Blocked { watch, may_pass: error.may_pass() }
    }

    /// Applies changed settings and requests.
    fn notice(&mut self, references: References<'_>) {
        let changes = self.control.changes();
        if changes == self.seen {
            return;
        }
        self.seen = changes;
        self.functions.stats.set(settings(&self.config, &self.control));
        self.functions.reconsider(self.control.mode() == Mode::Off);
        for request in self.control.take_requests() {
            match request {
                Request::Evict(id) => self.functions.retire(id, Unlinked::Evicted),
                Request::EvictAll => self.functions.evict_all(),
                Request::Recompile(id) => self.recompile(id, references),
            }
        }
        self.functions.reclaim(references);
    }

    fn recompile(&mut self, id: u32, references: References<'_>) {
        self.functions.retire(id, Unlinked::Replaced);
        let Some(function) = self.functions.get(id).map(std::ptr::from_ref) else { return };
        // SAFETY: functions (1): a function with a slot stays loaded while the tier works.
        let function = unsafe { &*function };
        self.functions.slot(function).state = State::Counting(0);
        self.compile(function, references);
    }
}
