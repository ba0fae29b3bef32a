//! [`HotLoop`] → [`OptimizedCode`]: the optimizer of one machine, as the native tier sees it.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::time::{Duration, Instant};

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{AbiParam, Function, Signature, UserFuncName, types};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use mimeo_def::Pc;
use mimeo_interp::{Account, Charge, Function as Loaded, MemoryKind, OutOfMemory};
use mimeo_ir::{Block, End, Set};
use mimeo_jit::{HotLoop, NotOptimized, OptimizedCode, OptimizedExit, Optimizer, OptimizerSet};

use crate::emit::{Emitter, Inputs};
use crate::find::Finder;
use crate::heads::Heads;
use crate::listed::{ListedCode, ListedLoop};
use crate::loops::{Loop, LoopOp};
use crate::shape::Shapes;
use crate::unused::remove_unused;

/// Opens the optimizer of a machine, for [`JitConfig::optimized_by`](mimeo_jit::JitConfig::optimized_by).
///
/// ```
/// use mimeo::jit::{JitConfig, Mode};
///
/// let config = JitConfig::new(Mode::Auto).optimized_by(mimeo_optimize::open);
/// assert_eq!(config.optimize, Mode::Auto);
/// ```
pub fn open(set: OptimizerSet) -> Box<dyn Optimizer> {
    Box::new(Compiler::new(set, None))
}

/// Opens an optimizer whose code leaves at every `N`th op that it reaches, for tests.
#[doc(hidden)]
pub fn open_leaving<const N: u32>(set: OptimizerSet) -> Box<dyn Optimizer> {
    Box::new(Compiler::new(set, Some(Leaving { every: N, left: Box::new(Cell::new(N)) })))
}

/// Leaves now and then.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) every: u32,
    /// Ops until the next exit. The code counts them.
    pub(crate) left: Box<Cell<u32>>,
}

/// What does not depend on the loop.
struct Prepared {
    bodies: Set,
    /// By opcode.
    shapes: Vec<Shapes>,
    isa: OwnedTargetIsa,
}

impl Prepared {
    fn new(set: OptimizerSet) -> Result<Prepared, NotOptimized> {
        let bodies =
            Set::from_bytes(set.ir).map_err(|error| NotOptimized::Never(format!("the bodies of the ops: {error}")))?;
        let shapes = set.ops.iter().map(Shapes::new).collect();
        Ok(Prepared { bodies, shapes, isa: host()? })
    }
}

/// Returns the instructions of the machine that runs this.
fn host() -> Result<OwnedTargetIsa, NotOptimized> {
    let refused =
        |error: &dyn fmt::Display| NotOptimized::Never(format!("Cranelift does not know this machine: {error}"));
    let mut flags = settings::builder();
    for (name, value) in [("opt_level", "speed"), ("unwind_info", "false"), ("probestack_strategy", "inline")] {
        flags.set(name, value).map_err(|error| refused(&error))?;
    }
    flags
        .set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })
        .map_err(|error| refused(&error))?;
    let isa = cranelift_native::builder().map_err(|error| refused(&error))?;
    isa.finish(settings::Flags::new(flags)).map_err(|error| refused(&error))
}

/// The optimizer of one machine.
struct Compiler {
    set: OptimizerSet,
    /// Made when the first loop is hot.
    prepared: OnceCell<Result<Prepared, NotOptimized>>,
    leaving: Option<Leaving>,
    context: Context,
    builder: FunctionBuilderContext,
    /// The recent average time for an op.
    ns_per_op: f64,
    memory: Memory,
}

/// What the machine's account is charged for the memory of a compiler: an estimate for the largest region so far. The
/// allocations themselves cannot fail. In the tests they take between a tenth and four fifths of it
/// (test `optimizing_takes_no_more_memory_than_is_charged`).
#[derive(Default)]
struct Memory(Option<Charge>);

/// Bytes for each byte of the encoded bodies of the set.
const PREPARED: usize = 16;
/// Bytes for each region.
const REGION: usize = 160 << 10;
/// Bytes for each instruction of the bodies in a region.
const INSTRUCTION: usize = 5 << 10;

impl Memory {
    fn charge(&mut self, account: Option<&Account>, bytes: usize) -> Result<(), NotOptimized> {
        let Some(account) = account else { return Ok(()) };
        let refused = |OutOfMemory| NotOptimized::Yet("the optimizer does not get enough memory".to_owned());
        match &mut self.0 {
            Some(charge) => charge.resize(bytes.max(charge.bytes())).map_err(refused),
            none => account.charge(MemoryKind::Tables, bytes).map(|charge| *none = Some(charge)).map_err(refused),
        }
    }
}

