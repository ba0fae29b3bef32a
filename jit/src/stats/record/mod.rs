//! Notifications of what the tier does → [`Recorder`], which counts it; [`Stats`] is a snapshot of the counts.
//!
//! [`Recorder::left`], [`Recorder::entered`] and [`Recorder::resumed`] run at each switch between the tiers, so they
//! only increment elements of arrays.

use std::collections::TryReserveError;
use std::time::{Duration, Instant};

use mimeo_def::OpIndex;
use mimeo_def::frame::Exit;
use mimeo_interp::Function;

use crate::compile::Cost;
use crate::errors::{Diagnostic, NoStencil};
use crate::stats::{
    Blocked, Code, Entry, Event, Functions, Gap, Hard, Optimized, Refused, Regions, Stats, Switches, Trace, What,
};

mod code_changes;
mod durations;
mod watch;

use durations::Durations;

pub(crate) use watch::Watch;

/// The settings that statistics need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    /// Whether events are recorded.
    pub(crate) trace: bool,
    /// The longest time that one compilation may take.
    pub(crate) budget: Option<Duration>,
    /// The largest number of bytes of code.
    pub(crate) limit_bytes: Option<u64>,
}

/// The id and the name of a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    pub(crate) id: u32,
    pub(crate) name: &'a str,
}

impl<'a> From<&'a Function> for Named<'a> {
    fn from(function: &'a Function) -> Self {
        Named { id: function.id(), name: &function.body().name }
    }
}

/// The result of a compilation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compilation {
    pub(crate) cost: Cost,
    /// Ops, gaps included.
    pub(crate) ops: u64,
    pub(crate) regions: Regions,
    /// Bytes of one `OP_DEOPT`.
    pub(crate) gap_bytes: u64,
}

/// The reason why code was retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unlinked {
    Evicted,
    Replaced,
    Dropped,
}

/// The costs of one op, except its side exits.
#[derive(Clone, Debug, Default)]
struct OpCosts {
    reason: Option<NoStencil>,
    places: u64,
    bytes: u64,
    hard: Hard,
}

