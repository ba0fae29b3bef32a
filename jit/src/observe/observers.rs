//! The name of a setting → [`Observers`], the tools that are notified of compiled functions.

use std::str::FromStr;

use crate::errors::BadSetting;

/// The tools that are notified of compiled functions.
///
/// ```
/// use mimeo_jit::Observers;
///
/// assert_eq!("gdb".parse(), Ok(Observers::Debugger));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Observers {
    /// No tools.
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