/// Returns the number of instructions, and of ways out of blocks, in the bodies of a region.
fn instructions(region: &Loop<'_>, Prepared { bodies, .. }: &Prepared) -> usize {
    let of_block = |op: &LoopOp<'_>, block: &Block| match block.end {
        End::Switch { labels, .. } => block.insts.len() + op.targets(labels.0).count(),
        _ => block.insts.len() + 1,
    };
    let ops = region.ops.values().map(|op| (op, bodies.body_of(usize::from(op.at.op.0))));
    ops.flat_map(|(op, body)| body.blocks.iter().map(move |block| of_block(op, block))).sum()
}

/// A region that was built.
struct Built {
    /// The number of its ops.
    ops: usize,
    /// The number of calls at which the callee is part of it.
    inlined: u32,
    exits: Vec<OptimizedExit>,
}

/// The assumed time for an op before anything was optimized, in nanoseconds.
const FIRST_NS_PER_OP: f64 = 40_000.0;

impl Compiler {
    fn new(set: OptimizerSet, leaving: Option<Leaving>) -> Compiler {
        let (context, builder) = (Context::new(), FunctionBuilderContext::new());
        Compiler {
            set,
            prepared: OnceCell::new(),
            leaving,
            context,
            builder,
            ns_per_op: FIRST_NS_PER_OP,
            memory: Memory::default(),
        }
    }

    /// Refuses a loop that is expected to take too long.
    fn check_budget(&self, region: &Loop<'_>, budget: Option<Duration>) -> Result<(), NotOptimized> {
        let expected = Duration::from_nanos((region.ops.len() as f64 * self.ns_per_op) as u64);
        match budget {
            Some(budget) if expected > budget => Err(NotOptimized::Never(format!(
                "optimizing would take about {} us, but the budget is {} us",
                expected.as_micros(),
                budget.as_micros()
            ))),
            _ => Ok(()),
        }
    }

    /// Builds the region of a loop.
    fn build(
        &mut self,
        HotLoop { function, head, budget, callees, samples, account, is_again, .. }: HotLoop<'_>,
    ) -> Result<Option<Built>, NotOptimized> {
        let begun = PREPARED * self.set.ir.len() + REGION;
        self.memory.charge(account, begun)?;
        let prepared = self.prepared.get_or_init(|| Prepared::new(self.set)).as_ref().map_err(Clone::clone)?;
        let finder = Finder {
            function,
            callees,
            samples,
            ops: self.set.ops,
            bodies: &prepared.bodies,
            shapes: &prepared.shapes,
        };
        let Some(region) = finder.find(head)? else { return Ok(None) };
        self.check_budget(&region, budget)?;
        self.memory.charge(account, begun + INSTRUCTION * instructions(&region, prepared))?;
        let inputs = Inputs {
            region: &region,
            bodies: &prepared.bodies,
            runtime: self.set.runtime,
            entries: function.optimized_entries(head).expect("a loop head has a count"),
            misses: function.optimized_misses(head).expect("a loop head has a count"),
            leaving: self.leaving.as_ref(),
            with_held: !is_again,
        };
        let mut heads = Heads::default();
        loop {
            self.context.clear();
            let mut signature = Signature::new(CallConv::SystemV);
            signature.params = vec![AbiParam::new(types::I64); 3];
            signature.returns = vec![AbiParam::new(types::I64)];
            self.context.func = Function::with_name_signature(UserFuncName::default(), signature);
            let builder = FunctionBuilder::new(&mut self.context.func, &mut self.builder);
            heads.begin();
            if let Some(exits) = Emitter::emit(builder, &inputs, &mut heads) {
                remove_unused(&mut self.context.func);
                return Ok(Some(Built { ops: region.ops.len(), inlined: region.inlined.len() as u32, exits }));
            }
        }
    }

    /// Returns the instructions that a region is compiled to.
    fn isa(&self) -> OwnedTargetIsa {
        let Some(Ok(prepared)) = self.prepared.get() else { unreachable!("a region was built") };
        prepared.isa.clone()
    }

