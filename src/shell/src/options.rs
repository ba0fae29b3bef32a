//! Options and environment variables → [`Options`]: the settings of a run, and the report after it.

use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

use lexopt::Parser;
use mimeo::jit::{BadSetting, HasJit as _, Jit, Mode, Observers, Report, Settings, StatsFormat, Threshold};
use mimeo::{InstructionSet, Limits, Linked, Machine};

use crate::arguments::Exit;
use crate::command::Failure;
use crate::dump::Dump;
use crate::explore::Explore;
use crate::output::{show, show_error};
use crate::source::Text;
use crate::trace::Trace;

/// The help for these options.
pub(crate) const HELP: &str = "  \
  --jit=auto|on|off         compile functions that are called often, all functions, or none (default: auto); MIMEO_JIT
  --jit-threshold=N         with auto: the call at which a function is compiled (default: 10); MIMEO_JIT_THRESHOLD
  --optimize=auto|on|off    when loops get optimized code, if the command was built with it (default: auto); MIMEO_OPTIMIZE
  --jit-code-limit=BYTES    limit on the memory for native code, in whole pages (default: no limit)
  --jit-budget=MICROSECONDS limit on the time for compiling one function (default: no limit)
  --memory-limit=SIZE       limit on the memory of the program, in bytes or with K, M or G (default: no limit)
  --fuel=N                  limit on the calls and backward jumps of the program (default: no limit)
  --stats[=summary|trace|json|off]
                            print statistics of the native tier to standard error; MIMEO_STATS
  --trace=ops[:NAME]|off    print each op that runs to standard error, of all functions or of those called NAME, with the
                            values that it reads; traced functions are interpreted; MIMEO_TRACE
  --perf=off|map|gdb|all    report compiled functions to perf or a debugger (default: off); MIMEO_PERF
  --dump=bytecode|ir|c|asm  print the bytecode, the SSA or the C of the ops, or the machine code, instead of running;
                            clif, if the command was built with it: the optimized loops in Cranelift's IR
  --explore=FILE            write a page that shows the source, the bytecode and all that is made of it side by side,
                            instead of running
  --capability              print what the native tier supports on this machine, instead of running
  -h, --help                print this help
";

/// The options that every language has.
///
/// ```
/// use mimeo_shell::{Arguments, Dump};
///
/// let mut arguments = Arguments::new("example", ["--dump=c"])?;
/// while arguments.next_argument()?.is_some() {}
/// assert_eq!(arguments.options().dump, Some(Dump::C));
/// # Ok::<(), mimeo_shell::Exit>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The name of the command, in messages.
    pub name: &'static str,
    /// The native tier, and the report after the run. If the command was built with the feature `optimize`, hot loops
    /// get optimized code.
    pub settings: Settings,
    /// The limits of the machine, of which the command line sets the one on memory.
    pub limits: Limits,
    /// The limit on the calls and backward jumps of the program.
    pub fuel: Option<u64>,
    /// What to show instead of running.
    pub dump: Option<Dump>,
    /// The page to write instead of running.
    pub explore: Option<Explore>,
    /// The ops to show while they run.
    pub trace: Trace,
}

impl Options {
    pub(crate) fn from_env(name: &'static str) -> Result<Options, Exit> {
        let settings = Settings::default().with_env()?;
        #[cfg(feature = "optimize")]
        let settings = {
            let mut settings = settings;
            settings.jit = settings.jit.optimized_by(mimeo::optimize::open);
            settings
        };
        Ok(Options { name, settings, trace: Trace::from_env()?, ..Options::default() })
    }

