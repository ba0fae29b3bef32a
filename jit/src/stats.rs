//! What the native tier did → numbers, and the table of them that a person reads.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use mimeo_def::OpIndex;
use mimeo_def::frame::Exit;

use crate::NoStencil;
use crate::compiler::Cost;
use crate::plan::Layout;

/// How statistics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsFormat {
    /// A table for people.
    Summary,
    /// A line for each event of a function's life.
    Trace,
    /// For programs.
    Json,
}

/// Counts of one tier since it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Functions compiled without a gap.
    pub ok: u64,
    /// Functions compiled in which `OP_DEOPT` stands for at least one op.
    pub ok_with_deopt: u64,
    /// Functions that could not be compiled.
    pub blocked: Vec<Blocked>,
    /// Ops compiled, those without a stencil included.
    pub ops: u64,
    /// How often `OP_DEOPT` was planted, by op and reason.
    pub deopts: BTreeMap<(&'static str, NoStencil), u64>,
    /// Bytes of code.
    pub bytes: CodeBytes,
    /// Time spent on deciding where everything lies.
    pub plan_time: Duration,
    /// Time spent on copying and patching.
    pub emit_time: Duration,
    /// Time spent on mapping memory and making it executable.
    pub seal_time: Duration,
    /// How often native code was left, in the order of [`Exit::ALL`].
    pub exits: [u64; Exit::ALL.len()],
    /// How often each op was run by the interpreter for native code, in the order of the instruction set.
    pub side_exits: Vec<(&'static str, u64)>,
}

/// A function that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Its name.
    pub function: String,
    /// The diagnostic's code and sentence.
    pub reason: String,
}

/// Bytes of code, by region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CodeBytes {
    /// Code that runs every time.
    pub hot: u64,
    /// Code of slow paths.
    pub cold: u64,
    /// Constants, with the gaps between regions.
    pub rodata: u64,
    /// Stubs for far targets.
    pub island: u64,
}

impl Stats {
    pub(crate) fn new(ops: impl Iterator<Item = &'static str>) -> Self {
        Stats {
            ok: 0,
            ok_with_deopt: 0,
            blocked: Vec::new(),
            ops: 0,
            deopts: BTreeMap::new(),
            bytes: CodeBytes::default(),
            plan_time: Duration::ZERO,
            emit_time: Duration::ZERO,
            seal_time: Duration::ZERO,
            exits: [0; Exit::ALL.len()],
            side_exits: ops.map(|name| (name, 0)).collect(),
        }
    }

    /// Functions compiled, with and without gaps.
    pub fn compiled(&self) -> u64 {
        self.ok + self.ok_with_deopt
    }

    /// How often native code was left for this reason.
    pub fn exits_for(&self, exit: Exit) -> u64 {
        self.exits[exit as usize - 1]
    }

    /// The ops that the interpreter ran for native code, most frequent first.
    pub fn side_exits_by_count(&self) -> Vec<(&'static str, u64)> {
        let mut ops: Vec<_> = self.side_exits.iter().copied().filter(|&(_, count)| count > 0).collect();
        ops.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        ops
    }

    pub(crate) fn add_cost(&mut self, cost: &Cost) {
        self.plan_time += cost.plan;
        self.emit_time += cost.emit;
        self.seal_time += cost.memory;
    }

    pub(crate) fn add_compiled(
        &mut self,
        ops: usize,
        layout: &Layout,
        deopts: impl Iterator<Item = (OpIndex, NoStencil)>,
    ) {
        let mut has_deopt = false;
        for (op, reason) in deopts {
            has_deopt = true;
            *self.deopts.entry((self.side_exits[usize::from(op.0)].0, reason)).or_default() += 1;
        }
        if has_deopt {
            self.ok_with_deopt += 1;
        } else {
            self.ok += 1;
        }
        self.ops += ops as u64;
        self.bytes.hot += u64::from(layout.cold);
        self.bytes.cold += u64::from(layout.rodata - layout.cold);
        self.bytes.rodata += u64::from(layout.island - layout.rodata);
        self.bytes.island += u64::from(layout.end - layout.island);
    }

    pub(crate) fn add_blocked(&mut self, function: String, reason: String) {
        self.blocked.push(Blocked { function, reason });
    }

    pub(crate) fn add_exit(&mut self, exit: Exit, op: Option<OpIndex>) {
        self.exits[exit as usize - 1] += 1;
        if let Some(op) = op {
            self.side_exits[usize::from(op.0)].1 += 1;
        }
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blocked = self.blocked.len();
        writeln!(f, "functions   {:>10}  {} ok, {} ok-with-deopt", self.compiled(), self.ok, self.ok_with_deopt)?;
        writeln!(f, "blocked     {blocked:>10}")?;
        for Blocked { function, reason } in &self.blocked {
            writeln!(f, "  `{function}`: {reason}")?;
        }
        let deopts: u64 = self.deopts.values().sum();
        writeln!(f, "ops         {:>10}  {deopts} without a stencil", self.ops)?;
        for ((op, reason), count) in &self.deopts {
            writeln!(f, "  {op:<20} {count:>8}  {reason}")?;
        }
        let CodeBytes { hot, cold, rodata, island } = self.bytes;
        let total = hot + cold + rodata + island;
        writeln!(f, "code bytes  {total:>10}  {hot} hot, {cold} cold, {rodata} constants, {island} stubs")?;
        let time = self.plan_time + self.emit_time + self.seal_time;
        let per_op = time.as_nanos() as f64 / (self.ops.max(1)) as f64;
        writeln!(
            f,
            "compile     {:>8}us  {}us plan, {}us copy and patch, {}us map and seal; {per_op:.1} ns an op",
            time.as_micros(),
            self.plan_time.as_micros(),
            self.emit_time.as_micros(),
            self.seal_time.as_micros()
        )?;
        writeln!(f, "exits       {:>10}", self.exits.iter().sum::<u64>())?;
        for exit in Exit::ALL.into_iter().filter(|&exit| self.exits_for(exit) > 0) {
            writeln!(f, "  {:<20} {:>8}", exit.name(), self.exits_for(exit))?;
        }
        let side_exits = self.side_exits_by_count();
        if !side_exits.is_empty() {
            writeln!(f, "run by the interpreter")?;
        }
        for (op, count) in side_exits {
            writeln!(f, "  {op:<20} {count:>8}")?;
        }
        Ok(())
    }
}
