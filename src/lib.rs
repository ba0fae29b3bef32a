//! Write each opcode once: get the interpreter, the copy-and-patch JIT, and the proof that they agree.
//!
//! mimeo is a framework for people who build languages. An op is one Rust function. mimeo generates from it the
//! interpreter's handler, the machine code that the JIT copies and patches, the assembler's method, the verifier's
//! entry and the disassembler's text. This page is a tour. `mimeo new NAME` writes a language to start from, and
//! `ARCHITECTURE.md` explains how everything works.
//!
//! # Define an instruction set
//!
//! The ops are functions of a module under [`instruction_set`]. A parameter of the value type is an operand, and the
//! result is written to a slot or pushed. Work that only Rust can do belongs in runtime functions, which both tiers
//! call. These are some ops of the instruction set that all examples in this documentation use, a register machine of
//! `i64` values:
//!
//! ```text
//! #[mimeo::instruction_set(value = i64, context = Context, host = crate::runtime::Host, operands = registers)]
//! pub mod ops {
//!     #[runtime(crate::runtime)]
//!     unsafe extern "Rust" {
//!         #[cold]
//!         fn division_error(vm: &mut Vm, a: i64, b: i64) -> Thrown;
//!     }
//!
//!     /// `dst = a + b`
//!     #[vm_op]
//!     fn add(a: i64, b: i64) -> i64 {
//!         a.wrapping_add(b)
//!     }
//!
//!     /// `dst = a / b`
//!     #[vm_op]
//!     fn divide(vm: &mut Vm, a: i64, b: i64) -> Result<i64, Thrown> {
//!         match a.checked_div(b) {
//!             Some(quotient) => Ok(quotient),
//!             None => Err(division_error(vm, a, b)),
//!         }
//!     }
//!
//!     /// Jumps to `to` if `a < b`.
//!     #[vm_op]
//!     fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
//!         if a < b { to.jump() } else { Flow::Next }
//!     }
//!
//!     /// Returns `a`.
//!     #[vm_op]
//!     fn ret(vm: &mut Vm, a: i64) -> Flow {
//!         vm.ret(a)
//!     }
//! }
//! ```
//!
//! The bodies are written in a subset of Rust: code whose meaning could differ between the tiers is a compile-time
//! error that says what to write instead. The machine code is produced when the language is built, by the C compiler of
//! the build machine. This is the whole `build.rs`:
//!
//! ```text
//! fn main() {
//!     mimeo_build::ops("src/ops.rs").compile();
//! }
//! ```
//!
//! # Build a program
//!
//! The module has an `Assembler` with a method for each op. A compiler emits functions with it and verifies the
//! program, after which bytecode is never checked again:
//!
//! ```
//! use mimeo::def::Slot;
//! use mimeo_doc_ops::{Assembler, ProgramBuilder};
//!
//! let mut builder = ProgramBuilder::new();
//! let average = builder.declare("average");
//! let (a, b, two) = (Slot(0), Slot(1), Slot(2));
//! let mut code = Assembler::new("average", 2, 3);
//! code.add(a, a, b);
//! code.number(two, 2);
//! code.divide(a, a, two);
//! code.ret(a);
//! builder.define(average, code.finish()?);
//! let program = builder.finish()?.verify()?;
//! assert_eq!(program.functions()[0].name, "average");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Run it
//!
//! A [`Machine`] has the state of the language and the loaded programs. An error of the program is returned as a
//! [`Trap`], with a place in the source and a backtrace:
//!
//! ```
//! use mimeo::Machine;
//! use mimeo_doc_ops::{Context, DIVIDE, Host, sample_program};
//!
//! let mut machine = Machine::builder(Context::default(), Host::default()).build();
//! let linked = machine.load(&sample_program())?;
//! let divide = linked.function(DIVIDE);
//! assert_eq!(machine.call(divide, &[84, 2])?, 42);
//! assert_eq!(machine.call(divide, &[84, 0]).unwrap_err().to_string(), "sample:3:5: cannot divide 84 by 0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Turn on the JIT
//!
//! A machine gets the native tier from its builder and then compiles hot functions. Where native code is unavailable,
//! for example in a build without the feature `jit`, the same machine interprets and reports the reason:
//!
//! ```
//! use mimeo::Machine;
//! use mimeo::jit::{HasJit, JitConfig, WithJit};
//! use mimeo_doc_ops::{Context, Host, SUM, sample_program};
//!
//! let builder = Machine::builder(Context::default(), Host::default());
//! let mut machine = builder.jit(JitConfig::default()).build();
//! let linked = machine.load(&sample_program())?;
//! assert_eq!(machine.call(linked.function(SUM), &[100_000])?, 5_000_050_000);
//!
//! let jit = machine.jit().expect("the machine was given one");
//! assert_eq!(jit.capability().available, jit.stats().functions.compiled() > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Prove that the tiers agree
//!
//! [`mimeo_twins::twins`](https://docs.rs/mimeo-twins) runs every op in both tiers on random and edge-case states, and
//! shows the simplest case in which they differ. Call it in a test of the language:
//!
//! ```
//! use mimeo_twins::{Language, Random, twins};
//! use mimeo_doc_ops::{Context, Host, Ops, Vm};
//!
//! struct Examples;
//!
//! // SAFETY: the values are integers.
//! unsafe impl Language<Ops> for Examples {
//!     type Snapshot = Vec<i64>;
//!
//!     fn state(&self, _: &mut Random) -> (Context, Host) {
//!         (Context::default(), Host::default())
//!     }
//!
//!     /// What ops can change outside of their frame.
//!     fn snapshot(&self, vm: &Vm) -> Vec<i64> {
//!         vm.host.printed.clone()
//!     }
//!
//!     fn spaces(&self) -> Vec<(&'static str, u32)> {
//!         vec![("globals", 4)]
//!     }
//! }
//!
//! assert!(twins::<Ops>(Examples).skipped.is_empty());
//! ```
//!
//! # Further topics
//!
//! | for | see |
//! |---|---|
//! | callbacks out of runtime functions | [`Vm::run`] |
//! | calls that an op needs, such as metamethods | [`Vm::request`] |
//! | errors and their handlers | [`Vm::throw`], [`asm::FunctionBuilder::catch`] |
//! | coroutines | [`Vm::new_fiber`] |
//! | a garbage collector's roots | [`Vm::active_stacks`], [`Vm::fiber_stack`] |
//! | limits, and stacks that grow | [`Limits`], [`MachineBuilder::first_size`] |
//! | a limit on memory, and what is in use | [`Account`] |
//! | ops with pointers or unsafe code | [`TrustedOps`] |
//! | programs in files | [`program::Program::to_bytes`] |
//! | bytecode and machine code as text | [`Disassembly`], [`listing`] |
//! | the ops that run, as text | [`Vm::set_tracer`] |
//! | what ops do, as data | [`ir`] |
//! | when functions are compiled, statistics, diagnostics | [`jit`] |
//!
//! A machine and everything in it stays in one thread. Programs are `Send` and `Sync`, so each thread can have a
//! machine that has loaded the same one. A machine returns handles ([`Linked`], [`FunctionRef`], [`FiberRef`]), which
//! are checked at each use.
//!
//! The features are `jit` (default), which adds the native tier, `optimize`, which adds optimized code of hot loops for
//! those who [open](https://docs.rs/mimeo-optimize) it, and `disassembler`, which shows instructions in
//! listings.
#![deny(unsafe_code)]

