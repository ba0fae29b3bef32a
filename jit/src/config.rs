//! What an embedder asks of the native tier: [`JitConfig`].

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mimeo_def::Pc;

use crate::BadSetting;

/// When functions are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// When calls and rounds of loops reach [`JitConfig::threshold`], or native code calls.
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

    /// As users write it.
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

/// Who is told of compiled functions, beside the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Observers {
    /// Nobody.
    #[default]
    None,
    /// `perf`, through the file `/tmp/perf-PID.map`.
    PerfMap,
    /// Debuggers, through GDB's JIT interface.
    Debugger,
    /// Both.
    All,
}

impl Observers {
    const ALL: [(&'static str, Observers); 4] =
        [("off", Observers::None), ("map", Observers::PerfMap), ("gdb", Observers::Debugger), ("all", Observers::All)];
}

impl FromStr for Observers {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        BadSetting::pick(text, Observers::ALL)
    }
}

/// How the native tier shall work.
///
/// [`Control`](crate::Control) changes the first four while the machine lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JitConfig {
    /// When functions are compiled.
    pub mode: Mode,
    /// In [`Mode::Auto`], the call or round of a loop at which a function is compiled; 0 is the first, as 1. What
    /// native code calls is compiled at its first call.
    pub threshold: u32,
    /// Bytes of executable memory that the machine's code may take; `None` is no limit. When it is used up, the
    /// oldest code goes; what still has no room is interpreted. Memory is taken in pages.
    pub code_limit: Option<usize>,
    /// The longest that compiling one function may take. One that is expected to take longer is interpreted.
    pub latency_budget: Option<Duration>,
    /// Bytes of native code that one function may have; a larger one is interpreted.
    pub function_limit: usize,
    /// Behind an op that the interpreter ran, native code goes on at the next op. Without it the interpreter goes on
    /// to the end of the function, which is slower and only good for comparison.
    pub reenter: bool,
    /// Who is told of compiled functions.
    pub observers: Observers,
    /// Each event of a function's life is recorded: see [`Stats`](crate::Stats).
    pub trace: bool,
    /// Names of ops whose stencil must not be used, for tests and experiments.
    pub without: BTreeSet<String>,
    /// No op's stencil is used: native code leaves at every op.
    pub deopt_everywhere: bool,
    /// Where stencils may be used; elsewhere native code leaves. For tests of single ops; `None` is everywhere.
    pub only_at: Option<BTreeSet<Pc>>,
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
            reenter: true,
            observers: Observers::None,
            trace: false,
            without: BTreeSet::new(),
            deopt_everywhere: false,
            only_at: None,
        }
    }
}
