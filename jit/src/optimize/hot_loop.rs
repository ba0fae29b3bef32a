//! A loop head that was reached often → [`HotLoop`], the request for optimized code.

use std::fmt;
use std::time::Duration;

use mimeo_def::Pc;
use mimeo_interp::{Account, Function, SampledCallee};

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
    /// The functions that are probably called.
    pub callees: Callees<'a>,
    /// The number of samples at the head, or `None` if the loop is optimized without any.
    pub samples: Option<u32>,
    /// Whether code of the loop was made before, and often lacked a path that was taken, or found something else in cells
    /// than it expected.
    pub is_again: bool,
    /// The account of the machine, to which the optimizer charges its memory; `None` means that nobody counts it.
    pub account: Option<&'a Account>,
}

impl<'a> HotLoop<'a> {
    /// Returns a loop without samples, of which no callees are known, without limits of time and memory.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo::jit::HotLoop;
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert_eq!(HotLoop::new(sum, Pc(18)).budget, None);
    /// ```
    pub fn new(function: &'a Function, head: Pc) -> HotLoop<'a> {
        HotLoop {
            function,
            head,
            budget: None,
            callees: Callees(&|_| None),
            samples: None,
            is_again: false,
            account: None,
        }
    }
}

/// The functions that calls probably call. See [`Optimizer`](crate::Optimizer) for an example.
#[derive(Clone, Copy)]
pub struct Callees<'a>(Find<'a>);

/// Finds a function by its id.
type Find<'a> = &'a dyn Fn(u32) -> Option<&'a Function>;

impl<'a> Callees<'a> {
    /// Knows all functions that `find` finds by their ids.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo::jit::Callees;
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert!(Callees::new(&|_| None).after(sum, Pc(0)).is_none());
    /// ```
    pub fn new(find: &'a dyn Fn(u32) -> Option<&'a Function>) -> Callees<'a> {
        Callees(find)
    }

    /// Returns the function that the call before `after` in `caller` usually calls: in three of four samples, or in all
    /// if there are few. See [`new`](Self::new) for an example.
    pub fn after(&self, caller: &Function, after: Pc) -> Option<&'a Function> {
        let SampledCallee { id, serial, votes, samples } = caller.sampled_callee(after)?;
        // A vote for another function counts against this one.
        let is_usual = votes >= samples.div_ceil(2);
        (self.0)(id).filter(|function| is_usual && function.serial() == serial)
    }
}

impl fmt::Debug for Callees<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callees").finish_non_exhaustive()
    }
}
