//! The command line → [`Command`].

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::Long;
use lexopt::{Arg, Parser, ValueExt};

use crate::checks;

pub(crate) const USAGE: &str = "\
usage: mimeo-check [options]      run what a release of mimeo needs

  --json                          evidence for a release: one JSON object, described in docs/check.md
  --allow-skip=CHECK              succeed although this check cannot run here
  --calc-lean=PATH                mimeo-calc, built with --no-default-features
  --calc-without-stencils=PATH    mimeo-calc, built with MIMEO_STENCILS=off
                                  (cargo builds them if they are not given)
  --runner=COMMAND                command that starts programs, such as an emulator
  --latency-bound=MICROSECONDS    longest median compilation of 1,000 ops
                                  (default 100; 1000 in a build without optimisation)
  -h, --help                      print this help

Exits with status 1 if a check failed, or was skipped without --allow-skip.
";

/// The bound for a release.
const OPTIMISED: Duration = Duration::from_micros(100);
/// The bound for a build without optimisation, which takes six times as long. Only a much slower compiler exceeds it.
const UNOPTIMISED: Duration = Duration::from_micros(1000);

/// The options of the command.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) json: bool,
    pub(crate) allow_skip: BTreeSet<String>,
    pub(crate) calc_lean: Option<PathBuf>,
    pub(crate) calc_without_stencils: Option<PathBuf>,
    pub(crate) runner: Vec<String>,
    pub(crate) latency_bound: Duration,
}

impl Default for Command {
    fn default() -> Self {
        Command {
            json: false,
            allow_skip: BTreeSet::new(),
            calc_lean: None,
            calc_without_stencils: None,
            runner: Vec::new(),
            latency_bound: if cfg!(debug_assertions) { UNOPTIMISED } else { OPTIMISED },
        }
    }
}

impl Command {
    /// Parses the arguments of the process. Returns `None` if the usage was requested.
    pub(crate) fn from_env() -> Result<Option<Command>, lexopt::Error> {
        Self::parse(Parser::from_env())
    }

    fn parse(mut parser: Parser) -> Result<Option<Command>, lexopt::Error> {
        let mut command = Command::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Short('h') | Long("help") => return Ok(None),
                Long("json") => command.json = true,
                Long("allow-skip") => {
                    command.allow_skip.insert(check_name(parser.value()?)?);
                }
                Long("calc-lean") => command.calc_lean = Some(parser.value()?.into()),
                Long("calc-without-stencils") => command.calc_without_stencils = Some(parser.value()?.into()),
                Long("runner") => {
                    let words = parser.value()?.string()?;
                    command.runner = words.split_whitespace().map(str::to_owned).collect();
                }
                Long("latency-bound") => command.latency_bound = microseconds(&parser.value()?)?,
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(command))
    }
}

fn check_name(value: OsString) -> Result<String, lexopt::Error> {
    let name = value.string()?;
    let names: Vec<&str> = checks::ALL.iter().map(|check| check.name).collect();
    if names.contains(&name.as_str()) {
        return Ok(name);
    }
    Err(format!("--allow-skip takes one of {}, not {name:?}", names.join(", ")).into())
}

fn microseconds(value: &OsString) -> Result<Duration, lexopt::Error> {
    let value = value.to_string_lossy();
    let micros = value.parse().ok().filter(|&micros| micros > 0);
    let micros = micros.ok_or_else(|| format!("--latency-bound takes microseconds, at least 1, not {value:?}"))?;
    Ok(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Option<Command>, String> {
        Command::parse(Parser::from_iter([&["mimeo-check"], args].concat())).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read() {
        let args = ["--json", "--allow-skip=fallback", "--calc-lean=a/b", "--runner=qemu -L /x", "--latency-bound=7"];
        let command = parse(&args).unwrap().unwrap();
        assert!(command.json && command.allow_skip.contains("fallback"));
        assert_eq!(command.calc_lean, Some("a/b".into()));
        assert_eq!(command.runner, ["qemu", "-L", "/x"]);
        assert_eq!(command.latency_bound, Duration::from_micros(7));
        assert!(parse(&["--help"]).unwrap().is_none());
    }

    #[test]
    fn the_error_for_a_wrong_option_lists_the_right_ones() {
        let error = |args: &[&str]| parse(args).unwrap_err();
        assert!(error(&["--allow-skip=luck"]).starts_with("--allow-skip takes one of stencil_audit, metadata, "));
        for value in ["0", "-1", "fast"] {
            let expected = format!("--latency-bound takes microseconds, at least 1, not {value:?}");
            assert_eq!(error(&["--latency-bound", value]), expected);
        }
        assert_eq!(error(&["--fast"]), "invalid option '--fast'");
        assert_eq!(error(&["all"]), "unexpected argument \"all\"");
    }
}
