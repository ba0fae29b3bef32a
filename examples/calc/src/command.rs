//! The command line → [`Command`].

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Arg, Parser, ValueExt};
use mimeo::jit::{JitConfig, Mode};

pub(crate) const USAGE: &str = "\
usage: mimeo-calc [options] FILE      run a program
       mimeo-calc [options] -         run the program on standard input
       mimeo-calc [options] -e CODE   run CODE

options:
  --jit=auto|on|off         native code: for functions that are called often, for all, for none (auto)
  --jit-threshold=N         with auto: the call at which a function is compiled (10)
  --stats                   say on standard error what the native tier did
  --dump=bytecode|c|asm     show the bytecode, the C of the ops, or the machine code, instead of running
  -h, --help                show this
";

/// What the command was asked for.
pub(crate) enum Request {
    Run(Command),
    Help,
}

/// A run.
pub(crate) struct Command {
    pub(crate) source: Source,
    pub(crate) jit: Option<JitConfig>,
    pub(crate) stats: bool,
    pub(crate) dump: Option<Dump>,
}

/// Where the program's text is.
pub(crate) enum Source {
    File(PathBuf),
    Stdin,
    Text(String),
}

/// What is shown instead of running.
#[derive(Clone, Copy)]
pub(crate) enum Dump {
    Bytecode,
    C,
    Asm,
}

impl Command {
    pub(crate) fn from_env() -> Result<Request, lexopt::Error> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Request, lexopt::Error> {
        let mut source = None;
        let mut config = JitConfig::default();
        let (mut stats, mut dump) = (false, None);
        while let Some(argument) = parser.next()? {
            let next = match argument {
                Short('h') | Long("help") => return Ok(Request::Help),
                Long("jit") => {
                    let modes = [("auto", Mode::Auto), ("on", Mode::On), ("off", Mode::Off)];
                    config.mode = one_of("--jit", parser.value()?, &modes)?;
                    continue;
                }
                Long("jit-threshold") => {
                    config.threshold = parser.value()?.parse()?;
                    continue;
                }
                Long("stats") => {
                    stats = true;
                    continue;
                }
                Long("dump") => {
                    let dumps = [("bytecode", Dump::Bytecode), ("c", Dump::C), ("asm", Dump::Asm)];
                    dump = Some(one_of("--dump", parser.value()?, &dumps)?);
                    continue;
                }
                Short('e') => Source::Text(parser.value()?.string()?),
                Value(path) if path == "-" => Source::Stdin,
                Value(path) => Source::File(path.into()),
                other => return Err(Arg::unexpected(other)),
            };
            if source.replace(next).is_some() {
                return Err("there is more than one program".into());
            }
        }
        let source = source.ok_or("there is no program")?;
        // To show machine code there must be some.
        let jit = (config.mode != Mode::Off || matches!(dump, Some(Dump::Asm))).then_some(config);
        Ok(Request::Run(Command { source, jit, stats, dump }))
    }
}

/// The value of an option that has few.
fn one_of<T: Copy>(option: &str, value: OsString, choices: &[(&str, T)]) -> Result<T, lexopt::Error> {
    match choices.iter().find(|(name, _)| value == *name) {
        Some(&(_, choice)) => Ok(choice),
        None => {
            let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
            Err(format!("{option} is one of {}, not {value:?}", names.join(", ")).into())
        }
    }
}
