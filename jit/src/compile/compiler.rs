//! A verified function → its native code ([`Compiled`]): plan, emit, plan again without what did not fit, seal.

use std::time::{Duration, Instant};

use mimeo_def::frame::CodeAddr;
use mimeo_def::{CodeOffset, OpIndex, Pc};
use mimeo_interp::Function;

use crate::compile::cost::Cost;
use crate::compile::emit::{EmitError, SizesDiffer, emit};
use crate::compile::hole_value::NO_CODE;
use crate::compile::island::Island;
use crate::compile::plan::{Layout, Plan, TooBig};
use crate::compile::recipe::Recipes;
use crate::errors::{CodeBufError, Diagnostic, NoStencil};
use crate::memory::{CodeBuf, Writable};
use crate::observe::{Notifier, ObservedCode};
use crate::optimize::Graft;

/// Native code of one function.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) code: ObservedCode,
    /// The address of the code, which is read after every side exit.
    start: CodeAddr,
    /// By code unit: the offset of the code of the op that starts there, or [`NO_CODE`].
    starts: Vec<CodeOffset>,
    pub(crate) layout: Layout,
    /// The ops that `OP_DEOPT` replaces although they have a stencil; sorted.
    pub(crate) excluded: Vec<(Pc, EmitError)>,
    /// The optimized code of its loops, in the order of the heads.
    pub(crate) grafts: Vec<Graft>,
}

impl Compiled {
    /// Returns the address at which a call by native code enters the function, which is that of the first poll.
    #[inline]
    pub(crate) fn entry(&self) -> CodeAddr {
        self.start
    }

    /// Returns the address of the first op.
    #[inline]
    pub(crate) fn first_op(&self) -> CodeAddr {
        self.start + self.starts[0].0 as usize
    }

    /// Returns the bytes of its tables.
    pub(crate) fn table_bytes(&self) -> usize {
        size_of_val(&*self.starts) + self.grafts.iter().map(Graft::table_bytes).sum::<usize>()
    }

    /// Returns the address at which the op at `pc` is entered, which is its graft if it has one.
    #[inline]
    pub(crate) fn address(&self, pc: Pc) -> Option<CodeAddr> {
        let start = *self.starts.get(pc.0 as usize)?;
        (start != NO_CODE).then_some(self.start + start.0 as usize)
    }
}

/// The reason why a function has no native code.
#[derive(Debug)]
pub(crate) enum CompileError {
    TooBig(TooBig),
    /// The code would be larger than the limit for one function.
    OverLimit {
        bytes: usize,
        limit: usize,
    },
    /// The code cache has no room, although everything that can be evicted was.
    CacheFull {
        bytes: usize,
        limit: usize,
    },
    /// The limit of the machine's memory leaves no room for this many bytes.
    OutOfMemory {
        bytes: usize,
    },
    /// The compilation is expected to take too long.
    OverBudget {
        expected: Duration,
        budget: Duration,
    },
    SizesDiffer(SizesDiffer),
    Op {
        pc: Pc,
        error: EmitError,
    },
    Memory(CodeBufError),
}

impl CompileError {
    /// Returns the stable diagnostic.
    pub(crate) fn code(&self) -> Diagnostic {
        match self {
            CompileError::TooBig(_)
            | CompileError::OverLimit { .. }
            | CompileError::CacheFull { .. }
            | CompileError::OutOfMemory { .. } => Diagnostic::CodeCache,
            CompileError::OverBudget { .. } => Diagnostic::LatencyBudget,
            CompileError::SizesDiffer(_) => Diagnostic::StencilSource,
            CompileError::Op { error, .. } => error.code(),
            CompileError::Memory(_) => Diagnostic::ExecMemory,
        }
    }

