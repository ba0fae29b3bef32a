//! [`Optimizer`]: the interface of what turns a hot loop into a [`OptimizedCode`], and the function that opens one.

use std::fmt;

use mimeo_def::op::OpInfo;
use mimeo_interp::{InstructionSet, RuntimeFn};

use crate::optimize::{HotLoop, OptimizedCode};

/// What an optimizer knows about an instruction set. See [`Optimizer`] for an example.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OptimizerSet {
    /// [`InstructionSet::OPS`].
    pub ops: &'static [OpInfo],
    /// [`InstructionSet::RUNTIME`].
    pub runtime: &'static [RuntimeFn],
    /// [`InstructionSet::IR`].
    pub ir: &'static [u8],
}

impl OptimizerSet {
    /// Returns what an optimizer knows about `I`.
    ///
    /// ```
    /// use mimeo::jit::OptimizerSet;
    /// use mimeo_doc_ops::Ops;
    ///
    /// assert_eq!(OptimizerSet::of::<Ops>().ops[0].name, "number");
    /// ```
    pub const fn of<I: InstructionSet>() -> OptimizerSet {
        OptimizerSet { ops: I::OPS, runtime: I::RUNTIME, ir: I::IR }
    }
}

/// A function that opens the optimizer of one machine. See [`Optimizer`] for an example.
pub type OpenOptimizer = fn(OptimizerSet) -> Box<dyn Optimizer>;

/// The reason why a loop has no optimized code, as a sentence without a full stop. See [`Optimizer`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOptimized {
    /// It is not possible, or not worth it. The tier does not ask again for this loop.
    Never(String),
    /// Not yet. The tier asks again when it has found the loop running twice as often.
    Yet(String),
}

/// Makes optimized code of hot loops. One tier owns it.
///
/// ```
/// use mimeo::jit::{
///     HasJit, HotLoop, JitConfig, Mode, NotOptimized, Optimizer, OptimizerSet, OptimizedCode, OptimizedExit, WithJit,
/// };
/// use mimeo_doc_ops::{Context, Host, Machine, SUM, sample_program};
///
/// /// Makes regions that leave at once for the op at the loop's head.
/// #[derive(Debug)]
/// struct Idle;
///
/// // SAFETY: the code returns the offset of the first exit, and changes nothing.
/// unsafe impl Optimizer for Idle {
///     fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized> {
///         #[cfg(target_arch = "x86_64")]
///         let code = vec![0x31, 0xc0, 0xc3]; // xor eax, eax; ret
///         #[cfg(target_arch = "aarch64")]
///         let code = vec![0x00, 0x00, 0x80, 0xd2, 0xc0, 0x03, 0x5f, 0xd6]; // mov x0, #0; ret
///         Ok(Some(OptimizedCode { code, exits: vec![OptimizedExit::Op(hot.head)], inlined: 0 }))
///     }
/// }
///
/// fn open(_: OptimizerSet) -> Box<dyn Optimizer> {
///     Box::new(Idle)
/// }
///
/// let config = JitConfig::new(Mode::On).with_optimize(Mode::On).optimized_by(open);
/// let mut machine = Machine::builder(Context::default(), Host::default()).jit(config).build();
/// let linked = machine.load(&sample_program()).expect("the program needs no space");
/// assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
///
/// # Safety
///
/// The code that `optimize` returns does what the ops of the function do from the loop's head to an exit. It leaves frame,
/// records, memory and the machine as they are when those ops have run and the exit's op is next. At
/// [`OptimizedExit::Throw`](crate::OptimizedExit::Throw) that is as an op leaves them that throws, and at
/// [`OptimizedExit::Call`](crate::OptimizedExit::Call) as an op leaves them that calls a function which native code does
/// not run. Code that contains functions which the ops call makes their records before it leaves, and compares the
/// [serial](mimeo_interp::Function::serial) of a callee before it runs the copy. It counts each call of a copy and each
/// backward jump in the machine's budget, and leaves when that is used up. It returns no other number than the offset of
/// an exit.
pub unsafe trait Optimizer: fmt::Debug {
    /// Makes optimized code of a loop. Returns `None` if there is no loop, because the head is the first op of a function
    /// and no jump leads back to it. See [`Optimizer`] for an example.
    ///
    /// # Errors
    ///
    /// If it cannot, or if that is not worth it.
    fn optimize(&mut self, hot: HotLoop<'_>) -> Result<Option<OptimizedCode>, NotOptimized>;
}

/// The function that opens the optimizer of a configuration, if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OptimizerOpener(pub(crate) Option<OpenOptimizer>);

impl PartialEq for OptimizerOpener {
    fn eq(&self, other: &OptimizerOpener) -> bool {
        match (self.0, other.0) {
            (Some(open), Some(other)) => std::ptr::fn_addr_eq(open, other),
            (open, other) => open.is_none() && other.is_none(),
        }
    }
}

impl Eq for OptimizerOpener {}
