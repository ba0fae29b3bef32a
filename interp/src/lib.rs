//! mimeo's interpreter. Bytecode is built ([`asm`]), verified ([`program`]), loaded into a [`Machine`], and run by the
//! handlers that `#[instruction_set]` generates ([`InstructionSet`]).
//!
//! This crate knows of no particular native tier: one plugs in through [`tier::NativeTier`].

mod account;
pub mod asm;
mod budget;
mod callable;
mod control;
mod cursor;
mod debug;
mod depths;
mod disassemble;
mod driver;
mod error;
mod facts;
mod fiber;
mod flow;
mod frames;
mod function;
mod hint;
mod instruction_set;
mod machine;
mod min_max;
mod op_at;
mod places;
mod poison;
pub mod program;
mod programs;
mod quiet_nan;
mod reference;
mod request;
mod stacks;
mod stored;
pub mod tier;
mod trace;
mod trap;
mod trusted;
mod value;
mod verify;
mod view;
mod vm;
mod waits;
mod window;

pub use account::{Account, Charge, MemoryKind, OutOfMemory};
pub use budget::{Hook, Refill, WhenEmpty};
pub use callable::Callable;
pub use control::Control;
#[doc(hidden)]
pub use cursor::Cursor;
pub use debug::{Debugger, StepMode, Stop};
pub use disassemble::{Disassembled, Disassembly, OpText};
pub use fiber::{FiberError, FiberExit, FiberLimits, FiberRef};
pub use flow::{Callee, Flow, Label, Labels, Thrown, Window};
pub use frames::FrameView;
pub use function::{Function, SampledCallee};
pub use hint::{likely, unlikely};
pub use instruction_set::{InstructionSet, Operands, RuntimeFn};
pub use machine::{Limits, Machine, MachineBuilder, OpOutcome, OpRun};
pub use min_max::MinMax;
pub use quiet_nan::QuietNan;
pub use reference::{FunctionRef, Linked, LoadError, NotLoaded};
pub use request::{After, Then};
pub use stacks::StackMove;
pub use stored::{PlainConstants, ReadError, StoredConstants};
pub use trace::{TracedOp, Tracer};
pub use trap::{Backtrace, Position, Site, Trap, TrapKind};
pub use trusted::TrustedOps;
pub use value::{PlainValue, Value};
pub use verify::{VerifyError, VerifyErrorKind};
pub use vm::{Vm, guard};
