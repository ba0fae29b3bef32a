//! A verified function → its native code ([`Compiled`]): plan, emit, plan again without what did not fit, seal.

use std::fmt;
use std::time::{Duration, Instant};

use mimeo_def::frame::CodeAddr;
use mimeo_def::{CodeOffset, OpIndex, Pc};
use mimeo_interp::Function;

use crate::code_buf::{CodeBuf, CodeBufError, Executable};
use crate::emit::{EmitError, SizesDiffer, emit};
use crate::hole_value::NO_CODE;
use crate::island::Island;
use crate::plan::{Layout, Plan, TooBig};
use crate::recipe::{NoStencil, Recipes};

/// Native code of one function.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) code: CodeBuf<Executable>,
    /// Where the code of the op that starts at each unit lies; [`NO_CODE`] elsewhere.
    starts: Vec<CodeOffset>,
    pub(crate) layout: Layout,
    /// The ops that were planted as `OP_DEOPT` although they have a stencil; sorted.
    pub(crate) excluded: Vec<(Pc, EmitError)>,
}

impl Compiled {
    /// Where the function is entered by a call.
    pub(crate) fn entry(&self) -> CodeAddr {
        self.code.address(CodeOffset(0))
    }

    /// Where it is entered at the op at `pc`.
    pub(crate) fn address(&self, pc: Pc) -> Option<CodeAddr> {
        let start = *self.starts.get(pc.0 as usize)?;
        (start != NO_CODE).then(|| self.code.address(start))
    }
}

/// Why a function has no native code.
#[derive(Debug)]
pub(crate) enum CompileError {
    TooBig(TooBig),
    SizesDiffer(SizesDiffer),
    Op { pc: Pc, error: EmitError },
    Memory(CodeBufError),
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::TooBig(TooBig { ops }) => {
                write!(f, "JIT_CODE_CACHE: {ops} ops are too many for one code buffer")
            }
            CompileError::SizesDiffer(SizesDiffer { planned, emitted }) => {
                let (planned, emitted) = (planned.0, emitted.0);
                write!(f, "JIT_STENCIL_SOURCE: the code was planned to end at byte {planned}, and ends at {emitted}")
            }
            CompileError::Op { pc, error } => write!(f, "the op at {pc}: {error}"),
            CompileError::Memory(error) => write!(f, "JIT_EXEC_MEMORY: {error}"),
        }
    }
}

/// Where the time of one compilation went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) plan: Duration,
    pub(crate) emit: Duration,
    /// Mapping memory, and making it executable.
    pub(crate) memory: Duration,
}

/// The compiler of one instruction set, with the buffers that it uses again for each function.
#[derive(Debug)]
pub(crate) struct Compiler {
    recipes: Recipes,
    plan: Plan,
}

impl Compiler {
    pub(crate) fn new(recipes: Recipes, island: Island) -> Self {
        Compiler { recipes, plan: Plan::new(island) }
    }

    /// Compiles a function.
    pub(crate) fn compile(&mut self, function: &Function, cost: &mut Cost) -> Result<Compiled, CompileError> {
        let mut excluded: Vec<(Pc, EmitError)> = Vec::new();
        let mut failed = Vec::new();
        loop {
            let start = Instant::now();
            let pcs: Vec<Pc> = excluded.iter().map(|&(pc, _)| pc).collect();
            self.plan.measure(function, &self.recipes, &pcs).map_err(CompileError::TooBig)?;
            let planned = Instant::now();
            let mut buf = CodeBuf::new(self.plan.layout.end as usize).map_err(CompileError::Memory)?;
            let mapped = Instant::now();
            emit(&self.plan, &self.recipes, function, &mut buf, &mut failed).map_err(CompileError::SizesDiffer)?;
            let emitted = Instant::now();
            cost.plan += planned - start;
            cost.memory += mapped - planned;
            cost.emit += emitted - mapped;
            if failed.is_empty() {
                let code = buf.seal().map_err(CompileError::Memory)?;
                cost.memory += emitted.elapsed();
                let starts = std::mem::take(&mut self.plan.starts);
                return Ok(Compiled { code, starts, layout: self.plan.layout, excluded });
            }
            // Each round excludes at least one more op, so there are at most as many rounds as ops.
            for (pc, error) in failed.drain(..) {
                match excluded.binary_search_by_key(&pc, |&(pc, _)| pc) {
                    Err(place) if error.is_of_value() => excluded.insert(place, (pc, error)),
                    _ => return Err(CompileError::Op { pc, error }),
                }
            }
        }
    }

    /// The ops of the function compiled last that `OP_DEOPT` stands for, with the reasons.
    pub(crate) fn deopts<'a>(&'a self, compiled: &'a Compiled) -> impl Iterator<Item = (OpIndex, NoStencil)> + 'a {
        self.plan.deopts.iter().map(|&(pc, op)| {
            let reason = match compiled.excluded.binary_search_by_key(&pc, |&(pc, _)| pc) {
                Ok(index) => NoStencil::Value(compiled.excluded[index].1.to_string()),
                Err(_) => self.recipes.reason(op).cloned().unwrap_or(NoStencil::Without),
            };
            (op, reason)
        })
    }

    /// Number of ops of the function compiled last.
    pub(crate) fn op_count(&self) -> usize {
        self.plan.ops.len()
    }

    /// The plan by which a function was compiled, made again.
    pub(crate) fn plan_of(&self, function: &Function, compiled: &Compiled) -> Result<Plan, CompileError> {
        let mut plan = Plan::new(self.plan.island.clone());
        let pcs: Vec<Pc> = compiled.excluded.iter().map(|&(pc, _)| pc).collect();
        plan.measure(function, &self.recipes, &pcs).map_err(CompileError::TooBig)?;
        Ok(plan)
    }

    pub(crate) fn recipes(&self) -> &Recipes {
        &self.recipes
    }
}