    /// Returns the reason, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            CompileError::TooBig(TooBig { ops }) => format!("{ops} ops are too many for one code buffer"),
            CompileError::OverLimit { bytes, limit } => {
                format!("the code has {bytes} bytes, but a function may have at most {limit}")
            }
            CompileError::CacheFull { bytes, limit } => {
                format!("there is no room for {bytes} bytes under the limit of {limit}")
            }
            CompileError::OutOfMemory { bytes } => {
                format!("the limit of the machine's memory leaves no room for {bytes} bytes")
            }
            CompileError::OverBudget { expected, budget } => format!(
                "compiling would take about {} us, but the budget is {} us",
                expected.as_micros(),
                budget.as_micros()
            ),
            CompileError::SizesDiffer(SizesDiffer { planned, emitted }) => {
                format!("the code was planned to end at byte {}, but ends at {}", planned.0, emitted.0)
            }
            CompileError::Op { pc, error } => format!("the op at {pc}: {}", error.sentence()),
            CompileError::Memory(error) => error.to_string(),
        }
    }

    /// Returns the op that is the cause, if there is one.
    pub(crate) fn pc(&self) -> Option<Pc> {
        if let CompileError::Op { pc, .. } = self { Some(*pc) } else { None }
    }

    /// Returns `true` if the compilation may succeed later or with other settings.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            CompileError::CacheFull { .. }
            | CompileError::OutOfMemory { .. }
            | CompileError::OverBudget { .. }
            | CompileError::Memory(_) => true,
            CompileError::TooBig(_)
            | CompileError::OverLimit { .. }
            | CompileError::SizesDiffer(_)
            | CompileError::Op { .. } => false,
        }
    }
}

/// The compiler of one instruction set, with the buffers that it reuses for each function.
#[derive(Debug)]
pub(crate) struct Compiler {
    recipes: Recipes,
    plan: Plan,
    notifier: Notifier,
    /// The recent average cost of compiling an op.
    ns_per_op: f64,
}

/// The assumed cost of compiling an op before anything was compiled, in nanoseconds.
const FIRST_NS_PER_OP: f64 = 100.0;

/// The limits of a compilation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Allowance {
    /// The largest number of bytes of the function's code.
    pub(crate) function_limit: usize,
    pub(crate) latency_budget: Option<Duration>,
}

impl Compiler {
    pub(crate) fn new(recipes: Recipes, island: Island, notifier: Notifier) -> Self {
        Compiler { recipes, plan: Plan::new(island), notifier, ns_per_op: FIRST_NS_PER_OP }
    }

    /// Returns why an observer is not notified of code, if one is not.
    pub(crate) fn observer_failure(&self) -> Option<&str> {
        self.notifier.failure()
    }

    /// Compiles a function with the optimized code of some of its loops, in the order of their heads. `take` returns
    /// writable memory for a number of bytes.
    pub(crate) fn compile(
        &mut self,
        function: &Function,
        grafts: Vec<Graft>,
        allowance: Allowance,
        cost: &mut Cost,
        take: &mut dyn FnMut(usize) -> Result<CodeBuf<Writable>, CompileError>,
    ) -> Result<Compiled, CompileError> {
        self.check_budget(function, allowance)?;
        let compiled = self.compile_with(function, grafts, allowance, cost, take)?;
        // A moving average in which the weight of a function halves after about ten more.
        let ns_per_op = cost.total_ns() as f64 / self.plan.ops.len().max(1) as f64;
        self.ns_per_op += (ns_per_op - self.ns_per_op) / 16.0;
        Ok(compiled)
    }

    fn check_budget(&self, function: &Function, allowance: Allowance) -> Result<(), CompileError> {
        let Some(budget) = allowance.latency_budget else { return Ok(()) };
        let expected = Duration::from_nanos((f64::from(function.facts().ops) * self.ns_per_op) as u64);
        if expected > budget { Err(CompileError::OverBudget { expected, budget }) } else { Ok(()) }
    }

