//! [`InstructionSet`]: what `#[instruction_set]` generates and everything else works from.

use mimeo_def::frame::Exit;
use mimeo_def::op::OpInfo;
use mimeo_def::stencil::Table;

use crate::{StackMove, Value, Vm};

/// Where an instruction set's ops find their values.
///
/// ```
/// use mimeo::{InstructionSet, Operands};
///
/// assert_eq!(mimeo_doc_ops::Ops::OPERANDS, Operands::Registers);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// In numbered slots of the frame.
    Registers,
    /// On an operand stack above the locals.
    Stack,
}

/// A function of the runtime that ops call. For generated code and native tiers.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeFn {
    /// Its name in the `extern "Rust"` block.
    pub name: &'static str,
    /// Its shim, which stencils call: every argument is 64 bits wide, the result is an
    /// [`Outcome`](mimeo_def::frame::Outcome).
    pub shim: *const (),
}

// SAFETY: the pointer is the address of a function, which every thread may call.
unsafe impl Sync for RuntimeFn {}

/// A language's instruction set. `#[instruction_set]` implements it for the type `Ops` of a module, and nothing else
/// does.
///
/// The type has no values: it names the instruction set in `Machine<Ops>`, `Program<Ops>` and the like, so that a
/// program cannot get into the machine of another language.
///
/// ```
/// use mimeo::InstructionSet;
/// use mimeo_doc_ops::Ops;
///
/// /// A tool that works for every language.
/// fn op_names<I: InstructionSet>() -> Vec<&'static str> {
///     I::OPS.iter().map(|op| op.name).collect()
/// }
///
/// assert_eq!(op_names::<Ops>()[..3], ["number", "get_global", "add"]);
/// ```
///
/// # Safety
///
/// `OPS` describes the encoding that `interpret` decodes, and the effect on frame and stack that it has.
pub unsafe trait InstructionSet: Sized + 'static {
    /// What a slot holds.
    type Value: Value;
    /// What stencils may touch of the language's runtime.
    type Context: 'static;
    /// The rest of the language's runtime, which only Rust uses, as `vm.host`.
    type Host: 'static;
    /// What [`Vm::throw`](crate::Vm::throw) takes: the language's own errors.
    type Error: std::fmt::Debug + std::fmt::Display + 'static;

    /// Name of the module.
    const NAME: &'static str;
    /// Where operands live.
    const OPERANDS: Operands;
    /// How many arguments every function takes, where the set says so.
    const ARITY: Option<u16>;
    /// The ops; an opcode is an index into this.
    const OPS: &'static [OpInfo];
    /// The runtime functions, in the order of their declaration.
    const RUNTIME: &'static [RuntimeFn];
    /// The stencils of the architecture for which the program was built.
    const STENCILS: &'static Table;
    /// The C from which the stencils were made, for people to read.
    const C: &'static str;

    /// Called when a value stack was moved: see [`TrustedOps::stack_moved`](crate::TrustedOps::stack_moved).
    const STACK_MOVED: Option<fn(&mut Vm<Self>, &StackMove)>;

    /// Runs from the top frame record until an exit; with `SINGLE`, one op. Called by the machine only.
    ///
    /// [`Exit::Leave`] means that the op was done (with `SINGLE`), or that a loop is hot (without).
    ///
    /// # Safety
    ///
    /// The top frame record of `vm` is current, its function is verified code of this instruction set, and
    /// its `pc` is the start of an op.
    unsafe fn interpret<const SINGLE: bool>(vm: &mut Vm<Self>) -> Exit;
}
