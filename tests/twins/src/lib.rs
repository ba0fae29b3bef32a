//! Twin tests for language authors: [`twins`] runs every op in both tiers and compares the results.
//!
//! ```
//! use calc::Host;
//! use calc::ops::ops::{Context, Ops, Vm};
//! use mimeo_twins::{Language, Random, twins};
//!
//! struct Calc;
//!
//! // SAFETY: calc's values are integers.
//! unsafe impl Language<Ops> for Calc {
//!     /// What calc's ops can change, besides what they print: the variables of the top level.
//!     type Snapshot = Vec<i64>;
//!
//!     fn state(&self, random: &mut Random) -> (Context, Host) {
//!         let globals = (0..4).map(|_| random.edge_i64()).collect();
//!         // SAFETY: the test puts both into one machine.
//!         unsafe { calc::state(globals, Box::new(std::io::sink())) }
//!     }
//!
//!     fn snapshot(&self, vm: &Vm) -> Vec<i64> {
//!         vm.host.globals().to_vec()
//!     }
//!
//!     fn spaces(&self) -> Vec<(&'static str, u32)> {
//!         vec![("globals", 4)]
//!     }
//! }
//!
//! let report = twins::<Ops>(Calc);
//! assert_eq!(report.skipped, []);
//! ```
//!
//! | file | |
//! |---|---|
//! | `language.rs` | the description of a language |
//! | `random.rs` | numbers from a seed, edge cases first |
//! | `case.rs` | one instruction, the frames to run it on, and the program around it |
//! | `op.rs` | runs one op on one frame in each tier |
//! | `twins.rs` | runs a case in both tiers, compares, simplifies |
//! | `failure.rs` | the message for a difference |
//! | `crash.rs` | the message for a signal that ends the process |

#[cfg(feature = "jit")]
mod case;
#[cfg(all(unix, feature = "jit"))]
mod crash;
mod evaluator;
#[cfg(feature = "jit")]
mod failure;
#[cfg(feature = "jit")]
mod language;
#[cfg(feature = "jit")]
mod op;
mod random;
#[cfg(feature = "jit")]
mod twins;

pub use evaluator::Evaluator;
#[cfg(feature = "jit")]
pub use language::Language;
#[cfg(feature = "jit")]
pub use mimeo_interp::{OpOutcome, OpRun};
#[cfg(feature = "jit")]
pub use op::test_op;
pub use random::Random;
#[cfg(feature = "jit")]
pub use twins::{Report, Settings, twins, twins_with};
