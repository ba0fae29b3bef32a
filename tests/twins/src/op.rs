//! [`test_op`]: one op and the slots of its frame → what it does in each tier.

use mimeo::asm::FunctionIndex;
use mimeo::def::Pc;
use mimeo::jit::{Gaps, JitConfig, Mode, WithJit};
use mimeo::program::Program;
use mimeo::{InstructionSet, MachineBuilder, Vm};
use mimeo_interp::OpRun;

use crate::Evaluator;

/// Runs the first op of a program's first function alone, and calls `check` with the machine's state and what the op did:
/// in the interpreter, by evaluating its [body](mimeo::InstructionSet::IR), and natively if it has a stencil.
///
/// [`twins`](crate::twins) finds out whether the tiers agree. This is for the unit test of an op that says what it should
/// do.
///
/// `new` is called for each tier and returns the builder of a machine. `frame` returns the slots of the frame; additional
/// ones are above it, for the frame of a function that the op calls.
///
/// # Panics
///
/// If the op changes what no op may change, as `check` does, and as [`Machine::run_op`](mimeo::Machine::run_op) does (test
/// `an_op_that_cannot_run_alone_panics`).
///
/// ```
/// use mimeo::Machine;
/// use mimeo::def::Slot;
/// use mimeo_doc_ops::{Assembler, Context, Host, ProgramBuilder};
/// use mimeo_twins::{OpOutcome, test_op};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut builder = ProgramBuilder::new();
/// let function = builder.declare("divide");
/// let mut code = Assembler::new("divide", 2, 3);
/// code.divide(Slot(2), Slot(0), Slot(1));
/// code.ret(Slot(2));
/// builder.define(function, code.finish()?);
/// let program = builder.finish()?.verify()?;
///
/// let new = || Machine::builder(Context::default(), Host::default());
/// test_op(&program, new, |_| vec![42, 6, 0], |_, run| assert_eq!(run.slots, [42, 6, 7]));
/// test_op(&program, new, |_| vec![42, 0, 1], |_, run| {
///     assert!(matches!(&run.outcome, OpOutcome::Threw { message, .. } if message == "cannot divide 42 by 0"));
///     assert_eq!(run.slots, [42, 0, 1], "there is no result");
/// });
/// # Ok(())
/// # }
/// ```
pub fn test_op<I: InstructionSet>(
    program: &Program<I>,
    new: impl Fn() -> MachineBuilder<I>,
    frame: impl Fn(&mut Vm<I>) -> Vec<I::Value>,
    check: impl Fn(&Vm<I>, &OpRun),
) {
    let pc = Pc(0);
    let run = |builder: MachineBuilder<I>, native| {
        let mut machine = builder.build();
        let linked = machine.load(program).unwrap_or_else(|error| panic!("the op cannot be tested: {error}"));
        let slots = frame(machine.vm_mut());
        let Some(run) = machine.run_op(linked.function(FunctionIndex(0)), pc, native, &slots) else { return };
        assert!(run.damaged.is_empty(), "the op changed {}", run.damaged.join(" and "));
        check(machine.vm(), &run);
    };
    run(new(), false);
    run(new().tier(Box::new(Evaluator::<I>::at(pc))), true);
    if mimeo::jit::has_stencils::<I>().is_ok() {
        run(new().jit(JitConfig::new(Mode::On).with_gaps(Gaps::except_at(pc))), true);
    }
}
