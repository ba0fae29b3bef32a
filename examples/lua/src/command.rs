//! The command line → [`Request`].

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Arg, Parser};
use mimeo::jit::{BadSetting, Mode, Observers, Report, Settings, StatsFormat, Threshold};

pub(crate) const USAGE: &str = "\
usage: mimeo-lua [options] SCRIPT [ARGUMENTS]  run a program
       mimeo-lua [options] - [ARGUMENTS]       run the program on standard input
       mimeo-lua [options] -e CODE             run CODE
       mimeo-lua [options]                     on a terminal, start a session; otherwise like -

options, with the equivalent environment variables; an option overrides its variable:
  -e CODE                   run CODE, before the script if there is one; can be repeated
  -l NAME                   require the module NAME, in the order of the options -e and -l
  -i                        start a session after everything else has run
  -v                        print the version
  --jit=auto|on|off         compile functions that are called often, all functions, or none (default: auto); MIMEO_JIT
  --jit-threshold=N         with auto: the call at which a function is compiled (default: 10); MIMEO_JIT_THRESHOLD
  --optimize=auto|on|off    when loops get optimized code, if the command was built with it (default: auto); MIMEO_OPTIMIZE
  --jit-code-limit=BYTES    limit on the memory for native code, in whole pages (default: no limit)
  --jit-budget=MICROSECONDS limit on the time for compiling one function (default: no limit)
  --memory-limit=SIZE       limit on the memory of the program, in bytes or with K, M or G (default: no limit)
  --stats[=summary|trace|json|off]
                            print statistics of the native tier to standard error; MIMEO_STATS
  --perf=off|map|gdb|all    report compiled functions to perf or a debugger (default: off); MIMEO_PERF
  --dump=bytecode|ir|c|asm  print the bytecode, the SSA or the C of the ops, or the machine code, instead of running;
                            clif, if the command was built with it: the optimized loops in Cranelift's IR
  --capability              print what the native tier supports on this machine, instead of running
  --dap                     be a debug adapter: speak the Debug Adapter Protocol on standard input and output
  -h, --help                print this help

variables: LUA_INIT is code, or a file name after @, to run first; MIMEO_LUA_HISTORY is the file for the history of
sessions.
";

/// The action that the command line requests.
pub(crate) enum Request {
    Run(Command),
    Capability(Settings),
    Help,
}

/// What to run, and how.
pub(crate) struct Command {
    pub(crate) settings: Settings,
    pub(crate) dump: Option<Dump>,
    /// The limit on memory in bytes.
    pub(crate) memory_limit: Option<usize>,
    /// What the options `-e` and `-l` say, in their order.
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) script: Option<Script>,
    /// The command line, including the program's own name.
    pub(crate) line: Vec<OsString>,
    /// Index of the script in `line`, or the length of `line`.
    pub(crate) script_at: usize,
    pub(crate) is_interactive: bool,
    /// Whether to be a debug adapter.
    pub(crate) is_adapter: bool,
    pub(crate) shows_version: bool,
}

/// What runs before the script.
pub(crate) enum Chunk {
    Code(Vec<u8>),
    /// The name of a module to load.
    Module(Vec<u8>),
}

