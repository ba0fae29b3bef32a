//! Programs of the tests' instruction set: a builder with a method for each op, and machines to run them in.

use mimeo_def::OpIndex;
use mimeo_interp::asm::{FunctionBody, FunctionBuilder, FunctionIndex, Target};
use mimeo_interp::program::{Program, Unverified};
use mimeo_interp::{Limits, Linked, Machine};

use super::{Host, Tiny};
use crate::config::JitConfig;
use crate::tier::{HasJit, Jit};

/// The ops.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Push,
    PushSmall,
    PushConstant,
    Get,
    Set,
    Add,
    Scale,
    Jump,
    JumpIf,
    Check,
    Call,
    Ret,
    Sub,
}

/// Builds one function.
pub(crate) struct Builder(FunctionBuilder);

impl Builder {
    pub(crate) fn new(name: &str, arity: u16, locals: u16) -> Self {
        Builder(FunctionBuilder::new(name, arity, locals))
    }

    fn begin(&mut self, op: Op) -> &mut FunctionBuilder {
        self.0.op(OpIndex(op as u16));
        &mut self.0
    }

    /// Appends an op without encoded operands.
    pub(crate) fn op(mut self, op: Op) -> Self {
        self.begin(op);
        self
    }

    pub(crate) fn push(mut self, k: i64) -> Self {
        self.begin(Op::Push).unit4(k as u64);
        self
    }

    pub(crate) fn push_small(mut self, k: i16) -> Self {
        self.begin(Op::PushSmall).unit(k as u16);
        self
    }

    pub(crate) fn push_constant(mut self, k: i64) -> Self {
        self.begin(Op::PushConstant).constant(k as u64);
        self
    }

    pub(crate) fn get(mut self, slot: u16) -> Self {
        self.begin(Op::Get).unit(slot);
        self
    }

    pub(crate) fn set(mut self, slot: u16) -> Self {
        self.begin(Op::Set).unit(slot);
        self
    }

    pub(crate) fn label(&mut self) -> Target {
        self.0.label()
    }

    pub(crate) fn bind(mut self, target: Target) -> Self {
        self.0.bind(target);
        self
    }

    pub(crate) fn jump(mut self, target: Target) -> Self {
        self.begin(Op::Jump).target(target);
        self
    }

    pub(crate) fn jump_if(mut self, target: Target) -> Self {
        self.begin(Op::JumpIf).target(target);
        self
    }

    pub(crate) fn call(mut self, callee: u32, args: u16) -> Self {
        let builder = self.begin(Op::Call);
        builder.unit2(callee);
        builder.unit(args);
        self
    }

    pub(crate) fn end(self) -> FunctionBody {
        self.0.finish().expect("every label is bound")
    }
}

/// `sum(n)`: n + (n - 1) + … + 1, counting down with `down`, an op on `n` and 1 or -1; after a jump over dead code.
pub(crate) fn sum(down: Op) -> FunctionBody {
    let mut b = Builder::new("sum", 1, 2);
    let (again, start) = (b.label(), b.label());
    let step = if let Op::Sub = down { 1 } else { -1 };
    b.push_small(0)
        .set(1)
        .jump(start)
        .push_small(99)
        .op(Op::Ret)
        .bind(start)
        .bind(again)
        .get(1)
        .get(0)
        .op(Op::Add)
        .set(1)
        .get(0)
        .push_small(step)
        .op(down)
        .set(0)
        .get(0)
        .jump_if(again)
        .get(1)
        .op(Op::Ret)
        .end()
}

/// `fib(n)` by recursion; `index` is its own index.
pub(crate) fn fib(index: u32) -> FunctionBody {
    let mut b = Builder::new("fib", 1, 1);
    let (not_0, not_1) = (b.label(), b.label());
    b.get(0)
        .jump_if(not_0)
        .push(0)
        .op(Op::Ret)
        .bind(not_0)
        .get(0)
        .push_small(-1)
        .op(Op::Add)
        .jump_if(not_1)
        .push_constant(1)
        .op(Op::Ret)
        .bind(not_1)
        .get(0)
        .push_small(-1)
        .op(Op::Add)
        .call(index, 1)
        .get(0)
        .push(2)
        .op(Op::Sub)
        .call(index, 1)
        .op(Op::Add)
        .op(Op::Ret)
        .end()
}

/// `checked(a)`: 1000 plus the checked result of the function `inner`.
pub(crate) fn checked(inner: u32) -> FunctionBody {
    Builder::new("checked", 1, 1).push(1000).get(0).call(inner, 1).op(Op::Check).op(Op::Add).op(Op::Ret).end()
}

/// `scaled(a)`: a × 2.5, checked.
pub(crate) fn scaled() -> FunctionBody {
    Builder::new("scaled", 1, 1).get(0).op(Op::Check).op(Op::Scale).op(Op::Ret).end()
}

/// A function that calls itself endlessly; `index` is its own index.
pub(crate) fn endless(index: u32) -> FunctionBody {
    Builder::new("endless", 1, 1).get(0).call(index, 1).op(Op::Ret).end()
}

/// Creates a machine with these functions, and with a native tier if there is a configuration for one.
pub(crate) fn machine(functions: Vec<FunctionBody>, config: Option<JitConfig>) -> Run {
    machine_with(functions, config.map(Jit::new))
}

/// Creates a machine with these functions and this native tier.
pub(crate) fn machine_with(functions: Vec<FunctionBody>, tier: Option<Jit<Tiny>>) -> Run {
    let limits = Limits::default().with_slots(100_000).with_depth(2_000);
    let mut builder = Machine::<Tiny>::builder((), Host::default()).limits(limits);
    if let Some(tier) = tier {
        builder = builder.tier(Box::new(tier));
    }
    let mut machine = builder.build();
    let program = Program::<Tiny, Unverified>::new(functions, Vec::new()).verify().expect("sound");
    let linked = machine.load(&program).expect("it has the spaces");
    Run { machine, linked }
}

/// A machine with one program.
pub(crate) struct Run {
    pub(crate) machine: Machine<Tiny>,
    pub(crate) linked: Linked<Tiny>,
}

impl Run {
    /// Calls a function, and returns an error as text.
    pub(crate) fn call(&mut self, function: u32, args: &[i64]) -> Result<i64, String> {
        self.machine.call(self.linked.function(FunctionIndex(function)), args).map_err(|trap| {
            format!(
                "{} in {} at {}, {} deep",
                trap.kind,
                trap.backtrace.frames[0].function,
                trap.backtrace.frames[0].pc.0,
                trap.backtrace.depth()
            )
        })
    }

    pub(crate) fn jit(&self) -> &Jit<Tiny> {
        self.machine.jit().expect("it has a tier")
    }
}
