//! [`InstructionSet`]: the trait that `#[instruction_set]` implements and everything else is generic over.

use std::collections::BTreeSet;

use mimeo_def::frame::Exit;
use mimeo_def::op::{OpInfo, OperandKind};
use mimeo_def::stencil::Table;

use crate::{StackMove, Value, Vm};

/// Where the ops of an instruction set find their operands.
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
    /// The name in the `extern "Rust"` block.
    pub name: &'static str,
    /// The shim that stencils call: every argument is 64 bits wide, and the result is an
    /// [`Outcome`](mimeo_def::frame::Outcome).
    pub shim: *const (),
}

// SAFETY: the pointer is the address of a function, which every thread may call.
unsafe impl Sync for RuntimeFn {}

/// A language's instruction set. `#[instruction_set]` implements it for the type `Ops` of a module, and nothing else
/// does.
///
/// The type has no values. It marks the instruction set in types such as `Machine<Ops>` and `Program<Ops>`, so that a
/// machine cannot load the program of another language.
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
/// `OPS` describes the encoding that `interpret` decodes, and its effect on frame and stack.
pub unsafe trait InstructionSet: Sized + 'static {
    /// The type of the values in slots.
    type Value: Value;
    /// The part of the language's state that stencils may access.
    type Context: 'static;
    /// The rest of the language's state, which only Rust accesses, as `vm.host`.
    type Host: 'static;
    /// The language's own errors, which [`Vm::throw`](crate::Vm::throw) takes.
    type Error: std::fmt::Debug + std::fmt::Display + 'static;

    /// Name of the module.
    const NAME: &'static str;
    /// Where operands are.
    const OPERANDS: Operands;
    /// The number of arguments that every function takes, if the set declares one.
    const ARITY: Option<u16>;
    /// The ops; an opcode is an index into this.
    const OPS: &'static [OpInfo];
    /// The runtime functions, in the order of their declaration.
    const RUNTIME: &'static [RuntimeFn];
    /// The stencils of the architecture for which the program was built.
    const STENCILS: &'static Table;
    /// The C from which the stencils were compiled, for people to read.
    const C: &'static str;
    /// The bodies of the ops, which `mimeo_ir::Set::from_bytes` reads.
    const IR: &'static [u8];

    /// The function to call when a value stack was moved: see
    /// [`TrustedOps::stack_moved`](crate::TrustedOps::stack_moved).
    const STACK_MOVED: Option<fn(&mut Vm<Self>, &StackMove)>;

    /// Runs from the top frame record until an exit or, with `SINGLE`, for one op. Only the machine calls it.
    ///
    /// [`Exit::Leave`] means that the op is done (with `SINGLE`) or that a loop is hot (without).
    ///
    /// # Safety
    ///
    /// The top frame record of `vm` is current, its function is verified code of this instruction set, and
    /// its `pc` is the start of an op.
    unsafe fn interpret<const SINGLE: bool>(vm: &mut Vm<Self>) -> Exit;
}

/// Panics unless an op of the set has an index into this space.
#[track_caller]
pub(crate) fn assert_space<I: InstructionSet>(space: &str) {
    let operands = I::OPS.iter().flat_map(|op| op.operands);
    let spaces: BTreeSet<&str> = operands
        .filter_map(|operand| match operand.kind {
            OperandKind::Immediate { space, .. } => space,
            _ => None,
        })
        .collect();
    assert!(
        spaces.contains(space),
        "no op of `{}` has an index into `{space}`; its index spaces are {spaces:?}",
        I::NAME
    );
}
