//! What `--trace` names → the ops that run, on standard error.

use std::fmt;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::str::FromStr;

use mimeo::jit::BadSetting;
use mimeo::{InstructionSet, Vm};

use crate::arguments::Exit;

/// The variable with the setting.
const VARIABLE: &str = "MIMEO_TRACE";

/// The ops to show while they run. See [`Options::prepare`](crate::Options::prepare) for an example.
///
/// ```
/// use mimeo_shell::Trace;
///
/// assert_eq!("off".parse(), Ok(Trace::Off));
/// assert_eq!("ops".parse(), Ok(Trace::All));
/// assert_eq!("ops:main".parse(), Ok(Trace::Function("main".to_owned())));
/// assert!("calls".parse::<Trace>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// None.
    #[default]
    Off,
    /// Those of all functions.
    All,
    /// Those of the functions with this name.
    Function(String),
}

impl Trace {
    /// Reads the variable, which may be empty.
    pub(crate) fn from_env() -> Result<Trace, Exit> {
        let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) else { return Ok(Trace::Off) };
        Ok(value.to_string_lossy().parse().map_err(|error: BadSetting| error.of(VARIABLE))?)
    }

    /// Starts to print the ops. The trace ends when standard error has no reader any more; the program does not.
    pub(crate) fn start<I: InstructionSet<Value: fmt::Debug>>(&self, vm: &mut Vm<I>) {
        let function = match self {
            Trace::Off => return,
            Trace::All => None,
            Trace::Function(name) => Some(name.as_str()),
        };
        vm.set_tracer(function, |op| match io::stderr().write_all(format!("{op}\n").as_bytes()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        });
    }
}

impl FromStr for Trace {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        match (text, text.strip_prefix("ops:")) {
            ("off", _) => Ok(Trace::Off),
            ("ops", _) => Ok(Trace::All),
            (_, Some(name)) if !name.is_empty() => Ok(Trace::Function(name.to_owned())),
            _ => Err(BadSetting {
                name: String::new(),
                value: text.to_owned(),
                expected: "off, ops or ops:NAME".to_owned(),
            }),
        }
    }
}