    fn compile_with(
        &mut self,
        function: &Function,
        grafts: Vec<Graft>,
        allowance: Allowance,
        cost: &mut Cost,
        take: &mut dyn FnMut(usize) -> Result<CodeBuf<Writable>, CompileError>,
    ) -> Result<Compiled, CompileError> {
        let out_of_memory = |_| {
            let (plan, kept) = Plan::table_bytes(function);
            CompileError::OutOfMemory { bytes: plan + kept }
        };
        self.plan.reserve(function, &grafts).map_err(out_of_memory)?;
        let mut excluded: Vec<(Pc, EmitError)> = Vec::new();
        let mut failed = Vec::new();
        loop {
            let start = Instant::now();
            let pcs: Vec<Pc> = excluded.iter().map(|&(pc, _)| pc).collect();
            self.plan.measure(function, &self.recipes, &pcs, &grafts).map_err(CompileError::TooBig)?;
            let planned = Instant::now();
            let bytes = self.plan.layout.end as usize;
            if bytes > allowance.function_limit {
                return Err(CompileError::OverLimit { bytes, limit: allowance.function_limit });
            }
            let mut buf = take(bytes)?;
            let mapped = Instant::now();
            emit(&self.plan, &self.recipes, function, &grafts, &mut buf, &mut failed)
                .map_err(CompileError::SizesDiffer)?;
            let emitted = Instant::now();
            cost.plan += planned - start;
            cost.memory += mapped - planned;
            cost.emit += emitted - mapped;
            if failed.is_empty() {
                let code = buf.seal().map_err(CompileError::Memory)?;
                cost.memory += emitted.elapsed();
                let starts = std::mem::take(&mut self.plan.starts);
                let entries = self.plan.ops.iter().map(|op| op.hot);
                let code = self.notifier.appeared(&function.body().name, code, entries);
                return Ok(Compiled {
                    start: code.address(CodeOffset(0)),
                    code,
                    starts,
                    layout: self.plan.layout,
                    excluded,
                    grafts,
                });
            }
            // Each iteration excludes at least one more op, so there are at most as many iterations as ops.
            for (pc, error) in failed.drain(..) {
                match excluded.binary_search_by_key(&pc, |&(pc, _)| pc) {
                    Err(place) if error.is_of_value() => excluded.insert(place, (pc, error)),
                    _ => return Err(CompileError::Op { pc, error }),
                }
            }
        }
    }

    /// Returns the ops of the function compiled last that `OP_DEOPT` replaces, with the reasons.
    pub(crate) fn deopts<'a>(&'a self, compiled: &'a Compiled) -> impl Iterator<Item = (OpIndex, NoStencil)> + 'a {
        self.plan.deopts.iter().map(|&(pc, op)| {
            let reason = match compiled.excluded.binary_search_by_key(&pc, |&(pc, _)| pc) {
                Ok(index) => {
                    let (_, error) = compiled.excluded[index];
                    NoStencil::Value { code: error.code(), sentence: error.sentence() }
                }
                Err(_) => self.recipes.reason(op).cloned().unwrap_or(NoStencil::Without),
            };
            (op, reason)
        })
    }

    /// Returns the bytes of the code that replaces an op without a stencil.
    pub(crate) fn deopt_bytes(&self) -> u32 {
        let size = self.recipes.deopt(0);
        size.hot_bytes + size.cold_bytes + size.rodata_bytes
    }

    /// Returns the number of ops of the function compiled last.
    pub(crate) fn op_count(&self) -> usize {
        self.plan.ops.iter().filter(|op| !op.is_before_op()).count()
    }

    /// Makes the plan of a compiled function again.
    pub(crate) fn plan_of(&self, function: &Function, compiled: &Compiled) -> Result<Plan, CompileError> {
        let mut plan = Plan::new(self.plan.island.clone());
        let pcs: Vec<Pc> = compiled.excluded.iter().map(|&(pc, _)| pc).collect();
        plan.reserve(function, &compiled.grafts)
            .map_err(|_| CompileError::OutOfMemory { bytes: Plan::table_bytes(function).0 })?;
        plan.measure(function, &self.recipes, &pcs, &compiled.grafts).map_err(CompileError::TooBig)?;
        Ok(plan)
    }