/// Counts what one tier does.
#[derive(Debug)]
pub(crate) struct Recorder {
    switches: Switches,
    /// By op.
    side_exits: Box<[u64]>,
    /// Whether native code was last left through a side exit.
    after_side_exit: bool,
    names: Box<[&'static str]>,
    /// By op.
    costs: Box<[OpCosts]>,
    functions: Functions,
    ops: u64,
    code: Code,
    durations: Durations,
    optimized: Optimized,
    trace: Option<Trace>,
    start: Instant,
    /// By function id: whether the function was compiled before.
    compiled_before: Vec<bool>,
}

impl Recorder {
    pub(crate) fn new(ops: impl Iterator<Item = &'static str>, settings: Settings) -> Self {
        let names: Box<[&'static str]> = ops.collect();
        Recorder {
            switches: Switches::default(),
            side_exits: vec![0; names.len()].into(),
            after_side_exit: false,
            costs: vec![OpCosts::default(); names.len()].into(),
            names,
            functions: Functions::default(),
            ops: 0,
            code: Code { limit_bytes: settings.limit_bytes, ..Code::default() },
            durations: Durations::new(settings.budget),
            optimized: Optimized::default(),
            trace: settings.trace.then(Trace::default),
            start: Instant::now(),
            compiled_before: Vec::new(),
        }
    }

    /// Allocates what is noted about each function with an id below this.
    pub(crate) fn reserve(&mut self, ids: usize) -> Result<(), TryReserveError> {
        self.compiled_before.try_reserve_exact(ids.saturating_sub(self.compiled_before.len()))
    }

    /// Notes that native code was left. `op` is the cause of an [`Exit::Deopt`].
    #[inline]
    pub(crate) fn left(&mut self, exit: Exit, op: Option<OpIndex>) {
        self.switches.left[exit as usize - 1] += 1;
        self.after_side_exit = matches!(exit, Exit::Deopt | Exit::Poll);
        if let Some(op) = op {
            self.side_exits[usize::from(op.0)] += 1;
        }
    }

    /// Notes that native code is entered.
    #[inline]
    pub(crate) fn entered(&mut self, entry: Entry) {
        self.switches.entered[entry as usize] += 1;
        self.after_side_exit = false;
    }

    /// Notes that native code resumes inside a function, after a side exit, a poll or a call.
    #[inline]
    pub(crate) fn resumed(&mut self) {
        self.entered(if self.after_side_exit { Entry::Resume } else { Entry::Return });
    }

    /// Applies changed settings.
    pub(crate) fn set(&mut self, settings: Settings) {
        self.code.limit_bytes = settings.limit_bytes;
        self.durations.set_budget(settings.budget);
    }

    /// Notes that a function was compiled. `gaps` are the places of `OP_DEOPT`.
    pub(crate) fn compiled(
        &mut self,
        function: Named<'_>,
        made: &Compilation,
        gaps: impl Iterator<Item = (OpIndex, NoStencil)>,
    ) {
        self.durations.add(&made.cost);
        let mut places = 0;
        for (op, reason) in gaps {
            places += 1;
            let costs = &mut self.costs[usize::from(op.0)];
            costs.places += 1;
            costs.bytes += made.gap_bytes;
            costs.reason.get_or_insert(reason);
        }
        *(if places > 0 { &mut self.functions.ok_with_deopt } else { &mut self.functions.ok }) += 1;
        let id = function.id as usize;
        if id >= self.compiled_before.len() {
            self.compiled_before.resize(id + 1, false);
        }
        self.functions.recompiled += u64::from(std::mem::replace(&mut self.compiled_before[id], true));
        self.ops += made.ops;
        self.code.add(made.regions);
        let (bytes, ns) = (made.regions.total_bytes(), made.cost.total_ns());
        self.record(function, What::Compiled, |event| Event { ops: made.ops, bytes, ns, gaps: places, ..event });
    }

    /// Notes that a function could not be compiled, perhaps because of one op. Returns the watch for the function.
    pub(crate) fn blocked(
        &mut self,
        function: &Function,
        diagnostic: Diagnostic,
        sentence: String,
        op: Option<OpIndex>,
        cost: &Cost,
    ) -> Watch {
        self.durations.add(cost);
        self.functions.blocked += 1;
        if let Some(op) = op {
            let costs = &mut self.costs[usize::from(op.0)];
            costs.hard.functions += 1;
            costs.hard.bytecode_bytes += size_of_val(&function.body().code[..]) as u64;
            costs.reason.get_or_insert_with(|| NoStencil::Value { code: diagnostic, sentence: sentence.clone() });
        }
        let named = Named::from(function);
        if self.functions.first_blocked.len() < Functions::KEPT {
            let op = op.map(|op| self.names[usize::from(op.0)]);
            let function = named.name.to_owned();
            self.functions.first_blocked.push(Blocked { function, id: named.id, diagnostic, sentence, op });
        }
        let ns = cost.total_ns();
        self.record(named, What::Blocked(diagnostic), |event| Event { ns, ..event });
        Watch::new(op.map(|op| op.0))
    }

    /// Notes that the optimizer took this long for a loop.
    pub(crate) fn optimizing(&mut self, ns: u64) {
        self.optimized.ns += ns;
    }

    /// Notes that a loop got optimized code with so many inlined calls.
    pub(crate) fn optimized(&mut self, inlined: u32) {
        self.optimized.loops += 1;
        self.optimized.inlined += u64::from(inlined);
    }

    /// Notes that a loop gets no optimized code.
    pub(crate) fn not_optimized(&mut self, refused: Refused) {
        self.optimized.refused += 1;
        if self.optimized.first_refused.len() < Optimized::KEPT {
            self.optimized.first_refused.push(refused);
        }
    }

    /// Notes that the driver consulted the tier about a blocked function, which the interpreter runs.
    pub(crate) fn left_to_interpreter(&mut self, function: &Function, watch: &mut Watch) {
        let events = watch.consulted(function);
        self.functions.left_to_interpreter += events;
        if let Some(op) = watch.op {
            self.costs[usize::from(op)].hard.runs += events;
        }
    }

    /// Notes that compiled code is not entered any more.
    pub(crate) fn unlinked(&mut self, function: Named<'_>, why: Unlinked, regions: Regions) {
        self.code.retire(regions);
        let what = match why {
            Unlinked::Evicted => {
                self.functions.evicted += 1;
                What::Evicted
            }
            Unlinked::Replaced => What::Replaced,
            Unlinked::Dropped => {
                self.functions.dropped += 1;
                // The id may be reused for another function.
                if let Some(before) = self.compiled_before.get_mut(function.id as usize) {
                    *before = false;
                }
                What::Dropped
            }
        };
        self.record(function, what, |event| Event { bytes: regions.total_bytes(), ..event });
    }

    /// Notes that unlinked code was freed.
    pub(crate) fn reclaimed(&mut self, function: Named<'_>, bytes: u64) {
        self.code.reclaim(bytes);
        self.record(function, What::Reclaimed, |event| Event { bytes, ..event });
    }

    fn record(&mut self, function: Named<'_>, what: What, with: impl FnOnce(Event) -> Event) {
        let Some(trace) = &mut self.trace else { return };
        let event = Event {
            at_ns: u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX),
            what,
            function: function.name.to_owned(),
            id: function.id,
            ops: 0,
            bytes: 0,
            ns: 0,
            gaps: 0,
        };
        if trace.events.len() == Trace::KEPT {
            trace.events.pop_front();
            trace.lost += 1;
        }
        trace.events.push_back(with(event));
    }

    /// Returns a snapshot of the counts.
    pub(crate) fn snapshot(&self) -> Stats {
        Stats {
            functions: self.functions.clone(),
            ops: self.ops,
            gaps: self.gaps(),
            code: self.code,
            compile: self.durations.snapshot(),
            optimized: self.optimized.clone(),
            switches: self.switches,
            trace: self.trace.clone(),
        }
    }

    fn gaps(&self) -> Vec<Gap> {
        let ops = self.names.iter().zip(&self.costs).zip(&self.side_exits);
        let mut gaps: Vec<Gap> = ops
            .map(|((&op, costs), &side_exits)| {
                let OpCosts { reason, places, bytes, hard } = costs.clone();
                Gap { op, reason, places, bytes, side_exits, hard }
            })
            .filter(|gap| gap.places + gap.executions() + gap.hard.functions > 0)
            .collect();
        gaps.sort_by_key(|gap| (std::cmp::Reverse((gap.executions(), gap.places)), gap.op));
        gaps
    }
}
