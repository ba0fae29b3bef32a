//! An embedder's choices → [`JitConfig`], the configuration of the native tier.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::config::gaps::Gaps;
use crate::errors::BadSetting;
use crate::observe::{Observers, OpenObservers, Opener};
use crate::optimize::{OpenOptimizer, OptimizerOpener};

/// When functions are compiled.
///
/// ```
/// use mimeo_jit::Mode;
///
/// assert_eq!("on".parse(), Ok(Mode::On));
/// let error = "often".parse::<Mode>().unwrap_err().of("--jit");
/// assert_eq!(error.to_string(), "--jit must be auto, on or off, not \"often\"");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// When calls and loop iterations reach [`JitConfig::threshold`], or native code calls for the second time.
    #[default]
    Auto,
    /// At their first call.
    On,
    /// Never.
    Off,
}

impl Mode {
    /// Every mode, in the order in which messages list them.
    pub const ALL: [Mode; 3] = [Mode::Auto, Mode::On, Mode::Off];

    /// Returns the name that users write, which `parse` reads. See [`Mode`] for an example.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::On => "on",
            Mode::Off => "off",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        BadSetting::pick(text, Mode::ALL.map(|mode| (mode.name(), mode)))
    }
}

/// The configuration of the native tier.
///
/// [`Control`](crate::Control) can change `mode`, `threshold`, `code_limit` and `latency_budget` later.
///
/// ```
/// use mimeo_jit::{JitConfig, Mode};
///
/// let config = JitConfig::new(Mode::Auto).with_threshold(50).with_code_limit(1 << 20);
/// assert_eq!((config.threshold, config.code_limit), (50, Some(1 << 20)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JitConfig {
    /// When functions are compiled.
    pub mode: Mode,
    /// In [`Mode::Auto`], the call or loop iteration at which a function is compiled; 0 is the same as 1.
    /// Functions that native code calls are compiled at their second call.
    pub threshold: u32,
    /// Bytes of executable memory that the machine's code may take; `None` means no limit. When they are used up, the
    /// oldest code is evicted; functions that still have no room are interpreted. Memory is counted in whole pages.
    pub code_limit: Option<usize>,
    /// The longest time that compiling one function may take, or optimizing one loop; `None` means no limit. Functions
    /// that are expected to take longer are interpreted, and such loops are not optimized.
    pub latency_budget: Option<Duration>,
    /// Bytes of native code that one function may have; larger functions are interpreted.
    pub function_limit: usize,
    /// The tools that are notified of compiled functions, if [`observed_by`](Self::observed_by) opens them.
    pub observers: Observers,
    pub(crate) opener: Opener,
    /// Whether the events in the life of each function's code are recorded: see [`Stats`](crate::Stats).
    pub trace: bool,
    pub(crate) gaps: Gaps,
    /// When loops get optimized code, if [`optimized_by`](Self::optimized_by) opens an optimizer.
    pub optimize: Mode,
    /// In [`Mode::Auto`], the number of [samples](mimeo_interp::Function::samples) at a loop's head at which the loop is
    /// optimized; 0 is the same as 1.
    pub optimize_threshold: u32,
    pub(crate) events_per_sample: Option<u32>,
    pub(crate) optimizer: OptimizerOpener,
}

impl Default for JitConfig {
    /// [`Mode::Auto`] with a threshold of 10 calls, 16 MiB of code for one function, no other limits.
    fn default() -> Self {
        JitConfig {
            mode: Mode::Auto,
            threshold: 10,
            code_limit: None,
            latency_budget: None,
            function_limit: 16 << 20,
            observers: Observers::None,
            opener: Opener::default(),
            trace: false,
            gaps: Gaps::default(),
            optimize: Mode::Auto,
            optimize_threshold: 32,
            events_per_sample: None,
            optimizer: OptimizerOpener::default(),
        }
    }
}