    pub(crate) fn recipes(&self) -> &Recipes {
        &self.recipes
    }
}

#[cfg(test)]
mod tests {
    use mimeo_def::stencil::{Arch, Table};
    use mimeo_interp::Machine;

    use super::*;
    use crate::compile::plan::PlannedOp;
    use crate::compile::validate::Expectation;
    use crate::config::Gaps;
    use crate::observe::{Observers, Opener};
    use crate::optimize::{OptimizedCode, OptimizedExit};
    use crate::tiny::programs::{Builder, Run, machine};
    use crate::tiny::{OPS, Op, TABLE, Tiny};

    fn compiler(table: &Table) -> Compiler {
        let expect = Expectation { ops: OPS, runtime_len: 2, host: Arch::host(), has: |_| false };
        let recipes = Recipes::new(table, &expect, &Gaps::default()).unwrap();
        Compiler::new(recipes, Island::new(vec![0x1000; 8]), Notifier::new(Observers::None, Opener::default()))
    }

    fn function(run: &Run) -> &Function {
        let machine: &Machine<Tiny> = &run.machine;
        machine.functions(run.linked).next().unwrap()
    }

    #[test]
    fn the_jump_to_the_next_op_is_dropped_when_that_follows() {
        let mut b = Builder::new("f", 1, 1);
        let (over, end) = (b.label(), b.label());
        let body = b
            .get(0) // 0
            .jump_if(over) // 2
            .push_small(1) // 5
            .jump(end) // 7
            .push_small(2) // 10, never reached
            .op(Op::Ret) // 12
            .bind(over)
            .push_small(3) // 13
            .bind(end)
            .op(Op::Ret) // 15
            .end();
        let run = machine(vec![body], None);
        let mut compiler = compiler(&TABLE);
        compiler.plan.measure(function(&run), &compiler.recipes, &[], &[]).unwrap();
        let plan = &compiler.plan;
        let (poll, ops) = plan.ops.split_first().expect("a plan has ops");
        assert!(poll.is_before_op() && poll.pc == Pc(0) && poll.elided);
        let elided: Vec<_> = ops.iter().map(|op| (op.pc.0, op.elided)).collect();
        // `jump` ends in a jump to its label, which is kept, because the next op emitted is not the next pc. The order of
        // the two jumps of `jump_if` is up to the C compiler.
        let jump_if_ends_in_continue = TABLE.ops[Op::JumpIf as usize].stencil.unwrap().tail_jump > 0;
        assert_eq!(elided, [(0, true), (2, jump_if_ends_in_continue), (5, true), (7, false), (13, true), (15, false)]);
        let parts = |op: &PlannedOp| plan.parts(op, &compiler.recipes);
        let bytes = |op: Op| {
            let stencil = TABLE.ops[op as usize].stencil.as_ref().unwrap();
            stencil.hot.len() - usize::from(stencil.tail_jump)
        };
        let expected = [Op::Get, Op::JumpIf, Op::PushSmall, Op::Jump, Op::PushSmall, Op::Ret];
        let mut at = compiler.recipes.poll_bytes() as usize;
        for (planned, op) in ops.iter().zip(expected) {
            assert_eq!(parts(planned).0, at..at + bytes(op), "{op:?}");
            assert_eq!(plan.starts[planned.pc.0 as usize].0 as usize, at);
            at += bytes(op);
        }
        assert_eq!(plan.starts[10], NO_CODE);
        assert_eq!(plan.layout.cold as usize, at);
        // The poll's exit has a stub.
        assert_eq!(plan.layout.end, plan.layout.island + crate::compile::island::STUB_BYTES);
    }