    /// Sets the option `name`, whose value is the parser's next. Returns `false` if it is none of these.
    pub(crate) fn set(&mut self, name: &str, parser: &mut Parser) -> Result<bool, Exit> {
        let jit = &mut self.settings.jit;
        match name {
            "--jit" => jit.mode = setting::<Mode>(name, parser.value()?)?,
            "--jit-threshold" => jit.threshold = setting::<Threshold>(name, parser.value()?)?.0,
            "--optimize" => jit.optimize = setting::<Mode>(name, parser.value()?)?,
            "--jit-code-limit" => jit.code_limit = Some(number(name, parser.value()?, "bytes", usize::MAX)?),
            "--jit-budget" => {
                let micros = number(name, parser.value()?, "microseconds", u64::MAX)?;
                jit.latency_budget = Some(Duration::from_micros(micros));
            }
            "--memory-limit" => self.limits.memory = Some(size(name, &parser.value()?)?),
            "--fuel" => self.fuel = Some(number(name, parser.value()?, "calls and jumps", u64::MAX)?),
            "--stats" => {
                self.settings.report = match parser.optional_value() {
                    Some(format) => setting(name, format)?,
                    None => Report(Some(StatsFormat::Summary)),
                };
            }
            "--perf" => jit.observers = setting::<Observers>(name, parser.value()?)?,
            "--trace" => self.trace = setting(name, parser.value()?)?,
            "--dump" => self.dump = Some(Dump::parse(name, &parser.value()?)?),
            "--explore" => self.explore = Some(Explore { file: parser.value()?.into() }),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Turns on the recording that the report needs.
    pub(crate) fn recording(mut self) -> Options {
        self.settings = self.settings.recording();
        self
    }

    /// Prepares a machine for a run: starts the trace that `--trace` requests, and warns if debuggers and profilers that
    /// `--perf` names are not notified of native code.
    ///
    /// ```
    /// let (mut machine, linked) = mimeo_doc_ops::sample_machine();
    /// let mut options = mimeo_shell::Options::default();
    /// options.trace = "ops:double".parse().expect("it is a trace");
    /// options.prepare(&mut machine);
    /// // Prints the ops of `double`, and no others.
    /// assert_eq!(machine.call(linked.function(mimeo_doc_ops::DOUBLE), &[21]), Ok(42));
    /// ```
    pub fn prepare<I: InstructionSet<Value: fmt::Debug>>(&self, machine: &mut Machine<I>) {
        if let Some(failure) = machine.jit().and_then(Jit::observer_failure) {
            show_error(format!("{}: warning: {failure}\n", self.name));
        }
        self.trace.start(machine.vm_mut());
    }

    /// Shows what `--dump` and `--explore` request of a program that is not to run then. Returns whether they request
    /// anything. `text` is the program's text, if it is one.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    /// use mimeo_shell::{Dump, Options};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let mut options = Options::default();
    /// assert_eq!(options.inspect(&mut machine, linked, None), Ok(false));
    /// options.dump = Some(Dump::Bytecode);
    /// // Prints the bytecode.
    /// assert_eq!(options.inspect(&mut machine, linked, None), Ok(true));
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no native code to dump, or the page cannot be written.
    pub fn inspect<I: InstructionSet>(
        &self,
        machine: &mut Machine<I>,
        linked: Linked<I>,
        text: Option<&Text>,
    ) -> Result<bool, Failure> {
        if let Some(dump) = self.dump {
            show(&dump.of_program(machine, linked).map_err(Failure::Command)?);
        }
        if let Some(explore) = &self.explore {
            explore.of_program(machine, linked, text)?;
        }
        Ok(self.dump.is_some() || self.explore.is_some())
    }

    /// Prints the report that `--stats` requests.
    ///
    /// ```
    /// use mimeo::jit::{Jit, JitConfig, Report, StatsFormat};
    ///
    /// let jit = Jit::<mimeo_doc_ops::Ops>::new(JitConfig::default());
    /// let mut options = mimeo_shell::Options::default();
    /// options.settings.report = Report(Some(StatsFormat::Summary));
    /// // Prints `functions compiled  0`.
    /// options.report(Some(&jit));
    /// ```
    pub fn report<I: InstructionSet>(&self, jit: Option<&Jit<I>>) {
        if let (Report(Some(format)), Some(jit)) = (self.settings.report, jit) {
            show_error(jit.report(format));
        }
    }
}

/// Parses the value of a setting.
fn setting<T: FromStr<Err = BadSetting>>(option: &str, value: OsString) -> Result<T, Exit> {
    Ok(value.to_string_lossy().parse().map_err(|error: BadSetting| error.of(option))?)
}

/// Parses the value of a numeric option.
fn number<T: FromStr + Display>(option: &str, value: OsString, unit: &str, max: T) -> Result<T, Exit> {
    let value = value.to_string_lossy();
    value.parse().map_err(|_| Exit::bad_value(option, &value, format!("a number of {unit}, 0 to {max}")))
}

/// Parses the value of an option that is a number of bytes.
fn size(option: &str, value: &OsStr) -> Result<usize, Exit> {
    let value = value.to_string_lossy();
    let (digits, shift) = match value.as_bytes() {
        [.., b'K'] => (&value[..value.len() - 1], 10),
        [.., b'M'] => (&value[..value.len() - 1], 20),
        [.., b'G'] => (&value[..value.len() - 1], 30),
        _ => (&*value, 0),
    };
    let bytes = digits.parse().ok().and_then(|number: usize| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| Exit::bad_value(option, &value, "a number of bytes, which may end in K, M or G"))
}
