//! A configuration and an instruction set → [`Jit`], the native tier of one machine, for its host and its driver.

use std::any::Any;
use std::fmt;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::Table;
use mimeo_def::{OpIndex, Pc};
use mimeo_interp::tier::{Caller, NativeEntry, NativeTier, References};
use mimeo_interp::{Account, Function, InstructionSet, Machine, MachineBuilder, OutOfMemory};

use crate::config::JitConfig;
use crate::errors::Unavailable;
use crate::stats::{Stats, StatsFormat};
use crate::tier::capability::Capability;
use crate::tier::control::Control;
use crate::tier::inspect::CodeView;
use crate::tier::native::Native;

/// The native tier of one machine: decides what is compiled, and owns the code.
///
/// Where native code is not available, the tier compiles nothing, and [`capability`](Self::capability) says why. The tier
/// lives as long as its machine and stays in the machine's thread; its [`control`](Self::control) can be sent to others.
///
/// ```
/// use mimeo::jit::{HasJit, JitConfig, Mode, WithJit};
/// use mimeo_doc_ops::{Context, Host, Machine, SUM, sum_program};
///
/// let mut machine = Machine::builder(Context::default(), Host::default()).jit(JitConfig::new(Mode::On)).build();
/// let linked = machine.load(&sum_program()).expect("the program needs no space");
/// machine.call(linked.function(SUM), &[10])?;
/// let jit = machine.jit().expect("the builder got a configuration");
/// assert_eq!(jit.stats().functions.ok, u64::from(jit.unavailable().is_none()));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
pub struct Jit<I> {
    config: JitConfig,
    control: Control,
    native: Result<Native<I>, Unavailable>,
}

impl<I> fmt::Debug for Jit<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jit").field("config", &self.config).finish_non_exhaustive()
    }
}

impl<I: InstructionSet> Jit<I> {
    /// Creates a tier for one machine: validates the table, and seals the entry and exit stencils.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig, Mode};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::new(Mode::Off));
    /// assert_eq!(jit.config().mode, Mode::Off);
    /// ```
    pub fn new(config: JitConfig) -> Self {
        Self::with_table(config, I::STENCILS)
    }

    /// Creates a tier with a table that may differ from the instruction set's.
    pub(crate) fn with_table(config: JitConfig, table: &Table) -> Self {
        let control = Control::new(&config);
        let native = Native::new(&config, &control, table);
        Jit { config, control, native }
    }

    /// Returns why there is no native code. See [`Jit`] for an example.
    pub fn unavailable(&self) -> Option<&Unavailable> {
        self.native.as_ref().err()
    }

    #[cfg(all(test, feature = "native"))]
    pub(crate) fn into_unavailable(self) -> Option<Unavailable> {
        self.native.err()
    }

    /// Returns why the observers that [`JitConfig::observers`] names are not notified, if they are not.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::default());
    /// assert_eq!(jit.observer_failure(), None, "there are no observers");
    /// ```
    pub fn observer_failure(&self) -> Option<&str> {
        self.native.as_ref().ok()?.observer_failure()
    }

    /// Returns what the tier can do, with the reasons for what it cannot.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::default());
    /// assert_eq!(jit.capability().threshold, 10);
    /// ```
    pub fn capability(&self) -> Capability {
        Capability::new::<I>(&self.control, self.unavailable(), &self.config)
    }

    /// Returns a handle to the settings that can change. It can be sent to other threads and kept in the host's state. See
    /// [`Control`] for an example.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Returns the configuration of the tier, with the current settings. See [`Jit::new`] for an example.
    pub fn config(&self) -> JitConfig {
        self.config
            .clone()
            .with_mode(self.control.mode())
            .with_threshold(self.control.threshold())
            .with_code_limit(self.control.code_limit())
            .with_latency_budget(self.control.latency_budget())
    }

    /// Returns what the tier has done so far. See [`Jit`] for an example.
    pub fn stats(&self) -> Stats {
        self.native.as_ref().map_or_else(|_| Stats::default(), Native::stats)
    }

    /// Returns what the tier has done so far, or why it does nothing, as text.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig, StatsFormat};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::default());
    /// assert!(jit.report(StatsFormat::Json).starts_with('{'));
    /// ```
    pub fn report(&self, format: StatsFormat) -> String {
        match self.unavailable() {
            Some(reason) if format != StatsFormat::Json => format!("no native code: {reason}\n"),
            _ => format.render(&self.stats()),
        }
    }