    /// Compiles the region that was built. Afterwards the context has Cranelift's IR as Cranelift has optimized it.
    fn compile(&mut self) -> Result<&CompiledCode, NotOptimized> {
        let isa = self.isa();
        let compiled = self.context.compile(&*isa, &mut ControlPlane::default());
        let compiled =
            compiled.map_err(|error| NotOptimized::Never(format!("Cranelift refuses it: {:?}", error.inner)))?;
        match compiled.buffer.relocs().first() {
            Some(relocation) => Err(NotOptimized::Never(format!("its code would refer to {:?}", relocation.target))),
            None => Ok(compiled),
        }
    }

    /// Returns a loop as the optimizer compiles it.
    fn listed(&mut self, function: &Loaded, head: Pc) -> Result<Option<ListedCode>, NotOptimized> {
        if self.build(HotLoop::new(function, head))?.is_none() {
            return Ok(None);
        }
        let compiled = self.compile()?;
        let code = compiled.code_buffer().to_vec();
        let ops = compiled.buffer.get_srclocs_sorted().iter().map(|mark| (mark.start..mark.end, mark.loc));
        let ops = ops.collect::<Vec<_>>();
        Ok(Some(ListedCode::new(&self.context.func.display().to_string(), code, &ops)))
    }
}

impl fmt::Debug for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiler").finish_non_exhaustive()
    }
}

// SAFETY: the region is made of the bodies of the ops, which do what the handlers do, and the frame is complete at each
// exit (`emit`, `exits`). Backward jumps are counted in `Emitter::count`.
unsafe impl Optimizer for Compiler {
    fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
        let start = Instant::now();
        let Some(Built { ops, inlined, exits }) = self.build(hot)? else { return Ok(None) };
        let code = self.compile()?.code_buffer().to_vec();
        let ns_per_op = start.elapsed().as_nanos() as f64 / ops as f64;
        self.ns_per_op += (ns_per_op - self.ns_per_op) / 8.0;
        Ok(Some(OptimizedCode { code, exits, inlined }))
    }
}

/// Returns the loops of each function as the optimizer compiles them without samples, in the order of their heads.
///
/// ```
/// use mimeo::jit::OptimizerSet;
/// use mimeo_doc_ops::{Ops, SUM, sample_machine};
///
/// let (machine, linked) = sample_machine();
/// let loops = mimeo_optimize::loops(OptimizerSet::of::<Ops>(), machine.functions(linked));
/// let code = loops[SUM.0 as usize][0].code.as_ref().expect("it is optimized");
/// // The add is an instruction that belongs to the op.
/// assert!(code.clif.iter().any(|line| line.pc.is_some() && line.text.contains("= iadd")));
/// ```
pub fn loops<'a>(set: OptimizerSet, functions: impl IntoIterator<Item = &'a Loaded>) -> Vec<Vec<ListedLoop>> {
    let mut compiler = Compiler::new(set, None);
    let mut of = |function: &Loaded| {
        let heads = function.facts().polls.iter();
        let listed = heads.filter_map(|&head| match compiler.listed(function, head) {
            Ok(code) => Some(ListedLoop { head, code: Ok(code?) }),
            Err(NotOptimized::Never(reason) | NotOptimized::Yet(reason)) => {
                Some(ListedLoop { head, code: Err(reason) })
            }
        });
        listed.collect()
    };
    functions.into_iter().map(&mut of).collect()
}

/// Returns what the loops of functions become in Cranelift's IR, after Cranelift has optimized it, or why they do not.
///
/// ```
/// use mimeo::jit::OptimizerSet;
/// use mimeo_doc_ops::{Ops, SUM, sample_machine};
///
/// let (machine, linked) = sample_machine();
/// let text = mimeo_optimize::clif(OptimizerSet::of::<Ops>(), machine.functions(linked));
/// assert!(text.starts_with("sum, loop at 0018\nfunction u0:0(i64, i64, i64) -> i64 system_v {"), "{text}");
/// ```
pub fn clif<'a>(set: OptimizerSet, functions: impl IntoIterator<Item = &'a Loaded>) -> String {
    let functions: Vec<&Loaded> = functions.into_iter().collect();
    let mut text = String::new();
    for (function, loops) in functions.iter().zip(loops(set, functions.iter().copied())) {
        for ListedLoop { head, code } in loops {
            text += &format!("{}, loop at {head}\n", function.body().name);
            match code {
                Ok(code) => code.clif.iter().for_each(|line| text += &format!("{}\n", line.text)),
                Err(reason) => text += &format!("; not optimized: {reason}\n"),
            }
            text.push('\n');
        }
    }
    text
}
