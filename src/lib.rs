//! Write each opcode once: get the interpreter, the copy-and-patch JIT, and the proof that they agree.
//!
//! See the README for a tour, `examples/calc` for a language to copy, `ARCHITECTURE.md` for how it works.
#![forbid(unsafe_code)]

pub use mimeo_def as def;
pub use mimeo_interp as interp;
pub use mimeo_interp::{
    After, Callee, Cursor, Disassembly, FiberExit, FiberId, FiberLimits, Flow, FrameView, Function, InstructionSet,
    Label, Limits, Linked, Machine, MachineBuilder, Operands, Position, RuntimeFn, Then, Thrown, Trap, Value,
    VerifyError, Vm, Window, asm, program, tier,
};
pub use mimeo_jit as jit;
pub use mimeo_macros::{instruction_set, vm_op};

mod disassemble;
pub mod listing;

pub mod testing;

/// What an instruction set's module names.
pub mod prelude {
    pub use crate::{Callee, Flow, Label, Thrown, Window, instruction_set, vm_op};
    pub use std::cell::Cell;
}
