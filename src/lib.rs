//! Write each opcode once: get the interpreter, the copy-and-patch JIT, and the proof that they agree.
//!
//! See the README for a tour, `examples/calc` for a language to copy, `ARCHITECTURE.md` for how it works.
#![deny(unsafe_code)]

pub use mimeo_def as def;
pub use mimeo_interp::{
    After, Backtrace, Callable, Callee, Disassembly, FiberError, FiberExit, FiberLimits, FiberRef, Flow, FrameView,
    Function, FunctionRef, InstructionSet, Label, Limits, Linked, LoadError, Machine, MachineBuilder, NotLoaded,
    Operands, PlainValue, Position, QuietNan, Site, StackMove, Then, Thrown, Trap, TrapKind, TrustedOps, Value,
    VerifyError, VerifyErrorKind, Vm, Window, asm, program, tier,
};
pub use mimeo_jit as jit;
pub use mimeo_macros::{instruction_set, vm_op};

mod disassemble;
pub mod listing;

pub mod testing;

/// What the code that `#[instruction_set]` generates needs, and nobody else.
#[doc(hidden)]
pub mod __private {
    pub use mimeo_interp::{Cursor, RuntimeFn, guard};
}

/// What an instruction set's module names.
pub mod prelude {
    pub use crate::{Label, QuietNan, Thrown, Window, instruction_set, vm_op};
    pub use std::cell::Cell;
}