pub use mimeo_def as def;
pub use mimeo_interp::{
    Account, After, Backtrace, Callable, Callee, Charge, Control, Debugger, Disassembled, Disassembly, FiberError,
    FiberExit, FiberLimits, FiberRef, Flow, FrameView, Function, FunctionRef, Hook, InstructionSet, Label, Labels,
    Limits, Linked, LoadError, Machine, MachineBuilder, MemoryKind, MinMax, NotLoaded, Operands, OutOfMemory,
    PlainConstants, PlainValue, Position, QuietNan, ReadError, Refill, Site, StackMove, StepMode, Stop,
    StoredConstants, Then, Thrown, TracedOp, Tracer, Trap, TrapKind, TrustedOps, Value, VerifyError, VerifyErrorKind,
    Vm, WhenEmpty, Window, asm, likely, program, tier, unlikely,
};
pub use mimeo_ir as ir;
pub use mimeo_jit as jit;
pub use mimeo_macros::{instruction_set, vm_op};
#[cfg(feature = "optimize")]
pub use mimeo_optimize as optimize;

pub mod listing;

/// Items that only the code generated by `#[instruction_set]` uses.
#[doc(hidden)]
pub mod __private {
    pub use mimeo_interp::{Cursor, RuntimeFn, guard};
}

/// The names that the module of an instruction set uses.
pub mod prelude {
    pub use crate::{Label, Labels, MinMax, QuietNan, Thrown, Window, instruction_set, likely, unlikely, vm_op};
    pub use std::cell::Cell;
}