    #[test]
    fn a_plan_has_reserved_what_it_needs() {
        let mut b = Builder::new("f", 1, 1);
        let [first, second] = [b.label(), b.label()];
        let body = b.bind(first).get(0).jump_if(first).bind(second).get(0).jump_if(second).get(0).op(Op::Ret).end();
        let run = machine(vec![body], None);
        let function = function(&run);
        let grafts: Vec<Graft> = function.facts().polls[1..]
            .iter()
            .map(|&head| {
                let region = OptimizedCode { code: vec![0; 8], exits: vec![OptimizedExit::Op(head)], inlined: 0 };
                Graft::new(function, head, region, false)
            })
            .collect();
        assert_eq!(grafts.len(), 1);
        let mut compiler = compiler(&TABLE);
        let plan = &mut compiler.plan;
        plan.reserve(function, &grafts).unwrap();
        let room = |plan: &Plan| {
            [plan.ops.capacity(), plan.deopts.capacity(), plan.regions.capacity(), plan.starts.capacity()]
        };
        let reserved = room(plan);
        // Every op is left to the interpreter. A plan is made again when an op could not be emitted.
        let places: Vec<Pc> = (0..function.body().code.len() as u32).map(Pc).collect();
        for _ in 0..2 {
            plan.measure(function, &compiler.recipes, &places, &grafts).unwrap();
            assert_eq!(plan.deopts.len(), function.facts().ops as usize);
        }
        assert_eq!(room(plan), reserved);
        let planned = plan.ops.len() - grafts.len();
        let bytes = planned * size_of::<PlannedOp>() + plan.deopts.len() * size_of::<(Pc, OpIndex)>();
        assert_eq!(Plan::table_bytes(function), (bytes, size_of_val(&*plan.starts)));
    }

    #[test]
    fn an_op_whose_value_does_not_fit_is_left_to_the_interpreter() {
        // On AArch64 a slot's offset has 12 bits; on x86-64 a stencil with a 32-bit field takes the 64-bit number.
        let (table, body) = if Arch::host() == Some(Arch::Aarch64) {
            (TABLE, Builder::new("f", 1, 5000).get(0).get(4999).op(Op::Add).op(Op::Ret).end())
        } else {
            let mut ops = TABLE.ops.to_vec();
            ops[Op::Push as usize].stencil = ops[Op::PushSmall as usize].stencil;
            let body = Builder::new("f", 1, 1).get(0).push(1 << 32).op(Op::Add).op(Op::Ret).end();
            (Table { ops: Vec::leak(ops), ..TABLE }, body)
        };
        let run = machine(vec![body], None);
        let mut compiler = compiler(&table);
        let mut cost = Cost::default();
        let allowance = Allowance { function_limit: usize::MAX, latency_budget: None };
        let mut take = |bytes| CodeBuf::new(bytes).map_err(CompileError::Memory);
        let compiled = compiler.compile(function(&run), Vec::new(), allowance, &mut cost, &mut take).unwrap();
        let deopts: Vec<_> = compiler.deopts(&compiled).map(|(_, reason)| reason.to_string()).collect();
        if Arch::host() == Some(Arch::Aarch64) {
            // The operand stack is above the locals, and is out of reach as well.
            assert_eq!(deopts.len(), 4);
            assert!(deopts[0].starts_with("JIT_PATCH_OVERFLOW: 40000 does not fit"), "{deopts:?}");
        } else {
            assert_eq!(deopts, ["JIT_PATCH_OVERFLOW: 4294967296 does not fit an unsigned 32-bit field at byte 1"]);
        }
        assert_eq!(compiled.address(Pc(0)), Some(compiled.first_op()));
        assert_eq!(compiled.first_op() - compiled.entry(), compiler.recipes.poll_bytes() as usize);
        assert_eq!(compiled.address(Pc(1)), None);
    }
}
