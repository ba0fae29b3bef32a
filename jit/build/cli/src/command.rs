//! The command line → [`Request`].

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Arg, Parser, ValueExt};
use mimeo_def::Feature;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: mimeo extract OBJECT…       show the stencils in object files (ELF, Mach-O, COFF)
       mimeo extract --selftest    check extraction against objects made by hand; needs no compiler
       mimeo generate [options] [FILE]
                                   make the table that is checked in beside the ops (src/ops.rs)

options of generate:
  --target TRIPLE   the machine that the table is for (this one)
  --compiler CC     the C compiler (the one that a build script would use: CC, CC_<target>, …)
  --raise-baseline FEATURE,…
                    what stencils may need of the processor (nothing beyond the architecture's base); the same as
                    `raise_baseline` in the build script
  --output FILE     where to write the table (beside the ops, `ops.<architecture>.stencils`)
  --check           write nothing; fail when the table there is stale
  -h, --help        show this
";

/// What the command was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Show what is in object files.
    Extract(Vec<PathBuf>),
    /// Check extraction itself.
    SelfTest,
    /// Make a table.
    Generate(Generate),
    /// Show the usage.
    Help,
}

/// How a table is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generate {
    /// The ops.
    pub file: Option<PathBuf>,
    /// The machine that the table is for.
    pub target: Option<String>,
    /// What stencils may need of the processor.
    pub features: Vec<Feature>,
    /// The C compiler.
    pub compiler: Option<String>,
    /// The table's file.
    pub output: Option<PathBuf>,
    /// Only compare.
    pub check: bool,
}

/// Reads the arguments behind the program's name.
///
/// # Errors
///
/// A sentence that says what is wrong with them.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, lexopt::Error> {
    let mut parser = Parser::from_args(args);
    let command = match parser.next()? {
        Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(Arg::unexpected(other)),
        None => return Err("there is no command".into()),
    };
    match command.as_str() {
        "extract" => parse_extract(parser),
        "generate" => parse_generate(parser),
        other => Err(format!("there is no command `{other}`").into()),
    }
}

fn parse_extract(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let (mut files, mut selftest) = (Vec::new(), false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("selftest") => selftest = true,
            Value(file) => files.push(PathBuf::from(file)),
            other => return Err(Arg::unexpected(other)),
        }
    }
    match (selftest, files.is_empty()) {
        (true, true) => Ok(Request::SelfTest),
        (true, false) => Err("--selftest takes no files".into()),
        (false, true) => Err("there is no object file".into()),
        (false, false) => Ok(Request::Extract(files)),
    }
}

fn parse_generate(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let mut generate = Generate::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("target") => generate.target = Some(parser.value()?.string()?),
            Long("raise-baseline") => generate.features = parse_features(&parser.value()?.string()?)?,
            Long("compiler") => generate.compiler = Some(parser.value()?.string()?),
            Long("output") => generate.output = Some(parser.value()?.into()),
            Long("check") => generate.check = true,
            Value(file) if generate.file.is_none() => generate.file = Some(file.into()),
            other => return Err(Arg::unexpected(other)),
        }
    }
    Ok(Request::Generate(generate))
}

/// The features in a list with commas.
fn parse_features(list: &str) -> Result<Vec<Feature>, lexopt::Error> {
    let parse = |name: &str| {
        let all: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
        Feature::parse(name).ok_or_else(|| format!("`{name}` is no feature; there are {}", all.join(", ")).into())
    };
    list.split(',').map(parse).collect()
}
