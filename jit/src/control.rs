//! [`Control`]: the settings of a machine's native tier that can change while it lives, from any thread.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{JitConfig, Mode};

/// A handle on the settings of one machine's native tier. Cheap to clone; every clone is of the same settings.
///
/// It may be used from every thread, and from runtime functions. A change takes effect when the tier is asked next:
/// at once for what native code calls or leaves for, after at most 1,000 calls or rounds of a loop in a function
/// that is interpreted. A loop that runs natively without leaving is not interrupted.
///
/// ```
/// use mimeo_jit::{Control, JitConfig, Mode};
///
/// let control = Control::new(&JitConfig::default());
/// let elsewhere = control.clone();
/// std::thread::spawn(move || elsewhere.set_mode(Mode::Off)).join().unwrap();
/// assert_eq!(control.mode(), Mode::Off);
/// ```
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    mode: AtomicU8,
    threshold: AtomicU32,
    /// `u64::MAX` is no limit.
    code_limit_bytes: AtomicU64,
    /// `u64::MAX` is no budget.
    latency_budget_ns: AtomicU64,
    /// How often something was changed or requested.
    changes: AtomicU32,
    requests: Mutex<Vec<Request>>,
}

/// What shall become of code that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// The function with this id is compiled anew.
    Recompile(u32),
    /// Its code goes.
    Evict(u32),
    /// All code goes.
    EvictAll,
}

impl Control {
    /// The settings that a configuration starts with.
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

    /// When functions are compiled.
    #[inline]
    pub fn mode(&self) -> Mode {
        match self.shared.mode.load(Ordering::Relaxed) {
            0 => Mode::Auto,
            1 => Mode::On,
            _ => Mode::Off,
        }
    }

    /// Changes when functions are compiled. With [`Mode::Off`], code that is there is kept but not entered.
    pub fn set_mode(&self, mode: Mode) {
        self.shared.mode.store(mode as u8, Ordering::Relaxed);
        self.changed();
    }

    /// [`JitConfig::threshold`].
    #[inline]
    pub fn threshold(&self) -> u32 {
        self.shared.threshold.load(Ordering::Relaxed)
    }

    /// Changes [`JitConfig::threshold`].
    pub fn set_threshold(&self, calls: u32) {
        self.shared.threshold.store(calls, Ordering::Relaxed);
        self.changed();
    }

    /// [`JitConfig::code_limit`], in bytes.
    pub fn code_limit(&self) -> Option<usize> {
        let limit = self.shared.code_limit_bytes.load(Ordering::Relaxed);
        (limit != u64::MAX).then_some(limit as usize)
    }

    /// Changes [`JitConfig::code_limit`], in bytes. A limit that is exceeded already evicts at the next compilation.
    pub fn set_code_limit(&self, bytes: Option<usize>) {
        self.shared.code_limit_bytes.store(bytes.map_or(u64::MAX, |bytes| bytes as u64), Ordering::Relaxed);
        self.changed();
    }

    /// [`JitConfig::latency_budget`].
    pub fn latency_budget(&self) -> Option<Duration> {
        let budget = self.shared.latency_budget_ns.load(Ordering::Relaxed);
        (budget != u64::MAX).then(|| Duration::from_nanos(budget))
    }

    /// Changes [`JitConfig::latency_budget`].
    pub fn set_latency_budget(&self, budget: Option<Duration>) {
        let ns = budget.map_or(u64::MAX, |budget| u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX));
        self.shared.latency_budget_ns.store(ns, Ordering::Relaxed);
        self.changed();
    }

    /// Has a function compiled anew, under the settings as they are then. `function` is its
    /// [`id`](mimeo_interp::Function::id). Frames of it that are under way go on in the old code until they leave it.
    pub fn recompile(&self, function: u32) {
        self.request(Request::Recompile(function));
    }

    /// Has a function's code go; it becomes hot anew, or does not.
    pub fn evict(&self, function: u32) {
        self.request(Request::Evict(function));
    }

    /// Has all code go.
    pub fn evict_all(&self) {
        self.request(Request::EvictAll);
    }

    fn request(&self, request: Request) {
        let mut requests = self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        // There may be nobody who takes them.
        if !requests.contains(&request) {
            requests.push(request);
        }
        drop(requests);
        self.changed();
    }

    fn changed(&self) {
        // What was written before is seen by whoever sees the new number.
        self.shared.changes.fetch_add(1, Ordering::Release);
    }

    /// A number that is another one after each change.
    #[inline]
    #[cfg_attr(not(feature = "native"), expect(dead_code, reason = "a lean build compiles nothing"))]
    pub(crate) fn changes(&self) -> u32 {
        self.shared.changes.load(Ordering::Acquire)
    }

    /// Takes the requests.
    #[cfg_attr(not(feature = "native"), expect(dead_code, reason = "a lean build compiles nothing"))]
    pub(crate) fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
