//! Changes to settings, from any thread → [`Control`], which the machine's native tier reads.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::config::{JitConfig, Mode};

/// A handle to the settings of one machine's native tier. A clone costs O(1) and refers to the same settings.
///
/// It can be used from every thread, and from runtime functions. It may outlive the machine, and then has no effect.
/// Reading a setting is one atomic load. A change takes effect when the tier is consulted next: at once when native code
/// is left or calls a function without native code, and after at most 1,000 calls or loop iterations in an interpreted
/// function. A loop that runs natively without leaving is not interrupted.
///
/// ```
/// use mimeo::jit::{HasJit, Mode};
/// use mimeo_doc_ops::jit_machine;
///
/// let (machine, _) = jit_machine();
/// let control = machine.jit().expect("it has a tier").control().clone();
/// let elsewhere = control.clone();
/// std::thread::spawn(move || elsewhere.set_mode(Mode::Off)).join().unwrap();
/// assert_eq!(control.mode(), Mode::Off);
/// ```
#[derive(Clone, Debug)]
pub struct Control {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    mode: AtomicU8,
    threshold: AtomicU32,
    /// `u64::MAX` means no limit.
    code_limit_bytes: AtomicU64,
    /// `u64::MAX` means no budget.
    latency_budget_ns: AtomicU64,
    /// Number of changes and requests so far.
    pub(super) changes: AtomicU32,
    pub(super) requests: Mutex<Vec<Request>>,
}

/// A request about existing code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Compile the function with this id again.
    Recompile(u32),
    /// Drop the code of the function with this id.
    Evict(u32),
    /// Drop all code.
    EvictAll,
}

impl Control {
    /// Makes the settings that a configuration starts with. A tier makes its own; see
    /// [`Jit::control`](crate::Jit::control).
    ///
    /// ```
    /// use mimeo::jit::{Control, JitConfig, Mode};
    ///
    /// assert_eq!(Control::new(&JitConfig::default()).mode(), Mode::Auto);
    /// ```
    pub fn new(config: &JitConfig) -> Self {
        let control = Control {
            shared: Arc::new(Shared {
                mode: AtomicU8::new(config.mode as u8),
                threshold: AtomicU32::new(config.threshold),
                code_limit_bytes: AtomicU64::new(u64::MAX),
                latency_budget_ns: AtomicU64::new(u64::MAX),
                changes: AtomicU32::new(0),
                requests: Mutex::new(Vec::new()),
            }),
        };
        control.set_code_limit(config.code_limit);
        control.set_latency_budget(config.latency_budget);
        control
    }

    /// Returns when functions are compiled.
    ///
    /// ```
    /// use mimeo::jit::{HasJit, Mode};
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// assert_eq!(machine.jit().expect("it has a tier").control().mode(), Mode::On);
    /// ```
    #[inline]
    pub fn mode(&self) -> Mode {
        match self.shared.mode.load(Ordering::Relaxed) {
            0 => Mode::Auto,
            1 => Mode::On,
            _ => Mode::Off,
        }
    }