/// The source of the script.
#[derive(Clone)]
pub(crate) enum Script {
    File(PathBuf),
    Stdin,
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
        let settings = Settings::default().with_env().map_err(|error| error.to_string())?;
        #[cfg(feature = "optimize")]
        let settings = {
            let mut settings = settings;
            settings.jit = settings.jit.optimized_by(mimeo::optimize::open);
            settings
        };
        let mut command = Command {
            settings,
            dump: None,
            memory_limit: None,
            chunks: Vec::new(),
            script: None,
            line: std::env::args_os().collect(),
            script_at: 0,
            is_interactive: false,
            is_adapter: false,
            shows_version: false,
        };
        command.script_at = command.line.len();
        command.parse()
    }

    fn parse(mut self) -> Result<Request, lexopt::Error> {
        let mut capability = false;
        let mut parser = Parser::from_args(self.line.iter().skip(1));
        while let Some(argument) = parser.next()? {
            let jit = &mut self.settings.jit;
            match argument {
                Short('h') | Long("help") => return Ok(Request::Help),
                Long("jit") => jit.mode = setting::<Mode>("--jit", parser.value()?)?,
                Long("optimize") => jit.optimize = setting::<Mode>("--optimize", parser.value()?)?,
                Long("jit-threshold") => {
                    jit.threshold = setting::<Threshold>("--jit-threshold", parser.value()?)?.0;
                }
                Long("jit-code-limit") => {
                    jit.code_limit = Some(number("--jit-code-limit", parser.value()?, "bytes", usize::MAX)?);
                }
                Long("jit-budget") => {
                    let micros = number("--jit-budget", parser.value()?, "microseconds", u64::MAX)?;
                    jit.latency_budget = Some(Duration::from_micros(micros));
                }
                Long("memory-limit") => self.memory_limit = Some(size("--memory-limit", parser.value()?)?),
                Long("stats") => {
                    self.settings.report = match parser.optional_value() {
                        Some(format) => setting("--stats", format)?,
                        None => Report(Some(StatsFormat::Summary)),
                    };
                }
                Long("perf") => jit.observers = setting::<Observers>("--perf", parser.value()?)?,
                Long("dap") => self.is_adapter = true,
                Long("capability") => capability = true,
                Long("dump") => {
                    let dumps = [
                        ("bytecode", Dump::Bytecode),
                        ("ir", Dump::Ir),
                        ("c", Dump::C),
                        ("asm", Dump::Asm),
                        #[cfg(feature = "optimize")]
                        ("clif", Dump::Clif),
                    ];
                    self.dump = Some(one_of("--dump", parser.value()?, &dumps)?);
                }
                Short('e') => self.chunks.push(Chunk::Code(parser.value()?.into_encoded_bytes())),
                Short('l') => self.chunks.push(Chunk::Module(parser.value()?.into_encoded_bytes())),
                Short('i') => (self.is_interactive, self.shows_version) = (true, true),
                Short('v') => self.shows_version = true,
                Value(path) => {
                    self.script = Some(if path == "-" { Script::Stdin } else { Script::File(path.into()) });
                    // The remaining arguments belong to the script.
                    let rest = parser.raw_args()?.count();
                    self.script_at = self.line.len() - rest - 1;
                    break;
                }
                other => return Err(Arg::unexpected(other)),
            }
        }
        self.settings = self.settings.recording();
        Ok(if capability { Request::Capability(self.settings) } else { Request::Run(self) })
    }

    /// Returns `true` if the command line names no program: it comes from standard input or is typed.
    pub(crate) fn is_bare(&self) -> bool {
        self.script.is_none() && self.chunks.is_empty() && !self.shows_version
    }
}

/// Parses the value of a setting.
fn setting<T: FromStr<Err = BadSetting>>(option: &str, value: OsString) -> Result<T, lexopt::Error> {
    value.to_string_lossy().parse().map_err(|error: BadSetting| error.of(option).to_string().into())
}

/// Parses a number of bytes, which may end in a unit.
fn size(option: &str, value: OsString) -> Result<usize, lexopt::Error> {
    let value = value.to_string_lossy();
    let (digits, shift) = match value.as_bytes() {
        [.., b'K'] => (&value[..value.len() - 1], 10),
        [.., b'M'] => (&value[..value.len() - 1], 20),
        [.., b'G'] => (&value[..value.len() - 1], 30),
        _ => (&value[..], 0),
    };
    let bytes = digits.parse().ok().and_then(|number: usize| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| {
        let expected = "a number of bytes, which may end in K, M or G".to_owned();
        BadSetting { name: option.to_owned(), value: value.into_owned(), expected }.to_string().into()
    })
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