    /// Returns the native code of a function of the tier's machine, if it was compiled. See [`CodeView`] for an
    /// example.
    pub fn code_of(&self, function: &Function) -> Option<CodeView<'_>> {
        self.native.as_ref().ok()?.code_of(function)
    }

    /// Returns the address and the bytes of the support code: the entry and exit stencils.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::default());
    /// assert_eq!(jit.support_code().is_some(), jit.unavailable().is_none());
    /// ```
    pub fn support_code(&self) -> Option<(CodeAddr, &[u8])> {
        Some(self.native.as_ref().ok()?.support_code())
    }
}

// SAFETY: `Native`'s contract; without native code no address is returned.
unsafe impl<I: InstructionSet> NativeTier<I> for Jit<I> {
    fn native_entry(&self) -> Option<NativeEntry> {
        self.native.as_ref().ok().map(Native::native_entry)
    }

    fn attach(&mut self, account: &Account) {
        if let Ok(native) = &mut self.native {
            native.attach(account);
        }
    }

    fn events_per_sample(&self) -> Option<u32> {
        self.native.as_ref().ok().and_then(Native::events_per_sample)
    }

    fn reserve(&mut self, ids: usize) -> Result<(), OutOfMemory> {
        self.native.as_mut().map_or(Ok(()), |native| native.reserve(ids))
    }

    unsafe fn entered_at(&mut self, function: &Function) -> Option<CodeAddr> {
        self.native.as_mut().ok()?.entered_at(function)
    }

    unsafe fn called(&mut self, function: &Function, caller: Caller, references: References<'_>) -> Option<CodeAddr> {
        match &mut self.native {
            Ok(native) => native.called(function, caller, references),
            Err(_) => self.never_again(function),
        }
    }

    unsafe fn looped(&mut self, function: &Function, pc: Pc, references: References<'_>) -> Option<CodeAddr> {
        match &mut self.native {
            Ok(native) => native.looped(function, pc, references),
            Err(_) => self.never_again(function),
        }
    }

    unsafe fn resumed(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.native.as_mut().ok()?.resumed(function, pc)
    }

    unsafe fn return_address(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.native.as_ref().ok()?.return_address(function, pc)
    }

    unsafe fn compile(&mut self, function: &Function, references: References<'_>) -> bool {
        self.native.as_mut().is_ok_and(|native| native.compile(function, references).is_some())
    }

    unsafe fn sampled(&mut self, function: &Function, head: Pc, samples: u32, references: References<'_>) {
        if let Ok(native) = &mut self.native {
            native.sampled(function, head, samples, references);
        }
    }

    unsafe fn exclude(&mut self, function: &Function, excluded: bool) {
        if let Ok(native) = &mut self.native {
            native.exclude(function, excluded);
        }
    }

    fn left(&mut self, exit: Exit, op: Option<OpIndex>) -> bool {
        self.native.as_mut().is_ok_and(|native| native.left(exit, op))
    }

    fn idle(&mut self) -> bool {
        self.native.as_mut().is_ok_and(Native::idle)
    }

    unsafe fn safepoint(&mut self, references: References<'_>) {
        if let Ok(native) = &mut self.native {
            native.safepoint(references);
        }
    }

    unsafe fn unload(&mut self, function: &Function) {
        if let Ok(native) = &mut self.native {
            native.unload(function);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl<I> Jit<I> {
    /// Tells the interpreter not to consult the tier about a function again.
    fn never_again(&self, function: &Function) -> Option<CodeAddr> {
        function.set_countdown(i32::MAX);
        None
    }
}

/// Gives a machine the native tier. See [`Jit`] for an example.
pub trait WithJit {
    /// Gives the machine a native tier. Where native code is not available, the machine interprets, and
    /// [`Jit::capability`] says why. See [`Jit`] for an example.
    #[must_use]
    fn jit(self, config: JitConfig) -> Self;
}

impl<I: InstructionSet> WithJit for MachineBuilder<I> {
    fn jit(self, config: JitConfig) -> Self {
        self.tier(Box::new(Jit::<I>::new(config)))
    }
}

/// Access to the native tier of a machine, if [`WithJit::jit`] gave it one. See [`Jit`] for an example.
pub trait HasJit<I> {
    /// Returns the tier, or `None` if the machine was built without one. See [`Jit`] for an example.
    fn jit(&self) -> Option<&Jit<I>>;
}

impl<I: InstructionSet> HasJit<I> for Machine<I> {
    fn jit(&self) -> Option<&Jit<I>> {
        self.tier()
    }
}

/// Returns what the native tier of a machine with this configuration could do.
///
/// ```
/// use mimeo::jit::{JitConfig, capability};
///
/// let capability = capability::<mimeo_doc_ops::Ops>(&JitConfig::default());
/// assert_eq!(capability.available, capability.reason.is_none());
/// ```
pub fn capability<I: InstructionSet>(config: &JitConfig) -> Capability {
    Jit::<I>::new(config.clone()).capability()
}

#[cfg(all(test, feature = "native"))]
mod tests;
