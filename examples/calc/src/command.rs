//! The command line → [`Command`].

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Arg, Parser, ValueExt};
use mimeo::jit::{BadSetting, Mode, Observers, Report, Settings, StatsFormat, Threshold};

pub(crate) const USAGE: &str = "\
usage: mimeo-calc [options] FILE      run a program
       mimeo-calc [options] -         run the program on standard input
       mimeo-calc [options] -e CODE   run CODE

options, with the equivalent environment variables; an option overrides its variable:
  --jit=auto|on|off         compile functions that are called often, all functions, or none (default: auto); MIMEO_JIT
  --jit-threshold=N         with auto: the call at which a function is compiled (default: 10); MIMEO_JIT_THRESHOLD
  --optimize=auto|on|off    when loops get optimized code, if the command was built with it (default: auto); MIMEO_OPTIMIZE
  --jit-code-limit=BYTES    limit on the memory for native code, in whole pages (default: no limit)
  --jit-budget=MICROSECONDS limit on the time for compiling one function (default: no limit)
  --stats[=summary|trace|json|off]
                            print statistics of the native tier to standard error; MIMEO_STATS
  --perf=off|map|gdb|all    report compiled functions to perf or a debugger (default: off); MIMEO_PERF
  --dump=bytecode|ir|c|asm  print the bytecode, the SSA or the C of the ops, or the machine code, instead of running;
                            clif, if the command was built with it: the optimized loops in Cranelift's IR
  --capability              print what the native tier supports on this machine, instead of running
  -h, --help                print this help
";

/// The action that the command line requests.
pub(crate) enum Request {
    Run(Command),
    Capability(Settings),
    Help,
}

/// A program to run or show, with its settings.
pub(crate) struct Command {
    pub(crate) source: Source,
    pub(crate) settings: Settings,
    pub(crate) dump: Option<Dump>,
}

/// The source of the program's text.
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
    Text(String),
}

/// What to show instead of running.
#[derive(Clone, Copy)]
pub(crate) enum Dump {
    Bytecode,
    Ir,
    C,
    Asm,
    #[cfg(feature = "optimize")]
    Clif,
}

impl Command {
    pub(crate) fn from_env() -> Result<Request, lexopt::Error> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Request, lexopt::Error> {
        let (mut source, mut dump, mut capability) = (None, None, false);
        let mut settings = Settings::default().with_env().map_err(|error| error.to_string())?;
        #[cfg(feature = "optimize")]
        {
            settings.jit = settings.jit.optimized_by(mimeo::optimize::open);
        }
        while let Some(argument) = parser.next()? {
            let next = match argument {
                Short('h') | Long("help") => return Ok(Request::Help),
                Long("jit") => {
                    settings.jit.mode = setting::<Mode>("--jit", parser.value()?)?;
                    continue;
                }
                Long("jit-threshold") => {
                    settings.jit.threshold = setting::<Threshold>("--jit-threshold", parser.value()?)?.0;
                    continue;
                }
                Long("optimize") => {
                    settings.jit.optimize = setting::<Mode>("--optimize", parser.value()?)?;
                    continue;
                }
                Long("jit-code-limit") => {
                    settings.jit.code_limit = Some(number("--jit-code-limit", parser.value()?, "bytes", usize::MAX)?);
                    continue;
                }
                Long("jit-budget") => {
                    let micros = number("--jit-budget", parser.value()?, "microseconds", u64::MAX)?;
                    settings.jit.latency_budget = Some(Duration::from_micros(micros));
                    continue;
                }
                Long("stats") => {
                    settings.report = match parser.optional_value() {
                        Some(format) => setting("--stats", format)?,
                        None => Report(Some(StatsFormat::Summary)),
                    };
                    continue;
                }
                Long("perf") => {
                    settings.jit.observers = setting::<Observers>("--perf", parser.value()?)?;
                    continue;
                }
                Long("capability") => {
                    capability = true;
                    continue;
                }
                Long("dump") => {
                    let dumps = [
                        ("bytecode", Dump::Bytecode),
                        ("ir", Dump::Ir),
                        ("c", Dump::C),
                        ("asm", Dump::Asm),
                        #[cfg(feature = "optimize")]
                        ("clif", Dump::Clif),
                    ];
                    dump = Some(one_of("--dump", parser.value()?, &dumps)?);
                    continue;
                }
                Short('e') => Source::Text(parser.value()?.string()?),
                Value(path) if path == "-" => Source::Stdin,
                Value(path) => Source::File(path.into()),
                other => return Err(Arg::unexpected(other)),
            };
            if source.replace(next).is_some() {
                return Err("more than one program was given".into());
            }
        }
        let settings = settings.recording();
        if capability {
            return Ok(Request::Capability(settings));
        }
        let source = source.ok_or("no program was given")?;
        Ok(Request::Run(Command { source, settings, dump }))
    }
}

/// Parses the value of a setting.
fn setting<T: FromStr<Err = BadSetting>>(option: &str, value: OsString) -> Result<T, lexopt::Error> {
    value.to_string_lossy().parse().map_err(|error: BadSetting| error.of(option).to_string().into())
}

/// Parses the value of a numeric option.
fn number<T: FromStr + Display>(option: &str, value: OsString, unit: &str, max: T) -> Result<T, lexopt::Error> {
    let value = value.to_string_lossy();
    value.parse().map_err(|_| {
        let expected = format!("a number of {unit}, 0 to {max}");
        BadSetting { name: option.to_owned(), value: value.into_owned(), expected }.to_string().into()
    })
}

/// Parses the value of an option with a fixed set of values.
fn one_of<T: Copy>(option: &str, value: OsString, choices: &[(&str, T)]) -> Result<T, lexopt::Error> {
    match choices.iter().find(|(name, _)| value == *name) {
        Some(&(_, choice)) => Ok(choice),
        None => {
            let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
            Err(format!("{option} must be one of {}, not {value:?}", names.join(", ")).into())
        }
    }
}
