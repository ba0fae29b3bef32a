//! The command line → [`Request`].

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Arg, Parser, ValueExt};
use mimeo_def::Feature;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: mimeo new [options] NAME    write a project for a new language to the folder NAME
       mimeo extract OBJECT…       list the stencils in object files (ELF, Mach-O, COFF)
       mimeo extract --selftest    check extraction against built-in objects; needs no compiler
       mimeo generate [options] [FILE]
                                   write the table to check in beside the ops (default: src/ops.rs)
       mimeo explore [options] FILE [OP…]
                                   write a page that shows the ops in FILE, or those that are named, side by side: Rust,
                                   IR, C, and the machine code of their stencils
       mimeo renew [--check] [FOLDER]
                                   make all tables below the folder again, with the settings and for the ops that they
                                   have (default: the current folder)

options of new:
  --registers       a register machine with tagged integers and floats, strings, arrays, closures and a collector
                    (default: a stack machine of integers)
  --mimeo PATH|VERSION
                    the mimeo that the project uses: a checkout, or a published version (default: the checkout or the
                    version that this command is from)

options of generate:
  --target TRIPLE   the target of the table (default: this machine)
  --compiler CC     the C compiler (default: the one that a build script would use: CC, CC_<target>, …)
  --raise-baseline FEATURE,…
                    processor features that stencils may use beyond the architecture's base (default: none); the same
                    as `raise_baseline` in the build script
  --landing-pads    begin each stencil with a landing pad (CET, BTI); the same as `landing_pads` in the build script
  --output FILE     where to write the table (default: beside the ops, `ops.<architecture>.stencils`)
  --check           write nothing; fail if the existing table is stale

options of explore:
  --compiler CC     the C compiler (default: the one that a build script would use)
  --output FILE     where to write the page (default: in the current folder, with the name of the ops)

options of renew:
  --check           write nothing; fail if a table is stale, or if the compiler that made it now makes another one
  -h, --help        print this help
";

/// The action that the command line requests.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Write a project for a new language.
    New(New),
    /// List the stencils in object files.
    Extract(Vec<PathBuf>),
    /// Check extraction itself.
    SelfTest,
    /// Generate a table.
    Generate(Generate),
    /// Show how ops become machine code.
    Explore(Explore),
    /// Renew the existing tables.
    Renew(Renew),
    /// Show the usage.
    Help,
}

/// The options for a new project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct New {
    /// The folder of the project. Its last part is the name of the language.
    pub folder: PathBuf,
    /// Whether the language is a register machine with tagged values.
    pub registers: bool,
    /// The checkout or the version of mimeo.
    pub mimeo: Option<String>,
}

/// The options for generating a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generate {
    /// The file with the ops.
    pub file: Option<PathBuf>,
    /// The triple of the target.
    pub target: Option<String>,
    /// Processor features that stencils may use.
    pub features: Vec<Feature>,
    /// Whether stencils begin with landing pads.
    pub landing_pads: bool,
    /// The C compiler.
    pub compiler: Option<String>,
    /// The file to write the table to.
    pub output: Option<PathBuf>,
    /// Whether to compare the existing table instead of writing one.
    pub check: bool,
}

/// The options for showing ops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explore {
    /// The file with the ops.
    pub file: PathBuf,
    /// The names of the ops to show; all if there are none.
    pub ops: Vec<String>,
    /// The C compiler.
    pub compiler: Option<String>,
    /// The file to write the page to.
    pub output: Option<PathBuf>,
}

/// The options for renewing tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renew {
    /// The folder with the tables.
    pub folder: Option<PathBuf>,
    /// Whether to compare the tables instead of writing them.
    pub check: bool,
}

/// Parses the arguments after the program's name.
///
/// # Errors
///
/// A sentence about the first invalid argument.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, lexopt::Error> {
    let mut parser = Parser::from_args(args);
    let command = match parser.next()? {
        Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(Arg::unexpected(other)),
        None => return Err("no command was given".into()),
    };
    match command.as_str() {
        "new" => parse_new(parser),
        "extract" => parse_extract(parser),
        "generate" => parse_generate(parser),
        "explore" => parse_explore(parser),
        "renew" => parse_renew(parser),
        other => Err(format!("unknown command `{other}`").into()),
    }
}

fn parse_new(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let (mut folder, mut registers, mut mimeo) = (None, false, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("registers") => registers = true,
            Long("mimeo") => mimeo = Some(parser.value()?.string()?),
            Value(name) if folder.is_none() => folder = Some(PathBuf::from(name)),
            other => return Err(Arg::unexpected(other)),
        }
    }
    let folder = folder.ok_or("no name was given")?;
    Ok(Request::New(New { folder, registers, mimeo }))
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
        (false, true) => Err("no object file was given".into()),
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
            Long("landing-pads") => generate.landing_pads = true,
            Long("compiler") => generate.compiler = Some(parser.value()?.string()?),
            Long("output") => generate.output = Some(parser.value()?.into()),
            Long("check") => generate.check = true,
            Value(file) if generate.file.is_none() => generate.file = Some(file.into()),
            other => return Err(Arg::unexpected(other)),
        }
    }
    Ok(Request::Generate(generate))
}

fn parse_explore(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let (mut file, mut explore) = (None, Explore::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("compiler") => explore.compiler = Some(parser.value()?.string()?),
            Long("output") => explore.output = Some(parser.value()?.into()),
            Value(name) if file.is_none() => file = Some(PathBuf::from(name)),
            Value(op) => explore.ops.push(op.string()?),
            other => return Err(Arg::unexpected(other)),
        }
    }
    explore.file = file.ok_or("no file with ops was given")?;
    Ok(Request::Explore(explore))
}

fn parse_renew(mut parser: Parser) -> Result<Request, lexopt::Error> {
    let mut renew = Renew::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("check") => renew.check = true,
            Value(folder) if renew.folder.is_none() => renew.folder = Some(folder.into()),
            other => return Err(Arg::unexpected(other)),
        }
    }
    Ok(Request::Renew(renew))
}

/// Parses a comma-separated list of features.
fn parse_features(list: &str) -> Result<Vec<Feature>, lexopt::Error> {
    let parse = |name: &str| {
        let all: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
        Feature::parse(name)
            .ok_or_else(|| format!("`{name}` is not a feature; the features are {}", all.join(", ")).into())
    };
    list.split(',').map(parse).collect()
}
