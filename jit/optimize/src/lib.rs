//! The optimizing tier: hot loops → machine code in which the bodies of the ops are laid end to end.
//!
//! A stencil is compiled alone, so its values live in the frame. Here the bodies of the ops of a whole loop
//! ([`mimeo_ir`]) become one function, in which the slots of the frame are variables, and Cranelift compiles it.
//!
//! ```text
//! HotLoop ─ loops ─► Loop ─┐
//!                          ├─ emit ─► Cranelift's IR ─ compile ─► OptimizedCode ─► the native tier
//! bodies ── shape ─► Shape ┘
//! ```
//!
//! What was computed or tested on every path to a place is `known` there, so that it is not computed or tested again: a
//! tag, a bound, a double that is not a NaN, what memory holds that nothing has changed. The first iteration is compiled
//! separately (`emit`), and what it leaves is known in the others, as far as it holds in each of them (`heads`).
//!
//! A path of an op that calls the runtime although another path does not is left to the stencil: the region leaves at
//! the op's start, where the frame is what it is between stencils, so nothing has to be reconstructed.
//!
//! A language opts in with [`open`]:
//!
//! ```
//! use mimeo::jit::{HasJit, JitConfig, Mode, WithJit};
//! use mimeo_doc_ops::{Context, Host, Machine, SUM, sample_program};
//!
//! let config = JitConfig::new(Mode::On).with_optimize(Mode::On).optimized_by(mimeo_optimize::open);
//! let mut machine = Machine::builder(Context::default(), Host::default()).jit(config).build();
//! let linked = machine.load(&sample_program()).expect("the program needs no space");
//! assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
//! let optimized = machine.jit().expect("it has a tier").stats().optimized;
//! assert_eq!((optimized.loops, optimized.refused), (1, 0));
//! # Ok::<(), mimeo_doc_ops::Trap>(())
//! ```
#![deny(missing_docs)]

mod arithmetic;
mod body;
mod call;
mod compiler;
mod control_flow;
mod emit;
mod exits;
mod find;
mod floats;
mod frame;
mod heads;
mod idle;
mod known;
mod listed;
mod live;
mod loops;
mod memory;
mod nans;
mod nest;
mod place;
mod range;
mod shape;
mod unused;
mod values;
mod webs;

#[doc(hidden)]
pub use compiler::open_leaving;
pub use compiler::{clif, loops, open};
#[doc(hidden)]
pub use idle::open_idle;
pub use listed::{ClifLine, ListedCode, ListedLoop};