    /// Sets when functions are compiled. With [`Mode::Off`], existing code is kept but not entered.
    ///
    /// ```
    /// use mimeo::jit::{HasJit, Mode};
    /// use mimeo_doc_ops::{SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.jit().expect("it has a tier").control().set_mode(Mode::Off);
    /// assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
    /// assert_eq!(machine.jit().expect("it has a tier").stats().functions.compiled(), 0);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn set_mode(&self, mode: Mode) {
        self.shared.mode.store(mode as u8, Ordering::Relaxed);
        self.changed();
    }

    /// Returns the number of calls or loop iterations at which a function is compiled in [`Mode::Auto`].
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// assert_eq!(machine.jit().expect("it has a tier").control().threshold(), 10);
    /// ```
    #[inline]
    pub fn threshold(&self) -> u32 {
        self.shared.threshold.load(Ordering::Relaxed)
    }

    /// Sets the number of calls or loop iterations at which a function is compiled in [`Mode::Auto`].
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// let control = machine.jit().expect("it has a tier").control();
    /// control.set_threshold(3);
    /// assert_eq!(control.threshold(), 3);
    /// ```
    pub fn set_threshold(&self, calls: u32) {
        self.shared.threshold.store(calls, Ordering::Relaxed);
        self.changed();
    }

    /// Returns the number of bytes that the machine's code may take; `None` if there is no limit.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// assert_eq!(machine.jit().expect("it has a tier").control().code_limit(), None);
    /// ```
    pub fn code_limit(&self) -> Option<usize> {
        let limit = self.shared.code_limit_bytes.load(Ordering::Relaxed);
        (limit != u64::MAX).then_some(limit as usize)
    }

    /// Sets the number of bytes that the machine's code may take. If it already takes more, the next compilation evicts
    /// code.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// let control = machine.jit().expect("it has a tier").control();
    /// control.set_code_limit(Some(1 << 20));
    /// assert_eq!(control.code_limit(), Some(1 << 20));
    /// ```
    pub fn set_code_limit(&self, bytes: Option<usize>) {
        self.shared.code_limit_bytes.store(bytes.map_or(u64::MAX, |bytes| bytes as u64), Ordering::Relaxed);
        self.changed();
    }

    /// Returns the longest time that compiling one function may take; `None` if there is no limit.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// assert_eq!(machine.jit().expect("it has a tier").control().latency_budget(), None);
    /// ```
    pub fn latency_budget(&self) -> Option<Duration> {
        let budget = self.shared.latency_budget_ns.load(Ordering::Relaxed);
        (budget != u64::MAX).then(|| Duration::from_nanos(budget))
    }

    /// Sets the longest time that compiling one function may take. A function that is expected to take longer is
    /// interpreted.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::jit_machine;
    ///
    /// let (machine, _) = jit_machine();
    /// let control = machine.jit().expect("it has a tier").control();
    /// control.set_latency_budget(Some(Duration::from_millis(1)));
    /// assert_eq!(control.latency_budget(), Some(Duration::from_millis(1)));
    /// ```
    pub fn set_latency_budget(&self, budget: Option<Duration>) {
        let ns = budget.map_or(u64::MAX, |budget| u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX));
        self.shared.latency_budget_ns.store(ns, Ordering::Relaxed);
        self.changed();
    }

    /// Requests that a function is compiled again, with the settings at that time. `function` is its
    /// [`id`](mimeo_interp::Function::id). Active frames of it stay in the old code until they leave it.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::{SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.call(linked.function(SUM), &[10])?;
    /// let id = machine.functions(linked).next().expect("the program has functions").id();
    /// machine.jit().expect("it has a tier").control().recompile(id);
    /// assert_eq!(machine.call(linked.function(SUM), &[10])?, 55);
    /// let stats = machine.jit().expect("it has a tier").stats();
    /// // Where there is native code, the function was compiled twice.
    /// assert_eq!(stats.functions.recompiled * 2, stats.functions.compiled());
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn recompile(&self, function: u32) {
        self.request(Request::Recompile(function));
    }

    /// Requests that a function's code is dropped. The function is compiled again if it becomes hot again.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::{DOUBLE, SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.call(linked.function(SUM), &[10])?;
    /// let id = machine.functions(linked).next().expect("the program has functions").id();
    /// machine.jit().expect("it has a tier").control().evict(id);
    /// machine.call(linked.function(DOUBLE), &[10])?;
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert!(machine.jit().expect("it has a tier").code_of(sum).is_none());
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn evict(&self, function: u32) {
        self.request(Request::Evict(function));
    }

    /// Requests that all code is dropped, as [`evict`](Self::evict) does for one function.
    ///
    /// ```
    /// use mimeo::jit::HasJit;
    /// use mimeo_doc_ops::{DOUBLE, SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.call(linked.function(SUM), &[10])?;
    /// machine.jit().expect("it has a tier").control().evict_all();
    /// machine.call(linked.function(DOUBLE), &[10])?;
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert!(machine.jit().expect("it has a tier").code_of(sum).is_none());
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn evict_all(&self) {
        self.request(Request::EvictAll);
    }

    fn request(&self, request: Request) {
        let mut requests = self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        // The queue must not grow without bound if the machine no longer exists.
        if !requests.contains(&request) {
            requests.push(request);
        }
        drop(requests);
        self.changed();
    }

    fn changed(&self) {
        // A thread that sees the new number also sees the earlier writes.
        self.shared.changes.fetch_add(1, Ordering::Release);
    }
}