impl JitConfig {
    /// Returns the default configuration in another mode. See [`JitConfig`] for an example.
    pub fn new(mode: Mode) -> JitConfig {
        JitConfig { mode, ..JitConfig::default() }
    }

    /// Sets [`mode`](Self::mode). See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> JitConfig {
        self.mode = mode;
        self
    }

    /// Sets [`threshold`](Self::threshold). See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_threshold(mut self, threshold: u32) -> JitConfig {
        self.threshold = threshold;
        self
    }

    /// Sets [`code_limit`](Self::code_limit), in bytes. See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_code_limit(mut self, bytes: impl Into<Option<usize>>) -> JitConfig {
        self.code_limit = bytes.into();
        self
    }

    /// Sets [`latency_budget`](Self::latency_budget). See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_latency_budget(mut self, budget: impl Into<Option<Duration>>) -> JitConfig {
        self.latency_budget = budget.into();
        self
    }

    /// Sets [`function_limit`](Self::function_limit), in bytes. See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_function_limit(mut self, bytes: usize) -> JitConfig {
        self.function_limit = bytes;
        self
    }

    /// Sets [`observers`](Self::observers). See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_observers(mut self, observers: Observers) -> JitConfig {
        self.observers = observers;
        self
    }

    /// Sets the function that opens the [`observers`](Self::observers). Without one, no observer is notified. `open` of
    /// the crate `mimeo-observe` opens those for debuggers and for `perf`. See [`Observer`](crate::Observer) for an
    /// example.
    #[must_use]
    pub fn observed_by(mut self, open: OpenObservers) -> JitConfig {
        self.opener = Opener(Some(open));
        self
    }

    /// Sets [`trace`](Self::trace). See [`JitConfig`] for an example.
    #[must_use]
    pub fn with_trace(mut self, trace: bool) -> JitConfig {
        self.trace = trace;
        self
    }

    /// Sets [`optimize`](Self::optimize).
    ///
    /// ```
    /// use mimeo::jit::{JitConfig, Mode};
    ///
    /// assert_eq!(JitConfig::default().with_optimize(Mode::Off).optimize, Mode::Off);
    /// ```
    #[must_use]
    pub fn with_optimize(mut self, mode: Mode) -> JitConfig {
        self.optimize = mode;
        self
    }

    /// Sets [`optimize_threshold`](Self::optimize_threshold).
    ///
    /// ```
    /// use mimeo::jit::JitConfig;
    ///
    /// assert_eq!(JitConfig::default().with_optimize_threshold(7).optimize_threshold, 7);
    /// ```
    #[must_use]
    pub fn with_optimize_threshold(mut self, samples: u32) -> JitConfig {
        self.optimize_threshold = samples;
        self
    }

    /// Sets the mean number of calls and backward jumps between samples, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_events_per_sample(mut self, events: u32) -> JitConfig {
        self.events_per_sample = Some(events);
        self
    }

    /// Sets the function that opens the optimizer of hot loops, for example `mimeo::optimize::open`. Without one, no loop
    /// is optimized.
    ///
    /// ```
    /// use mimeo::jit::{JitConfig, OpenOptimizer};
    ///
    /// fn optimizing(open: Option<OpenOptimizer>) -> JitConfig {
    ///     let config = JitConfig::default();
    ///     open.map_or(config.clone(), |open| config.optimized_by(open))
    /// }
    ///
    /// assert_eq!(optimizing(None), JitConfig::default());
    /// ```
    #[must_use]
    pub fn optimized_by(mut self, open: OpenOptimizer) -> JitConfig {
        self.optimizer = OptimizerOpener(Some(open));
        self
    }

    /// Sets the places where native code leaves although the op has a stencil, for tests and experiments.
    #[doc(hidden)]
    #[must_use]
    pub fn with_gaps(mut self, gaps: Gaps) -> JitConfig {
        self.gaps = gaps;
        self
    }
}
