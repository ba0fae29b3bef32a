//! A loop head that was reached often → [`HotLoop`], the request for optimized code.

use std::time::Duration;

use mimeo_def::Pc;
use mimeo_interp::Function;

/// A loop that is worth optimizing. See [`Optimizer`](crate::Optimizer) for an example.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct HotLoop<'a> {
    /// The function.
    pub function: &'a Function,
    /// The head of the loop: the target of a backward jump, or the first op of the function.
    pub head: Pc,
    /// The longest time that making the code may take; `None` means no limit.
    pub budget: Option<Duration>,
}
